"use strict";
// The picture: drawn anew for each view, and only what is in it. Times in D are in seconds; "v" is
// time with its pauses shortened, which is what the view is measured in.

let D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const PIECE = { kind: 0, way: 1, start: 2, end: 3, owner: 4, link: 5, head: 6, bytes: 7, count: 8 };
const BAR = { text: 0, start: 1, end: 2, outcome: 3, result: 4, first: 5, last: 6 };
const PAUSE = 1; // a pause that is longer, in seconds, is drawn so long, where they are shortened
const LEAST = 0.0005; // the shortest time that a view can show, in seconds
const LEFT = () => (innerWidth < 600 ? 90 : 118); // pixels for the names of the lanes
const COLOUR = {
  command: "--command", escape: "--command", payload: "--payload-out", raw: "--raw", echo: "--noise",
  reply: "--reply", result: "--reply", busy: "--busy", prompt: "--reply", notice: "--notice",
  noise: "--noise", blank: "--noise",
  ok: "--ok", refused: "--refused", lost: "--lost",
};
const OUTCOME = { ok: "OK", refused: "refused", busy: "busy: thrown away", lost: "no result" };
const WEIGHT = { busy: 9, payload: 6, command: 5, notice: 7, raw: 4, reply: 3, result: 3 };
const SIGNS = { 13: "\\r", 10: "\\n", 0: "\\0", 9: "\\t" };
const view = { a: 0, b: 1 };
let time, rows, picked = null, hits = new Set(), hitList = [], found = -1, queued = false;

const escape = (s) => s.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const kindOf = (p) => D.kinds[p[PIECE.kind]];
const colourOf = (p) => (kindOf(p) === "payload" && p[PIECE.way] ? "--payload-in" : COLOUR[kindOf(p)]);
const count = (n, one, more) => `${n.toLocaleString("en")} ${n === 1 ? one : more || one + "s"}`;

function seconds(t) {
  if (t >= 100) return `${t.toFixed(0)} s`;
  if (t >= 1) return `${t.toFixed(2)} s`;
  if (t < 1e-5) return "under 1 ms"; // the transcript's own grain
  return t >= 0.00995 ? `${(t * 1000).toFixed(0)} ms` : `${(t * 1000).toFixed(2)} ms`;
}

// ---- time with its pauses shortened -------------------------------------------------------------

function makeTime(shortened) {
  const ends = []; // [from, to] of the pauses
  if (shortened) {
    const busy = D.pieces.map((p) => [p[PIECE.start], p[PIECE.end]]).sort((x, y) => x[0] - y[0]);
    let last = 0;
    for (const [from, to] of [...busy, [D.end, D.end]]) {
      if (from - last > PAUSE * 1.5) ends.push([last + PAUSE / 2, from - PAUSE / 2]);
      last = Math.max(last, to);
    }
  }
  const steps = [{ t: 0, v: 0 }]; // where a straight piece of the map begins
  let cut = 0;
  for (const [from, to] of ends) {
    steps.push({ t: from, v: from - cut, gap: to - from });
    cut += to - from;
    steps.push({ t: to, v: to - cut });
  }
  const at = (key, x) => {
    let low = 0, high = steps.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (steps[middle][key] <= x) low = middle; else high = middle - 1;
    }
    return steps[low];
  };
  return {
    v: (t) => { const s = at("t", t); return s.gap ? s.v : s.v + t - s.t; },
    t: (v) => { const s = at("v", v); return s.gap ? s.t : s.t + v - s.v; },
    gaps: steps.filter((s) => s.gap),
    end: Math.max(D.end - cut, LEAST),
    steps,
  };
}

// ---- rows: which there are, from top to bottom --------------------------------------------------

