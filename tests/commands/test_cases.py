"""Every command, in every form, on every family that has it: bytes out and value back."""

import errno

import pytest

from espat_tools.commands.forms import FAMILIES, FORMS
from tests.commands import (
    cases_basic,
    cases_data,
    cases_radio,
    cases_tcp,
    cases_through,
    cases_tls,
    cases_wifi,
)

MODULES = (
    *(cases_basic, cases_wifi, cases_radio, cases_tcp, cases_through, cases_data, cases_tls),
)
CASES = sum((module.CASES for module in MODULES), ())
HAVE = {(command, form): families for command, form, families in FORMS}
PAIRS = [
    pytest.param(case, family, id=f"{case.name}-{family}")
    for case in CASES
    for family, _ in FAMILIES
    if family in case.families
]


def test_every_case_is_of_a_form_there_is():
    rowless = {(case.command, case.form) for case in CASES} - set(HAVE)
    assert not rowless, "tools/commands/forms.py has to say which firmware has these"


@pytest.mark.parametrize(("case", "family"), PAIRS)
def test_command(case, family, make_desk, proven):
    desk = make_desk(family, **case.options).join()
    lacks = family not in HAVE[case.command, case.form]
    if not lacks:
        case.before(desk)
    count = len(desk.module.commands)
    if lacks:
        with pytest.raises(OSError) as info:
            case.call(desk)
        assert info.value.errno == errno.EOPNOTSUPP
        assert any(name in str(info.value) for name in ("ESP32 ESP-AT", "WizFi360 1.0 and later"))
        assert desk.module.commands[count:] == []
    else:
        value = case.call(desk)
        assert case.commands(family) == desk.module.commands[count:]
        assert case.expected(desk, family) == value
    proven[case.command, case.form, family] = "refused" if lacks else "works"
