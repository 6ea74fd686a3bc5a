"""Certificates in the module: found, compared, written when they differ, and never by halves."""

import errno
import ssl

import pytest
import trustme

from espat import tls
from espat.at import flash
from espat.tls import certificates
from espat_tools.emulator import pki
from tests.driver.desk import Server
from tests.driver.secure import (
    CA,
    HOST,
    OLD,
    OTHER,
    ROOT,
    Meddling,
    blind,
    client,
    connected,
    echoes,
    espat,
    refused,
    serve,
    trusting,
)

STRANGE = OTHER.cert_pem.bytes()
MARK = b"# espat ca\n"

WRITES = (b"AT+SYSFLASH=0", b"AT+SYSFLASH=1", b"AT+SYSMFG=0", b"AT+SYSMFG=2")


def writes(desk, since=0):
    """The commands that wear the flash."""
    return [c for c in desk.module.commands[since:] if c.startswith(WRITES)]


def item(desk, name, number):
    return desk.module.core.store.item(name, number)


def put(desk, name, files):
    """Have these files in the module, by their numbers."""
    store = desk.module.core.store
    if name in store.partitions:
        part = store.partitions[name]
        part.data[:] = b"\xff" * part.size
        image = pki.pack(name.rpartition("_")[2], files)
        part.data[: len(image)] = image
    else:
        store.spaces[name] = {f"{name}.{n}": (8, data) for n, data in enumerate(files)}


def connects(desk, context, **how):
    with connected(desk, context, **how) as sock:
        return echoes(sock)


