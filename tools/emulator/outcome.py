"""How a command may end: the name of the line that is printed, or SILENT for no further line."""

OK, ERROR, FAIL, SILENT = "ok", "error", "fail", "silent"
