"""What the tests of `espat emulate` share."""

import socket

import pytest


@pytest.fixture
def free_port():
    """A TCP port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
