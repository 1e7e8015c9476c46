# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the text of a guest's serial console. Pure: text in, text out."""

import re

# colours, cursor moves and the screen clearing that firmware and GRUB send to a serial line
ESCAPES = re.compile(r"\x1b(\[[0-9;?=]*[A-Za-z]|[()][A-Z0-9]|[=>c7-9])|[\x00-\x08\x0b-\x1a\x1c-\x1f]")


def clean(text: str) -> str:
    """Return a console's text without terminal control sequences and with plain line ends."""
    return ESCAPES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def tail(text: str, lines: int = 20) -> str:
    """Return the last lines of a console that are not blank, each indented by two."""
    seen = [line.rstrip() for line in clean(text).splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in seen[-lines:]) or "  (the console is empty)"


def last_line(text: str) -> str:
    """Return the last line of a console that is not blank, cut to 100 characters."""
    return tail(text, 1).strip()[:100]


def kernel_started(text: str) -> bool:
    """Return whether a console has the first line of a Linux kernel."""
    return "Linux version " in text


def gave_up_on_root(text: str) -> bool:
    """Return whether a console shows the panic of a kernel that found no root file system."""
    return "Unable to mount root fs" in text
