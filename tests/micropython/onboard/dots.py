# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published microdot: a page, a WebSocket, server-sent events, an upload."""

import asyncio
import hashlib

from beat import Beat
from microdot import Microdot, Request, send_file
from microdot.sse import with_sse
from microdot.websocket import with_websocket

PAGE = """<!doctype html><title>Pico</title><img src="/dot.svg"><p id="p">waiting</p><script>
const told = [];
function tell(what) { told.push(what); }
function socket() { return new Promise(done => {
  const ws = new WebSocket("ws://" + location.host + "/echo");
  ws.onopen = () => ws.send("hello");
  ws.onmessage = e => { tell("ws " + e.data); if (e.data == "hello!") ws.send("x".repeat(3000));
    else ws.close(); };
  ws.onclose = done; }); }
function events() { return new Promise(done => {
  const source = new EventSource("/events");
  source.onmessage = e => { tell("event " + e.data);
    if (e.data == "3") { source.close(); done(); } };
}); }
async function upload() {
  const bytes = Uint8Array.from({length: 20000}, (_, i) => (i * 7 + (i >> 8)) & 255);
  const reply = await fetch("/upload", {method: "POST", body: bytes});
  tell("upload " + await reply.text()); }
async function all() {
  await socket(); await events(); await upload();
  await Promise.all([socket(), upload(), fetch("/dot.svg")]);
  await fetch("/over", {method: "POST", body: told.join("\\n")}); }
all().catch(e => fetch("/over", {method: "POST", body: "failed " + e}));
</script>"""

Request.max_content_length = 32 * 1024
app = Microdot()


@app.route("/")
async def index(request):
    return PAGE, 200, {"Content-Type": "text/html"}


@app.route("/dot.svg")
async def dot(request):
    with open("dot.svg", "w") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg">' + "<g/>" * 1000 + "</svg>")
    return send_file("dot.svg", content_type="image/svg+xml")


@app.route("/echo")
@with_websocket
async def echo(request, ws):
    while True:
        await ws.send(await ws.receive() + "!")


@app.route("/events")
@with_sse
async def events(request, sse):
    for number in range(4):
        await sse.send(str(number))
        await asyncio.sleep_ms(20)


@app.post("/upload")
async def upload(request):
    sha = hashlib.sha256()
    total = 0
    while total < request.content_length:
        piece = await request.stream.read(min(1000, request.content_length - total))
        sha.update(piece)
        total += len(piece)
    return "%d %s" % (total, "".join(["%02x" % byte for byte in sha.digest()]))  # noqa: UP031


@app.post("/over")
async def over(request):
    print(request.body.decode())
    request.app.shutdown()
    return "good-bye"


async def main():
    beat = Beat()
    server = asyncio.create_task(app.start_server(port=80))
    await asyncio.sleep_ms(50)
    print("serving")
    await server
    print("stall", beat.told())


asyncio.run(main())
