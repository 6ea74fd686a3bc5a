# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The fields of a modem, each with a word on what it means, and who writes it if not the modem.

Loaded when a modem is made, and forgotten.
"""


def declare(modem):
    """Give a new modem its fields, but for its parts and what is private.

    What is used seldom comes last: a table that is all but full finds that slowest.
    """
    # The module.
    modem.contact = 0  # 1: the module listens; 0: find out; -1: tried in vain
    modem.wifi = 0  # 1: an access point took it in; -1: and let it go; 2: it has an address
    modem.restarts = 0  # times that it said "ready"
    modem.commands = 0  # commands sent
    modem.streak = 0  # commands that got a result since the module was looked for last
    # The command under way, or the last one.
    modem.state = 0  # what it is doing: modem.py
    modem.code = 0  # the event that ended it
    modem.reply = b""
    modem.lines = ()  # its reply
    modem.words = b""  # the last line that was neither reply nor result: often the reason
    modem.client = None  # its over(code) is called at the end
    modem.limit = 0  # ms that it may take
    modem.t1 = 0  # when it was sent last, or something came that is about it
    modem.look = 0  # ms from then on until it is looked at again: turns.late()
    modem.probed = False  # it was asked after: its result may be the answer to that
    modem.connected = False  # CONNECT came, its OK is due
    modem.busied = False  # "busy" came,
    modem.signs = False  # and behind it what may be the command's own
    # Its payload.
    modem.bytes = None  # to be sent at the prompt: not to be changed before it is None again
    modem.sent = 0  # how many are out
    modem.answered = False  # OK came, the prompt is still due
    modem.verdict = 5  # the event that confirms them: SEND_OK
    modem.received = False  # "Recv n bytes" came,
    modem.mistaken = False  # and named another number
    modem.counts = True  # this firmware says that at all
    modem.early = 0  # a verdict that came without it
    modem.owed = False  # the module may still wait for bytes
    # The links.
    modem.links = bytearray(10)  # the states; from 5 on the generations
    modem.unread = [0] * 6  # bytes that the module holds; [-1] stays 0
    modem.passive = False  # the module keeps what links receive until asked,
    modem.pushing = 0  # but for these, a bit each
    modem.typed = 0  # a bit each: the module may be told yet to push what these receive
    modem.unwanted = 0  # a bit each: to be closed when there is a turn
    modem.doubt = 0  # a bit each: the CLOSED of its last user is still to come
    modem.recheck = 0  # what is to be asked before the next command: turns.py
    modem.asked = modem.port.ticks()  # when it was asked last what it holds: sock/repair.py
    modem.handlers = {}  # by event, 19 or higher: called with it at a notice
    # What the command under way is to bring.
    modem.link = -1  # the link that it is about
    modem.requested = 0  # bytes that its reply may bring; -1: they came damaged
    modem.receiver = None  # where they go
    modem.arrived = False  # they came
    # Payload.
    modem.incoming = None  # the receiver of what is coming in
    modem.delayed = None  # the same, while it is not asked yet where the bytes go
    modem.pushed = None  # the receiver of what was pushed last and may not be whole,
    modem.pushed_at = 0  # when its last byte came,
    # 1: it paused on its way; 2: and the module is asked whether it has restarted in the pause.
    modem.stalled = 0
    modem.noise = False  # bytes came that nobody prints: see mishaps.py
    modem.t0 = 0  # when a command, or the last byte of a payload, went over the line
    # Written by start/ at set-up.
    modem.firmware = (0, 0)  # family and version: firmware.py
    modem.capabilities = " "  # their names, see firmware.py
    modem.largest = 2048  # bytes that one CIPSEND takes
    # Written by the commands of at/.
    modem.kept = []  # [key, name, args]: settings to be made again after a restart
