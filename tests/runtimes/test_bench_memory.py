"""`espat bench memory`: that it measures what it says, and that its gates bite."""

import json
import textwrap

import pytest
from click.testing import CliRunner

from espat_tools import where
from espat_tools.bench import budgets, cli, imports, memory

ROOT_GATES = budgets.load(budgets.DEFAULT, "memory")


def _package(folder, **files):
    """A stand-in for espat/, in a folder of that name."""
    package = folder / "espat"
    package.mkdir()
    for name, source in files.items():
        (package / f"{name}.py").write_text(textwrap.dedent(source))
    return package


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Put a stand-in where the driver is looked for."""

    def put(**files):
        package = _package(tmp_path, **files)
        monkeypatch.setattr(where, "driver_folder", lambda: package)
        return package

    return put


def test_modules_in_folders_come_after_what_they_need_too(tmp_path):
    package = _package(tmp_path, __init__="from .radio import Radio\n", radio="")
    (package / "radio.py").write_text("from .at import wifi\ndef f():\n    from .at import tls\n")
    (package / "at").mkdir()
    (package / "at" / "wifi.py").write_text("from .args import one\nfrom ..port import Port\n")
    for name in ("at/args.py", "at/tls.py", "port.py"):
        (package / name).write_text("")
    assert imports.order(package) == ["at.args", "port", "at.wifi", "radio", "at.tls"]


def test_modules_come_after_what_they_need(tmp_path):
    package = _package(
        tmp_path,
        __init__="from .radio import Radio\ndef lazy():\n    from . import tcp\n",
        radio="""\
            try:
                from espat.modem import Modem
            except ImportError:
                pass
            import sys
            def connect():
                from . import wifi
            """,
        modem="from . import parser\nfrom .port import Port\n",
        parser="",
        port="",
        tcp="from . import modem\n",
        wifi="from .modem import Modem\n",
    )
    assert imports.order(package) == ["parser", "port", "modem", "radio", "tcp", "wifi"]


def test_a_module_is_charged_for_what_it_takes_itself(stand_in, micropython):
    stand_in(
        __init__="from .b import B",
        a="A = bytearray(10_000)\n",
        b="from .a import A\nB = bytearray(20_000)\n",
        c="C = 1\n",
    )
    taken = memory.by_module(micropython)
    assert list(taken) == ["a", "b", "c"]
    assert 10_000 < taken["a"] < 11_000
    assert 20_000 < taken["b"] < 21_000
    assert 0 < taken["c"] < 1_000


DRIVER = """\
class Radio:
    def __init__(self, uart):
        self.uart = uart
        self.modem = self
        self.buffer = bytearray(3000)
    def up(self):
        from . import late
        return self
    def connect(self, ssid, password):
        from .once import joined
        import sys
        del sys.modules["espat.once"]
        del sys.modules["espat"].once
class SocketPool:
    def __init__(self, radio):
        self.radio = radio
    def socket(self):
        return Socket(self.radio.uart)
class Socket:
    def __init__(self, uart):
        self.uart = uart
        self.own = None
    def settimeout(self, seconds):
        pass
    def connect(self, place):
        self.own = bytearray(1000)
    def send(self, data):
        return len(data)
    def recv_into(self, buf):
        self.uart.write(b"AT+CIPRECVDATA=0,512\\r\\n")
        while not self.uart.any():
            pass
        self.uart.readinto(buf)
        {leak}
        return len(buf)
    def readline(self):
        self.line = bytearray(2000)
        return bytes(40)
    def close(self):
        from . import data
