// ---- bytes, for people --------------------------------------------------------------------------

const signs = (bytes) => bytes.replace(/[^ -~]/g, (c) => SIGNS[c.charCodeAt(0)] || `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

function readable(bytes) { // markup: line ends as signs, and lines as lines
  return escape(bytes).replace(/[^ -~]/g, (c) => {
    const sign = SIGNS[c.charCodeAt(0)] || `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`;
    return `<s>${sign}</s>${c === "\n" ? "\n" : ""}`;
  });
}

function pieceText(p, most) {
  const shown = p[PIECE.bytes].slice(0, most);
  const more = p[PIECE.count] - shown.length;
  return `<pre>${readable(shown)}</pre>${more > 0 ? `<p>and ${count(more, "byte")} more</p>` : ""}`;
}

const facts = (list) => `<dl>${list.filter((f) => f[1]).map(([k, v]) => `<div><dt>${k}</dt><dd>${escape(v)}</dd></div>`).join("")}</dl>`;
const KIND = { raw: "passthrough", escape: "+++" };

function pieceFacts(p) {
  const kind = KIND[kindOf(p)] || kindOf(p);
  return facts([
    [p[PIECE.way] ? "module" : "host", kind],
    ["at", `${p[PIECE.start].toFixed(3)} s`],
    ["on the wire", seconds(p[PIECE.end] - p[PIECE.start])],
    ["bytes", String(p[PIECE.count])],
    ["of them payload", p[PIECE.head] ? String(p[PIECE.count] - p[PIECE.head]) : ""],
    ["link", p[PIECE.link] < 0 ? "" : String(p[PIECE.link])],
  ]);
}

function barFacts(b) {
  const waited = b[BAR.first] > 0 ? b[BAR.first] - b[BAR.start] : -1;
  return facts([
    ["at", `${b[BAR.start].toFixed(3)} s`],
    ["took", seconds(b[BAR.end] - b[BAR.start])],
    ["first answer after", waited < 0 ? "" : seconds(waited)],
    ["ended", `${b[BAR.result] || OUTCOME[b[BAR.outcome]]}`],
  ]);
}

function barTalk(i) { // all that belongs to a command
  const b = D.bars[i];
  let text = "";
  for (let k = firstFrom(D.pieces, PIECE.start, b[BAR.start] - 1e-6); k < D.pieces.length && D.pieces[k][PIECE.start] <= b[BAR.end]; k += 1) {
    const p = D.pieces[k];
    if (kindOf(p) === "blank" || (p[PIECE.owner] !== i && p[PIECE.owner] >= 0)) continue;
    if (p[PIECE.owner] < 0 && p[PIECE.start] < b[BAR.start]) continue;
    text += `<span>${p[PIECE.start].toFixed(3)} ${p[PIECE.way] ? "module" : "host"}</span>${pieceText(p, 400).replace(/<p>.*<\/p>/, "")}`;
    if (text.length > 20000) { text += "<span>…</span><p>and more</p>"; break; }
  }
  return `<div class="talk">${text}</div>`;
}

function detail(what, i) {
  picked = [what, i];
  $("detail").innerHTML = what === "b"
    ? `<h2>${escape(signs(D.bars[i][BAR.text]))}</h2>${barFacts(D.bars[i])}${barTalk(i)}`
    : `${pieceFacts(D.pieces[i])}${pieceText(D.pieces[i], 8192)}`;
  ask();
}

function tell(target, event) {
  const tip = $("tip"), b = target?.dataset?.b, p = target?.dataset?.p ?? target?.dataset?.m;
  if (b === undefined && p === undefined) { tip.hidden = true; return; }
  tip.innerHTML = b !== undefined
    ? `<code>${escape(signs(D.bars[b][BAR.text]).slice(0, 200))}</code>${barFacts(D.bars[b])}`
    : `${pieceFacts(D.pieces[p])}${pieceText(D.pieces[p], 300)}`;
  tip.hidden = false;
  const w = tip.offsetWidth, h = tip.offsetHeight;
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - w - 8))}px`;
  tip.style.top = `${event.clientY + 18 + h > innerHeight ? Math.max(4, event.clientY - h - 12) : event.clientY + 18}px`;
}

