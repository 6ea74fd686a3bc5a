"""One case: a call of the driver, what the module must have seen, what must come back.

Expectations come from the reference and from `dialects.md`, none from driver or emulator.
"""

import dataclasses
from collections.abc import Callable

from espat.firmware import capabilities
from espat_tools.commands.forms import ALL, ESPAT, OLD


class Per:
    """A value by family: pairs of families (a tuple) and a value; the first that fits."""

    def __init__(self, *pairs):
        self.pairs = pairs

    def of(self, family):
        return next(value for families, value in self.pairs if family in families)


class Like:
    """A value of which only this much is certain: what the module makes up is left open."""

    def __init__(self, test):
        self.test = test

    def __eq__(self, other):
        return bool(self.test(other))

    __hash__ = None


def cur(sent):
    """A command that ends in _CUR in the NonOS dialect: `{}` stands where that is."""
    return Per((OLD, sent.replace(b"{}", b"_CUR")), (ESPAT, sent.replace(b"{}", b"")))


def capable(firmware):
    """`Modem.capabilities` for a firmware: (family, version)."""
    return capabilities(firmware)


def of(value, family):
    return value.of(family) if isinstance(value, Per) else value


@dataclasses.dataclass
class Case:
    """`sent` is one command, or a list of them; `value` may be a function of the desk."""

    command: str
    form: str
    call: Callable
    sent: object
    value: object = None
    before: Callable = lambda desk: None
    options: dict = dataclasses.field(default_factory=dict)
    families: tuple = ALL

    @property
    def name(self):
        return " ".join(filter(None, (self.command, self.form)))

    def commands(self, family):
        sent = of(self.sent, family)
        return [sent] if isinstance(sent, bytes) else sent

    def expected(self, desk, family):
        value = of(self.value, family)
        return value(desk) if callable(value) else value
