"""adafruit_requests, as published, against nginx."""

import adafruit_connection_manager as manager
import adafruit_requests
import pytest

from tests.programs.conftest import SLOW, TEN, each_family

HOST = "http://web.test"


def exercises(what):
    return pytest.mark.exercises("adafruit_requests", "nginx", what)


@pytest.fixture
def board(make_board, family, nginx):
    """A board whose network has the web server."""
    return make_board(family, {"web.test": ("127.0.0.1", {80: nginx.port, 81: 9})})


@pytest.fixture
def session(board):
    """A session; what it holds is closed at the end."""
    yield adafruit_requests.Session(board.pool)
    manager.connection_manager_close_all(board.pool)
    assert not any(board.radio.modem.links[:5])


def get(session, path, **how):
    return session.get(HOST + path, **how)


@each_family
@exercises("GET: text, headers, status")
def test_get(session):
    with get(session, "/short.html") as answer:
        assert (answer.status_code, bytes(answer.reason)) == (200, b"OK")
        assert answer.headers["content-type"] == "text/html"
        assert answer.text == "<p>short</p>"
    with get(session, "/missing") as answer:
        assert (answer.status_code, answer.text) == (404, "not here")
    with get(session, "/nothing") as answer:
        assert (answer.status_code, answer.content) == (204, b"")


@each_family
@exercises("GET: 10 KB by .content, within 45 reads of the module")
def test_ten_kilobytes(board, session):
    """Design 7; the library reads them in pieces of 32 bytes."""
    with board.counted(reads=45, writes=1):
        assert get(session, "/ten").content == TEN


@exercises("GET: 10 KB by .content, within 45 reads of the module")
def test_ten_kilobytes_with_a_small_uart_buffer(make_board, family, nginx):
    """The smallest that is any good for a page."""
    small = make_board(family, {"web.test": ("127.0.0.1", {80: nginx.port})}, rx_size=512)
    with small.counted(reads=45, writes=1):
        session = adafruit_requests.Session(small.pool)
        assert get(session, "/ten").content == TEN
    manager.connection_manager_close_all(small.pool)


@each_family
@exercises("two GETs and a POST, within 6 writes")
def test_two_gets_and_a_post(board, session):
    """The library calls send() 52 times for them; design 7 wants 4, and no more than 6."""
    with board.counted(writes=6) as counts:
        get(session, "/which").close()
        get(session, "/which").close()
        session.post(HOST + "/json", json={"a": 1}).close()
    assert counts["writes"] == 4


@exercises("JSON, both ways")
def test_json(session, nginx):
    assert get(session, "/data.json").json() == {"list": [1, 2, {"deep": "ä"}], "none": None}
    sent = {"temperature": 21.5, "where": ["attic", "ünder"]}
    with session.post(HOST + "/json", json=sent) as answer:
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == sent


@exercises("POST and PUT: bytes, a form, more than one AT+CIPSEND takes")
def test_post(session, nginx):
    before = len(nginx.taken())
    large = bytes(33 + i % 91 for i in range(20_000))
    for sent in (b"plain", {"a": "1", "b": "two"}, large):
        length = len(sent) if sent is not None and not isinstance(sent, dict) else 9
        assert session.post(HOST + "/take", data=sent).text == f"took {length}"
    assert session.put(HOST + "/take", data=b"put").text == "took 3"
    taken = [b"POST plain", b"POST a=1&b=two", b"POST " + large, b"PUT put"]
    assert nginx.taken()[before:] == taken


@exercises("a file, uploaded in pieces")
def test_a_file(session, nginx, tmp_path):
    path = tmp_path / "readings.csv"
    path.write_bytes(b"1;2;3;4;5;6;7;8;9\r" * 20)
    before = len(nginx.taken())
    with path.open("rb") as file:
        assert session.post(HOST + "/take", data=file).text == "took 360"
    assert nginx.taken()[before:] == [b"POST " + path.read_bytes()]


@exercises("headers of the program's own; HEAD")
def test_headers(session):
    with get(session, "/asked", headers={"X-Mark": "here", "User-Agent": "tests"}) as answer:
        assert answer.text == "GET tests here"
    with session.head(HOST + "/ten") as answer:
        assert answer.headers["content-length"] == "10000"
        assert answer.content == b""


@exercises("20 requests on one session: one connection, kept alive")
def test_twenty_requests_on_one_session(board, session):
    started = board.said(b"+CIPSTART=")
    said = [get(session, "/which").text.split() for _ in range(20)]
    assert len({connection for connection, _ in said}) == 1
    assert [int(number) for _, number in said] == list(range(1, 21))
    assert board.said(b"+CIPSTART=") == started + 1


