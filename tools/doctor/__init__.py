"""`espat doctor`: finds out from the bytes what is wrong between this machine and a module."""
