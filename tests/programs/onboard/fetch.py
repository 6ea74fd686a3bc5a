# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""What adafruit_requests does inside MicroPython. `.json()` it cannot: json.load wants a stream of
the interpreter's own.
"""

import json

import adafruit_connection_manager as manager
import adafruit_requests

HOST = "http://web.test"


def whole(content):
    """How many bytes these are; minus where the first is not as in the file `ten`."""
    for i in range(len(content)):
        if content[i] != i * 7 + i // 251 & 255:
            return -i
    return len(content)


def lines(pool):
    session = adafruit_requests.Session(pool)

    def get(path, **how):
        return session.get(HOST + path, **how)

    with get("/short.html") as answer:
        yield answer.status_code, answer.headers["content-type"], answer.text
    # The tests count the commands between these.
    pool.radio.command("AT+CWLIF")
    yield "whole", whole(get("/ten").content)
    pool.radio.command("AT+CWLIF")
    get("/which").close()
    get("/which").close()
    session.post(HOST + "/json", json={"a": 1}).close()
    pool.radio.command("AT+CWLIF")
    with session.post(HOST + "/json", json={"where": ["attic", 21.5]}) as answer:
        yield "json", json.loads(answer.text)["where"]
    session._connection_manager._free_sockets(True)
    yield "kept alive", [int(get("/which").text.split(" ")[1]) for _ in range(20)]
    yield "chunked", whole(get("/chunked/ten").content)
    yield "to the end", whole(get("/old/ten").content)
    pieces = list(get("/ten", stream=True).iter_content(5000))
    yield "streamed", len(pieces) > 1, whole(b"".join(pieces))
    yield "redirected", get("/here/near").text
    get("/which").close()
    session._connection_manager._free_sockets(True)
    try:
        get("/silent", timeout=0.4)
    except adafruit_requests.OutOfRetries:
        yield ("silent",)
    for nobody in ("http://nowhere.test/", "http://web.test:81/"):
        try:
            session.get(nobody)
        except OSError as e:
            yield "nobody", e.errno
    manager.connection_manager_close_all(pool)
    yield "free", not any(pool.radio.modem.links[:5])
