# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Where secrets are in a conversation with a module, and how to mask them.

``debug=`` shows lines through ``mask``; transcripts on the desktop are masked by the same tables.
Names are those of the command reference and of the ESP-AT command set's index.
"""

# The form of a command: which of its quoted parameters may be shown, which may be shown as digits
# without quotes, and whether those may be more than one digit. Parameters are counted from 0. All
# else is hidden, so that a password in the wrong place is hidden, too.
_JOIN = ((0,), range(3, 12), True)
_SOFT_AP = ((0,), range(2, 12), True)
_MQTT = ((2,), (0, 1, 5, 6, 7, 8, 9), True)
_LINK_FIRST = ((), (0,), False)

# What follows "=", from the host and in the module's echo; a name may have _CUR or _DEF appended.
COMMANDS = {
    b"CWJAP": _JOIN,  # "ssid","password"[,"bssid"][,figures]
    b"CWSAP": _SOFT_AP,  # "ssid","password",figures
    b"CWJEAP": ((0,), (1, 5), True),  # "ssid",method,"identity","user","password",figure
    b"CWSTARTSMART": ((), (0, 1), True),  # figure,figure,"key"
    b"CIPSSLCPSK": _LINK_FIRST,  # [link,]"psk","hint"
    b"CIPSSLCPSKHEX": _LINK_FIRST,
    b"MQTTUSERCFG": _MQTT,  # link,scheme,"id","user","password",figures
    b"MQTTUSERNAME": _LINK_FIRST,  # link,"user"
    b"MQTTPASSWORD": _LINK_FIRST,
    b"BLESETKEY": ((), (), True),
}

# What follows ":", from the module. CWJAP's reply contains no password.
REPLIES = {
    b"CWSAP": _SOFT_AP,
    b"CWJEAP": ((0,), (1, 5), True),
    b"MQTTUSERCFG": _MQTT,
    b"CIPSSLCPSK": _LINK_FIRST,  # link,psk,hint without quotes
    b"CIPSSLCPSKHEX": _LINK_FIRST,
}

# Commands whose payload may be a secret; the first two also read it back.
WRITES = (b"SYSFLASH", b"SYSMFG", b"MQTTLONGUSERNAME", b"MQTTLONGPASSWORD")

# What follows one of these names and a ":" is hidden, at the start of a line (SmartConfig's
# password, requests in payloads) and of a quoted parameter (AT+HTTPCLIENT's headers).
HEADERS = (
    b"password",
    b"Authorization",
    b"Proxy-Authorization",
    b"Cookie",
    b"Set-Cookie",
    b"X-API-Key",
    b"X-AIO-Key",
)

# "user:password@" between URL and the first of URL_ENDS is hidden, anywhere in a line; and the
# query after a "?", as it may contain a key or a token. So is the query of an HTTP request, in a
# payload that is shown as a line.
URL = b"://"
REQUESTS = (b"GET /", b"HEAD /", b"POST /", b"PUT /", b"PATCH /", b"DELETE /", b"OPTIONS /")
URL_ENDS = b'/?#" \r\n'


def is_secret_place(name):
    """Whether this partition or name space (bytes) holds private keys."""
    name = name.lower()
    return b"key" in name or name == b"mfg_nvs"


class Parameters:
    """Reads the parameters of one command or reply, and decides for each byte if it is hidden."""

    def __init__(self, form):
        self._shown, self._figures, self._long = form
        self._number = 0  # the number of the current parameter
        self._first = True  # the next byte is the first of its parameter
        self._quoted = self._escaped = self._closed = self._lost = False

    def hides(self, byte: int) -> bool:
        """Take the next byte, which is no line end. Returns whether it must be hidden."""
        if self._lost:
            return True
        if self._quoted:
            return self._inside(byte)
        first, self._first = self._first, False
        if byte == 0x2C:  # a comma
            self._number += 1
            self._first = True
            self._closed = False
            return False
        if byte == 0x22 and first:  # a quote
            self._quoted = True
            return False
        if byte == 0x3F and first and not self._number:  # the ? of AT+...=?
            self._closed = True
            return False
        figure = 0x30 <= byte <= 0x39 and (first or self._long)
        if self._closed or not figure or self._number not in self._figures:
            # This does not fit the form: from here on a secret may be anywhere.
            self._lost = True
        return self._lost

    def _inside(self, byte):
        shown = self._number in self._shown
        if self._escaped:
            self._escaped = False
        elif byte == 0x5C:  # a backslash
            self._escaped = True
        elif byte == 0x22:
            self._quoted = False
            self._closed = True
            return False
        elif byte == 0x2C and shown:  # it must be escaped: perhaps the closing quote was missed
            self._lost = True
            return True
        return not shown


def mask(text: str) -> str:
    """Return a line of the conversation, of either side, with ``***`` for each secret part."""
    line = text.encode()
    marks = bytearray(len(line))  # 1 for each byte that is hidden
    at = 0
    while at < len(line):
        if line[at] == 0x2B:  # the + of a command or a reply
            at = _named(line, at + 1, marks)
        elif not at or line[at - 1] in b'\r\n"':
            at = _header(line, at, marks)
        else:
            at += 1
    for start in (URL,) + REQUESTS:
        at = line.find(start)
        while at >= 0:
            at += len(start)
            _url(line, at if start == URL else at - 1, marks)  # a request's target has no user
            at = line.find(start, at)
    return _starred(line, marks)


def _end(line, at, ends):
    """Where the first of these bytes is, from a position on; or the end of the line."""
    while at < len(line) and line[at] not in ends:
        at += 1
    return at


def _hide(marks, start, end):
    for at in range(start, end):
        marks[at] = 1


def _named(line, at, marks):
    """Mark the secrets of the command or reply whose name begins here. Returns where to go on."""
    end = _end(line, at, b'=:,+" \r\n')
    if line[end : end + 1] not in (b"=", b":"):
        return at
    name = line[at:end].upper()
    if name[-4:] in (b"_CUR", b"_DEF"):
        name = name[:-4]
    form = (COMMANDS if line[end] == 0x3D else REPLIES).get(name)
    stop = _end(line, end, b"\r\n")
    if form:
        parameters = Parameters(form)
        for i in range(end + 1, stop):
            marks[i] = parameters.hides(line[i])
        return stop
    if name == b"SYSMFG" and line[end] == 0x3A:  # +SYSMFG:"place","key",type,length,bytes
        fields = line[end + 1 : stop].split(b",", 4)
        if len(fields) == 5 and is_secret_place(fields[0]):
            _hide(marks, stop - len(fields[4]), stop)
            return stop
    return end + 1


def _header(line, at, marks):
    """Mark the secret of a header that begins here, if any. Returns where to go on."""
    colon = line.find(b":", at)
    name = line[at:colon].lower() if colon > at else b""
    for header in HEADERS:
        if name == header.lower():
            end = colon + 1
            quoted = at and line[at - 1] == 0x22
            while end < len(line) and line[end] not in b"\r\n":
                if quoted and line[end] == 0x22 and line[end - 1] != 0x5C:
                    break
                marks[end] = line[end] != 0x20
                end += 1
            return end
    return at + 1


def _url(line, at, marks):
    end = _end(line, at, URL_ENDS)
    _hide(marks, at, line.rfind(b"@", at, end))
    end = _end(line, end, b'#" \r\n')
    query = line.find(b"?", at, end)
    if query >= 0:
        _hide(marks, query + 1, end)


def _starred(line, marks):
    pieces = []
    at = 0
    while at < len(line):
        end = at
        while end < len(line) and marks[end] == marks[at]:
            end += 1
        pieces.append(b"***" if marks[at] else line[at:end])
        at = end
    return b"".join(pieces).decode()
