"""The tree of the pages: a row a group. A page that no row names joins the last group by itself."""

from pathlib import Path

GROUPS = (
    (
        "Begin",
        (
            "begin/circuitpython",
            "micropython",
            "begin/desktop",
            "guides/wiring",
            "flashing",
            "troubleshooting",
        ),
    ),
    (
        "Guides",
        (
            "guides/https",
            "guides/servers",
            "guides/asyncio",
            "guides/udp-mdns",
            "passthrough",
            "guides/power",
            "guides/watchdog",
            "guides/testing",
        ),
    ),
    ("Moving here", ("moving-from-pico-w", "moving-from-esp-atcontrol", "moving-from-*")),
    ("Tools", ("emulator", "console", "trace", "transcripts")),
    (
        "Reference",
        (
            "api/espat",
            "api/commands",
            "api/names",
            "api/emulator",
            "api/transcripts",
            "commands",
            "radio",
            "tls",
            "compatibility",
        ),
    ),
    ("How it works", ("architecture", "performance", "reliability")),
    ("The emulator and the firmware", ("conformance/README", "conformance/*")),
    ("More", ("*",)),
)
"""Heading, and pages in order; a star stands for those that are named nowhere else."""

REPOSITORY = "https://github.com/espat/espat/blob/main"
MARK = "<!-- tree -->"
"""Where the front page has them."""


def pages(folder: Path) -> list[str]:
    """Every page but the front page, as Sphinx names it."""
    found = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.md"))
    return sorted(name for name in found if name != "index" and name[0] != "_")


def grouped(found: list[str]) -> list[tuple[str, list[str]]]:
    """The groups with the pages that there are."""
    named = {name for _, names in GROUPS for name in names}
    left = [name for name in found if name not in named]
    groups = []
    for heading, names in GROUPS:
        chosen = []
        for name in names:
            if name.endswith("*"):
                chosen += [each for each in left if each.startswith(name[:-1])]
                left = [each for each in left if each not in chosen]
            elif name in found:
                chosen.append(name)
        groups.append((heading, chosen))
    return [(heading, chosen) for heading, chosen in groups if chosen]


def _toctrees(folder):
    for heading, names in grouped(pages(folder)):
        yield f"```{{toctree}}\n:hidden:\n:caption: {heading}\n"
        yield from names
        yield "```\n"


def _fill_in(app, name, source):
    """The tree of the front page; and links that lead out of this folder lead to the repository."""
    if name == "index":
        source[0] = source[0].replace(MARK, "\n".join(_toctrees(Path(app.srcdir))))
    if "/" not in name:
        source[0] = source[0].replace("](../", f"]({REPOSITORY}/")


def setup(app):
    """See Sphinx."""
    app.connect("source-read", _fill_in)
    return {"parallel_read_safe": True}
