"""adafruit_httpserver, as published, on the module's server; curl and Chromium are its clients."""

import contextlib
import json
import socket
import struct
import subprocess

import adafruit_httpserver as http
import pytest

from tests.programs import servers
from tests.programs.conftest import SLOW, TEN, each_family
from tests.programs.sites import PATIENCE


def exercises(what, peer="curl"):
    return pytest.mark.exercises("adafruit_httpserver", peer, what)


@pytest.fixture
def root(tmp_path):
    """The files that are served."""
    (tmp_path / "ten").write_bytes(TEN)
    (tmp_path / "index.html").write_text("<h1>Home</h1>")
    return tmp_path


@pytest.fixture
def site(make_board, family, root, site_of):
    """A site that is not started yet."""
    return site_of(make_board(family, server_ports={80: 0}), root)


@pytest.fixture
def routes(site):
    """The same with a few routes, started."""
    server = site.server

    @server.route("/hello/<name>")
    def hello(request, name):
        return http.Response(request, f"hello {name} from {request.client_address[0]}")

    @server.route("/told", [http.GET, http.POST, http.PUT])
    def told(request):
        return http.JSONResponse(
            request,
            {
                "method": request.method,
                "query": request.query_params.get("q"),
                "mark": request.headers.get("X-Mark"),
                "cookie": request.cookies.get("crumb"),
                "length": len(request.body),
                "sum": sum(request.body),
            },
        )

    @server.route("/form", http.POST)
    def form(request):
        return http.Response(request, request.form_data.get("name"))

    @server.route("/moved")
    def moved(request):
        return http.Redirect(request, "/hello/there")

    @server.route("/pieces")
    def pieces(request):
        def body():
            for number in range(20):
                yield f"piece {number}, " * 10

        return http.ChunkedResponse(request, body)

    return site.start()


@each_family
@exercises("routes, with names in the path")
def test_routes(routes):
    assert routes.get("/hello/world") == b"hello world from 127.0.0.1"
    assert routes.get("/moved", "-L") == b"hello there from 127.0.0.1"
    assert routes.get("/nowhere") == b"File not found"
    assert routes.outcomes.count(http.REQUEST_HANDLED_RESPONSE_SENT) == 4


@exercises("queries, headers, cookies, JSON, forms, bodies of 20 KB")
def test_what_a_request_brings(routes):
    asked = ("/told?q=a%20b", "-H", "X-Mark: here", "-b", "crumb=sweet")
    told = json.loads(routes.get(*asked))
    assert (told["query"], told["mark"], told["cookie"]) == ("a%20b", "here", "sweet")
    told = json.loads(routes.get("/told", "--data-binary", f"@{routes.server.root_path}/ten"))
    assert (told["method"], told["length"], told["sum"]) == ("POST", len(TEN), sum(TEN))
    told = json.loads(routes.get("/told", "-X", "PUT", "-d", "1234"))
    assert (told["method"], told["length"]) == ("PUT", 4)
    assert routes.get("/form", "-d", "name=Ada&age=36") == b"Ada"


@each_family
@exercises("files, 10 KB whole; none outside their folder")
def test_files(site, root):
    site.start()
    assert site.get("/ten") == TEN
    assert site.get("/") == b"<h1>Home</h1>"
    assert site.get("/gone") == b"File not found"
    head = site.get("/ten", "-I").split(b"\r\n")
    assert head[0] == b"HTTP/1.1 200 OK"
    assert b"content-length: 10000" in [line.lower() for line in head]
    assert site.get("/../secret", "--path-as-is") == b"Invalid path"


@exercises("chunked answers")
def test_chunked(routes):
    printed = routes.get("/pieces", "--raw")
    assert printed.endswith(b"\r\n0\r\n\r\n")
    whole = "".join(f"piece {number}, " * 10 for number in range(20))
    assert routes.get("/pieces").decode() == whole


@exercises("user and password")
def test_authentication(routes):
    routes.server.require_authentication([http.Basic("ada", "secret")])
    assert b"401" in routes.get("/hello/x", "-i").split(b"\r\n")[0]
    assert routes.get("/hello/x", "-u", "ada:secret") == b"hello x from 127.0.0.1"


@each_family
@exercises("five clients at once, and eight")
def test_many_at_once(routes):
    """The module has five links: the others wait for one, and none gets another's end."""
    for times in (5, 8, 8):
        printed = routes.curl(routes.url + "/hello/all", times=times)
        assert printed == [b"hello all from 127.0.0.1"] * times


