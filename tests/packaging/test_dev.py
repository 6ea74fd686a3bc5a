"""The bootstrap on machines that lack something: one sentence each, and no traceback."""

import ast
import contextlib
import os
import runpy
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "tools" / "dev.py"


@pytest.fixture
def checkout(tmp_path):
    """What the bootstrap needs of a checkout, in a place of its own."""
    place = tmp_path / "checkout"
    (place / "tools").mkdir(parents=True)
    shutil.copy(DEV, place / "tools")
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def _environment(**more):
    """This environment without what the machine says about package indexes."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, **more}


def _run(checkout, *arguments, **environment):
    return subprocess.run(
        [sys.executable, str(checkout / "tools" / "dev.py"), *arguments],
        env=_environment(**environment),
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_without_the_venv_module(checkout, tmp_path):
    """As on a Debian without python3-venv: there is a venv module, and no ensurepip."""
    (tmp_path / "ensurepip.py").write_text("raise ImportError('packaged apart')")
    done = _run(checkout, "demo", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (checkout / ".venv").exists()


def test_without_a_network(checkout):
    done = _run(checkout, "demo", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1:] == [
        "Cannot install what espat needs: the package index does not answer. The first run needs "
        "the network; check it and run the same command again."
    ]


def test_an_old_python_is_told_so(checkout):
    program = (
        "import runpy, sys\nsys.version_info = (3, 9, 18)\nsys.argv = ['dev.py', 'demo']\n"
        f"runpy.run_path({str(checkout / 'tools' / 'dev.py')!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "need Python 3.10 or later" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_old_python_can_read_it():
    """Down to Python 2.7: no f-strings, annotations, `nonlocal`, keyword-only or `from None`."""
    for node in ast.walk(ast.parse(DEV.read_text("utf-8"))):
        assert not isinstance(node, (ast.JoinedStr, ast.AnnAssign, ast.Nonlocal, ast.NamedExpr))
        if isinstance(node, ast.FunctionDef):
            assert not node.returns and not node.args.kwonlyargs
        if isinstance(node, ast.Raise):
            assert node.cause is None


@pytest.mark.skipif(os.name == "nt", reason="no process groups as POSIX has them")
def test_ctrl_c_while_installing(checkout):
    """Ctrl-C while pip waits for an index that is silent: one word, and nothing left running."""
    with socket.create_server(("127.0.0.1", 0)) as index:
        url = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        child = subprocess.Popen(
            [sys.executable, str(checkout / "tools" / "dev.py"), "demo"],
            env=_environment(PIP_INDEX_URL=url, no_proxy="*"),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            index.settimeout(60)
            with contextlib.closing(index.accept()[0]):
                os.killpg(child.pid, signal.SIGINT)
                _, said = child.communicate(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
    assert child.returncode == 130
    assert said.splitlines()[-2:] == ["", "Stopped."]
    assert not list((checkout / ".venv").glob("espat-demo.stamp"))


@pytest.fixture
def dev(checkout):
    """The bootstrap's functions, at work in the checkout."""
    return runpy.run_path(str(checkout / "tools" / "dev.py"))


def _pretend_installed(dev):
    python = Path(dev["venv_program"]("python"))
    python.parent.mkdir(parents=True)
    python.touch()
    Path(dev["stamp_path"]("test")).write_text(dev["wanted_stamp"]())


def test_a_stamp_saves_the_second_set_up(dev):
    assert not dev["is_ready"]("test")
    _pretend_installed(dev)
    assert dev["is_ready"]("test")
    assert not dev["is_ready"]("micropython")


@pytest.mark.parametrize("change", ["requirements", "interpreter gone", "moved"])
def test_a_stamp_is_good_for_one_state(dev, checkout, change):
    _pretend_installed(dev)
    if change == "requirements":
        with (checkout / "pyproject.toml").open("a") as file:
            file.write("# changed\n")
    elif change == "interpreter gone":
        Path(dev["venv_program"]("python")).unlink()
    else:
        moved = checkout.rename(checkout.with_name("elsewhere"))
        dev = runpy.run_path(str(moved / "tools" / "dev.py"))
    assert not dev["is_ready"]("test")


@pytest.mark.parametrize("arguments", [[], ["deploy"]])
def test_an_unknown_command_shows_the_known_ones(checkout, arguments):
    done = _run(checkout, *arguments)
    assert done.returncode == 2
    assert "tools/dev.py demo" in done.stderr
    assert not (checkout / ".venv").exists()


def test_what_pip_does_is_shown_while_it_does_it(dev, capfd):
    """Lines that tell how it gets on, at once; the rest is kept for when it fails."""
    program = "import sys\nprint('Collecting click', flush=True)\nprint('noise', flush=True)\n"
    program += "print('  Downloading click-8.2 (100 kB)' + 80 * '.')\nsys.exit(int(sys.argv[1]))"
    dev["run"]([sys.executable, "-c", program, "0"], "do it")
    shown = capfd.readouterr().err.splitlines()
    assert shown[0] == "  Collecting click"
    assert shown[1].startswith("  Downloading click-8.2") and len(shown[1]) < 80
    with pytest.raises(dev["Stop"], match="Cannot do it"):
        dev["run"]([sys.executable, "-c", program, "1"], "do it")
    assert "noise" in capfd.readouterr().err


def test_where_the_command_is_then_is_told(dev, checkout, capfd, monkeypatch):
    monkeypatch.chdir(checkout)
    dev["set_up"].__globals__.update(make_environment=lambda: None, run=lambda *_how: None)
    _pretend_installed(dev)
    dev["set_up"]("demo")
    assert "espat is now here: .venv/bin/espat" in capfd.readouterr().err
