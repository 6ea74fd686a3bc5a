"""`espat emulate`: an emulated module on a port that any program opens."""
