# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The module's server, of five clients, for the socket that listens. Loaded by its ``bind()``.

A client has its socket from the module's CONNECT on, so that what it sends before ``accept()`` is
kept, and a client that came and went is still handed out.
"""

import errno

from .. import calls, lazy
from ..errors import ATError, fail
from ..parser import const

STAYS = True

_LINKS = const(5)
_AWAY_MS = const(10000)  # how long the module may take to rejoin by itself
_LINGER_MS = const(100)  # how long a client may take to close, after the last that it was sent,
_FIRST_MS = const(50)  # and where no other is connected
_HURRIES = const(8)  # how many clients behind one that did not close are taken for such too
_SELDOM_MS = const(5000)  # how often the module is asked whether it has restarted, and for clients
_OK = const(2)  # events
_CONNECT = const(19)

# What a link is.
_OPEN = const(2)
_LOST_BYTES = const(6)

_NOWHERE = ("0.0.0.0", 0)


def bind(socket, address):
    """See ``Socket.bind()``."""
    if socket.shut:
        raise fail("closed")
    if socket.link >= 0:
        raise fail("not_bound")
    try:
        port = address[1] | 0
    except (TypeError, LookupError):
        port = 0
    if not 0 < port < 65536:
        raise fail("bad_address")
    socket.port = port


def listen(socket, backlog, kind):
    """See ``Socket.listen()``.

    :param kind: the class of the clients' sockets
    """
    if socket.shut:
        raise fail("closed")
    if not socket.port or socket.link >= 0:
        raise fail("not_bound")
    if socket.server is None:
        socket.server = Server(socket, backlog, kind)


def accept(socket):
    """See ``Socket.accept()``."""
    if socket.shut:
        raise fail("closed")
    if socket.server is None:
        raise fail("not_bound")
    return socket.server.accept()


def linger(client):
    """Leave a client that was just sent something the time to close first.

    Many do at the end of an answer, and a CIPCLOSE that crosses their CLOSED would hit the client
    that waited for a link, and got this one. One that is alone has less time; and where it only
    waited for our end, so will the next ones: they have none.
    """
    modem = client.modem
    server = modem.listener
    ms = _LINGER_MS
    # A CIPCLOSE before all was read would reset the connection.
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
    """What listens, and who came. ``modem.listener`` is the one that there is.

    :param Socket socket: the socket that listens
    :param int backlog: how many clients may wait to be accepted: see ``Socket.listen()``
    :param kind: the class of the clients' sockets
    :raises OSError: EADDRINUSE, another socket listens, or the module does not let it
    """

    def __init__(self, socket, backlog, kind):
        self.socket = socket
        self.kind = kind
        self.modem = socket.radio.up()
        self.room = max(_LINKS, min(backlog, 16))
        self.coming = []  # [socket, address or None] of each client that nobody accepted yet
        self.away = None  # since when Wi-Fi is away, or was last asked to come back
        self.since = self.modem.port.ticks()  # when the module was asked for clients last
        self.listens = False  # the module does; a set-up ends that
        self.asked = None  # the client of `coming` that is asked after, without a wait
        self.dropped = False  # its socket was closed, without a wait
        self.doing = 0  # what it has asked for: written by sock/repair.py
        listener = self.modem.listener
        if listener is not None:
            if not listener.dropped:
                raise fail("server_in_use")
            listener.close()
        self._open()
        self.modem.listener = self

    hurry = 0  # so many clients more are not given the time to close first

    # What a TLS server does otherwise: tls/server.py

    def prepare(self):
        """What must be set before the module listens."""

    def tail(self):
        """The parameters of CIPSERVER behind its port."""
        return ()

    def client(self):
        """The socket of a client."""
        return self.kind(self.socket.radio)

    def stopped(self):
        """The module was set up anew: it does not listen."""
        self.listens = False
        self.modem.handlers.pop(_CONNECT, None)

    def _open(self):
        """``AT+CIPSERVERMAXCONN=5``, if there is such a command, ``AT+CIPSERVER=1,<port>``.

        A server that runs, by a command that was never confirmed, is stopped before.
        """
        modem = self.modem
        self.prepare()
        self.coming = [each for each in self.coming if each[0].link < 0]
        if modem.has("MAXCONN"):
            # Refused where it has more clients from before: they stay, and so does the old number.
            self._try(b"+CIPSERVERMAXCONN=", (_LINKS,))
        args = (1, self.socket.port) + self.tail()
        for again in (True, False):
            self.listens = True
            modem.handlers[_CONNECT] = self._came  # somebody may come with the OK
            modem.words = b""
            try:
                # NonOS says "no change" where a server runs, on whichever port.
                if self._try(b"+CIPSERVER=", args) and modem.words != b"no change":
                    for _, name, kept in modem.kept:
                        if name == b"+CIPSTO=":  # NonOS takes it only while a server runs
                            self._try(name, kept)
                    return
            except BaseException:
                self.stopped()
                raise
            self.stopped()
            if again:
                self._try(b"+CIPSERVER=", (0,))
        raise fail("server_in_use")

    def _try(self, name, args):
        """A command that may be refused, or its OK be lost: True if it was done."""
        try:
            self.modem.run(name, args)
        except ATError:
            return False
        except OSError as e:
            if e.errno != errno.ETIMEDOUT or not self.modem.up:
                raise
            return False
        return True

    def _stand(self):
        """Take in what comes, and see that the module listens: after a restart it does not."""
        modem = self.modem
        radio = self.socket.radio
        modem.step()
        if modem.up and self.listens:
            if modem.wifi == 2 or not radio.network:
                self.away = None
                # Clients that were closed, without a wait, are closed now.
                if not modem.chores() and modem.port.since(self.since) > _SELDOM_MS:
                    # A CONNECT may be lost, and who came says nothing.
                    self.since = modem.port.ticks()
                    modem.begin(calls.list_links(modem), (), None, 5000, self)
                elif modem.port.since(modem.asked) > _SELDOM_MS:  # has it restarted, unheard?
                    modem.asked = modem.port.ticks()
                    modem.contact = 0
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
        if not self.listens:
            try:
                self._open()
            except OSError as e:
                if e.errno != errno.ECONNRESET:
                    raise
                # It restarted once more: so will this.

    def _came(self, _):
        """The module tells of a client. Called from ``step()``."""
        modem = self.modem
        link = modem.parser.link
        if link < 0:
            return
        old = modem.owner(link)
        if old is not None:
            # The link is another's now. Bytes that the module had for the last one went with it;
            # where its CLOSED was lost, more may have been.
            state = modem.links[link]
            if state == _OPEN or (modem.passive and modem.unread[link] > 0):
                state = max(state, _LOST_BYTES)
            old.left = state
            old.link = -1
        if link == modem.link:
            self.hurry = 0  # it may have met our CIPCLOSE
        modem.doubt &= ~(1 << link)
        coming = self.coming
        try:
            if len(coming) >= self.room:  # one at least has gone: there are five links
                for each in coming:
                    if each[0].link < 0:
                        coming.remove(each)
                        break
            client = self.client()
            coming.append([client, None])
        except MemoryError:
            modem.take(link, None, _OPEN)
            modem.give(link)
            return
        client.served = client.stood = True
        client.link = link
        client.born = modem.take(link, client, _OPEN)

    def _note(self, lines):
        """Note of all that wait who they are."""
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

    def accept(self):
        """See ``Socket.accept()``."""
        modem = self.modem
        since = modem.port.ticks()
        while not self.ready():
            if self.asked is None:
                self.socket.rest(since, "a client")
            else:
                modem.rest()
        return self.hand_out()

    def ready(self):
        """Whether there is a client to hand out; who it is is asked for before, without a wait, by
        ``AT+CIPSTATE?``, ``AT+CIPSTATUS`` before 2.3.
        """
        modem = self.modem
        self._stand()
        if self.asked is not None or not self.coming:
            return False
        first = self.coming[0]
        link = first[0].link
        if first[1] or link < 0 or modem.links[link] != _OPEN:
            return True
        if not modem.chores():
            modem.begin(calls.list_links(modem), (), None, 5000, self)
            self.asked = first
        return False

    def over(self, code):
        """The module has told who its clients are, if it did. Called from ``step()``."""
        modem = self.modem
        if self.asked is None and code == _OK:
            lazy.call("sock.repair", "compare", modem, self)
        self._note(modem.lines)
        if self.asked is not None:
            self.asked[1] = self.asked[1] or _NOWHERE
            self.asked = None

    def hand_out(self):
        """The client that ``ready()`` found."""
        found = self.coming.pop(0)
        return found[0], found[1] or _NOWHERE

    def stop(self):
        """As ``close()``, without a wait: the module may be told."""
        modem = self.modem
        if self.listens and modem.up:
            modem.begin(b"+CIPSERVER=", (0,))
        self._forget()

    def _forget(self):
        self.stopped()
        self.modem.listener = None
        for each in self.coming:
            each[0].timeout = 0  # it waits for no turn
            each[0].close()

    def close(self):
        """``AT+CIPSERVER=0``. Clients that were accepted stay, others are closed."""
        modem = self.modem
        try:
            if self.listens and modem.up:
                self._try(b"+CIPSERVER=", (0,))
        except OSError:
            pass  # nothing answers: the next command will say so
        finally:
            self._forget()