// ---- moving about -------------------------------------------------------------------------------

function ask() {
  if (!queued) { queued = true; requestAnimationFrame(draw); }
}

function show(a, b) {
  const span = Math.min(Math.max(b - a, LEAST), time.end * 1.02);
  view.a = Math.max(-time.end * 0.01, Math.min(a, time.end * 1.01 - span));
  view.b = view.a + span;
  ask();
}

const zoom = (factor, at = (view.a + view.b) / 2) => show(at - (at - view.a) * factor, at + (view.b - at) * factor);
const move = (share) => show(view.a + (view.b - view.a) * share, view.b + (view.b - view.a) * share);
const all = () => show(-time.end * 0.01, time.end * 1.01);
const place = (event) => {
  const box = $("picture").getBoundingClientRect(), left = LEFT();
  return view.a + (event.clientX - box.left - left) / (box.width - left - 2) * (view.b - view.a);
};

function goTo(what, i) {
  const [start, end] = what === "b" ? [D.bars[i][BAR.start], D.bars[i][BAR.end]] : [D.pieces[i][PIECE.start], D.pieces[i][PIECE.end]];
  const a = time.v(start), b = time.v(end), span = view.b - view.a;
  if (b - a < span / 40 || b - a > span) {
    const wanted = Math.max((b - a) * 3, 0.02);
    show((a + b) / 2 - wanted / 2, (a + b) / 2 + wanted / 2);
  } else if (a < view.a || b > view.b) show(a - span * 0.1, a + span * 0.9);
  detail(what, i);
}

function step(by, small) {
  if (small) { stepPiece(by); return; }
  const now = picked && picked[0] === "b" ? picked[1] : by > 0 ? firstFrom(D.bars, BAR.start, time.t(view.a)) - 1 : D.bars.length;
  const next = Math.max(0, Math.min(D.bars.length - 1, now + by));
  if (D.bars.length) goTo("b", next);
}

function stepPiece(by) { // to the next that was said, by either
  const now = picked && picked[0] === "p" ? picked[1] : firstFrom(D.pieces, PIECE.start, picked ? D.bars[picked[1]][BAR.start] : time.t(view.a)) - (by > 0);
  for (let i = now + by; i >= 0 && i < D.pieces.length; i += by) {
    if (kindOf(D.pieces[i]) !== "blank") { goTo("p", i); return; }
  }
}

function search(again) {
  const wanted = $("find").value.toLowerCase();
  if (!again) {
    hits = new Set();
    hitList = [];
    if (wanted) {
      D.bars.forEach((b, i) => { if (`${b[BAR.text]} ${b[BAR.result]}`.toLowerCase().includes(wanted)) hitList.push(["b", i, b[BAR.start]]); });
      D.pieces.forEach((p, i) => { if (kindOf(p) !== "command" && p[PIECE.bytes].toLowerCase().includes(wanted)) hitList.push(["p", i, p[PIECE.start]]); });
      hitList.sort((x, y) => x[2] - y[2]);
      for (const [what, i] of hitList) hits.add(`${what}${i}`);
    }
    found = -1;
    ask();
  } else if (hitList.length) {
    found = (found + again + hitList.length) % hitList.length;
    goTo(hitList[found][0], hitList[found][1]);
  }
  const which = found < 0 ? "Enter goes from one to the next" : `${found + 1} of ${hitList.length}`;
  $("found").textContent = !wanted ? "" : hitList.length ? `${count(hitList.length, "place")}: ${which}` : "nowhere";
}

// ---- around the picture -------------------------------------------------------------------------