function makeRows() {
  const depth = [];
  for (const bar of D.bars) { // commands that overlap stand below each other
    let row = 0;
    while (row < 3 && depth[row] > bar[BAR.start] + 1e-9) row += 1;
    bar.row = row % 3;
    depth[bar.row] = Math.max(depth[bar.row] || 0, bar[BAR.end]);
  }
  const links = [...new Set(D.spans.map((s) => s[0]))];
  for (const p of D.pieces) {
    if (kindOf(p) === "payload") {
      const name = nameOfLink(p);
      if (!links.includes(name)) links.push(name);
    }
  }
  links.sort((x, y) => (x === "Wi-Fi" ? -1 : y === "Wi-Fi" ? 1 : x < y ? -1 : 1));
  const list = [
    { id: "axis", h: 24 },
    { id: "host", h: 24, name: "host says" },
    { id: "bars", h: 8 + 24 * Math.max(1, depth.length), name: "commands" },
    { id: "module", h: 24, name: "module says" },
    { id: "notices", h: 26, name: "notices" },
    ...(D.marks.length ? [{ id: "marks", h: 20, name: "line" }] : []),
    ...links.map((name) => ({ id: `span ${name}`, h: 22, name, span: name })),
    { id: "share", h: 76, name: "wire in use" },
  ];
  let y = 0;
  for (const row of list) { row.y = y; y += row.h; }
  return { list, by: Object.fromEntries(list.map((r) => [r.id, r])), height: y };
}

const nameOfLink = (p) => (p[PIECE.link] < 0 ? "link" : `link ${p[PIECE.link]}`);

// ---- drawing ------------------------------------------------------------------------------------

function draw() {
  queued = false;
  const svg = $("picture"), width = svg.clientWidth || 900, left = LEFT(), room = width - left - 2;
  const scale = room / (view.b - view.a);
  const X = (t) => left + (time.v(t) - view.a) * scale;
  const out = [];
  const box = { X, left, width, right: width - 2, scale, out };
  svg.setAttribute("height", rows.height);
  svg.setAttribute("viewBox", `0 0 ${width} ${rows.height}`);
  rows.list.forEach((row, i) => {
    if (i % 2) out.push(rect(0, row.y, width, row.h, "--band"));
  });
  out.push(`<svg x="${left}" y="0" width="${room + 2}" height="${rows.height}" viewBox="${left} 0 ${room + 2} ${rows.height}">`);
  drawAxis(box);
  drawMarks(box);
  drawPieces(box, 0, rows.by.host);
  drawPieces(box, 1, rows.by.module);
  drawBars(box);
  drawNotices(box);
  for (const row of rows.list) if (row.span) drawSpan(box, row);
  drawShare(box, room);
  out.push("</svg>");
  for (const row of rows.list) {
    if (row.id === "share") {
      out.push(`<text class="scale" x="8" y="${row.y + 34}">▲ host${left < 100 ? "" : ", to 100 %"}</text><text class="scale" x="8" y="${row.y + 50}">▼ module</text>`);
    }
    if (row.name) out.push(`<text class="row" x="8" y="${row.y + (row.id === "share" ? 16 : row.h / 2 + 4)}">${escape(shorten(row.name, left - 12))}</text>`);
  }
  svg.innerHTML = out.join("");
  drawMap();
}

const shorten = (s, w, letter = 6.6) => (s.length * letter <= w ? s : w < 3 * letter ? "" : `${s.slice(0, Math.floor(w / letter) - 1)}…`);

function rect(x, y, w, h, colour, more = "") {
  return `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(w, 0.8).toFixed(1)}" height="${h}" style="fill:var(${colour})" ${more}/>`;
}

/** The first of a sorted list whose key is at least x. */
function firstFrom(list, key, x) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle][key] < x) low = middle + 1; else high = middle;
  }
  return low;
}

/** How much earlier than a view something that reaches into it can begin. */
const longest = (list, start, end) => list.reduce((most, each) => Math.max(most, each[end] - each[start]), 0);

