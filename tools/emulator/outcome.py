"""How a command may end: the name of the line that tells, or nothing more to say."""

OK, ERROR, FAIL, SILENT = "ok", "error", "fail", "silent"
