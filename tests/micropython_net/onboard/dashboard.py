# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""The published micropidash: a page, and its numbers as JSON."""

from micropidash import Dashboard

board = Dashboard("Kitchen")
board.add_toggle("lamp", "Lamp")
board.add_label("warm", "Warm")
board.update_value("warm", "21")
board.run()
