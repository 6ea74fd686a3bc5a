"""`espat install` and `espat ports`: the driver onto a board, and what is plugged in."""
