# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
"""``board``: the pins that examples name."""

GP0 = "GP0"
GP1 = "GP1"
