# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module's server, of up to five clients, for a listening socket. Loaded by its ``bind()``.

A client's socket is made when the module reports CONNECT, so bytes that come before ``accept()``
are kept, and ``accept()`` still returns a client that has disconnected meanwhile.
"""

import errno

from .. import calls, lazy
from ..errors import const, fail
from ..links import ref

STAYS = True

_LINKS = const(5)
_AWAY_MS = const(10000)  # how long the module may take to rejoin by itself
_LINGER_MS = const(100)  # how long close() waits for a client to close first,
_FIRST_MS = const(50)  # and how long if no other is connected
_HURRIES = const(8)  # after a client that did not close first: clients that get no such time
_SELDOM_MS = const(5000)  # how often the module is asked whether it has restarted, and for clients
_OK = const(2)  # events
_CONNECT = const(19)

# States of a link.
_OPEN = const(2)
_LOST_BYTES = const(6)

_SERVER = const(5)  # in the place of a link: see fields.py

_NOWHERE = ("0.0.0.0", 0)


def bind(socket, address):
    """See ``Socket.bind()``."""
    if socket.shut:
        raise fail("closed")
    if socket.link >= 0:
        raise fail("not_bound")
    lazy.call("sock.opening", "check", address, 0)
    socket.port = address[1]


def listen(socket, backlog, kind, serving=None):
    """See ``Socket.listen()``.

    :param kind: the class of the clients' sockets
    :param serving: the class of the server; None: ``Server``
    """
    if socket.shut:
        raise fail("closed")
    if not socket.port or socket.link >= 0:
        raise fail("not_bound")
    if socket.server is None:
        server = socket.server = (serving or Server)(socket, backlog, kind)
        calls.do(socket, _begin(socket, server))


def _begin(socket, server):
    """Begin to listen, in steps: see stepwise.py.

    :raises OSError: EADDRINUSE, the module refuses
    """
    try:
        yield from server.open()
    except Exception:
        socket.server = server.modem.listener = None
        raise


def accept(socket):
    """See ``Socket.accept()``."""
    if socket.shut:
        raise fail("closed")
    if socket.server is None:
        raise fail("not_bound")
    server = socket.server
    modem = server.modem
    since = modem.port.ticks()
    while not server.ready(socket):
        if server.asked is None:
            socket.rest(since, "a client")
        else:
            modem.rest()
    return server.hand_out()


def linger(client):
    """Give a client that was just sent something the time to close first.

    Many clients close at the end of an answer. The module may give their link to a waiting client
    at once, and a CIPCLOSE sent just before their CLOSED arrives would close that one. If no other
    client is connected, the time is shorter. If a client did not close first, the next ones are
    expected not to, either, and get no time.
    """
    modem = client.modem
    server = modem.listener
    ms = _LINGER_MS
    # No short cut with unread bytes: a CIPCLOSE before they are read would reset the connection.
    if server and not modem.unread[client.link] and sum(map(bool, modem.links[:_LINKS])) < 2:
        ms = 0 if server.hurry else _FIRST_MS
        server.hurry = (server.hurry or _HURRIES + 1) - 1
    since = modem.port.ticks()
    modem.step()
    while client.is_ours() and modem.links[client.link] == _OPEN:
        if modem.port.since(since) >= ms:
            return
        modem.rest()
    if server:
        server.hurry = 0


class Server:
    """The server and its clients that wait for ``accept()``. ``modem.listener`` is the only one.

    It does not refer to its socket: where the runtime tells that a socket was garbage-collected
    without being closed, the server is stopped.

    :param Socket socket: the socket that listens
    :param int backlog: how many clients may wait to be accepted: see ``Socket.listen()``
    :param kind: the class of the clients' sockets
    :raises OSError: EADDRINUSE, another socket listens
    """

    away = None  # when Wi-Fi was lost, or when rejoining was last tried
    listens = False  # the module listens; a set-up ends that
    asked = None  # the item of `coming` whose address the module is being asked for
    doing = 0  # what it is asking the module: written by sock/repair.py
    hurry = 0  # how many of the next clients get no time to close first: linger()

    def __init__(self, socket, backlog, kind):
        self.port = socket.port
        self.context = getattr(socket, "context", None)
        self.kind = kind
        calls.up(socket)
        self.radio = socket.radio
        self.modem = modem = socket.modem
        self.most = max(_LINKS, min(backlog, 16))
        self.coming = []  # [socket, address or None] of each client not accepted yet
        self.since = modem.port.ticks()  # when the module was last asked for its clients
        if modem.listener is not None:
            raise fail("server_in_use")
        modem.listener = self
        self.gone = ref and ref(socket, self.drop)

    # A TLS server replaces these methods: tls/server.py

    def prepare(self):
        """Set what must be set before the module listens, in steps."""
        return ()

    def tail(self):
        """The parameters of CIPSERVER after its port."""
        return ()

    def client(self):
        """Make the socket of a client."""
        return self.kind(self.radio)

    def stopped(self):
        """The module does not listen any more, for example because it was set up again."""
        self.listens = False
        self.modem.handlers.pop(_CONNECT, None)

    def open(self):
        """Send ``AT+CIPSERVERMAXCONN=5``, or what ``cipservermaxconn()`` set, if there is such a
        command, and ``AT+CIPSERVER=1,<port>``. If that fails, a server may run by a command whose
        OK was lost: it is stopped, and the commands are tried once more.

        :raises OSError: EADDRINUSE, the module refuses
        """
        modem = self.modem
        yield from self.prepare()
        self.coming = [each for each in self.coming if each[0].link < 0]
        if modem.has("MAXCONN"):
            most = calls.kept(modem, b"+CIPSERVERMAXCONN=") or (_LINKS,)
            # A module with more clients than that refuses: they stay, and so does the old limit.
            yield from self.attempt(b"+CIPSERVERMAXCONN=", most)
        args = (1, self.port) + self.tail()
        for again in (True, False):
            self.listens = True
            modem.handlers[_CONNECT] = self._came  # a client may connect before the OK is read
            try:
                # NonOS says "no change" if a server runs already, on any port.
                if (yield from self.attempt(b"+CIPSERVER=", args)) and modem.words != b"no change":
                    idle = calls.kept(modem, b"+CIPSTO=")
                    if idle:  # NonOS takes it only while a server runs
                        yield from self.attempt(b"+CIPSTO=", idle)
                    return
            except BaseException:
                self.stopped()
                raise
            self.stopped()
            if again:
                yield from self.attempt(b"+CIPSERVER=", (0,))
        raise fail("server_in_use")

    def attempt(self, name, args):
        """Run a command that may be refused, or whose OK may be lost: True if it succeeded.

        :raises OSError: ETIMEDOUT, nothing answers; ECONNRESET, the module restarted
        """
        code = yield from calls.outcome(self.modem, name, args)
        if not self.modem.up:
            raise fail("restarted")
        return code == _OK

    def _keep_listening(self, socket):
        """Handle what has come, and make the module listen again if a restart stopped it."""
        modem = self.modem
        modem.step()
        if modem.up and self.listens:
            if modem.wifi == 2 or not self.radio.network:
                self.away = None
                # chores() closes the links of clients whose sockets were closed without waiting.
                if not modem.chores() and modem.port.since(self.since) > _SELDOM_MS:
                    # A CONNECT may be lost, and its client may never send anything.
                    self.since = modem.port.ticks()
                    self._ask()
                elif modem.port.since(modem.asked) > _SELDOM_MS:  # restarted unnoticed?
                    modem.asked = modem.port.ticks()
                    modem.contact = 0
                return
            if self.away is None:
                self.away = modem.port.ticks()
            if modem.port.since(self.away) < _AWAY_MS:
                return
        try:
            calls.up(socket)
        except OSError:
            if not modem.up:
                raise
            # No access point: no client can connect now, and it is tried again later.
        self.away = modem.port.ticks()
        if not (modem.up and self.listens):  # a socket that must not wait sets it up in its steps
            try:
                calls.do(socket, self.open())
            except OSError as e:
                if e.errno != errno.ECONNRESET:
                    raise
                # The module restarted once more: the next call tries again.

    def _came(self, _):
        """The module reported CONNECT for a client. Called from ``step()``."""
        modem = self.modem
        link = modem.parser.link
        if link < 0:
            return
        old = modem.owner(link)
        if old is not None:
            # Another socket had this link. Bytes that the module still held for it are lost; if its
            # CLOSED was lost, there may have been more.
            state = modem.links[link]
            if state == _OPEN or (modem.passive and modem.unread[link] > 0):
                state = max(state, _LOST_BYTES)
            old.left = state
            old.link = -1
        if link == modem.link:
            self.hurry = 0  # our CIPCLOSE may have closed this client
        modem.doubt &= ~(1 << link)
        coming = self.coming
        client = None
        try:
            if len(coming) >= self.most:  # at least one has disconnected: there are five links
                for each in coming:
                    if each[0].link < 0:
                        coming.remove(each)
                        break
            if modem.listener is self:
                client = self.client()
                coming.append([client, None])
        except MemoryError:
            client = None
        modem.take(link, client, _OPEN)
        if client is None:
            modem.give(link)
            return
        client.served = client.stood = True
        client.link = link

    def _note(self, lines):
        """Store the addresses of waiting clients, from the rows of the list of links."""
        for line in lines:
            row = line[line.find(b":") + 1 :].split(b",")
            if len(row) < 4 or line[:8] != b"+CIPSTAT":
                continue
            try:
                link = int(row[0])
                place = str(row[2].strip(b'"'), "ascii"), int(row[3])
            except ValueError:  # a UnicodeError is one on every runtime
                continue
            for each in self.coming:
                if each[0].link == link:
                    each[1] = each[0].peer = place

    def ready(self, socket):
        """Whether ``accept()`` can return a client. It never waits: if the client's address is
        unknown, it begins to ask with ``AT+CIPSTATE?``, before 2.3 with ``AT+CIPSTATUS``.

        :param Socket socket: the socket that listens; its time-out says whether a server that a
            restart of the module has stopped is waited for
        """
        modem = self.modem
        self._keep_listening(socket)
        if self.asked is not None or not self.coming:
            return False
        first = self.coming[0]
        link = first[0].link
        if first[1] or link < 0 or modem.links[link] != _OPEN:
            return True
        if not modem.chores():
            self._ask()
            self.asked = first
        return False

    def _ask(self):
        self.modem.begin(calls.list_links(self.modem), (), None, 5000, self)

    def over(self, code):
        """The question for the clients' addresses has ended. Called from ``step()``."""
        modem = self.modem
        if self.asked is None:
            lazy.call("sock.repair", "compare", modem, self)
        self._note(modem.lines)
        if self.asked is not None:
            self.asked[1] = self.asked[1] or _NOWHERE
            self.asked = None

    def hand_out(self):
        """The client that ``ready()`` found."""
        found = self.coming.pop(0)
        return found[0], found[1] or _NOWHERE

    def drop(self, _=None):
        """Have the module stop listening before its next command, and close the waiting clients.

        It does not wait, and takes no heap: it may be called during garbage collection.
        """
        modem = self.modem
        if modem.listener is not self:
            return
        modem.listener = None
        modem.unwanted |= 1 << _SERVER
        modem.links[_SERVER] = _OPEN
        for each in self.coming:
            if each[0].is_ours():
                modem.give(each[0].link)

    def close(self):
        """``AT+CIPSERVER=0``. Accepted clients stay connected, waiting ones are closed."""
        self.drop()
        try:
            self.modem.turn()
        except OSError:
            pass  # nothing answers: the next command will report it
