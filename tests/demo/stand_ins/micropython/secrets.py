"""What a user writes for the example."""

SSID = "espat"
PASSWORD = "correct horse"
