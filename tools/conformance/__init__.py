"""The sessions that Espressif's documents show, played against a module, and compared.

:mod:`.sessions` has them as data, :mod:`.hosts` what other hosts say first, :mod:`.play` plays
one, :mod:`.world` is what is around a module, :mod:`.suite` plays them all, :mod:`.report` says
what came of it. Nothing here uses the driver: a host that knows no more than a document.
"""
