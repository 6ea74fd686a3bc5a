# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The fields of a modem: what each means, and which file writes it if it is not modem.py.

Loaded when a modem is created, then forgotten.
"""


def declare(modem):
    """Create the fields of a new modem, except its parts and its private fields.

    Seldom used fields come last: in a dict that is nearly full they take longest to find.
    """
    # The module.
    modem.contact = 0  # 1: the module listens; 0: not known, find out; -1: it did not answer
    modem.wifi = 0  # 1: joined an access point; 2: and has an address; -1: lost it before that
    modem.restarts = 0  # how often it said "ready"
    modem.commands = 0  # commands sent
    modem.streak = 0  # commands that got a result since start/answer.py last checked the module
    # The command under way, or the last one.
    modem.state = 0  # one of the states in modem.py; 0: no command is under way
    modem.code = 0  # the event that ended it
    modem.reply = b""  # lines that start with this are kept in ``lines``
    modem.lines = ()  # its reply
    modem.words = b""  # the last line that was neither reply nor result: often the reason
    modem.client = None  # its over(code) is called at the end
    modem.limit = 0  # ms that it may take
    modem.t1 = 0  # when it was sent last, or when something that concerns it came
    modem.look = 0  # ms from t1 until turns.late() looks at it again
    modem.probed = False  # "AT" was sent to ask after it: a result may be the answer to that
    modem.connected = False  # CONNECT came, its OK is awaited
    modem.busied = False  # "busy" came
    modem.signs = False  # after "busy" came something that is probably this command's
    # Its payload.
    modem.bytes = None  # sent at the prompt: must not change until it is None again
    modem.sent = 0  # how many bytes were sent
    modem.answered = False  # OK came, the prompt is still awaited
    modem.verdict = 5  # the event that confirms the payload: SEND_OK
    modem.received = False  # "Recv n bytes" came
    modem.mistaken = False  # "Recv n bytes" named another number
    modem.counts = 1  # the number in the last "Recv n bytes"; 0: this firmware does not say that
    modem.early = 0  # a verdict that came without "Recv n bytes"
    modem.owed = b""  # the module may still wait for bytes: these end that
    # The links. Where a bit stands for each link, bit 0 is link 0.
    modem.links = bytearray(6)  # their states; 5: the state of a server that is being stopped
    modem.unread = [0] * 6  # bytes that the module holds for each; [-1] stays 0
    modem.passive = False  # passive receive: the module keeps received bytes until asked,
    modem.pushing = 0  # except for these links (bits)
    modem.typed = 0  # bits: AT+CIPRECVTYPE may still tell the module to push for these links
    modem.unwanted = 0  # bits: to be closed before the next command; bit 5: the server
    modem.doubt = 0  # bits: the CLOSED of the previous user may still come
    modem.recheck = 0  # what to ask before the next command, bits: turns.py
    # When it was last asked what it holds (sock/repair.py), or the radio was made.
    modem.asked = modem.port.ticks()
    modem.began = None  # when start-up began; None: it has ended well. Written by start/setup.py
    modem.handlers = {}  # {event from 19 on: function(event), called at that notice}
    # The payload that the command under way requests.
    modem.link = -1  # the link that the command concerns
    modem.requested = 0  # bytes that its reply may bring; -1: they came damaged
    modem.receiver = None  # the receiver of those bytes
    modem.arrived = False  # the payload has begun to arrive
    # Payload.
    modem.incoming = None  # the receiver of the payload that is arriving
    modem.delayed = None  # the same, while its place() has yet to be called
    modem.pushed = None  # the receiver of the payload pushed last, until that is known to be whole
    modem.pushed_at = 0  # when its last byte came
    # 1: it paused; 2: the module is also asked whether it has restarted in the pause.
    modem.stalled = 0
    modem.noise = False  # bytes came that firmware never prints: see mishaps.py
    modem.t0 = 0  # when the command was sent, or the last bytes of a payload were sent or came
    # Written by start/ at set-up.
    modem.firmware = (0, 0)  # family and version: firmware.py
    modem.capabilities = " "  # names of capabilities: see firmware.capabilities()
    modem.largest = 2048  # bytes that one CIPSEND takes
    # Written by the commands of at/.
    modem.kept = []  # (key, name, args): settings to be made again after a restart
