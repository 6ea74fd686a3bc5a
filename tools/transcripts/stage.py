"""Replays a transcript to a program that is connected to a door."""

import time

from .doors import Left, drain
from .player import Departed, Player

_NAP = 0.01
_AFTER = 1.0
"""Seconds to wait for surplus bytes at the end, or for a program that left to come back."""


class Stage:
    """Replays a transcript to the program at a door."""

    def __init__(self, door, player: Player):
        self._door = door
        self._player = player

    def play(self) -> str | None:
        """Replay until the end, until the program sends something else, or until it leaves.

        Returns None if everything was sent and read, else a sentence that says what went wrong.
        """
        door, player = self._door, self._player
        out = b""
        left_at = over_at = None
        while True:
            now = time.monotonic()
            try:
                player.feed(door.read())
                left_at = None if door.present else left_at
            except Departed as departed:
                drain(door, out, _AFTER)
                return str(departed)
            except Left:
                if player.over:
                    return None
                left_at = now
            if left_at is not None and now - left_at > _AFTER:
                return f"{player.name}: the program left before all was said: {player.missing()}"
            if door.present:
                out += player.take(4096)
                out = out[door.write(out) :]
            if player.over and not out:
                over_at = over_at or now
                if now - over_at > _AFTER:
                    return None
            door.wait(_NAP)
