# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of whether the dump directory's mount is there: now, in the capture kernel, and after the next boot."""

from typing import List

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    passed,
    skipped,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.target_mount import CLOUD_INIT

INTO_FSTAB = "Write it into /etc/fstab without %s, or set kdump_path to a directory of the root file system."
BELOW = "the dump would land in the directory below it, on another file system"


def target_in_capture(seen: Evidence) -> Outcome:
    """Judge whether kdump-tools' capture kernel mounts the file system that holds the dump directory.

    It boots the real root with kdump-tools-dump.service alone, which brings local-fs.target and not remote-fs.target.
    Seen on Debian 12: with _netdev, the dump lies in the directory below the mount point.
    """
    mount, options = seen.target.mount, seen.target.mount.options or []
    if not seen.stack_class.boots_root or mount.point is None or seen.settings.target_type != "local":
        return skipped("the capture kernel mounts the target by itself, or it is the root file system")
    why = _not_mounted(seen)
    if why:
        reason = "The capture kernel does not mount %s (%s): %s."
        return failed(reason % (mount.point, why, BELOW), INTO_FSTAB % "_netdev, noauto", why)
    late = [one for one in options if one in ("nofail", *CLOUD_INIT)]
    if late:
        reason = "The capture kernel does not wait for %s (%s in /etc/fstab); if it comes late, %s."
        advice = "%s Or prove it by a crash test (crashops.kdump.test)." % (INTO_FSTAB % "nofail")
        return warned(reason % (mount.point, late[-1], BELOW), advice, late)
    return passed(mount.point)


def _not_mounted(seen: Evidence) -> str:
    """Return why the capture kernel does not mount the dump directory's file system; nothing where it does."""
    mount = seen.target.mount
    if mount.options is None:
        return "" if mount.unit else "/etc/fstab does not have it"
    if mount.remote:
        return "a server holds it"
    if "_netdev" in mount.options:
        return "_netdev in /etc/fstab"
    return "noauto in /etc/fstab" if _on_demand(mount.options) else ""


def _on_demand(options: List[str]) -> bool:
    """Return whether by its options nothing mounts the dump directory's mount, neither at boot nor at a look."""
    return "noauto" in options and "x-systemd.automount" not in options


def target_at_boot(seen: Evidence) -> Outcome:
    """Judge whether the next boot mounts the file system that holds the dump directory."""
    mount = seen.target.mount
    if mount.listed is False and not mount.unit:
        reason = (
            "%s is mounted, and neither /etc/fstab nor a unit of systemd has it: kdump does not start at the next boot."
        )
        return warned(reason % mount.point, "Write it into /etc/fstab.", "not in fstab", "in fstab")
    if mount.point is None or seen.settings.target_type != "local":
        return skipped("the dump directory lies on the root file system, or kdump mounts the target")
    if mount.options is None and not mount.unit:
        reason = "%s is mounted, and neither /etc/fstab nor a unit of systemd has it: the next boot does not mount it."
        return warned(reason % mount.point, INTO_FSTAB % "noauto", "not in fstab", "in fstab")
    if mount.options is not None and _on_demand(mount.options):
        reason = "%s is mounted, and /etc/fstab has noauto for it: the next boot does not mount it."
        return warned(reason % mount.point, INTO_FSTAB % "noauto", "noauto", "without noauto")
    return passed(mount.point)


def target_disk_kept(seen: Evidence) -> Outcome:
    """Judge whether the disk of the target's mount keeps its content when a cloud stops or moves the machine."""
    loses = seen.target.mount.loses
    if loses is None:
        return passed("nothing shows that it would not")
    reason = "The dumps go to a disk that loses its content when the cloud stops or moves the machine (%s)."
    advice = "Set kdump_path to a directory on a disk that stays, or kdump_target to a server."
    return warned(reason % loses, advice, loses)


def target_mounted(seen: Evidence) -> Outcome:
    """Judge whether the file system that fstab has for the dump directory is mounted."""
    missing = seen.target.unmounted
    if missing is None:
        return passed("yes")
    reason = "fstab mounts %s, which holds the dump directory, and it is not mounted: dumps would land below it."
    return failed(reason % missing, "Mount it (mount %s), and see why it was not." % missing, "no", "yes")