@exercises("50 requests one after the other")
def test_many_one_after_the_other(routes):
    for _ in range(10):
        urls = [f"{routes.url}/hello/{number}" for number in range(5)]
        printed = routes.curl(*urls)[0]
        assert printed == b"".join(b"hello %d from 127.0.0.1" % n for n in range(5))
    routes.until(lambda: not any(routes.board.radio.modem.links[:5]))


@exercises("a client that connects and closes at once", "a client of the test")
def test_clients_that_come_and_go(routes):
    """The library spins for ever where a read gives 0 again and again."""
    for _ in range(12):
        socket.create_connection(("127.0.0.1", routes.port)).close()
        for _ in range(20):
            routes.poll()
    assert routes.get("/hello/after") == b"hello after from 127.0.0.1"
    # It forgets to close those sockets: their links serve others all the same.
    with servers.listening() as port, routes.board.pool.socket() as sock:
        sock.connect(("127.0.0.1", port))


@exercises("clients that say nothing, or half a request, and stay", "a client of the test")
def test_clients_that_stay_silent(routes):
    routes.server.socket_timeout = 0.05
    with socket.create_connection(("127.0.0.1", routes.port)):
        routes.until(lambda: http.CONNECTION_TIMED_OUT in routes.outcomes)
    with socket.create_connection(("127.0.0.1", routes.port)) as half:
        half.sendall(b"GET /hello/half HTT")
        with pytest.raises(ValueError, match="Unparseable"):
            routes.until(lambda: False)
        half.settimeout(PATIENCE)
        assert half.recv(100) == b""
    assert routes.get("/hello/after") == b"hello after from 127.0.0.1"


@exercises("a client that goes in the middle of an answer", "a client of the test")
def test_a_client_that_goes_too_soon(site, root):
    (root / "large").write_bytes(TEN * 10)
    site.start()
    client = socket.create_connection(("127.0.0.1", site.port))
    client.sendall(b"GET /large HTTP/1.1\r\nHost: me\r\n\r\n")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()  # with a reset
    for _ in range(50):
        try:
            site.poll()
        except OSError:
            pass  # a broken pipe is the program's to know
    assert site.get("/ten") == TEN


@exercises("stopped, and started again; a module that restarted")
def test_started_again(routes):
    routes.server.stop()
    routes.start()
    assert routes.get("/hello/again") == b"hello again from 127.0.0.1"
    routes.board.module.reset()
    routes.until(lambda: routes.board.module.core.links.listener)
    assert routes.get("/hello/again") == b"hello again from 127.0.0.1"


@exercises("over 115200 baud, with a receive buffer of 1 KB: nothing lost")
def test_over_a_slow_line(make_board, family, root, site_of):
    site = site_of(make_board(family, None, {80: 0}, SLOW, rx_size=512), root)
    got = []

    @site.server.route("/take", http.POST)
    def take(request):
        got.append(request.body)
        return http.Response(request, "took it")

    site.start()
    assert site.get("/ten") == TEN
    assert site.get("/take", "--data-binary", f"@{root}/ten") == b"took it"
    assert got == [TEN]
    assert site.curl(site.url + "/", times=5) == [b"<h1>Home</h1>"] * 5
    assert site.board.module.overruns == (0, 0)


