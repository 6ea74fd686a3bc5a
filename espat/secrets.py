# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""Where secrets are in a conversation with a module, and how to mask them.

``debug=`` shows lines through ``mask``; transcripts on the desktop are masked by the same tables.
Names are those of the command reference and of the ESP-AT command set's index.
"""

# The form of a command: which of its quoted parameters may be shown, which may be shown as digits
# without quotes, and whether those may be more than one digit. Parameters are counted from 0. All
# else is hidden, so that a password in the wrong place is hidden, too.
_LINK_FIRST = ((), (0,), False)

# What follows "=", from the host and in the module's echo; a name may have _CUR or _DEF appended.
COMMANDS = {
    b"CWJAP": ((0,), range(3, 12), True),  # "ssid","password"[,"bssid"][,figures]
    b"CWSAP": ((0,), range(2, 12), True),  # "ssid","password",figures
    b"CWJEAP": ((0,), (1, 5), True),  # "ssid",method,"identity","user","password",figure
    b"CWSTARTSMART": ((), (0, 1), True),  # figure,figure,"key"
    b"CIPSSLCPSK": _LINK_FIRST,  # [link,]"psk","hint"
    b"CIPSSLCPSKHEX": _LINK_FIRST,
    # link,scheme,"id","user","password",figures
    b"MQTTUSERCFG": ((2,), (0, 1, 5, 6, 7, 8, 9), True),
    b"MQTTUSERNAME": _LINK_FIRST,  # link,"user"
    b"MQTTPASSWORD": _LINK_FIRST,
    b"BLESETKEY": ((), (), True),
}

# Of them, those with the same secrets behind ":", from the module; CIPSSLCPSK there has no quotes.
# CWJAP's reply contains no password.
REPLIES = (b"CWSAP", b"CWJEAP", b"MQTTUSERCFG", b"CIPSSLCPSK", b"CIPSSLCPSKHEX")

# Commands that read what may be a secret.
READS = (b"SYSFLASH=", b"SYSMFG=")

# What follows one of these names and a ":" is hidden, at the start of a line (SmartConfig's
# password, requests in payloads) and of a quoted parameter (AT+HTTPCLIENT's headers).
HEADERS = (
    b"password",
    b"authorization",
    b"proxy-authorization",
    b"cookie",
    b"set-cookie",
    b"x-api-key",
    b"x-aio-key",
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


def parameters(form):
    """Read the parameters of one command or reply: a generator that gets each byte up to the line
    end, after a first ``next()``, and yields whether that byte must be hidden.
    """
    shown, figures, long = form
    number = -1  # of the current parameter
    byte = 0x2C  # a comma
    while byte == 0x2C:
        number += 1
        byte = yield False
        if byte == 0x22:  # a quote
            byte = yield False
            escaped = False
            while escaped or byte != 0x22:
                if byte == 0x2C and not escaped and number in shown:
                    byte = 0  # it must be escaped: perhaps the closing quote was missed
                    break
                escaped = byte == 0x5C and not escaped  # a backslash
                byte = yield number not in shown
            else:
                byte = yield False
        elif byte == 0x3F and not number:  # the ? of AT+...=?
            byte = yield False
        elif number in figures:
            first = True
            while 0x30 <= byte <= 0x39 and (first or long):
                first = False
                byte = yield False
    while True:  # this does not fit the form: from here on a secret may be anywhere
        yield True


def mask(text, command=b""):
    """Return a line of the conversation, of either side, with ``***`` for each secret part.

    :param str text: the line
    :param bytes command: the command that was under way when the module said it. If its reply has
        secrets, and none is found, the line may be damaged: all of it is hidden
    """
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
    for name in REPLIES + READS:
        if name in command and not any(marks):
            return "***"
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
    form = COMMANDS.get(name) if line[end] == 0x3D or name in REPLIES else None
    stop = _end(line, end, b"\r\n")
    if form:
        reader = parameters(form)
        next(reader)
        for i in range(end + 1, stop):
            marks[i] = reader.send(line[i])
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
    if name not in HEADERS:
        return at + 1
    end = colon + 1
    quoted = at and line[at - 1] == 0x22
    while end < len(line) and line[end] not in b"\r\n":
        if quoted and line[end] == 0x22 and line[end - 1] != 0x5C:
            break
        marks[end] = line[end] != 0x20
        end += 1
    return end


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
