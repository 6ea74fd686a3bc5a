"""Passwords and keys are in no exception and in no line that `debug=` shows."""

import pytest

import espat
from tests.driver.desk import BOTH
from tests.driver.script import ERROR, OK, EspAt, NonOs
from tests.faults.rig import FarDesk, command, tried

SECRET = "hunter2hunter2"

COMMANDS = [
    'AT+CWJAP="nowhere","{}"',
    'AT+CWJAP_CUR="nowhere","{}"',
    'AT+CWJAP_DEF="nowhere","{}"',
    'AT+CWJAP="nowhere","{}","02:00:00:00:00:01"',
    'AT+CWJAP="with,\\"quotes\\"","{}"',
    'AT+CWSAP="mine","{}",5,3',
    'AT+CWSAP_CUR="mine","{}",5,3',
    'AT+CWJEAP="nowhere",1,"me","user","{}",3',
    'AT+CWJEAP_CUR="nowhere",1,"me","user","{}",3',
    'AT+CIPSSLCPSK=9,"{}","id"',
    'AT+CIPSSLCPSKHEX=9,"{}","id"',
    'AT+MQTTUSERCFG=0,1,"c","user","{}",0,0,""',
    'AT+MQTTPASSWORD=0,"{}"',
    'AT+CIPSTART=0,"TCP","http://user:{}@host.test",80',
    'AT+HTTPCLIENT=2,0,"http://user:{}@host.test/",,,1',
    'AT+HTTPCGET="https://user:{}@host.test/file"',
    'AT+HTTPCGET="https://host.test/file?token={}"',
    'AT+HTTPCLIENT=2,0,"http://host.test?a=b&key={}#c",,,1',
    'AT+CIUPDATE="http://user:{}@host.test/fw.bin"',
    'AT+WSCFG=0,30,600,"ws://user:{}@host.test/"',
]


def texts(error):
    """All that an exception shows, and what it was raised from."""
    while error is not None:
        yield str(error)
        yield repr(error)
        for arg in error.args:
            yield repr(arg)
        for value in vars(error).values():
            yield repr(value)
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("line", COMMANDS)
@pytest.mark.parametrize("answer", ["ERROR", "echoed", "nothing"])
@pytest.mark.parametrize("dialect", [EspAt, NonOs], ids=lambda d: d.__name__)
def test_the_exception_of_a_command_has_no_secret(dialect, line, answer):
    """Its text, its repr, `.command`, `.words`; also where the module repeats the line."""
    desk = FarDesk(dialect)
    text = line.format(SECRET)
    steps = {"ERROR": (ERROR,), "echoed": (text.encode() + b"\r\n", ERROR), "nothing": (9,)}
    desk.script.on(text.encode(), steps[answer])
    with pytest.raises((espat.ATError, OSError)) as caught:
        desk.radio.command(text, timeout=2)
    for shown in texts(caught.value):
        assert SECRET not in shown
    assert line[:6] in str(caught.value), "it still says which command it was"


@pytest.mark.parametrize("line", COMMANDS)
def test_debug_shows_no_secret(line):
    """The line on its way, its echo, and the exception."""
    shown = []
    desk = FarDesk(EspAt, debug=lambda way, text: shown.append((way, text)))
    text = line.format(SECRET)
    desk.script.on(text.encode(), (text.encode() + b"\r\n", ERROR))
    with pytest.raises(espat.ATError):
        desk.radio.command(text)
    assert not [each for each in shown if SECRET in each[1]]
    assert [each for each in shown if each[0] == "->" and line[:9] in each[1]]


REPLIES = [
    b'+CWSAP:"mine","%s",5,3,4,0',
    b'+CWSAP_CUR:"mine","%s",5,3,4,0',
    b"+CIPSSLCPSK:0,%s,id",
    b'+MQTTUSERCFG:0,1,"c","user","%s",0,0,""',
    b'+CWJEAP:"nowhere",1,"me","user","%s",3',
]


@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_debug_shows_no_secret_of_a_reply(reply):
    """What the module tells of itself."""
    shown = []
    desk = FarDesk(EspAt, debug=lambda way, text: shown.append(text))
    desk.script.on(b"AT+QUESTION?", (reply % SECRET.encode() + b"\r\n", OK))
    assert SECRET.encode() in b"".join(desk.radio.command("AT+QUESTION?"))
    assert not [text for text in shown if SECRET in text]


TOLD = {
    "cwsap_query": (b'+CWSAP:"mine","%s",5,3,4,0',),
    "cipsslcpsk_query": (b"+CIPSSLCPSK:0,%s,id",),
    "cipsslcpskhex_query": (b"+CIPSSLCPSKHEX:0,%s,id",),
    "sysflash_read": (b"+SYSFLASH:14,%s", "client_key", 0, 14),
    "sysmfg_read": (b'+SYSMFG:"client_key","client_key.0",8,14,%s', "client_key", "client_key.0"),
}
"""Functions whose reply has a secret: the reply, and their arguments."""


@pytest.mark.parametrize("bend", ["lost", "doubled", "flipped"])
@pytest.mark.parametrize("name", TOLD)
def test_a_damaged_reply_shows_no_secret(name, bend):
    """Each byte outside the secret: in no error, and in no line that `debug=` shows."""
    reply, *args = TOLD[name]
    for at, byte in enumerate(reply):
        if byte in b"%s":
            continue
        shown = []
        desk = FarDesk(EspAt, debug=lambda way, text, to=shown: to.append(text))
        put = {"lost": b"", "doubled": bytes([byte, byte]), "flipped": bytes([byte ^ 2])}[bend]
        line = (reply[:at] + put + reply[at + 1 :]).replace(b"%s", SECRET.encode())
        for _ in range(4):
            desk.script.on(b"AT+" + name.split("_")[0].upper().encode(), (line + b"\r\n", OK))
        try:
            command(name)(desk.modem, *args)
        except OSError as error:
            shown += texts(error)
        assert not [text for text in shown if SECRET in text], line


def test_the_words_of_a_refusal_have_no_secret():
    """`ATError.words`, where the command's own echo came without its first bytes."""
    desk = FarDesk(EspAt)
    text = f'AT+CIPSSLCPSK=9,"{SECRET}","id"'
    desk.script.on(text.encode(), (text.encode()[2:] + b"\r\n", ERROR))
    with pytest.raises(espat.ATError) as caught:
        desk.radio.command(text)
    for shown in texts(caught.value):
        assert SECRET not in shown


def test_debug_shows_no_secret_that_is_told_unasked():
    """`password:...` of SmartConfig."""
    shown = []
    desk = FarDesk(EspAt, debug=lambda way, text: shown.append(text))
    desk.script.say(b"ssid:home\r\n", b"password:%s\r\n" % SECRET.encode())
    desk.let(1)
    desk.works()
    assert not [text for text in shown if SECRET in text]


@pytest.mark.parametrize("family", BOTH)
def test_joining_and_serving_show_none(make_desk, family):
    """radio.connect() and start_ap(), refused."""
    shown = []
    desk = make_desk(family, radio={"debug": lambda way, text: shown.append(text)})
    _, error = tried(desk.radio.connect, "nowhere", SECRET)
    assert error
    for text in texts(error):
        assert SECRET not in text
    desk.join()
    desk.module.fault("refuse at AT+CWSAP each")
    with pytest.raises((OSError, espat.ATError)) as caught:
        desk.radio.start_ap("mine", SECRET)
    for text in texts(caught.value):
        assert SECRET not in text
    assert not [text for text in shown if SECRET in text]
    assert not [text for text in shown if "correct horse" in text]
