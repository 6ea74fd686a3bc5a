"""TLS done by the module, under the published libraries: HTTPS and MQTT with certificates.

The servers are nginx and mosquitto with certificates of a CA of the test's own; modules whose
firmware looks at dates ask chrony for the time, under the name of the server they always ask.
"""

import errno

import adafruit_connection_manager as manager
import adafruit_httpserver as http
import adafruit_requests
import pytest
import trustme
from adafruit_minimqtt import adafruit_minimqtt as minimqtt

from tests.lib.aliases import installed
from tests.programs.conftest import TEN, other_names
from tests.programs.servers import Mosquitto, Nginx

tls = pytest.importorskip("espat.tls", reason="espat has no TLS yet")

VERIFIES = ("esp8266-2.2.1", "esp32-2.4", "esp32c3-3.3", "esp32c6-4.1", "esp32c6-5.0.1")
BLIND = ("nonos-1.3", "nonos-1.7.4", "wizfi360")
"""Firmware that cannot check a certificate that it is given."""

RSA = trustme.KeyType.RSA
CA = trustme.CA(key_type=RSA)
STRANGER = trustme.CA(key_type=RSA)
families = pytest.mark.parametrize("family", VERIFIES)
"""Every family that verifies."""


def requests(what):
    return pytest.mark.exercises("adafruit_requests", "nginx, TLS", what)


def mqtt(what):
    return pytest.mark.exercises("adafruit_minimqtt", "mosquitto, TLS", what)


def connections(what):
    return pytest.mark.exercises("adafruit_connection_manager", "nginx, TLS", what)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Certificate and key of both servers, as paths."""
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    made = CA.issue_cert("web.test", "mqtt.test", key_type=RSA)
    made.private_key_and_cert_chain_pem.write_to_path(path)
    return path, path


@pytest.fixture(scope="module")
def web(serve, certificate):
    """The web server."""
    return serve(Nginx, {"ten": TEN, "data.json": b'{"secret": true}'}, certificate)


@pytest.fixture(scope="module")
def broker(serve, certificate):
    """The MQTT broker."""
    return serve(Mosquitto, certificate)


@pytest.fixture
def board(make_board, family, web, broker, clock):
    """A board in a network with them."""
    ports = {80: web.port, 443: web.secure_port, 8883: broker.secure_port}
    hosts = dict.fromkeys(("web.test", "mqtt.test", "wrong.test"), ("127.0.0.1", ports))
    return make_board(family, {**hosts, **other_names(clock)})


@pytest.fixture
def session(board):
    """Makes a session with a context; closed at the end."""

    def make(context):
        return adafruit_requests.Session(board.pool, context)

    yield make
    manager.connection_manager_close_all(board.pool)
    assert not any(board.radio.modem.links[:5])


def trusting(ca=CA):
    return tls.create_default_context(cadata=ca.cert_pem.bytes())


@families
@requests("HTTPS, verified: GET, POST, kept alive")
def test_https(board, session):
    web = session(trusting())
    started = board.said(b"+CIPSTART=")
    assert web.get("https://web.test/ten").content == TEN
    assert web.get("https://web.test/data.json").json() == {"secret": True}
    assert web.post("https://web.test/json", json={"a": [1, "ü"]}).json() == {"a": [1, "ü"]}
    assert web.get("https://web.test/which").text.endswith(" 4")
    assert board.said(b"+CIPSTART=") == started + 1
    assert board.said(b'"SSL"') >= 1


@families
@requests("HTTPS: a CA that is not ours, a name that is not the server's: refused")
def test_https_refused(board, session):
    for context, host in ((trusting(STRANGER), "web.test"), (trusting(), "wrong.test")):
        with pytest.raises(OSError) as raised:
            session(context).get(f"https://{host}/ten")
        assert raised.value.errno == errno.ECONNABORTED
    assert session(None).get("http://web.test/data.json").json() == {"secret": True}


@requests("HTTP and HTTPS in one session, and from one to the other by a redirect")
@pytest.mark.parametrize("family", VERIFIES[2:3])
def test_both(session):
    web = session(trusting())
    assert web.get("http://web.test/ten").content == TEN
    assert web.get("https://web.test/ten").content == TEN
    assert web.get("https://web.test/here/far").text.startswith("GET Adafruit")


@pytest.mark.parametrize("family", BLIND)
@requests("HTTPS where the firmware cannot verify: an error says so; unverified only if told")
def test_https_unverified(board, session, family):
    with pytest.raises(OSError) as raised:
        session(trusting()).get("https://web.test/ten")
    assert raised.value.errno == errno.EOPNOTSUPP
    context = tls.create_default_context()
    context.verify_mode = tls.CERT_NONE
    context.sni = False
    # This firmware takes records of 4 KB: a server that sends /ten in one loses it.
    assert session(context).get("https://web.test/data.json").json() == {"secret": True}


@pytest.fixture
def client(board):
    """Makes an MQTT client with the library's own time-outs."""
    clients = []

    def make(context, **how):
        clients.append(
            minimqtt.MQTT(
                broker=how.pop("broker", "mqtt.test"),
                is_ssl=True,
                ssl_context=context,
                socket_pool=board.pool,
                username=Mosquitto.USER,
                password=Mosquitto.PASSWORD,
                **how,
            )
        )
        return clients[-1]

    yield make
    for each in clients:
        if each.is_connected():
            each.disconnect()