function figures() {
  const said = [0, 0], busy = [0, 0];
  for (const p of D.pieces) { said[p[PIECE.way]] += p[PIECE.count]; busy[p[PIECE.way]] += p[PIECE.end] - p[PIECE.start]; }
  const ended = (outcome) => D.bars.filter((b) => b[BAR.outcome] === outcome).length;
  const share = (way) => (D.end ? `${(100 * busy[way] / D.end).toFixed(busy[way] / D.end < 0.1 ? 1 : 0)} %` : "0 %");
  const list = [
    [seconds(D.end), "in all"], [count(D.bars.length, "command"), ""],
    [count(said[0], "byte"), `to the module, ${share(0)} of the wire`], [count(said[1], "byte"), `from it, ${share(1)}`],
    [ended("refused"), "refused", 1], [ended("busy"), "busy", 1], [ended("lost"), "without a result", 1],
    [count(D.marks.filter((m) => m[1] === "restart").length, "restart"), "", 1],
  ];
  $("figures").innerHTML = list.filter(([n, , bad]) => !bad || parseInt(n, 10)).map(([n, text, bad]) => `<li${bad ? ' class="bad"' : ""}><b>${n}</b> ${text}</li>`).join("");
}

function lists() {
  const button = (what, i, t, text, why, colour) => `<li><button data-go="${what}${i}"><span class="t">${t}</span><code>${escape(signs(text))}</code><span class="w" style="color:var(${colour})">${escape(why)}</span></button></li>`;
  const wrong = [];
  D.bars.forEach((b, i) => { if (b[BAR.outcome] !== "ok") wrong.push([b[BAR.start], "b", i, b[BAR.text], b[BAR.result] || OUTCOME[b[BAR.outcome]], COLOUR[b[BAR.outcome]]]); });
  D.pieces.forEach((p, i) => { if (kindOf(p) === "noise") wrong.push([p[PIECE.start], "p", i, p[PIECE.bytes].trim().slice(0, 60), "noise", "--noise"]); });
  wrong.sort((x, y) => x[0] - y[0]);
  $("wrong").innerHTML = wrong.slice(0, 40).map(([t, what, i, text, why, colour]) => button(what, i, `${t.toFixed(3)} s`, text, why, colour)).join("") + (wrong.length > 40 ? `<li class="quiet">and ${wrong.length - 40} more</li>` : "") || `<li class="quiet">Nothing: ${D.bars.length ? "every command was answered with OK" : "there was no command"}.</li>`;
  const slow = D.bars.map((b, i) => [b[BAR.end] - b[BAR.start], i]).sort((x, y) => y[0] - x[0]).slice(0, 10);
  $("slow").innerHTML = slow.map(([t, i]) => button("b", i, seconds(t), D.bars[i][BAR.text], "", "--quiet")).join("");
}

function legend() {
  const list = [
    ["--command", "command"], ["--payload-out", "payload of the host"], ["--payload-in", "payload of the module"],
    ["--reply", "reply"], ["--raw", "passthrough"], ["--noise", "echo, noise"], ["--notice", "notice"], ["--wait", "waiting; a link that is open"], ["--ok", "OK"],
    ["--refused", "refused"], ["--busy", "busy"], ["--lost", "no result"],
  ];
  $("legend").innerHTML = list.map(([colour, text]) => `<li><i style="background:var(${colour})"></i>${text}</li>`).join("");
}

function begin(first) {
  D.reach = longest(D.pieces, PIECE.start, PIECE.end);
  D.longestBar = longest(D.bars, BAR.start, BAR.end);
  time = makeTime(true);
  const pauses = time.gaps.length;
  if (first) $("squeeze").checked = pauses > 0 && time.end < D.end * 0.8;
  $("squeeze").disabled = !pauses;
  time = makeTime($("squeeze").checked);
  rows = makeRows();
  $("title").textContent = D.title;
  $("about").textContent = `${D.firmware} · ${D.source} · ${D.date}${D.live ? " · live" : ""}`;
  figures();
  lists();
}

