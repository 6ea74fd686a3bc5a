"""`python -m espat_tools.reliability`."""

from .cli import reliability

reliability(prog_name="python -m espat_tools.reliability")
