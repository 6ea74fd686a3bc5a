"""How Sphinx makes the pages of this folder: `python -m sphinx -W -b html docs build/docs`."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_program"), str(HERE.parent)]

import espat  # noqa: E402 - the path comes first

project = "espat"
copyright = "espat contributors"
author = "espat contributors"
release = version = espat.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "pictures", "reference", "tree"]
exclude_patterns = ["_program"]
source_suffix = {".md": "markdown"}
default_role = "code"
highlight_language = "none"
nitpicky = False

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline", "colon_fence"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"

html_theme = "furo"
html_title = f"espat {release}"
html_static_path = ["_static"]
html_css_files = ["espat.css"]
html_show_sphinx = False
html_copy_source = False
