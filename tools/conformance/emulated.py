"""An emulated module with all surroundings that a session may need, on the loopback interface."""

import contextlib
import socket
from collections.abc import Iterator

import serial

from espat_tools.conformance.world import World, time_server
from espat_tools.doctor.wire import Wire
from espat_tools.emulator import Module, SocketNetwork

LOOPBACK = "127.0.0.1"
SERVED = (333, 8070, 8080, 35)
"""The ports on which sessions listen; each is mapped to a free one, as low ones are restricted."""

_QUICK = {"join": 0.01, "boot": 0.02, "dns": 0.001, "connect": 0.001}


@contextlib.contextmanager
def emulated(profile: str) -> Iterator[tuple[Wire, World, Module]]:
    """Yield the wire to the module, its world, and the module."""
    with contextlib.ExitStack() as stack:
        clock = stack.enter_context(time_server(LOOPBACK))
        server = (LOOPBACK, {123: clock})
        ports = _free(len(SERVED))
        network = SocketNetwork(
            {"cn.ntp.org.cn": server, "ntp.sjtu.edu.cn": server},
            server_ports=dict(zip(SERVED, ports, strict=True)),
        )
        module = stack.enter_context(Module(profile, network=network, timing=_QUICK))
        port = stack.enter_context(serial.Serial(module.pty, 115200, timeout=0))
        world = stack.enter_context(
            World(
                LOOPBACK,
                "espat",
                "correct horse",
                module=LOOPBACK,
                has={"softap", "certificates", "time"},
                gateway="192.168.1.1",
                ports=dict(zip(SERVED, ports, strict=True)),
            )
        )
        yield Wire(port), world, module


def _free(count):
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(count)]
        return [sock.getsockname()[1] for sock in socks]
