"""A release from a tag: its tree, its versions, its parts."""

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from espat_tools import where
from espat_tools.demo.wanted import Unwanted
from espat_tools.release import bundle, compiled
from espat_tools.release.version import version_of


def parts(
    tag: str | None,
    output: Path,
    *,
    check: bool = False,
    mpy: bool = False,
    isolation: bool = True,
    checkout: Path | None = None,
) -> Iterator[str]:
    """Build them one after the other; a line for each. Raises Unwanted."""
    checkout = checkout or where.tools_folder().parent
    tag = tag or _tag_here(checkout)
    with TemporaryDirectory(prefix="espat-release-") as folder:
        tree = Path(folder) / "tree"
        _extract(checkout, tag, tree)
        agree(tree, tag)
        yield f"{tag}: the tag, the versions and CHANGELOG.md agree."
        built = Path(folder) / "built" if check else output
        built.mkdir(parents=True, exist_ok=True)
        for path in _built(tree, built, tag, mpy, isolation):
            yield f"{path.name}: {path.stat().st_size:,} bytes"
        yield "All of it can be built." if check else f"All of it is in {output}."


def _built(tree: Path, output: Path, tag: str, mpy: bool, isolation: bool) -> Iterator[Path]:
    yield from python_packages(tree, output, isolation)
    yield from bundle.build(tree / "espat", output, ("py", "json", "example", *(["mpy"] * mpy)))
    yield micropython_zip(tree, output, tag)


def _git(checkout: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(checkout), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError:
        raise Unwanted("git is not here: a release is built from one of its tags.") from None
    if done.returncode:
        raise Unwanted(f"git {arguments[0]}: {done.stderr.decode().strip()}")
    return done.stdout


def _tag_here(checkout: Path) -> str:
    try:
        _git(checkout, "rev-parse")
    except Unwanted:
        raise Unwanted(
            "A release is built from a tag of a git checkout, and this espat is none: git clone "
            "it, and run tools/dev.py there."
        ) from None
    try:
        return _git(checkout, "describe", "--tags", "--exact-match").decode().strip()
    except Unwanted:
        raise Unwanted(
            "This commit has no tag, and none was given: git tag 1.2.3, the version of "
            "espat/__init__.py."
        ) from None


def _extract(checkout: Path, tag: str, tree: Path) -> None:
    """The files of the tag, and nothing that merely lies in the checkout."""
    packed = _git(checkout, "archive", "--format=tar", tag)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4
        archive.extractall(tree, **safely)


def agree(tree: Path, tag: str) -> None:
    """Raise Unwanted where the tag, the versions in the files, or the change log differ."""
    said = {"espat/__init__.py": version_of(tree / "espat")}
    for name in ("package.json", "lib/package.json"):
        said[name] = json.loads((tree / name).read_text("utf-8"))["version"]
    wrong = [f"{name} says {version}" for name, version in said.items() if version != tag]
    if f"\n## [{tag}]" not in (tree / "CHANGELOG.md").read_text("utf-8"):
        wrong.append(f"CHANGELOG.md has no section [{tag}]")
    if wrong:
        raise Unwanted(f"The tag is {tag}; {'; '.join(wrong)}.")


def python_packages(tree: Path, output: Path, isolation: bool) -> list[Path]:
    """The sdist, and the wheel that is built from it."""
    before = set(output.iterdir())
    command = [sys.executable, "-m", "build", "--outdir", str(output.resolve()), str(tree)]
    if not isolation:
        command.insert(3, "--no-isolation")
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tree)
    if "No module named build" in done.stderr:
        raise Unwanted("The builder of wheels is not here: pip install build")
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise Unwanted("The wheel cannot be built:\n" + "\n".join(said[-20:]))
    return sorted(set(output.iterdir()) - before)


def micropython_zip(tree: Path, output: Path, tag: str) -> Path:
    """The .mpy files for MicroPython and their package.json, as a zip."""
    with TemporaryDirectory(prefix="espat-mpy-") as folder:
        name = f"espat-micropython-{tag}"
        compiled.build(tree / "espat", Path(folder) / name, tag)
        packed = shutil.make_archive(str(output.resolve() / name), "zip", folder, name)
    return Path(packed)
