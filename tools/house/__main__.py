"""`python -m espat_tools.house [FOLDER]`: the import graph of a driver in figures.

FOLDER is the driver's, `espat/` of this checkout unless another is named.
"""

import sys
from pathlib import Path

from espat_tools import where
from espat_tools.house.floors import PAGE, astray, circles, counts, floors, unlisted
from espat_tools.house.imports import all_imports, rooms


def main() -> int:
    """Print the figures, and what is wrong. Status 1 where something is."""
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else where.driver_folder()
    try:
        places = floors(PAGE.read_text("utf-8"))
        imports = all_imports(package)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(counts(package, places).lines()))
    wrong = [f"circle: {', '.join(names)}" for names in circles(imports)]
    wrong += astray(imports, places)
    wrong += [f"not listed, or not there: {name}" for name in unlisted(rooms(package), places)]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
