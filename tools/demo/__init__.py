"""`espat demo`: a page through an ESP-AT module, emulated or real, and what that took."""