/** Calls `each(item, i, x, w)` for what is in view; of what falls into one pixel the weightiest. */
function visible(box, list, start, end, reach, weight, each) {
  const from = time.t(view.a) - reach, to = time.t(view.b);
  let last = null; // [pixel, weight, arguments]
  for (let i = firstFrom(list, start, from); i < list.length && list[i][start] <= to; i += 1) {
    const item = list[i], w8 = weight(item, i);
    if (w8 < 0) continue;
    const x = box.X(item[start]), w = Math.max(box.X(item[end]) - x, 1);
    if (x + w < box.left) continue;
    if (w < 2 && last && Math.floor(x) === last[0]) {
      if (w8 > last[1]) last = [last[0], w8, [item, i, x, w]];
      continue;
    }
    if (last) each(...last[2]);
    last = null;
    if (w < 2) last = [Math.floor(x), w8, [item, i, x, w]]; else each(item, i, x, w);
  }
  if (last) each(...last[2]);
}

function drawAxis(box) {
  const per = 90 / box.scale;
  const step = [1, 2, 5].flatMap((n) => [...Array(12).keys()].map((e) => n * 10 ** (e - 6))).sort((x, y) => x - y).find((s) => s >= per) || 1e6;
  let lastX = -1e9;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  time.steps.forEach((s, n) => {
    if (s.gap) return;
    const next = time.steps[n + 1], stop = Math.min(next ? next.t : D.end, time.t(view.b));
    const begin = Math.max(s.t, time.t(view.a));
    for (let k = Math.ceil(begin / step - 1e-9); k * step <= stop + 1e-9; k += 1) {
      const x = box.X(k * step);
      if (x < box.left - 1 || x - lastX < 60) continue;
      lastX = x;
      box.out.push(`<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="20" y2="${rows.height}" style="stroke:var(--line)"/>`);
      if (x < box.right - 40) box.out.push(`<text class="tick" x="${(x + 3).toFixed(1)}" y="15">${(k * step).toFixed(digits)} s</text>`);
    }
  });
  for (const gap of time.gaps) {
    const x = box.X(gap.t);
    if (x < box.left || x > box.right) continue;
    box.out.push(`<line x1="${x}" x2="${x}" y1="0" y2="${rows.height}" style="stroke:var(--quiet);stroke-dasharray:2 4"/>`);
    const text = [`${seconds(gap.gap)} left out`, seconds(gap.gap)].find((each) => box.scale * PAUSE > each.length * 5.5);
    if (text) box.out.push(`<text class="scale" x="${x + 4}" y="${rows.height - 20}">${text}</text>`);
  }
}

function drawMarks(box) {
  let lastX = -1e9;
  for (const [t, text] of D.marks) {
    const x = box.X(t);
    if (x < box.left - 1 || x > box.right || x - lastX < 3) continue;
    const colour = text === "restart" ? "--refused" : "--quiet";
    box.out.push(`<line x1="${x}" x2="${x}" y1="24" y2="${rows.by.share.y}" style="stroke:var(${colour});stroke-dasharray:5 3"/>`);
    const wide = text.length * 6 + 8, where = x + wide > box.right ? `x="${x - 3}" text-anchor="end"` : `x="${x + 3}"`;
    if (x - lastX > wide) box.out.push(`<text class="scale" ${where} y="${rows.by.marks.y + 14}" style="fill:var(${colour})">${escape(text)}</text>`);
    lastX = x;
  }
}

function drawPieces(box, way, row) {
  visible(box, D.pieces, PIECE.start, PIECE.end, D.reach, (p) => (p[PIECE.way] === way && kindOf(p) !== "blank" ? WEIGHT[kindOf(p)] || 1 : -1), (p, i, x, w) => {
    const mark = `data-p="${i}"${classOf("p", i)}`;
    box.out.push(rect(x, row.y + 4, w, row.h - 8, colourOf(p), mark));
    const from = Math.max(x, box.left), room = Math.min(x + w, box.right) - from;
    if (room > 44) box.out.push(`<text class="code in" x="${(from + 4).toFixed(1)}" y="${row.y + row.h / 2 + 4}">${escape(shorten(label(p), room - 8, 7.3))}</text>`);
  });
}