@espat
def test_written_once_and_beside_what_the_module_came_with(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    shipped = item(desk, "client_ca", 0)
    assert connects(desk, trusting())
    assert item(desk, "client_ca", 0) == shipped
    assert item(desk, "client_ca", 1) == trusting().ca
    assert desk.said(b"AT+CIPSSLCCONF=")[-1] == b"AT+CIPSSLCCONF=4,2,0,1"
    count = len(desk.module.commands)
    assert connects(desk, trusting())  # another context, the same CA
    assert not [c for c in desk.module.commands[count:] if b"+SYS" in c and b"FLASH" in c]
    # The board restarts: what is in the module is looked at, and left.
    desk.again().join()
    assert connects(desk, trusting())
    desk.module.reset()
    desk.let(1)
    assert connects(desk, trusting())
    assert writes(desk, count) == []


FORMS = {
    "with CRLF": ROOT.replace(b"\n", b"\r\n"),
    "with words around it": b"A root of ours\n" + ROOT + b"\nthat is all\n",
    "in long lines": b"-----BEGIN CERTIFICATE-----\n"
    + b"".join(ROOT.split(b"\n")[1:-2])
    + b"\n-----END CERTIFICATE-----",
    "as str": ROOT.decode(),
    "as DER": ssl.PEM_cert_to_DER_cert(ROOT.decode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_in_another_form_is_the_same(make_desk, form):
    assert trusting(FORMS[form]).ca == trusting().ca
    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    put(desk, "client_ca", [item(desk, "client_ca", 0), trusting().ca])
    assert connects(desk, trusting(FORMS[form]))
    assert writes(desk) == []


@espat
def test_two_contexts_that_take_turns_wear_nothing(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    serve(desk, "stranger", port=444)
    ours, theirs = trusting(), trusting(STRANGE)
    for _ in range(3):
        assert connects(desk, ours)
        assert connects(desk, theirs, port=444)
        assert refused(desk, ours, port=444).errno == errno.ECONNABORTED
        assert refused(desk, theirs).errno == errno.ECONNABORTED
    assert {item(desk, "client_ca", 1), item(desk, "client_ca", 2)} == {ours.ca, theirs.ca}
    if profile not in ("esp8266-2.2.1", "esp32-2.4"):
        assert len(writes(desk)) == 2


@espat
def test_marked_roots_are_left_alone(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    serve(desk, "stranger", port=444)
    put(desk, "client_ca", [item(desk, "client_ca", 0), MARK + STRANGE])
    assert connects(desk, trusting())
    assert item(desk, "client_ca", 1) == MARK + STRANGE
    assert item(desk, "client_ca", 2) == trusting().ca
    assert connects(desk, tls.create_default_context(), port=444)
    assert refused(desk, tls.create_default_context()).errno == errno.ECONNABORTED


@espat
def test_more_than_one_ca_in_a_context(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    serve(desk, "stranger", port=444)
    both = trusting(ROOT + STRANGE)
    assert connects(desk, both) and connects(desk, both, port=444)
    assert item(desk, "client_ca", 1) == both.ca


@espat
def test_a_certificate_and_its_key(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk, asks=CA)
    shipped = item(desk, "client_key", 0), item(desk, "client_cert", 0)
    context = blind()
    context.load_cert_chain(*client())
    assert connects(desk, context)
    assert (item(desk, "client_cert", 1), item(desk, "client_key", 1)) == context.pki
    assert shipped == (item(desk, "client_key", 0), item(desk, "client_cert", 0))
    assert desk.said(b"AT+CIPSSLCCONF=")[-1] == b"AT+CIPSSLCCONF=4,1,1,0"
    count = len(desk.module.commands)
    desk.again().join()
    assert connects(desk, context)
    assert writes(desk, count) == []


@espat
def test_an_empty_store(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    store = desk.module.core.store
    if "client_ca" in store.partitions:
        store.partitions["client_ca"].data[:] = b"\xff" * store.partitions["client_ca"].size
    else:
        del store.spaces["client_ca"]
    assert connects(desk, trusting())
    assert item(desk, "client_ca", 0) == trusting().ca


def test_new_firmware_with_the_partitions_of_the_old(make_desk):
    """The table of partitions decides, not the version."""
    desk = make_desk("esp32c3-3.3").join()
    serve(desk)
    desk.module.core.flash.store = pki.store_of("esp32-2.4")
    assert connects(desk, trusting())
    assert item(desk, "client_ca", 1) == trusting().ca
    assert not desk.said(b"SYSMFG")


def test_a_module_with_no_place_for_it(make_desk):
    desk = make_desk("esp32-2.4").join()
    serve(desk)
    del desk.module.core.store.partitions["client_ca"]
    error = refused(desk, trusting())
    assert error.errno == errno.EOPNOTSUPP and "client_ca" in str(error)


# Roots from a board


@espat
def test_roots_are_put_there_and_read_back(make_desk, profile, tmp_path):
    desk = make_desk(profile).join()
    serve(desk)
    serve(desk, "stranger", port=444)
    shipped = item(desk, "client_ca", 0)
    assert certificates.installed_roots(desk.radio) is None
    path = tmp_path / "roots.pem"
    path.write_bytes(b"# ours\n" + ROOT + STRANGE)
    assert certificates.install_roots(desk.radio, str(path)) == 2
    assert certificates.installed_roots(desk.radio) == trusting(ROOT + STRANGE).ca
    assert item(desk, "client_ca", 0) == shipped
    context = tls.create_default_context()
    assert connects(desk, context) and connects(desk, context, port=444)
    # The same again, after the board's restart: nothing is written.
    count = len(desk.module.commands)
    desk.again().join()
    assert certificates.install_roots(desk.radio, str(path)) == 2
    assert writes(desk, count) == []
    # Others in their place; then a context's own beside them.
    assert certificates.install_roots(desk.radio, STRANGE) == 1
    assert refused(desk, context).errno == errno.ECONNABORTED
    assert connects(desk, context, port=444) and connects(desk, trusting())
    assert certificates.install_roots(desk.radio, STRANGE) == 1 and connects(desk, trusting())
    with pytest.raises(ValueError):
        certificates.install_roots(desk.radio, b"nothing")
    assert certificates.installed_roots(desk.radio) == trusting(STRANGE).ca


@espat
@pytest.mark.parametrize("behind", [False, True])
def test_roots_are_taken_out_again(make_desk, profile, behind):
    """What lies behind them keeps its number, which other programs may know."""
    desk = make_desk(profile).join()
    serve(desk)
    shipped = item(desk, "client_ca", 0)
    if behind:
        put(desk, "client_ca", [shipped, MARK + STRANGE, ROOT])
    else:
        number, room = certificates.place_of_roots(desk.radio)
        assert number == 1 and len(STRANGE) < room <= 8192
        certificates.install_roots(desk.radio, STRANGE)
    assert certificates.place_of_roots(desk.radio)[0] == 1
    assert certificates.remove_roots(desk.radio) and not certificates.remove_roots(desk.radio)
    assert certificates.installed_roots(desk.radio) is None
    assert item(desk, "client_ca", 0) == shipped and not item(desk, "client_ca", 1)
    assert item(desk, "client_ca", 2) == (ROOT if behind else None)
    error = refused(desk, tls.create_default_context())
    assert error.errno == errno.EINVAL and "no CA to verify with" in str(error)
    assert connects(desk, trusting())


@pytest.mark.parametrize("profile", OLD)
def test_roots_where_there_is_no_way_in(make_desk, profile):
    desk = make_desk(profile).join()
    with pytest.raises(OSError) as caught:
        certificates.install_roots(desk.radio, ROOT)
    assert caught.value.errno == errno.EOPNOTSUPP
    with pytest.raises(OSError) as caught:
        certificates.installed_roots(desk.radio)
    assert caught.value.errno == errno.EOPNOTSUPP
    assert not desk.said(b"SYSFLASH") and not desk.said(b"SYSMFG")


# Nothing by halves


def large(count):
    """PEM of so many roots."""
    return b"".join(trustme.CA(key_type=trustme.KeyType.RSA).cert_pem.bytes() for _ in range(count))


@espat
def test_too_large_for_what_is_free(make_desk, profile):
    desk = make_desk(profile).join()
    serve(desk)
    room = 4096 if profile == "esp8266-2.2.1" else 8192
    shipped = item(desk, "client_ca", 0)
    full = [shipped, shipped, b"x" * (room - 2 * len(shipped) - 400)]
    if "client_ca" in desk.module.core.store.partitions:
        put(desk, "client_ca", full)
        error = refused(desk, trusting(large(2)))
        assert isinstance(error, ValueError)
        assert "client_ca" in str(error) and "room for" in str(error)
        assert [item(desk, "client_ca", n) for n in range(3)] == full
    else:
        store = desk.module.core.store
        store.spaces["other"] = {"big": (8, bytes(store.room - store.used - 100))}
        before = dict(store.spaces["client_ca"])
        error = refused(desk, trusting(large(2)))
        assert error.errno == errno.EIO and "client_ca" in str(error) and "full" in str(error)
        assert store.spaces["client_ca"] == before
    desk.works()


@pytest.mark.parametrize("profile", ["esp32c3-3.3", "esp32c6-5.0.1"])
def test_room_for_a_certificate_and_none_for_its_key(make_desk, profile):
    """Of a pair that does not fit nothing stays."""
    desk = make_desk(profile).join()
    serve(desk)
    store = desk.module.core.store
    chain, key = client()
    spaces = ("client_cert", "client_key")
    for space in spaces:
        del store.spaces[space][f"{space}.1"]  # one of two that it came with
    before = {space: dict(store.spaces[space]) for space in spaces}
    store.spaces["other"] = {"big": (8, bytes(store.room - store.used - len(chain) - 200))}
    context = blind()
    context.load_cert_chain(chain, key)
    error = refused(desk, context)
    assert error.errno == errno.EIO and "full" in str(error)
    assert desk.said(b'AT+SYSMFG=2,"client_key"') and not desk.said(b'"SSL"')
    assert {space: store.spaces[space] for space in spaces} == before
    del store.spaces["other"]
    assert connects(desk, context)


def test_too_large_for_any_module():
    with pytest.raises(ValueError, match="a module takes 8172"):
        trusting(large(7))


def test_a_file_that_is_no_such_thing(tmp_path):
    path = tmp_path / "roots.pem"
    path.write_bytes(ROOT)
    assert tls.create_default_context(cafile=str(path)).ca == trusting().ca
    path.write_bytes(bytes(70_000))
    with pytest.raises(ValueError, match="espat ca"):
        tls.create_default_context(cafile=str(path))
    with pytest.raises(OSError) as caught:
        tls.create_default_context(cafile=str(tmp_path / "none.pem"))
    assert caught.value.errno == errno.ENOENT


@espat
def test_a_module_that_restarts_while_it_is_written_to(make_desk, profile):
    """At each of the commands that write: the next connect makes good what is missing."""
    at = 0
    while True:
        desk = make_desk(profile, line=Meddling).join()
        server = serve(desk)
        shipped = item(desk, "client_ca", 0)
        seen = []

        def restart(data, desk=desk, seen=seen, at=at):
            if data.startswith(WRITES):
                seen.append(data)
                if len(seen) == at + 1:
                    desk.module.uart().write(data)
                    desk.module.reset()
                    return b""
            return data

        desk.line.meddle = restart
        assert connects(desk, trusting())
        assert item(desk, "client_ca", 0) == shipped
        assert item(desk, "client_ca", 1) == trusting().ca
        assert server.context.names == [HOST]
        if len(seen) <= at:
            break
        at += 1
    assert at >= 1


@espat
def test_flash_that_does_not_take_it(make_desk, profile, monkeypatch):
    desk = make_desk(profile).join()
    server = serve(desk)
    store = desk.module.core.store
    if "client_ca" in store.partitions:
        part = store.partitions["client_ca"]
        monkeypatch.setattr(
            part, "write", lambda offset, data: part.data.__setitem__(offset + 40, 7)
        )
    else:
        from espat_tools.emulator.commands import flash

        plain = flash._put
        monkeypatch.setattr(
            flash, "_put", lambda *args: plain(*args[:-1], b"\0" + bytes(args[-1])[1:])
        )
    error = refused(desk, trusting())
    assert error.errno == errno.EIO and "reads otherwise" in str(error)
    assert server.peers == [] and not desk.said(b'"SSL"')
    monkeypatch.undo()
    assert connects(desk, trusting())


@espat
def test_a_program_that_is_cut_off_while_it_writes(make_desk, profile):
    """Ctrl-C at any call of the UART: the module is not left waiting for bytes."""
    desk = make_desk(profile, line=Meddling).join()
    serve(desk)
    shipped = item(desk, "client_ca", 0)
    cut = []

    def interrupt(data):
        if data.startswith(WRITES) and len(cut) < 2:
            cut.append(data)
            desk.module.uart().write(data)
            raise KeyboardInterrupt
        return data

    desk.line.meddle = interrupt
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            connected(desk, trusting())
    assert connects(desk, trusting())
    assert item(desk, "client_ca", 0) == shipped
    assert item(desk, "client_ca", 1) == trusting().ca


@espat
def test_what_was_overwritten_by_hand_is_put_back(make_desk, profile):
    """Else whoever has the other CA's key would be taken for the server."""
    desk = make_desk(profile).join()
    serve(desk)
    context = trusting()
    assert connects(desk, context)
    store = desk.module.core.store
    if "client_ca" in store.partitions:
        flash.sysflash_erase(desk.modem, "client_ca")
        put(desk, "client_ca", [STRANGE, STRANGE])
    else:
        flash.sysmfg_write(desk.modem, "client_ca", "client_ca.1", 8, STRANGE)
    serve(desk, "stranger", port=444)
    assert refused(desk, context, port=444).errno == errno.ECONNABORTED
    assert connects(desk, context)


def test_other_links_go_on_while_certificates_are_written(make_desk):
    desk = make_desk("esp32-2.4").join()
    serve(desk)
    other = Server(answer=lambda data: data * 3)
    desk.network.listen("echo3.test", 7, other)
    sock = desk.socket("echo3.test", 7)
    sock.sendall(b"abc" * 100)
    assert connects(desk, trusting())
    buffer = bytearray(900)
    assert sock.readinto(buffer) == 900 and bytes(buffer) == b"abc" * 300
