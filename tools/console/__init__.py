"""`espat console`: a terminal for AT commands, with completion and help for them."""