const label = (p) => (kindOf(p) === "payload" ? count(p[PIECE.count] - p[PIECE.head], "byte") : signs(p[PIECE.bytes].trim()));

function drawBars(box) {
  const row = rows.by.bars;
  visible(box, D.bars, BAR.start, BAR.end, D.longestBar, (b) => ({ refused: 3, lost: 2, busy: 2, ok: 1 })[b[BAR.outcome]], (b, i, x, w) => {
    const y = row.y + 5 + 24 * b.row, colour = COLOUR[b[BAR.outcome]];
    const mark = `data-b="${i}"${classOf("b", i)}`;
    box.out.push(rect(x, y, w, 20, "--wait", `rx="3" ${mark}`));
    if (w > 6) { // what is said, by either, is solid: the rest is waiting
      const said = Math.max(2, box.X(b[BAR.last]) - x);
      if (b[BAR.last] < b[BAR.end]) box.out.push(rect(x, y + 16, Math.min(said, w), 4, "--command", `pointer-events="none"`));
      if (b[BAR.first] > 0) {
        const from = Math.max(x, box.X(b[BAR.first]));
        box.out.push(rect(from, y + 16, Math.max(2, x + w - from), 4, colour, `pointer-events="none"`));
      }
    }
    box.out.push(rect(x, y, Math.min(4, w), 20, colour, `pointer-events="none"`));
    const from = Math.max(x, box.left), room = Math.min(x + w, box.right) - from;
    if (room > 50) {
      const ended = b[BAR.outcome] === "ok" ? "" : `: ${b[BAR.result] || OUTCOME[b[BAR.outcome]]}`;
      const shown = shorten(signs(b[BAR.text]) + ended, room - 12, 7.3);
      const tail = b[BAR.outcome] === "ok" && (shown.length + 9) * 7.3 < room - 12 ? `<tspan class="tick" dx="8">${seconds(b[BAR.end] - b[BAR.start])}</tspan>` : "";
      box.out.push(`<text class="code" x="${(from + 8).toFixed(1)}" y="${y + 13}"${b[BAR.outcome] === "ok" ? "" : ` style="fill:var(${colour})"`}>${escape(shown)}${tail}</text>`);
    }
  });
}

function drawNotices(box) {
  const row = rows.by.notices;
  let lastEnd = -1e9, pending = null;
  const list = [];
  visible(box, D.pieces, PIECE.start, PIECE.end, D.reach, (p) => ({ notice: 2, busy: 3, noise: 1 })[kindOf(p)] || -1, (p, i, x) => list.push([p, i, x]));
  list.forEach(([p, i, x], n) => {
    const y = row.y + 13, colour = COLOUR[kindOf(p)];
    box.out.push(`<path d="M${x.toFixed(1)} ${y - 6}l6 6l-6 6l-6 -6z" style="fill:var(${colour})" data-m="${i}"${classOf("p", i)}/>`);
    const room = (n + 1 < list.length ? list[n + 1][2] - 8 : box.right) - x - 10;
    const text = kindOf(p) === "noise" ? "noise" : signs(p[PIECE.bytes].trim());
    const shown = shorten(text, Math.min(room, 260), 8);
    if (shown) box.out.push(`<text x="${(x + 9).toFixed(1)}" y="${y + 4}">${escape(shown)}</text>`);
  });
}

function drawSpan(box, row) {
  for (const [name, text, start, end] of D.spans) {
    if (name !== row.span) continue;
    const x = Math.max(box.X(start), box.left - 4), w = Math.min(box.X(end), box.right + 4) - x;
    if (w < 0) continue;
    box.out.push(rect(x, row.y + 3, w, row.h - 6, "--wait", `rx="3"`));
    if (text && w > 40) box.out.push(`<text class="scale" x="${x + 6}" y="${row.y + 15}">${escape(text)}</text>`);
  }
  visible(box, D.pieces, PIECE.start, PIECE.end, D.reach, (p) => (kindOf(p) === "payload" && nameOfLink(p) === row.span ? 1 + p[PIECE.way] : -1), (p, i, x, w) => {
    const half = (row.h - 8) / 2;
    box.out.push(rect(x, row.y + 4 + (p[PIECE.way] ? half : 0), w, half, colourOf(p), `data-p="${i}"${classOf("p", i)}`));
  });
}

