# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The board's one radio, which ``network`` and ``socket`` share: see ``board.shared()``."""

STAYS = True

radio = None
station = None  # the Station of faces/network.py, once active: it joins without waiting
