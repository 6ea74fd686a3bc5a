"""`espat doctor`: what is wrong between this machine and a module, by what the bytes tell."""
