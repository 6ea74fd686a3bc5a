"""`espat reliability`: the command line."""

import os
import re
import sys

import click

from espat_tools.emulator import PROFILES

KINDS = (
    "tcp",
    "tls",
    "udp",
    "served",
    "slow",
    "polled",
    "faced",
    "beside",
    "several",
    "mixed",
    "crowded",
    "flooded",
)


@click.group(epilog="Example: espat reliability sweep --sample 50")
def reliability():
    """Disturb the line between driver and module, and count what comes of it."""


@reliability.command(epilog="Example: espat reliability sweep --sample 50")
@click.option("--all", "whole", is_flag=True, help="Every change; hours. Without it, a sample.")
@click.option("--sample", default=300, show_default=True, help="Changes for each cell.")
@click.option("--seconds", type=float, help="Stop after so long, all cells having had turns.")
@click.option("--seed", default=0, show_default=True, help="Which sample.")
@click.option("--plain", is_flag=True, help="Sample changes, not families of them in turn.")
@click.option("--profile", "profiles", multiple=True, type=click.Choice(sorted(PROFILES)))
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS))
@click.option("-j", "jobs", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option("--page", type=click.Path(dir_okay=False), help="Write the counts into this page.")
@click.option("--each", default=3, show_default=True, help="Cases to show of each kind of fault.")
def sweep(*, whole, sample, seconds, seed, plain, profiles, kinds, jobs, page, each):
    """Every byte of a conversation dropped, doubled and flipped; restarts, busy, cuts."""
    from . import report, sweep  # noqa: PLC0415

    which = sweep.cells(profiles, kinds or sweep.KINDS)
    tell = _progress if sys.stderr.isatty() else lambda counts: None
    counts = sweep.sweep(
        which,
        sample=None if whole or seconds else sample,
        seed=seed,
        plain=plain,
        seconds=None if whole else seconds,
        jobs=jobs,
        tell=tell,
    )
    for text in (report.by_family, report.by_profile, report.cannot_be_told, report.small):
        click.echo(text(counts) + "\n")
    if counts.faults:
        click.echo(report.faults(counts, each))
    if counts.later:
        click.echo(report.later(counts, each))
    if page:
        from .page import write_sweep  # noqa: PLC0415

        write_sweep(page, counts, whole, seed)
    sys.exit(bool(counts.failed))


@reliability.command()
@click.argument("cell")
@click.argument("change")
def show(cell, change):
    """One case again, with all that was said: as `sweep` prints it, each in quotes.

    \b
    espat reliability show "esp32c3-3.3 tcp passive 100" "drop module@2131 x4"
    """
    from . import sweep  # noqa: PLC0415
    from .cells import Cell, talk  # noqa: PLC0415
    from .wire import Change  # noqa: PLC0415

    profile, kind, mode, reads = cell.split()
    cell = Cell(profile, kind, mode == "passive", reads)
    match = re.fullmatch(r"(\w+) (\w+)@(-?\d+) x(\d+)(?:\.\.(\d+))?", change)
    if not match:
        raise click.UsageError(f"no change: {change}")
    what, side, at, amount, end = match.groups(default="-1")
    change = Change(what, side, int(at), int(amount), int(end))
    sweep.undisturbed(cell)
    _, world = talk(cell, change)
    for when, way, data in world.module.log:
        click.echo(f"{when:9.3f} {way} {data[:90]!r}{'...' if len(data) > 90 else ''}")
    found, why, rule, _ = sweep.one(cell, change)
    click.echo(f"{found}: {why}" + (f" ({rule})" if rule else ""))


def _progress(counts):
    print(f"\r{counts.cases:,} ({counts.failed:,} faults)", end="", file=sys.stderr)


@reliability.command(epilog="Example: espat reliability fuzz --seconds 60")
@click.option("--seconds", type=float, help="How long; without it, until Ctrl-C.")
@click.option("--seed", default=0, show_default=True, help="Where to begin.")
@click.option("--again", type=int, help="One program again, with all that was said.")
@click.option("--every", is_flag=True, help="With MicroPython's faces, and seldom used calls, too.")
@click.option("--page", type=click.Path(dir_okay=False), help="Write the counts into this page.")
def fuzz(seconds, seed, again, every, page):
    """Seeded programs against modules that answer anything."""
    from . import hostile  # noqa: PLC0415

    if again is not None:
        counts, player = hostile.again(again, every)
        for when, way, data in player.world.module.log if player.world else ():
            click.echo(f"{when:9.3f} {way} {data[:90]!r}")
    else:
        counts = hostile.Fuzzed()
        try:
            counts = hostile.fuzz(seconds, seed, counts, every)
        except KeyboardInterrupt:
            pass
    click.echo(counts)
    for number, name, error in counts.faults:
        click.echo(f"    --again {number}: {name}: {error}")
    if page:
        from .page import write_fuzz  # noqa: PLC0415

        write_fuzz(page, counts, seed)
    sys.exit(bool(counts.kinds))


@reliability.command(epilog="Example: espat reliability atheris --runs 100000")
@click.option("--runs", default=-1, help="How many inputs; without it, until Ctrl-C.")
def atheris(runs):
    """The parser, by coverage-guided inputs; needs the package atheris."""
    from .parsing import fuzz_parser  # noqa: PLC0415

    sys.exit(fuzz_parser(runs))
