"""The desktop side of espat, imported as `espat_tools`: emulator, demo, benchmarks, runtimes.

Importing it makes pyserial know the URLs of :mod:`.urlhandlers`, such as ``espat://``; pyserial
finds no plug-ins by itself.
"""

import serial

_HANDLERS = "espat_tools.urlhandlers"

if _HANDLERS not in serial.protocol_handler_packages:
    serial.protocol_handler_packages.append(_HANDLERS)
