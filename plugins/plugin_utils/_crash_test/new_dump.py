# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Chooses the dump that the crash test's crash made, and judges whether it proves the setup."""

from __future__ import annotations

from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DISKS

# kdumpctl moves a dump from the device to the local path when it starts, before it arms the host (save_raw)
MOVED_TARGET = "raw"
# targets on the host's own disks: there root alone may have written a dump
OWN_DISK = ("local", "raw", *DISKS)
# the host's clock may be set while it is away
CLOCK_SLACK_S = 300


def local_path(info: dict[str, Any]) -> str:
    """Return where a new dump arrives on the host itself; kdumpctl moves one on a raw target to the local path."""
    moved = info["settings"]["target_type"] == MOVED_TARGET
    return str(info["settings"]["path"] if moved else info["dump_directory"].get("path"))


def made_since(known: set[str], dumps: list[dict[str, Any]], since: float, slack: float = 60) -> list[dict[str, Any]]:
    """Return the dumps that were not known before the crash and are not of an earlier crash."""
    return [
        dump
        for dump in dumps
        if dump["id"] not in known and (dump["crash_time"] is None or dump["crash_time"] >= since - slack)
    ]


def choose_dump(known: set[str], dumps: list[dict[str, Any]], since: float) -> dict[str, Any] | None:
    """Return the dump that a crash made: not known before, and not of an earlier crash.

    What root alone could have put there goes first. Of several files of one crash, a complete one goes first, then one
    that is a dump at all, then the newest.
    """
    made = made_since(known, dumps, since)
    rank = [
        (not dump.get("doubt"), dump["complete"] is True, dump["core"] is not None, dump["crash_time"] or 0)
        for dump in made
    ]
    return made[rank.index(max(rank))] if made else None


def believed(dumps: list[dict[str, Any]], target_type: str) -> list[dict[str, Any]]:
    """Return the dumps to choose the new one from; on a server, the owner of a file casts no doubt on them."""
    return dumps if target_type in OWN_DISK else [dict(dump, doubt=None) for dump in dumps]


def dump_trouble(dump: dict[str, Any], kernel: str, latest: float) -> str | None:
    """Return why the crash test's new dump proves nothing, None if it proves the setup."""
    what = dump["core"] or dump["directory"]
    if dump.get("doubt"):
        return "others than root could have made the dump %s: %s" % (what, dump["doubt"])
    if dump["complete"] is None:
        return "whether the dump %s is complete cannot be told: %s" % (what, dump["reason"])
    if not dump["complete"]:
        return "the dump %s is not complete: %s" % (what, dump["reason"])
    if dump.get("readable") is False:
        return "the content of the dump %s is wrong: %s" % (what, dump["readable_reason"])
    if not dump["kernel"]:
        return "the dump %s does not say of which kernel it is" % what
    if dump["kernel"] != kernel:
        return "the dump %s is of the kernel %s, not of %s that crashed" % (what, dump["kernel"], kernel)
    if dump["crash_time"] is None:
        return "the dump %s does not say when the kernel crashed" % what
    if dump["crash_time"] > latest:
        return "the dump %s says that the kernel crashed in the future, at %d" % (what, dump["crash_time"])
    return None


def evidence(path: str, dumps: list[dict[str, Any]]) -> str:
    """Return in words for the crash test which files lie where its new dump is looked for."""
    files = ["%s/%s (%d bytes)" % (d["directory"], f["name"], f["size_bytes"]) for d in dumps for f in d["files"]]
    return "%s holds %s" % (path, ", ".join(files) or "no dump at all")
