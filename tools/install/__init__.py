"""`espat install` puts the driver onto a board; `espat ports` lists what is plugged in."""
