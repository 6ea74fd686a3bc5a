"""How reliable the driver is on a line that loses, doubles and flips bytes, counted.

`python -m espat_tools.reliability` (or `espat reliability`) has the commands. Nothing waits for
real time: the driver runs against the emulator by a simulated clock, in one process.
"""