@exercises("chunked answers")
def test_chunked(session):
    for _ in range(2):
        with get(session, "/chunked/ten") as answer:
            assert "content-length" not in answer.headers
            assert answer.content == TEN
    assert get(session, "/chunked/data.json").json()["none"] is None


@exercises("answers that end where the connection does")
def test_closed(session):
    for _ in range(2):
        with get(session, "/old/ten") as answer:
            assert "content-length" not in answer.headers
            assert answer.content == TEN
    with get(session, "/closed/ten") as answer:
        assert answer.headers["connection"] == "close"
        assert answer.content == TEN
    assert get(session, "/which").text.endswith(" 1")


@exercises("100 KB streamed, by iter_content and by the socket")
def test_streamed(session):
    with get(session, "/long", stream=True) as answer:
        pieces = list(answer.iter_content(chunk_size=1000))
    assert b"".join(pieces) == TEN * 10
    answer = get(session, "/long", stream=True, headers={"Connection": "close"})
    rest = bytes(answer._receive_buffer[: answer._received_length])  # came with the head
    buffer = bytearray(4096)
    got = bytearray(rest)
    while count := answer.socket.recv_into(buffer):
        got += buffer[:count]
    answer.close()
    assert bytes(got) == TEN * 10


@exercises("a body that is only half read, and the session used on")
def test_half_read(session):
    """The library uses the connection again, does not find the answer, and makes another."""
    answer = get(session, "/ten", stream=True)
    assert TEN.startswith(next(answer.iter_content(100)))
    assert get(session, "/which").text.endswith(" 1")


@exercises("redirects: to another server, to a path, relative")
def test_redirects(session):
    assert get(session, "/here/moved").text.endswith(" 1")  # it does not read what came with 302
    assert get(session, "/here/far").text.startswith("GET Adafruit CircuitPython")
    assert get(session, "/here/near").text == "by a relative path"
    with get(session, "/here/moved", allow_redirects=False) as answer:
        assert (answer.status_code, answer.headers["location"]) == (302, "/which")


@exercises("time-outs: a server that says nothing, one that is slow")
def test_time_outs(session):
    with pytest.raises(adafruit_requests.OutOfRetries) as raised:
        get(session, "/silent", timeout=0.4)
    assert isinstance(raised.value.__cause__, TimeoutError)
    # What trickles in is no silence.
    assert len(get(session, "/slow/ten", timeout=1).content) == 10_000


@exercises("nobody there: no such name, no such port")
def test_nobody(session):
    with pytest.raises(OSError, match="name not found: nowhere") as raised:
        session.get("http://nowhere.test/")
    assert raised.value.errno == -2
    with pytest.raises(ConnectionRefusedError):
        session.get("http://web.test:81/")


@exercises("a connection that the server closed meanwhile")
def test_a_server_that_has_closed(session, nginx):
    """The library finds the socket dead, and makes its request again on a new one."""
    assert get(session, "/which").text.endswith(" 1")
    nginx.stop()
    nginx.start()
    assert get(session, "/which").text.endswith(" 1")


@exercises("more servers at a time than the module has links")
def test_more_sessions_than_links(make_board, family, nginx):
    """The connection manager closes those that are idle when there is no link left."""
    names = [f"web{number}.test" for number in range(8)]
    board = make_board(family, {name: ("127.0.0.1", {80: nginx.port}) for name in names})
    session = adafruit_requests.Session(board.pool)
    for name in names * 2:
        assert session.get(f"http://{name}/short.html").text == "<p>short</p>"
    manager.connection_manager_close_all(board.pool)


@exercises("a module that restarts between two requests")
def test_a_module_that_restarts(board, session):
    assert get(session, "/which").text.endswith(" 1")
    board.module.reset()
    assert get(session, "/which").text.endswith(" 1")


@exercises("over 115200 baud, with a receive buffer of 1 KB: nothing lost")
def test_over_a_slow_line(make_board, family, nginx):
    board = make_board(
        family, {"web.test": ("127.0.0.1", {80: nginx.port})}, None, SLOW, rx_size=512
    )
    session = adafruit_requests.Session(board.pool)
    assert get(session, "/ten").content == TEN
    before = len(nginx.taken())
    assert session.post(HOST + "/take", data=b"x" * 3000).text == "took 3000"
    assert nginx.taken()[before:] == [b"POST " + b"x" * 3000]
    manager.connection_manager_close_all(board.pool)
    assert board.module.overruns == (0, 0)
