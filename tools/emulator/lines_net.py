"""Lines of servers and network services; the columns are those of :mod:`.lines`."""

ROWS = ()
