# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Server sockets, as methods of ``sockets.Socket``. A module has one server, of five clients.

A client has its socket from the module's CONNECT on, so that what it sends before ``accept()`` is
kept, and a client that came and went is still handed out.
"""

import errno

try:
    from micropython import const
except ImportError:
    const = int

from .command import run
from .modem import ATError, fail
from .repair import part
from .sockets import Socket, SocketPool

_CIPSTATE = const(7)  # capabilities
_SERVICES = const(11)
_LINKS = const(5)
_AWAY_MS = const(10000)  # how long the module may take to rejoin by itself
_LINGER_MS = const(100)  # how long a client may take to close, after the last that it was sent

# The modem's (a test compares them).
_OPEN = const(2)
_CLOSED_BY_PEER = const(3)
_LOST_BYTES = const(6)
_SEND_OK = const(5)

# Numbers of errors.py.
_ERR_CLOSED = const(16)
_ERR_ADDRESS = const(37)
_ERR_SERVER = const(40)
_ERR_UNBOUND = const(41)
_ERR_SOCKOPT = const(42)

_NOWHERE = ("0.0.0.0", 0)


class _Client(Socket):
    """A client of the server."""

    def close(self):
        """As ``Socket.close()``, but who was just sent something may close first, in 100 ms.

        Most do at the end of an answer. A CIPCLOSE that crosses their CLOSED would hit the client
        that waited for a link, and got this one. A socket that must not wait closes at once.
        """
        modem = self.modem
        link = self.link
        try:
            if self.held > 0:
                self.flush()
            if self.code == _SEND_OK and link >= 0 and self.timeout != 0:
                since = modem.port.ticks()
                while modem.links[link] == _OPEN and modem.links[link + _LINKS] == self.born:
                    if modem.port.since(since) > _LINGER_MS:
                        break
                    modem.rest()
        finally:
            Socket.close(self)


class _Server:
    """The module's server: ``modem.listener`` while a socket listens.

    ``modem.server`` is its ``came`` as long as the module listens; a set-up makes it None.
    """

    def __init__(self, socket, port, backlog):
        self.socket = socket
        self.modem = socket.modem
        own = socket.__dict__  # of a TLS server: tlsserver.py
        self.args = (1, port) + own.get("tail", ())
        self.kind = own.get("kind", _Client)
        self.prepare = own.get("prepare")
        self.room = max(_LINKS, min(backlog, 16))  # those that came and went among them
        self.coming = []  # [socket, address or None] of each client that nobody accepted yet
        self.away = None  # since when Wi-Fi is away, or was last asked to come back

    def open(self):
        """``AT+CIPSERVERMAXCONN=5``, if there is such a command, ``AT+CIPSERVER=1,<port>``.

        A server that runs, by a command that was never confirmed, is stopped before.
        """
        modem = self.modem
        if self.prepare:
            self.prepare()
        self.coming = [each for each in self.coming if each[0].link < 0]
        if modem.can >> _SERVICES & 1:
            try:
                run(modem, b"+CIPSERVERMAXCONN=", (_LINKS,))
            except ATError:
                pass  # it has more clients from before: they stay, and so does the old number
        for again in (True, False):
            modem.server = self.came  # somebody may come with the OK
            modem.words = b""
            try:
                run(modem, b"+CIPSERVER=", self.args)
                if modem.words != b"no change":  # NonOS: a server runs, on whichever port
                    return
            except ATError:
                modem.server = None
            except BaseException:
                modem.server = None
                raise
            if again:
                try:
                    run(modem, b"+CIPSERVER=", (0,))
                except ATError:
                    pass
        modem.server = None
        raise fail(_ERR_SERVER)

    def stand(self):
        """Take in what comes, and see that the module listens: after a restart it does not."""
        modem = self.modem
        radio = self.socket.radio
        modem.step()
        listens = modem.up and modem.server is not None
        if listens:
            if modem.wifi == 2 or not radio.network:
                self.away = None
                modem.chores()  # clients that were closed, without a wait, are closed now
                return
            if self.away is None:
                self.away = modem.port.ticks()
            if modem.port.since(self.away) < _AWAY_MS:
                return
        try:
            radio.up()
        except OSError:
            if not modem.up:
                raise
            # No access point: nobody can come, and there will be another try.
        self.away = modem.port.ticks()
        if modem.server is None:
            try:
                self.open()
            except OSError as e:
                if e.errno != errno.ECONNRESET:
                    raise
                # It restarted once more: so will this.

    def came(self, link):
        """The module tells of a client. Called from ``step()``."""
        modem = self.modem
        state = modem.links[link]
        old = modem.owners[link]
        if old is not None:
            # The link is another's now. Bytes that the module had for the last one went with it;
            # where its CLOSED was lost, more may have been.
            if state == _OPEN or (modem.passive and modem.held[link] > 0):
                state = max(state, _LOST_BYTES)
            part(old, state)
        mask = ~(1 << link)
        modem.unwanted &= mask
        modem.doubt &= mask
        modem.links[link] = _OPEN
        modem.links[link + _LINKS] = (modem.links[link + _LINKS] + 1) & 255
        modem.held[link] = 0
        modem.owners[link] = None
        coming = self.coming
        try:
            if len(coming) >= self.room:  # one at least has gone: there are five links
                for each in coming:
                    if each[0].link < 0:
                        coming.remove(each)
                        break
            client = self.kind(self.socket.radio)
            coming.append([client, None])
        except MemoryError:
            modem.unwanted |= 1 << link
            return
        client.link = link
        client.born = modem.links[link + _LINKS]
        modem.owners[link] = client

    def find(self, waiting):
        """Who they are: ``AT+CIPSTATE?``, ``AT+CIPSTATUS`` before 2.3. Once for all that wait."""
        modem = self.modem
        waiting = list(waiting)
        try:
            # Every line is kept: one that is glued to a payload is no sign of lost bytes here.
            name = b"+CIPSTATE?" if modem.can >> _CIPSTATE & 1 else b"+CIPSTATUS"
            lines = run(modem, name, (), None)
        except (ATError, OSError):
            return
        for line in lines:
            row = line[line.find(b":") + 1 :].split(b",")
            if (
                len(row) < 4
                or line[:8] != b"+CIPSTAT"
                or not (row[0].isdigit() and row[3].isdigit())
            ):
                continue
            link = int(row[0])
            for each in waiting:
                if each[0].link == link:
                    each[1] = (str(row[2].strip(b'"'), "ascii"), int(row[3]))


def _listener(self):
    """The server that this socket is."""
    if self._shut:
        raise fail(_ERR_CLOSED)
    server = getattr(self.modem, "listener", None)
    if server is None or server.socket is not self:
        raise fail(_ERR_UNBOUND)
    return server


def bind(self, address):
    """Choose the port to listen on. Nothing is sent yet.

    :param address: ``(host, port)``; the module listens on all its addresses, whatever the host
    :raises ValueError: a port out of 1..65535
    """
    if self._shut:
        raise fail(_ERR_CLOSED)
    if self.link >= 0:
        raise fail(_ERR_UNBOUND)
    if not 0 < address[1] < 65536:
        raise fail(_ERR_ADDRESS)
    self._port = address[1]


def listen(self, backlog=1):
    """``AT+CIPSERVERMAXCONN=5`` (NonOS 1.6, ESP-AT) and ``AT+CIPSERVER=1,<port>``.

    :param int backlog: how many clients may wait to be accepted: 5, or up to 16 of which most have
        gone again; as everywhere it does not bound how many are served, which the five links do
    :raises OSError: EADDRINUSE, another socket listens: a module has one server; EINVAL, not bound
    """
    if self._shut:
        raise fail(_ERR_CLOSED)
    port = getattr(self, "_port", 0)
    if not port or self.link >= 0:
        raise fail(_ERR_UNBOUND)
    modem = self.modem
    server = getattr(modem, "listener", None)
    if server is not None:
        if server.socket is not self:
            raise fail(_ERR_SERVER)
        return
    self.radio.up()
    server = _Server(self, port, backlog)
    server.open()
    modem.listener = server
    self.close = lambda: _stop(self)


def accept(self):
    """The next client: ``(socket, (address, port))``. The socket starts with waits for ever.

    After a restart of the module it listens again. While Wi-Fi is away nobody comes; a module that
    does not rejoin by itself is told to, which takes up to 20 seconds even where this must not
    wait. A client that has gone again has the address ``("0.0.0.0", 0)``.

    :raises OSError: EAGAIN or ETIMEDOUT by ``settimeout()``; EINVAL, this socket does not listen;
        EADDRINUSE, the module does not let it listen again
    """
    server = _listener(self)
    modem = self.modem
    since = modem.port.ticks()
    server.stand()
    while not server.coming:
        self.rest(since, "a client")
        server.stand()
    found = server.coming.pop(0)
    client = found[0]
    link = client.link
    try:
        if found[1] is None and link >= 0 and modem.links[link] == _OPEN:
            self.turn(since)
            server.find([found] + server.coming)
    except BaseException:
        server.coming.insert(0, found)
        raise
    return client, found[1] or _NOWHERE


def _stop(self):
    """Close a listening socket: ``AT+CIPSERVER=0``. Clients that were accepted stay, others go."""
    if self._shut:
        return
    self._shut = True
    modem = self.modem
    server = modem.listener
    try:
        if modem.server is not None and modem.up:
            run(modem, b"+CIPSERVER=", (0,))
    except (ATError, OSError):
        pass  # refused, or nothing answers: the next command will say so
    finally:
        modem.server = modem.listener = None
        for each in server.coming:
            each[0].timeout = 0  # it waits for no turn
            each[0].close()


def setsockopt(self, level, option, value):
    """SO_REUSEADDR and TCP_NODELAY are taken, and change nothing: so the module is anyway.

    :raises OSError: EOPNOTSUPP, any other
    """
    # SOL_SOCKET and SO_REUSEADDR as boards number them, and as Linux does.
    if (level, option) not in ((0xFFF, 4), (1, 2), (6, 1)):
        raise fail(_ERR_SOCKOPT)


def lend(cls):
    """Make these functions methods of a class of sockets.

    The pool gets the names for ``setsockopt()`` with it. ``sock.setsockopt(pool.SOL_SOCKET, ...)``
    looks for the method first: they are there in time, and cost no memory where nobody serves.
    """
    for name in ("bind", "listen", "accept", "setsockopt"):
        setattr(cls, name, globals()[name])
    SocketPool.SOL_SOCKET = 0xFFF
    SocketPool.SO_REUSEADDR = 4
    SocketPool.TCP_NODELAY = 1
