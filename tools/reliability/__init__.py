"""Measures how reliable the driver is on a line that loses, doubles and flips bytes.

`python -m espat_tools.reliability` (or `espat reliability`) has the commands. Nothing waits in real
time: the driver runs with the emulator and a simulated clock, in one process.
"""