function listen() {
  const svg = $("picture");
  let held = null;
  svg.addEventListener("wheel", (e) => {
    e.preventDefault();
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) move((e.deltaX || e.deltaY) / 800);
    else zoom(Math.exp(Math.max(-1, Math.min(1, e.deltaY / 300))), place(e));
  }, { passive: false });
  svg.addEventListener("pointerdown", (e) => { held = { x: e.clientX, a: view.a, b: view.b, far: false }; });
  addEventListener("pointermove", (e) => {
    if (!held) return;
    const by = (held.x - e.clientX) / (svg.clientWidth - LEFT()) * (held.b - held.a);
    if (Math.abs(held.x - e.clientX) > 3) { held.far = true; svg.classList.add("moving"); $("tip").hidden = true; }
    if (held.far) show(held.a + by, held.b + by);
  });
  addEventListener("pointerup", () => { svg.classList.remove("moving"); setTimeout(() => { held = null; }); });
  svg.addEventListener("click", (e) => {
    if (held?.far) return;
    const { b, p, m } = e.target.dataset;
    if (b !== undefined) detail("b", +b); else if ((p ?? m) !== undefined) detail("p", +(p ?? m));
  });
  svg.addEventListener("dblclick", (e) => zoom(0.4, place(e)));
  svg.addEventListener("mousemove", (e) => { if (!held?.far) tell(e.target, e); });
  svg.addEventListener("mouseleave", () => { $("tip").hidden = true; });
  svg.addEventListener("keydown", (e) => {
    const act = { "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1.6), "0": all, ArrowLeft: () => move(-0.2), ArrowRight: () => move(0.2), ArrowUp: () => step(-1, e.shiftKey), ArrowDown: () => step(1, e.shiftKey) }[e.key];
    if (act && !e.ctrlKey && !e.metaKey) { e.preventDefault(); act(); }
  });
  const jump = (e) => {
    const box = $("overview").getBoundingClientRect(), left = LEFT(), span = view.b - view.a;
    const at = (e.clientX - box.left - left) / (box.width - left - 2) * time.end;
    show(at - span / 2, at + span / 2);
  };
  $("overview").addEventListener("pointerdown", jump);
  $("overview").addEventListener("pointermove", (e) => { if (e.buttons) jump(e); });
  $("fit").addEventListener("click", all);
  $("in").addEventListener("click", () => zoom(0.6));
  $("out").addEventListener("click", () => zoom(1.6));
  $("squeeze").addEventListener("change", () => {
    const [a, b] = [time.t(Math.max(0, view.a)), time.t(view.b)];
    time = makeTime($("squeeze").checked);
    show(time.v(a), time.v(b));
  });
  $("find").addEventListener("input", () => search(0));
  $("find").addEventListener("keydown", (e) => { if (e.key === "Enter") search(e.shiftKey ? -1 : 1); });
  $("lists").addEventListener("click", (e) => {
    const go = e.target.closest("[data-go]")?.dataset.go;
    if (go) { goTo(go[0], +go.slice(1)); $("stage").scrollIntoView({ block: "nearest" }); }
  });
  addEventListener("resize", ask);
}

async function follow() { // a conversation that goes on
  const asked = performance.now();
  try {
    const answer = await fetch(`picture.json?from=${D.pieces.length}`);
    if (answer.status === 200) {
      const whole = view.a <= 0 && view.b >= time.end, latest = view.b >= time.end * 0.98;
      const span = view.b - view.a;
      D = await answer.json();
      begin(false);
      if (whole) all(); else if (latest) show(time.end * 1.01 - span, time.end * 1.01); else ask();
    }
  } catch { D.live = false; $("about").textContent += ": over"; }
  // What is long to make is asked for less often: the program that is watched goes first.
  if (D.live) setTimeout(follow, Math.max(1000, 4 * (performance.now() - asked)));
}

begin(true);
legend();
listen();
all();
if (D.live) setTimeout(follow, 1000);
