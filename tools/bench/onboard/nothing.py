# SPDX-FileCopyrightText: 2026 espat contributors
# SPDX-License-Identifier: MIT
# Stands in for espat/__init__.py where the modules are imported one by one.
