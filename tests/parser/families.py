"""How each generation of firmware spells what the parser reads. Runs on MicroPython too.

Written from the format strings of the releases: rows 5, 19 and 27 of the dialect table (prompt,
+IPD, +CIPRECVDATA), never from the parser.
"""


class Family:
    """One dialect.

    :param trailer: an active +IPD ends with a CRLF that is not counted
    :param quoted: the remote address stands in quotes (and may then be IPv6)
    :param space: the prompt is ``> ``, right behind the CRLF of OK
    :param reading: the +CIPRECVDATA: ``""`` none, ``","``, ``",link"`` or ``":"``
    """

    def __init__(self, name, trailer, quoted, space, reading):
        self.name = name
        self.trailer = trailer
        self.quoted = quoted
        self.space = space
        self.reading = reading
        self.settings = {"trailer": trailer}
        self.prompt = b"> " if space else b"\r\n>"
        # NonOS prints its SEND FAIL without a CRLF before it.
        self.send_fail = b"SEND FAIL\r\n" if space else b"\r\nSEND FAIL\r\n"
        self.end = b"\r\n" if trailer else b""

    def remote(self, peer, port):
        if peer is None:
            return b""
        if self.quoted:
            return b',"%s",%d' % (peer, port)
        return b",%s,%d" % (peer, port)

    def ipd(self, link, data, peer=None, port=0):
        """An active +IPD; link -1: single-link mode."""
        number = b"" if link < 0 else b"%d," % link
        head = b"\r\n+IPD,%s%d%s:" % (number, len(data), self.remote(peer, port))
        return head + data + self.end

    def waits(self, link, length):
        """The notice of passive receive."""
        return b"\r\n+IPD,%s%d\r\n" % (b"" if link < 0 else b"%d," % link, length)

    def read(self, link, data, peer=None, port=0):
        """A +CIPRECVDATA, without the OK that follows; link is told by one family only."""
        if self.reading == ",":
            return b"\r\n+CIPRECVDATA,%d:%s" % (len(data), data)
        if self.reading == ",link":
            return b"+CIPRECVDATA,%d,%d:\r\n%s" % (link, len(data), data)
        return b"+CIPRECVDATA:%d%s,%s" % (len(data), self.remote(peer, port), data)

    def link_read(self, link):
        """The link that a +CIPRECVDATA tells."""
        return link if self.reading == ",link" else -1


# Generations that spell all of this alike stand in one row.
FAMILIES = (
    Family("NonOS 1.3", False, False, True, ""),
    Family("NonOS 1.7 and WizFi360", False, False, True, ","),
    Family("ESP32 1.x", False, False, False, ""),
    Family("ESP8266 2.0", False, False, False, ",link"),
    Family("ESP8266 2.2", True, True, False, ":"),
    Family("ESP32s 2.4, 3.3, 4.1, 5.0", True, True, False, ":"),
)
NONOS = FAMILIES[1]
ESP8266_20 = FAMILIES[3]
ESP32 = FAMILIES[5]
READING = tuple([family for family in FAMILIES if family.reading])
