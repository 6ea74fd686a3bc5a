"""The two commands of the README, on a machine that has Python 3.10 or later and git.

    python3 tools/dev.py demo [arguments of `espat demo`]
    python3 tools/dev.py test [arguments of pytest]

Makes a virtual environment in .venv, installs what the command needs, and runs it. The second time
nothing is installed: a stamp in .venv says for which pyproject.toml it was made.

Standard library only, and old syntax only: an old Python must get as far as the sentence that says
so.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 10)
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(HERE, ".venv")
EXTRAS = {"demo": "micropython", "test": "test"}
PROGRESS = ("Collecting ", "Downloading ", "Installing ", "Building ")
"""How the lines of pip begin that are shown."""
OFFLINE_SIGNS = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "NameResolutionError",
    "ProxyError",
    "Temporary failure in name resolution",
    "Failed to establish a new connection",
    "Network is unreachable",
    "(from versions: none)",
)


class Stop(Exception):
    """Ends the program with one sentence."""


def say(text):
    """Print a line of progress on standard error, at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def check_python():
    """Raise Stop where this Python cannot carry the project."""
    if sys.version_info < OLDEST:
        raise Stop(
            "espat's desktop tools need Python %d.%d or later and this is %s: run the command "
            "with a newer one." % (OLDEST + (sys.version.split()[0],))
        )
    if not has_venv():
        raise Stop(
            "This Python comes without its venv module: install it (Debian and Ubuntu: "
            "sudo apt install python3-venv) and run the same command again."
        )


def has_venv():
    """True where this Python can make virtual environments; Debian packages that part apart."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def venv_program(name):
    """A program inside the virtual environment."""
    if os.name == "nt":
        return os.path.join(VENV, "Scripts", name + ".exe")
    return os.path.join(VENV, "bin", name)


def stamp_path(extra):
    """The file that says for what the environment was made."""
    return os.path.join(VENV, "espat-%s.stamp" % extra)


def wanted_stamp():
    """What the stamp must hold: the interpreter, the place, and the project's requirements."""
    digest = hashlib.sha256()
    with open(os.path.join(HERE, "pyproject.toml"), "rb") as file:
        digest.update(file.read())
    return "%s\n%s\n%s\n" % (sys.version, HERE, digest.hexdigest())


def is_ready(extra):
    """True where nothing needs to be installed."""
    try:
        with open(stamp_path(extra)) as file:
            return file.read() == wanted_stamp() and os.path.exists(venv_program("python"))
    except OSError:
        return False


def show(line):
    """A line of pip's, if it is one that tells what is going on, cut to a terminal's width."""
    line = line.strip()
    if line.startswith(PROGRESS):
        say("  " + line[:76])


def run(command, what):
    """Run a set-up command and show how it gets on; raise Stop with a sentence where it fails."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    lines = []
    try:
        for line in child.stdout:
            lines.append(line.decode("utf-8", "replace"))
            show(lines[-1])
    except BaseException:
        child.kill()
        raise
    finally:
        status = child.wait()
    if status == 0:
        return
    said = "".join(lines)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        raise Stop(
            "Cannot %s: this machine does not trust the certificate of the package index; name "
            "the right authority in PIP_CERT and run the same command again." % what
        )
    if any(sign in said for sign in OFFLINE_SIGNS):
        raise Stop(
            "Cannot %s: the package index does not answer. The first run needs the network; "
            "check it and run the same command again." % what
        )
    say("\n".join(said.strip().splitlines()[-15:]))
    raise Stop("Cannot %s: the lines above say why." % what)


def make_environment():
    """Create .venv afresh if it is not there or was made by another Python."""
    made_by = os.path.join(VENV, "espat-python.stamp")
    try:
        with open(made_by) as file:
            if file.read() == sys.version + HERE and os.path.exists(venv_program("python")):
                return
    except OSError:
        pass
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    run([sys.executable, "-m", "venv", VENV], "make the virtual environment .venv")
    with open(made_by, "w") as file:
        file.write(sys.version + HERE)


def set_up(extra):
    """Install the project, editable, with one of its extras; the stamp comes last."""
    say("Setting up .venv, this once: some minutes, by your network and machine...")
    make_environment()
    target = "%s[%s]" % (HERE, extra)
    pip = [venv_program("python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run(pip + ["install", "--retries", "1", "--editable", target], "install what espat needs")
    if extra == "test":
        fetch_wasm()
    with open(stamp_path(extra), "w") as file:
        file.write(wanted_stamp())
    say("Set up. The command espat is now here: %s" % os.path.relpath(venv_program("espat")))


def fetch_wasm():
    """Fetch the WebAssembly MicroPythons where npm is; the tests say what they miss without."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        say("No Node.js here: the tests inside MicroPython 1.20 and a 32-bit one will be skipped.")
        return
    say("Fetching two WebAssembly builds of MicroPython...")
    install = [venv_program("python"), "-m", "espat_tools.runtimes", "install"]
    done = subprocess.run(install, check=False)
    if done.returncode:
        say("They did not come: the tests that run in them will be skipped.")


def command_line(arguments):
    """What to run inside the environment; the tests run in the checkout, the rest where we are.

    All the tests are divided among the processors (pytest-xdist); a choice of them is not.
    """
    if arguments[0] == "test":
        os.chdir(HERE)
        return [venv_program("python"), "-m", "pytest"] + (arguments[1:] or ["-n", "auto"])
    return [venv_program("espat")] + arguments


def start(command):
    """Become the command, or, where that is impossible, run it and return its status."""
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def main(arguments):
    """Set up if needed, then run. Returns an exit status."""
    if not arguments or arguments[0] not in EXTRAS:
        say(__doc__.strip())
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    try:
        check_python()
        extra = EXTRAS[arguments[0]]
        if not is_ready(extra):
            set_up(extra)
        return start(command_line(arguments))
    except Stop as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
