"""Which driver is looked at: `espat/` of this checkout, or the folder named in ESPAT_HOUSE."""

import os
from pathlib import Path

from espat_tools import where
from espat_tools.house.imports import rooms

HOUSE = Path(os.environ.get("ESPAT_HOUSE") or where.driver_folder())
SOURCES = {name: path.read_text("utf-8") for name, path in rooms(HOUSE).items()}
"""The source of each room, by its name; "" is the package's `__init__.py`."""