@exercises("server-sent events")
def test_events(routes):
    kept = []

    @routes.server.route("/events")
    def events(request):
        kept.append(http.SSEResponse(request))
        return kept[0]

    command = [servers.program("curl"), "-sSN", "-m", str(PATIENCE), routes.url + "/events"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as client:
        routes.until(lambda: kept)
        routes.poll()
        for number in range(3):
            kept[0].send_event(f"number {number}", event="count", id=number + 1)
            lines = [client.stdout.readline() for _ in range(4)]
            assert lines[:3] == [
                b"data: number %d\n" % number,
                b"event: count\n",
                b"id: %d\n" % (number + 1),
            ]
        # Others are served meanwhile.
        assert routes.get("/hello/other") == b"hello other from 127.0.0.1"
        client.kill()
    with pytest.raises(OSError):
        routes.until(lambda: kept[0].send_event("anybody?"))
    kept[0]._close_connection()
    assert routes.get("/hello/other") == b"hello other from 127.0.0.1"


# ---- a browser --------------------------------------------------------------------------------


@pytest.fixture
def reports(site):
    """What pages tell us, by POST to /report."""
    told = []

    @site.server.route("/report", http.POST)
    def report(request):
        told.append(json.loads(request.body))
        return http.Response(request, "thanks")

    return told


_TELL = "const tell = what => fetch('/report', {method: 'POST', body: JSON.stringify(what)});"
# A picture of one white pixel, as BMP: file header, information header, the row.
_PIXEL = (
    struct.pack("<2s9I", b"BM", 58, 0, 54, 40, 1, 1, 24 << 16 | 1, 0, 0) + bytes(16) + b"\xff" * 4
)


def _page(root):
    """A page of nine requests: three scripts, two styles, three pictures. 137 KB in all."""
    html = [
        "<!doctype html><title>nine</title><link rel=icon href=data:,>",
        *(f"<link rel=stylesheet href=style{n}.css>" for n in range(2)),
        *(f"<script src=script{n}.js></script>" for n in range(3)),
        *(f"<img src=picture{n}.bmp>" for n in range(3)),
        f"<p>text</p><script>{_TELL}",
        "addEventListener('load', () => tell({",
        "  scripts: window.loaded, colour: getComputedStyle(document.querySelector('p')).color,",
        "  border: getComputedStyle(document.querySelector('p')).borderTopWidth,",
        "  pictures: [...document.images].map(i => i.naturalWidth)}))</script>",
    ]
    files = {"index.html": "\n".join(html).encode()}
    filling = b"/* " + b"filling, " * 1900 + b"*/\n"
    files["style0.css"] = filling + b"p { color: rgb(1, 2, 3) }"
    files["style1.css"] = filling + b"p { border: 7px solid }"
    for number in range(3):
        added = b"window.loaded = (window.loaded || []).concat(%d)" % number
        files[f"script{number}.js"] = filling + added
        files[f"picture{number}.bmp"] = _PIXEL + bytes(17_000)
    files["index.html"] += b"\n" * (137 * 1024 - sum(map(len, files.values())))
    assert sum(map(len, files.values())) == 137 * 1024
    for name, content in files.items():
        (root / name).write_bytes(content)
    return len(files)


@exercises("a page with scripts, styles and pictures: 137 KB in nine requests", "Chromium")
def test_a_page(site, root, reports, browser):
    files = _page(root)
    site.start()
    with browser.opened(site.url):
        told = site.until(lambda: reports)
    assert told == [
        {"scripts": [0, 1, 2], "colour": "rgb(1, 2, 3)", "border": "7px", "pictures": [1, 1, 1]}
    ]
    assert site.outcomes.count(http.REQUEST_HANDLED_RESPONSE_SENT) == files + 1


_LIVE = f"""<!doctype html><link rel=icon href=data:,><script>{_TELL}
const said = [];
const socket = new WebSocket('ws://' + location.host + '/socket');
socket.binaryType = 'arraybuffer';
socket.onopen = () => {{ socket.send('hello'); socket.send(new Uint8Array(300).fill(7)); }};
socket.onmessage = message => {{
  said.push(typeof message.data == 'string' ? message.data : message.data.byteLength);
  if (said.length == 4) socket.close(1000, 'enough');
}};
socket.onclose = closed => {{
  said.push(closed.wasClean);
  const events = new EventSource('/events');
  events.addEventListener('count', event => {{
    said.push(event.data);
    if (said.length == 8) {{ events.close(); tell(said); }}
  }});
}};
</script>"""


@exercises("a WebSocket: text, bytes, long messages, its end; then server-sent events", "Chromium")
def test_a_live_page(site, root, reports, browser):
    (root / "index.html").write_text(_LIVE)
    open_now = {}

    @site.server.route("/socket")
    def connected(request):
        open_now["socket"] = http.Websocket(request)
        return open_now["socket"]

    @site.server.route("/events")
    def events(request):
        open_now["events"] = http.SSEResponse(request)
        return open_now["events"]

    got = []

    def work():
        """What a program does between two calls of poll()."""
        live = open_now.get("socket")
        if live and not live.closed and (message := live.receive(fail_silently=True)) is not None:
            got.append(message)
            answer = message.upper() if isinstance(message, str) else message * 13
            live.send_message(answer)
            live.send_message("next")
        if "events" in open_now:
            for number in range(3):
                open_now["events"].send_event(str(number), event="count")
            with contextlib.suppress(BrokenPipeError):  # the page closes too, perhaps before us
                open_now.pop("events").close()
        return reports

    site.start()
    with browser.opened(site.url):
        told = site.until(work)
    assert got == ["hello", bytes([7]) * 300]
    assert told == [["HELLO", "next", 3900, "next", True, "0", "1", "2"]]
    assert open_now["socket"].closed
