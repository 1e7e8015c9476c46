# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks to QEMU's monitor through the qemu.qmp library: one call, one connection."""

import asyncio
from pathlib import Path
from typing import Any

from qemu.qmp import QMPClient, QMPError

from tools.lab.errors import LabError

# a savevm of a few GiB under emulation writes for a while
ANSWER_LIMIT_S = 300


async def _execute(socket: str, command: str, arguments: dict[str, Any]) -> Any:
    client = QMPClient("lab")
    await client.connect(socket)
    try:
        return await client.execute(command, arguments)
    finally:
        await client.disconnect()


def execute(socket: Path, command: str, **arguments: Any) -> Any:
    """Run one QMP command and return its answer (of `quit`: None)."""
    try:
        return asyncio.run(asyncio.wait_for(_execute(str(socket), command, arguments), ANSWER_LIMIT_S))
    except EOFError:
        # QEMU closes the line while it quits, now and then before its answer is out
        if command != "quit":
            raise LabError(f"QEMU went away while it did {command}") from None
    except (QMPError, OSError, asyncio.TimeoutError) as error:
        raise LabError(f"QEMU did not do {command}: {error or type(error).__name__}") from error
    return None


def monitor(socket: Path, line: str) -> None:
    """Run a command of QEMU's human monitor, which has savevm and loadvm in one word. It prints only failures."""
    said = execute(socket, "human-monitor-command", **{"command-line": line})
    if said.strip():
        raise LabError(f"QEMU did not do {line}: {said.strip()}")
