"""`mip` installs the driver over HTTP into a MicroPython, which then imports it."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from espat_tools import where

ROOT = Path(__file__).resolve().parents[2]

INSTALL = """
import sys
import mip
mip.install(sys.argv[1], target=sys.argv[2])
sys.path[:] = [sys.argv[2], ".frozen"]
import espat
print("imported", espat.__file__, espat.__version__)
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        """Keep the test's output clean."""


@pytest.fixture
def checkout_url():
    """The checkout, served on loopback."""
    handler = functools.partial(_Quiet, directory=str(ROOT))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_mip_installs_the_driver(checkout_url, micropython, tmp_path):
    result = micropython(INSTALL, [f"{checkout_url}/package.json", str(tmp_path)])
    driver = where.driver_folder()
    # mip reports success whatever happens: the files are the proof.
    wanted = {p.relative_to(driver).as_posix(): p.read_bytes() for p in driver.glob("**/*.py")}
    found = {
        p.relative_to(tmp_path / "espat").as_posix(): p.read_bytes()
        for p in (tmp_path / "espat").rglob("*.*")
    }
    assert sorted(found) == sorted(wanted), result
    assert [name for name in wanted if found[name] != wanted[name]] == []
    assert f"imported {tmp_path}/espat/__init__.py" in result.check()


INSTALL_LIB = """
import sys
import mip
for url in sys.argv[2:]:
    mip.install(url, target=sys.argv[1])
sys.path[:] = [sys.argv[1], ".frozen"]
import ipaddress, socketpool, wifi
print("imported", wifi.__file__, socketpool.SocketPool.AF_INET, ipaddress.ip_address("10.0.0.1"))
"""


def test_mip_installs_lib_beside_it(checkout_url, micropython, tmp_path):
    urls = [f"{checkout_url}/package.json", f"{checkout_url}/lib/"]
    result = micropython(INSTALL_LIB, [str(tmp_path), *urls])
    lib = where.lib_folder()
    assert {p.name: p.read_bytes() for p in tmp_path.glob("*.*")} == {
        p.name: p.read_bytes() for p in lib.glob("*.py")
    }, result
    assert f"imported {tmp_path}/wifi.py 2 10.0.0.1" in result.check()
