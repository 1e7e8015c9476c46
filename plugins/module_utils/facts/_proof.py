# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Whether a real crash has proved this very setup, and what has changed since.

The proof is crash_test's record; where there is none, that of `kdumpctl test`, or a complete dump of the running kernel
that is younger than the capture initramfs.
"""

import json
import re
from typing import Any, Dict, List, NamedTuple, Optional

PROOF = "/var/lib/crashops-kdump/proof.json"
# kdump-utils 1.0.51 and later: "success kdump_test_id=SECONDS-NANOSECONDS"; building the image anew removes it
KDUMPCTL_STATUS = "/var/lib/kdump/vmcore-creation.status"
KDUMPCTL_LINE = re.compile(r"(pending|success|fail|manual) kdump_test_id=(\d+)-\d+")
# file systems and copies keep times in coarser steps than Linux
SAME_TIME_S = 2


class Proof(NamedTuple):
    """What is known. state: proven, stale, never or unknown; time in seconds since the epoch; changed: since then."""

    state: str
    source: Optional[str] = None
    time: Optional[float] = None
    changed: List[str] = []
    panic: Optional[str] = None
    dump_bytes: Optional[int] = None
    ram_bytes: Optional[int] = None


class Setup(NamedTuple):
    """What a proof is compared with: the host as it is now."""

    kernel: Optional[str]
    booted: List[str]
    image_path: str
    image_mtime: Optional[float]
    settings: Dict[str, Any]
    collector_mtime: Optional[float]


def read_proof(host: Any, now: Setup, dumps: List[Any]) -> Proof:
    """Return the best proof that there is."""
    text = host.read(PROOF)
    recorded = None if text is None else judged(text, now)
    if recorded is not None and recorded.state == "proven":
        return recorded
    others = (_of_kdumpctl(host, now), _of_dump(now, dumps))
    return next((other for other in others if other is not None), None) or recorded or _none(host)


def _none(host: Any) -> Proof:
    """Return that there is no proof, or that none can be seen."""
    return Proof("unknown" if PROOF in host.unseen or not host.is_root() else "never")


def judged(text: str, now: Setup) -> Proof:
    """Return what crash_test's record proves of the host as it is now."""
    try:
        record = json.loads(text)
        dump, panic = record["dump"], record.get("panic")
        time, size = float(record["time"]), dump["size_bytes"]
        changed = changes(record, now)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Proof("unknown")
    return Proof("stale" if changed else "proven", "crash_test", time, changed, panic, size, record.get("ram_bytes"))


def changes(record: Dict[str, Any], now: Setup) -> List[str]:
    """Return what is not as it was when the host was crashed; what the record does not tell is not compared."""
    image = record["image"]
    pairs = [
        ("the kernel", record["kernel"], now.kernel),
        ("crashkernel=", record["crashkernel"], now.booted),
        ("the path of the capture initramfs", image["path"], now.image_path),
    ]
    was = dict(record.get("target") or {}, **(record.get("settings") or {}))
    pairs += [(name.replace("_", " "), was[name], now.settings.get(name)) for name in sorted(was)]
    found = ["%s was %s and is %s" % (what, _word(old), _word(new)) for what, old, new in pairs if old != new]
    times = [
        ("the capture initramfs was built anew", image.get("mtime"), now.image_mtime),
        ("makedumpfile was updated", record.get("collector_mtime"), now.collector_mtime),
    ]
    return found + [what for what, old, new in times if old and (new is None or abs(old - new) > SAME_TIME_S)]


def _of_kdumpctl(host: Any, now: Setup) -> Optional[Proof]:
    """Return what `kdumpctl test` has recorded; only a success proves anything."""
    match = KDUMPCTL_LINE.match(host.read(KDUMPCTL_STATUS) or "")
    if not match or match.group(1) != "success":
        return None
    time = float(match.group(2))
    return Proof("proven", "kdumpctl", time) if time > (now.image_mtime or 0) else None


def _of_dump(now: Setup, dumps: List[Any]) -> Optional[Proof]:
    """Return what a dump of the running kernel proves that this very image has made."""
    for dump in dumps:
        if dump.complete and dump.kernel == now.kernel and now.image_mtime and dump.time > now.image_mtime:
            return Proof("proven", "dump", dump.time, [], dump.panic, dump.size)
    return None


def _word(value: Any) -> str:
    """Return a value for a sentence."""
    return " ".join(value) or "none" if isinstance(value, list) else "none" if value is None else str(value)
