"""How `espat/` is built: its rooms, which of them imports which, and the floors they stand on."""
