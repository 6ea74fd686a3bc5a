# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published phew: it joins, sets the clock, serves pages, and answers for every name."""

import sys

import machine_of_pico

sys.modules["machine"] = machine_of_pico
import phew  # noqa: E402
from phew import dns, ntp, server  # noqa: E402

print("joined", phew.connect_to_wifi("espat", "correct horse"), phew.is_connected_to_wifi())
print("year", ntp.fetch(synch_with_rtc=False)[0] > 2020)
with open("page.txt", "w") as file:
    file.write("line\n" * 1000)


@server.route("/hello/<name>")
def hello(request, name):
    return f"hello {name} {request.query.get('a')}"


@server.route("/form", methods=["POST"])
def form(request):
    return "got " + request.form["text"]


@server.route("/json", methods=["POST"])
def told(request):
    return str(sum(request.data["numbers"])), 201, "text/plain"


@server.route("/pieces")
def pieces(request):
    for number in range(5):
        yield f"piece {number}\n"


@server.route("/file")
def text(request):
    return server.serve_file("page.txt")


@server.catchall()
def rest(request):
    return "nothing here", 404


dns.run_catchall("192.168.4.1", port=int(sys.argv[2]))
print("serving")
server.run()
