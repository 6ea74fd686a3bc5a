"""`espat ca`: the roots that a module verifies servers with, listed, put in and taken out."""
