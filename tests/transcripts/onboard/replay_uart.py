"""A transcript as a `machine.UART`, on a board: strict about what the host says."""


class Departed(Exception):
    """The host said something else."""


class ReplayUart:
    """`turns` are what was said, the host's (True, bytes) and the module's (False, bytes) in turn.

    Each answer is there at once, `cut` bytes a read. An asterisk stands for a byte of a secret.
    """

    def __init__(self, turns, cut):
        self.turns = turns
        self.cut = cut
        self.at = 0  # the turn,
        self.done = 0  # and how much of it was said
        self.out = b""

    def _speak(self):
        while self.at < len(self.turns) and not self.turns[self.at][0]:
            self.out += self.turns[self.at][1]
            self.at += 1

    def over(self):
        self._speak()
        return self.at == len(self.turns) and not self.out

    def any(self):
        self._speak()
        return len(self.out)

    def readinto(self, view, n=None):
        self._speak()
        n = min(len(view), self.cut, len(self.out), len(view) if n is None else n)
        view[:n] = self.out[:n]
        self.out = self.out[n:]
        return n or None

    def write(self, view):
        for byte in bytes(view):
            self._speak()
            if self.at == len(self.turns):
                raise Departed("all was said", bytes(view))
            turn = self.turns[self.at][1]
            if byte != turn[self.done] and turn[self.done] != 42:
                raise Departed(self.at, self.done, turn, bytes(view))
            self.done += 1
            if self.done == len(turn):
                self.at += 1
                self.done = 0
        return len(view)

    def deinit(self):
        pass


def play(name, program, turns, expected, cut):
    """Run a program on a transcript; print that it came to what it must."""
    from espat import Radio

    uart = ReplayUart(turns, cut)
    radio = Radio(uart)
    came = program(radio)
    while not uart.over():
        if not radio.modem.step():
            break
    if came == expected and uart.over():
        print("ok", name)
    else:
        print("WRONG", name, came, uart.at, uart.out)
