"""`espat trace`: a conversation with a module as a picture."""
