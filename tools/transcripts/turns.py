"""What a host must have read before it may send.

Without this check, a host that sends its payload before the prompt, or a command while another one
is running, would work with a transcript but fail on a module. It need not have read notices.
"""

import re

from .form import MODULE, Event

_RESULT = re.compile(rb"(?:^|\n)(?:OK|ERROR|FAIL|SEND OK|SEND FAIL|SEND Canceled)\r\n")
_PROMPT = re.compile(rb"(?:^|\n)>")


def must_hear(events: list[Event]) -> list[int]:
    """For each event, how many of the module's bytes must have been read before it.

    0 for events of the module.
    """
    needs = []
    said = 0
    turn = bytearray()  # what the module said since the host last did
    for event in events:
        if event.way == MODULE:
            turn += event.what
            said += len(event.what)
            needs.append(0)
        else:
            need = _end(bytes(turn), event.what)
            needs.append(said - len(turn) + need if need else 0)
            turn.clear()
    return needs


def _end(turn: bytes, answer: bytes) -> int:
    """Where the part of ``turn`` ends that the host must have read before it sends ``answer``."""
    result = _RESULT.search(turn)
    if not answer.startswith((b"AT", b"at", b"+++")):
        prompts = list(_PROMPT.finditer(turn, result.start() + 1 if result else 0))
        if prompts:
            return prompts[-1].end()
    return result.end() if result else 0