@families
@mqtt("TLS, verified: subscribe, publish, QoS 0 and 1")
def test_mqtt(client, request):
    mine = client(trusting())
    got = []
    mine.on_message = lambda _, topic, text: got.append((topic, text))
    mine.connect()
    topic = f"tls/{request.node.name}"
    mine.subscribe(topic, 1)
    mine.publish(topic, "zero")
    mine.publish(topic, "x" * 5000, qos=1)
    while len(got) < 2:
        mine.loop(1)
    assert got == [(topic, "zero"), (topic, "x" * 5000)]


@families
@mqtt("TLS: a broker whose certificate is another's: refused")
def test_mqtt_refused(client, family):
    mine = client(trusting(STRANGER), connect_retries=1)
    with pytest.raises(minimqtt.MMQTTException) as raised:
        mine.connect()
    assert raised.value.__cause__.errno == errno.ECONNABORTED


@pytest.mark.parametrize("family", VERIFIES[1:3])
@mqtt("TLS: a module that takes two seconds to shake hands")
def test_mqtt_with_a_slow_module(client, board):
    """The library gives every socket one second."""
    board.module.core.timing.connect = 2.0
    mine = client(trusting())
    mine.connect()
    mine.publish("slow", "but here", qos=1)


@families
@connections("get_radio_ssl_context: ours, and it carries HTTPS")
def test_the_manager_finds_our_context(board):
    with installed("socketpool", "ssl"):
        pool = manager.get_radio_socketpool(board.radio)
        context = manager.get_radio_ssl_context(board.radio)
    assert isinstance(context, tls.SSLContext)
    context.load_verify_locations(cadata=CA.cert_pem.bytes())
    session = adafruit_requests.Session(pool, context)
    assert session.get("https://web.test/data.json").json() == {"secret": True}
    manager.connection_manager_close_all(pool, release_references=True)
    assert not any(board.radio.modem.links[:5])


@pytest.mark.parametrize("family", [family for family in VERIFIES if family != "esp8266-2.2.1"])
@pytest.mark.exercises("adafruit_httpserver", "curl, TLS", "HTTPS: routes, files, five at once")
def test_a_secure_server(make_board, family, tmp_path, site_of):
    """The context is put where the library puts the one that it makes where `ssl` is ours."""
    made = CA.issue_cert("127.0.0.1", key_type=RSA)
    made.private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    CA.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "ten").write_bytes(TEN)
    site = site_of(make_board(family, server_ports={443: 0}), tmp_path)
    context = tls.create_default_context()
    context.load_verify_locations(cadata="")
    context.load_cert_chain(str(tmp_path / "own.pem"), str(tmp_path / "own.pem"))
    site.server._ssl_context = context

    @site.server.route("/hello/<name>")
    def hello(request, name):
        return http.Response(request, f"hello {name}")

    site.server.start("0.0.0.0", 443)
    url = f"https://127.0.0.1:{site.port}"
    trust = ("--cacert", str(tmp_path / "ca.pem"))
    assert site.curl(*trust, url + "/ten")[0] == TEN
    assert site.curl(*trust, url + "/hello/you", times=5) == [b"hello you"] * 5
    assert b"certificate" in site.curl(url + "/ten")[0]
    assert site.curl(*trust, url + "/hello/again")[0] == b"hello again"
