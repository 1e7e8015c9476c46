# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private network of guests: a switch on a port of the loopback address that loses nothing.

QEMU's own multicast network drops what a guest is too slow to take. A large dump then creeps from one TCP time-out to
the next, and more so on a fast machine.
"""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path

from tools.lab.errors import LabError

ADDRESS = "127.0.0.1"
# QEMU's socket network: each frame comes behind its length in four bytes
LENGTH_BYTES = 4
MULTICAST_BIT = 1
START_LIMIT_S = 30
# guests come one after the other, and one that is started again comes back
IDLE_LIMIT_S = 120


def ensure(port: int) -> None:
    """Start the switch of a port unless it listens; it ends by itself when nobody has used it for a while."""
    if _listens(port):
        return
    root = Path(__file__).resolve().parents[2]
    subprocess.Popen(
        [sys.executable, "-m", "tools.lab.network", str(port)],
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + START_LIMIT_S
    while not _listens(port):
        if time.monotonic() > end:
            raise LabError(f"the guests' network did not begin to listen on port {port} within {START_LIMIT_S} s")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    """Return whether the switch's port is taken, without a connection that the switch would count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return True
    return False


class Switch:
    """Passes frames on between guests: to the guest whose address was seen on a line, else to all others."""

    def __init__(self) -> None:
        self.lines: set[asyncio.StreamWriter] = set()
        self._places: dict[bytes, asyncio.StreamWriter] = {}
        self.idle_since = time.monotonic()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the frames of one guest until it goes."""
        self.lines.add(writer)
        try:
            while True:
                head = await reader.readexactly(LENGTH_BYTES)
                frame = await reader.readexactly(int.from_bytes(head, "big"))
                await self.forward(writer, head + frame)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # QEMU ended, or was killed
        finally:
            self.lines.discard(writer)
            self._places = {address: line for address, line in self._places.items() if line is not writer}
            self.idle_since = time.monotonic()
            writer.close()

    async def forward(self, source: asyncio.StreamWriter, packet: bytes) -> None:
        """Pass one frame on to its guest, and wait for guests that are slow to take it."""
        receiver, sender = packet[4:10], packet[10:16]
        self._places[sender] = source
        known = None if receiver[:1] and receiver[0] & MULTICAST_BIT else self._places.get(receiver)
        for line in [known] if known else list(self.lines - {source}):
            with contextlib.suppress(ConnectionError):
                line.write(packet)
                await line.drain()

    def is_idle(self) -> bool:
        """Return whether no guest has been on the switch for a while."""
        return not self.lines and time.monotonic() - self.idle_since > IDLE_LIMIT_S


async def run(port: int) -> None:
    """Run the switch of a port until no guest is left."""
    switch = Switch()
    server = await asyncio.start_server(switch.serve, ADDRESS, port)
    async with server:
        while not switch.is_idle():
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1])))
