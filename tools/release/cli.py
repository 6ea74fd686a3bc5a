"""`espat bundle` and `espat release`: the command line."""

from pathlib import Path

import click

from espat_tools import runtimes, where
from espat_tools.install.cli import sentences
from espat_tools.release import bundle as bundles
from espat_tools.release import compiled
from espat_tools.release.build import parts
from espat_tools.release.version import repository_of, version_of

_FOLDER = click.Path(file_okay=False, path_type=Path)

_HELP = {
    "output": "The folder that they are put into.",
    "mpy": "Zips of .mpy files too, by CircuitPython's own compilers, which are fetched.",
    "compiled": "Instead: a folder of .mpy files for MicroPython, with a package.json of its own, "
    "for mpremote mip install.",
    "check": "Build in a folder that is thrown away, and say whether all is as it must be.",
    "isolated": "Let pip fetch setuptools afresh for the wheel, or take the one that is here.",
}
_AFTER = """\
A user of a published release brings it onto a CircuitPython board by
  circup bundle-add {}
  circup install espat"""
_EPILOG = f"Example: espat bundle --output dist\n\n\b\n{_AFTER}"


@click.command(epilog=_EPILOG.format("OWNER/REPO"))
@click.option(
    "--output", type=_FOLDER, default="dist", show_default=True, metavar="DIR", help=_HELP["output"]
)
@click.option("--mpy", is_flag=True, help=_HELP["mpy"])
@click.option("--micropython", is_flag=True, help=_HELP["compiled"])
@sentences
def bundle(output: Path, mpy: bool, micropython: bool) -> None:
    """Build the bundle that circup installs the driver from: the zips of a release.

    They hold espat/ alone. The names wifi, socketpool, ssl and ipaddress come with it as
    `import espat.names`: files of these names would get onto boards that have Wi-Fi of their own.
    """
    driver = where.driver_folder()
    if micropython:
        try:
            package = compiled.build(driver, output, version_of(driver))
        except runtimes.Missing as error:
            raise click.ClickException(str(error)) from None
        click.echo(package)
        click.echo(f"Onto a board: mpremote mip install {package}")
        return
    for path in bundles.build(driver, output, ("py", "json", "example", *(["mpy"] * mpy))):
        click.echo(path)
    click.echo(_AFTER.format(repository_of(driver)))


@click.command(epilog="Example: espat release --check")
@click.argument("tag", required=False)
@click.option(
    "--output", type=_FOLDER, default="dist", show_default=True, metavar="DIR", help=_HELP["output"]
)
@click.option("--check", is_flag=True, help=_HELP["check"])
@click.option("--mpy", is_flag=True, help=_HELP["mpy"])
@click.option("--isolation/--no-isolation", default=True, help=_HELP["isolated"])
@sentences
def release(tag: str | None, output: Path, check: bool, mpy: bool, isolation: bool) -> None:
    """Build all that a release consists of from a tag: sdist, wheel, bundle, .mpy for MicroPython.

    TAG is that of the checkout's commit, if none is given. What is not committed stays out. The
    tag, the versions in the files and CHANGELOG.md must agree.
    """
    for part in parts(tag, output, check=check, mpy=mpy, isolation=isolation):
        click.echo(part)
