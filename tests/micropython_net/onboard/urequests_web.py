# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published urequests: HTTP, and HTTPS by the old name `ussl`."""

import urequests

from espat import names

names.put("ussl", "ssl_micropython")
for site in ("http://web.test", "https://web.test"):
    print(urequests.get(site + "/short.html").text)
    print(urequests.get(site + "/data.json").json()["list"][:2])
    answer = urequests.post(site + "/json", json={"a": [1, 2]})
    print(answer.status_code, answer.json())
    answer = urequests.get(site + "/here/far", headers={"X-Mark": "7"})
    print(answer.text)
    print(len(urequests.get(site + "/long").content))
try:
    urequests.get("http://web.test:81/")
except OSError as e:
    print("nobody", e.errno)
