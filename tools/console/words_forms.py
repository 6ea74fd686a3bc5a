"""What NonOS adds to a name: see :mod:`.words`."""

PLAIN, CUR, CUR_ONLY = "", "cur", "cur only"
"""CUR: NonOS and WizFi360 also have NAME_CUR, until a restart, and NAME_DEF, kept in flash.
CUR_ONLY: and not the plain name."""
