"""`espat console`: a terminal for AT commands that knows them."""
