"""A radio is for one thread: the one that comes second is told so, and nothing is spoilt."""

import threading

import pytest

from tests.driver.desk import BOTH, Line


class Entered(Line):
    """Lets another thread make a call while the driver is taking in what came."""

    call = None

    def take(self, view):
        call, self.call = self.call, None
        if call:
            thread = threading.Thread(target=call)
            thread.start()
            thread.join(20)
            assert not thread.is_alive()
        return self.uart.readinto(view)


@pytest.mark.parametrize("what", ["send", "recv", "connect", "command", "connected"])
@pytest.mark.parametrize("family", BOTH)
def test_a_second_thread_is_told_so(make_desk, family, what):
    """A radio is for one thread: the RuntimeError of the one that comes second says it."""
    desk = make_desk(family, line=Entered).join()
    one, two = desk.socket(), desk.socket()
    calls = {
        "send": lambda: two.send(b"x"),
        "recv": lambda: two.recv(1),
        "connect": lambda: desk.pool.socket().connect(("echo.test", 7)),
        "command": lambda: desk.radio.command("AT"),
        "connected": lambda: desk.radio.connected,
    }
    caught = []

    def call():
        try:
            calls[what]()
        except BaseException as error:  # all of them are looked at
            caught.append(error)

    desk.line.call = call
    one.send(b"hello")
    assert one.recv(10) == b"hello"
    assert caught, "it was let in"
    assert isinstance(caught[0], RuntimeError), caught
    assert "thread" in str(caught[0])
    desk.works()
