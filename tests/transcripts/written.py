"""The transcripts that were written by hand: program, and what it must come to."""

from tests.transcripts import steps, written_steps

SENDER = "192.168.7.137"
PAGES = [b"GET /a.js HTTP/1.1\r\n", b"GET /b.css HTTP/1.1\r\n"]
HERE = "192.168.7.50"

WRITTEN = {
    "01-esp32-2.0.0-to-and-fro": (written_steps.to_and_fro, [b"test,28,"]),
    "03-esp32-1.3-dev-join": (written_steps.join_with_address, ["ESP32 ESP-AT 1.3", HERE]),
    "04-esp32-2.0-ping": (written_steps.pinged, [39]),
    "04-nonos-1.7-ping": (written_steps.pinged, [24]),
    "08-nonos-two-links": (written_steps.two_links, [b'{"ask":"status"}\r']),
    "14-nonos-1.5-server": (written_steps.browser, PAGES),
    "15-nonos-1.5-send-fail-send-ok": (written_steps.sent_or_not, [True]),
    "21-nonos-reset": (written_steps.restarts, ["again"]),
    "25-nonos-1.7-dns-fail": (written_steps.nobody, [-2]),
    "27-espat-2-join": (written_steps.join_with_address, ["ESP32 ESP-AT 2.1", HERE]),
    "34-esp32-2.0-cwjap-4": (written_steps.join_in_vain, ["ECONNREFUSED"]),
    "36-esp32-1.0-cwjap-0": (written_steps.join_in_vain, ["ECONNABORTED"]),
    "37-esp32-1.1-datagrams": (
        written_steps.heard,
        [(b"12345", (SENDER, 8080)), (b"12345788", (SENDER, 8080))],
    ),
    "41-esp8266-2.1-rc1-log-lines": (
        written_steps.heard,
        [(b"01234", (SENDER, 8080)), (b"5678", (SENDER, 8081))],
    ),
    "43-espat-less-than-told": (written_steps.less_than_told, [494, True]),
    "46-esp8266-2.1-link-conn": (written_steps.browser, PAGES),
    "50-esp32-2.0-close-restarts": (written_steps.restarts_at_close, ["again"]),
    "51-nonos-1.7.0-boot": (steps.boot, ["NonOS AT 1.7"]),
    "53-nonos-1.7-late-send-ok": (written_steps.late, ["sent"]),
    "54-nonos-1.7.0-slow-ping": (written_steps.pinged, [140]),
}
"""The number is that of the capture of real firmware that a file follows."""