"""
PARTS = {
    "late": "BIG = bytearray(5000)\n",
    "once": "def joined(): pass\nBIG = bytearray(6000)\n",
    "never": "",
    "data": "",
}


@pytest.fixture(params=["unix", "32bit"])
def run(request):
    """Both MicroPythons that are measured in."""
    name = {"unix": "micropython", "32bit": "micropython_32bit"}[request.param]
    return request.getfixturevalue(name)


def test_the_steps_find_each_kind_of_cost(stand_in, run):
    stand_in(__init__=DRIVER.format(leak="pass"), **PARTS)
    heap = memory.Heap(0, "")
    memory.steps(run, heap, [])
    assert 3000 <= heap.steps["radio object"] < 3800
    assert 5000 <= heap.steps["start-up"] < 6500
    assert heap.imported_by["start-up"] == ["espat.late"]
    assert abs(heap.steps["join"]) < 300
    assert 1000 <= heap.steps["one open socket"] < 1400
    assert 4000 <= heap.steps["four more sockets"] < 5000
    assert 2000 <= heap.steps["page read"] < 2200
    assert heap.buffers["radio.buffer"] == 3000
    assert heap.buffers["socket.own"] == 1000
    assert heap.up_to("one open socket") - heap.up_to("join") == heap.steps["one open socket"]
    assert heap.names > 0


def test_a_client_loads_what_it_forgets_and_what_closing_needs_too(stand_in, run):
    stand_in(__init__=DRIVER.format(leak="pass"), **PARTS)
    assert memory.client(run, []) == ["__init__", "data", "late", "once"]


@pytest.mark.parametrize("leak", [0, 64])
def test_allocation_is_counted_to_the_byte(stand_in, run, leak):
    """A driver that allocates nothing costs nothing; one that leaks is charged for it."""
    line = f"bytearray({leak})" if leak else "pass"
    stand_in(__init__=DRIVER.format(leak=line), **PARTS)
    counted = memory.allocation(run, 500)
    assert counted.calls == 500
    assert counted.uart_reads == 500
    if leak:
        assert 64 < counted.per_read <= 128
    else:
        assert counted.per_read == 0


def _figures(**gated):
    class Canned(memory.Figures):
        def gated(self):
            return gated

    return Canned(mpy={"espat/__init__.mpy": 10})


def _bench(monkeypatch, tmp_path, figures, gates, *options):
    monkeypatch.setattr(memory, "measure", lambda _progress: figures)
    (tmp_path / "budgets.toml").write_text(gates)
    arguments = ["memory", "--budgets", str(tmp_path / "budgets.toml"), *options]
    return CliRunner().invoke(cli.bench, arguments)


GATES = "[memory]\nram_64bit = 100\n[commands]\nreads = 1\n"


@pytest.mark.parametrize(("figure", "status"), [(99, 0), (100, 0), (100.1, 1), (101, 1), (None, 1)])
def test_check_fails_past_a_gate_and_without_a_figure(monkeypatch, tmp_path, figure, status):
    figures = _figures(**{"memory.ram_64bit": figure})
    result = _bench(monkeypatch, tmp_path, figures, GATES, "--check")
    assert result.exit_code == status
    assert ("NOT KEPT" in result.output) == bool(status)


def test_a_gate_that_nothing_measures_is_not_kept(monkeypatch, tmp_path):
    gates = "[memory]\nram_16bit = 1\n"
    assert _bench(monkeypatch, tmp_path, _figures(), gates, "--check").exit_code == 1


def test_without_check_a_broken_gate_is_only_told(monkeypatch, tmp_path):
    figures = _figures(**{"memory.ram_64bit": 101})
    result = _bench(monkeypatch, tmp_path, figures, GATES)
    assert result.exit_code == 0
    assert "NOT KEPT" in result.output


def test_json_holds_figures_and_verdicts(monkeypatch, tmp_path):
    figures = _figures(**{"memory.ram_64bit": 101})
    told = json.loads(_bench(monkeypatch, tmp_path, figures, GATES, "--json").output)
    assert told["mpy"] == {"espat/__init__.mpy": 10}
    assert told["gates"] == [
        {"name": "memory.ram_64bit", "gate": 100, "figure": 101, "kept": False}
    ]


@pytest.mark.parametrize("gates", ["not toml", "[nobodys]\nreads = 1\n", None])
def test_gates_that_cannot_be_read_are_one_sentence(monkeypatch, tmp_path, gates):
    result = _bench(monkeypatch, tmp_path, _figures(), gates or "", "--check")
    if gates is None:
        (tmp_path / "budgets.toml").unlink()
        arguments = ["memory", "--check", "--budgets", str(tmp_path / "budgets.toml")]
        result = CliRunner().invoke(cli.bench, arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1


def test_every_gate_of_the_project_has_a_measurement():
    heaps = [
        memory.Heap(
            bits,
            "",
            client=["a"],
            steps=dict.fromkeys(memory.STEPS, 1),
            allocation=memory.Allocation(1, 1, 1, 1),
            tls=[1, 1],
        )
        for bits in (64, 32)
    ]
    figures = memory.Figures(
        mpy={"espat/a.mpy": 1, "espat/names.mpy": 1}, heaps=heaps, smallest_heap=1
    )
    assert set(ROOT_GATES) <= set(figures.gated())
    assert None not in [figures.gated()[name] for name in ROOT_GATES]
    assert {"memory.page_32bit", "memory.ram_32bit", "memory.smallest_heap_64bit"} <= set(
        ROOT_GATES
    )
