"""Benchmarks: programs that measure the driver, and the gates in budgets.toml."""
