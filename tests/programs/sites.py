"""Sites: servers of adafruit_httpserver on a board, and curl that asks them."""

import subprocess
import time

import adafruit_httpserver as http

from tests.programs import servers

PATIENCE = 30  # seconds


class Site:
    """A server of the library on a board, and who asks it."""

    def __init__(self, board, root):
        self.board = board
        self.server = http.Server(board.pool, str(root))
        self.outcomes = []

    def start(self):
        self.server.start("0.0.0.0", 80)
        return self

    @property
    def port(self):
        return self.board.server_port

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def poll(self):
        """The library's own turn; outcomes other than that nobody came are kept."""
        outcome = self.server.poll()
        if outcome != http.NO_REQUEST:
            self.outcomes.append(outcome)

    def until(self, done):
        """Serve until `done()`; what that gave."""
        end = time.monotonic() + PATIENCE
        while not (found := done()):
            assert time.monotonic() < end, "not served in time"
            self.poll()
        return found

    def curl(self, *arguments, times=1):
        """Serve while curl asks, so many at a time: what each printed."""
        command = [servers.program("curl"), "-sS", "-m", str(PATIENCE), *arguments]
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        asking = [subprocess.Popen(command, **how) for _ in range(times)]
        self.until(lambda: all(each.poll() is not None for each in asking))
        return [each.communicate()[0] for each in asking]

    def get(self, path, *arguments):
        """What curl prints of one path."""
        return self.curl(*arguments, self.url + path)[0]
