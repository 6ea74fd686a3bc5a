"""The desktop side of espat, imported as `espat_tools`: emulator, demo, benchmarks, runtimes."""