function drawShare(box, room) {
  const row = rows.by.share, middle = row.y + row.h / 2, tall = row.h / 2 - 8;
  const step = 4, n = Math.ceil(room / step), bins = [new Float32Array(n), new Float32Array(n)];
  const from = time.t(view.a) - D.reach, to = time.t(view.b), per = step / box.scale;
  for (let i = firstFrom(D.pieces, PIECE.start, from); i < D.pieces.length && D.pieces[i][PIECE.start] <= to; i += 1) {
    const p = D.pieces[i], a = (time.v(p[PIECE.start]) - view.a) / per, b = (time.v(p[PIECE.end]) - view.a) / per;
    for (let k = Math.max(0, Math.floor(a)); k < Math.min(n, Math.ceil(b)); k += 1) {
      bins[p[PIECE.way]][k] += Math.min(b, k + 1) - Math.max(a, k);
    }
  }
  const path = (values, sign) => {
    let d = `M${box.left} ${middle}`;
    values.forEach((share, k) => {
      const y = (middle - sign * Math.min(1, share) * tall).toFixed(1);
      d += `V${y}H${box.left + (k + 1) * step}`;
    });
    return `${d}V${middle}Z`;
  };
  box.out.push(`<path d="${path(bins[0], 1)}" style="fill:var(--command);opacity:.75"/>`);
  box.out.push(`<path d="${path(bins[1], -1)}" style="fill:var(--payload-in);opacity:.75"/>`);
  for (const y of [middle - tall, middle, middle + tall]) {
    box.out.push(`<line x1="${box.left}" x2="${box.right}" y1="${y}" y2="${y}" style="stroke:var(--line)"/>`);
  }
}

function drawMap() {
  const svg = $("overview"), width = svg.clientWidth || 900, left = LEFT(), room = width - left - 2;
  const out = [];
  if (svg.drawn !== `${width} ${time.end} ${D.bars.length} ${D.pieces.length}`) {
    svg.drawn = `${width} ${time.end} ${D.bars.length} ${D.pieces.length}`;
    const columns = Array(Math.max(1, Math.floor(room)) + 1).fill(null);
    const worst = { ok: 1, lost: 2, busy: 3, refused: 4 };
    for (const b of D.bars) {
      const a = Math.floor(time.v(b[BAR.start]) / time.end * room), z = Math.floor(time.v(b[BAR.end]) / time.end * room);
      for (let x = a; x <= z; x += 1) if (!columns[x] || worst[columns[x]] < worst[b[BAR.outcome]]) columns[x] = b[BAR.outcome];
    }
    for (let x = 0; x < columns.length; x += 1) {
      let end = x;
      while (columns[end + 1] === columns[x] && end + 1 < columns.length) end += 1;
      if (columns[x]) out.push(rect(left + x, 8, end - x + 1, 18, COLOUR[columns[x]], `opacity="${columns[x] === "ok" ? 0.45 : 1}"`));
      x = end;
    }
    svg.base = `<text x="8" y="21" style="font:12.5px system-ui;fill:var(--quiet)">all</text>${out.join("")}`;
  }
  const x = left + view.a / time.end * room, w = Math.max(4, (view.b - view.a) / time.end * room);
  svg.innerHTML = `${svg.base}<rect x="${x}" y="2" width="${w}" height="30" rx="3" style="fill:none;stroke:var(--pick);stroke-width:2"/>`;
}

function classOf(what, i) {
  const classes = [];
  if (picked && picked[0] === what && picked[1] === i) classes.push("picked");
  if (hits.has(`${what}${i}`)) classes.push("hit");
  return classes.length ? ` class="${classes.join(" ")}"` : "";
}
