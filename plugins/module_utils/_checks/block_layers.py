# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the dump target's file system and of the block devices below it."""

from typing import Optional

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    PROVE,
    Outcome,
    failed,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import DUMPS

ELSEWHERE = "Name another target or directory (kdump_target, kdump_path)."
NETWORK_KINDS = ("multipath", "iscsi", "fibre channel", "nvme over fabrics")
IN_MEMORY = "it lies in the memory and is gone with the crash"
READ_ONLY = "nothing can be written to it"
# no dump is left on these
USELESS_TYPES = {
    "overlay": "it is gone in the capture kernel",
    "tmpfs": IN_MEMORY,
    "ramfs": IN_MEMORY,
    "rootfs": IN_MEMORY,
    "devtmpfs": IN_MEMORY,
    "hugetlbfs": IN_MEMORY,
    "squashfs": READ_ONLY,
    "erofs": READ_ONLY,
    "iso9660": READ_ONLY,
    "cramfs": READ_ONLY,
    "romfs": READ_ONLY,
}
UNLISTED = "it is not among the types that %s is known to dump to"
# layers that every capture kernel finds, and those that a check of their own speaks of
SUPPORTED_LAYERS = ("disk", "partition", "lvm", "lvm raid", "lvm mirror", "thin pool", "luks2", "crypt", *NETWORK_KINDS)
MEMORY_LAYERS = ("zram", "ram")


def target_supported(seen: Evidence) -> Outcome:
    """Judge whether kdump supports every layer below the dump target: file system and block devices."""
    kind, directory = seen.settings.target_type, seen.target.directory.path
    if seen.target.place and seen.target.place.mount:
        kind = seen.target.place.mount.fstype
    if kind == "local":
        reason = "It cannot be seen which file system holds %s." % (directory or "the dump directory")
        return unknown(reason, "Look at it: findmnt --target %s" % (directory or DUMPS))
    return _of_type(seen, kind) or _of_layers(seen) or _of_root(seen) or passed(kind)


def _of_type(seen: Evidence, kind: str) -> Optional[Outcome]:
    """Judge the file system or device type as a layer below the dump target, None where nothing is wrong."""
    if kind in USELESS_TYPES:
        return failed("The dumps go to %s: %s." % (kind, USELESS_TYPES[kind]), ELSEWHERE, kind)
    if kind in seen.stack_class.known_types:
        return None
    why = seen.stack_class.doubtful_types.get(kind) or UNLISTED % seen.stack_class.name
    return warned("The dumps go to %s: %s." % (kind, why), PROVE, kind)


def _of_layers(seen: Evidence) -> Optional[Outcome]:
    """Return what is wrong with the block devices below the file system, None where nothing is."""
    kinds = sorted({layer.kind for layer in seen.target.layers if layer.kind not in SUPPORTED_LAYERS})
    if not kinds:
        return None
    for kind in kinds:
        if kind in MEMORY_LAYERS:
            return failed("The dumps go to a device that lies in the memory (%s)." % kind, ELSEWHERE, kind)
    if kinds == ["raid"]:
        said = "The target lies on RAID, of which kdump supports not every kind."
        return None if seen.stack_class.boots_root else warned(said, PROVE, "raid")
    reason = "The target lies on a device that only a crash proves: %s." % ", ".join(kinds)
    return warned(reason, PROVE, kinds)


def _of_root(seen: Evidence) -> Optional[Outcome]:
    """Judge the root file system as a layer, where the capture kernel boots it; None where nothing is wrong."""
    root = seen.target.root_type
    if not seen.stack_class.boots_root or root is None or root in seen.stack_class.known_types:
        return None
    reason = "The capture kernel boots the root file system, which is %s: %s."
    return warned(reason % (root, USELESS_TYPES.get(root, UNLISTED % seen.stack_class.name)), PROVE, root)


def encrypted_target(seen: Evidence) -> Outcome:
    """Judge whether the target is encrypted: a crash would then need a passphrase, or memory for a key."""
    names = [layer.name for layer in seen.target.layers if layer.kind in ("luks2", "crypt")]
    if not names:
        return skipped("the target is not encrypted, or not a disk of this host")
    reason = "The dumps go to an encrypted disk (%s): unlocking it takes up to 1 GiB of memory, and a key."
    advice = "Dump to another place, run kdumpctl setup-crypttab where kdumpctl has it, or prove it by a crash test."
    return warned(reason % ", ".join(names), advice, names)


def thin_pool(seen: Evidence) -> Outcome:
    """Judge whether the LVM thin pool below the dump target has free space."""
    used = seen.target.thin_percent
    if not any(layer.kind == "thin pool" for layer in seen.target.layers):
        return skipped("the target lies in no thin pool")
    if used is None:
        return unknown("The dumps go to a volume of a thin pool, and how full that is cannot be seen.")
    reason = "The thin pool below the target is full by %d %%; the capture kernel does not extend it." % used
    return warned(reason, "Extend the pool.", "%d %%" % used, "80 %") if used > 80 else passed("%d %%" % used, "80 %")


def network_storage(seen: Evidence) -> Outcome:
    """Judge whether the disk below the dump target is attached by a network or by several paths."""
    kinds = sorted({layer.kind for layer in seen.target.layers if layer.kind in NETWORK_KINDS})
    if not kinds:
        return passed("no")
    reason = "The target lies on %s, which takes drivers, memory and time in the capture kernel." % ", ".join(kinds)
    return warned(reason, PROVE, kinds)
