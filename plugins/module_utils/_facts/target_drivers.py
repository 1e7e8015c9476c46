# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The drivers and dracut modules that the dump target needs in the capture kernel, and which of them are kept out."""

import re
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set

from ansible_collections.crashops.kdump.plugins.module_utils._facts.block_layers import (
    CLASS,
    Layer,
    attachments,
    layers,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.dracut_settings import (
    OF_KDUMP_CONF,
    DracutSettings,
    read_told,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.driver_blocks import (
    USB,
    Block,
    blocks,
    of_initcalls,
    unlisted_drivers,
    unlisted_modules,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.network_links import (
    NET,
    NETWORKED,
    default_links,
    link_kind,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_modules import (
    Loaded,
    loaded_modules,
    plain,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Settings, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

SYS_MODULES = "/sys/module/"
# what a layer needs in addition to its disk's drivers, and what dracut calls that
LAYER_DRIVERS = {
    "luks2": ("dm_mod", "dm_crypt"),
    "crypt": ("dm_mod", "dm_crypt"),
    "lvm": ("dm_mod",),
    "lvm raid": ("dm_mod", "dm_raid", "md_mod"),
    "lvm mirror": ("dm_mod", "dm_mirror"),
    "thin pool": ("dm_mod", "dm_thin_pool"),
    "multipath": ("dm_mod", "dm_multipath"),
    "snapshot": ("dm_mod", "dm_snapshot"),
    "cache": ("dm_mod", "dm_cache"),
    "mapped": ("dm_mod",),
    "raid": ("md_mod",),
}
LAYER_MODULES = {
    "luks2": ("dm", "crypt"),
    "crypt": ("dm", "crypt"),
    "lvm": ("dm", "lvm"),
    "lvm raid": ("dm", "lvm"),
    "lvm mirror": ("dm", "lvm"),
    "thin pool": ("dm", "lvm"),
    "multipath": ("dm", "multipath"),
    "raid": ("mdraid",),
    "iscsi": ("iscsi",),
    "nvme over fabrics": ("nvmf",),
}
LINK_DRIVERS = {"bond": "bonding", "vlan": "8021q", "bridge": "bridge", "team": "team"}
ALWAYS = ("base", "systemd", "udev-rules", "kernel-modules", "kdumpbase")
TYPE_DRIVERS = {"ext2": ("ext2", "ext4"), "ext3": ("ext3", "ext4"), "nfs4": ("nfs", "nfsv4"), "nfs": ("nfs",)}
TYPE_MODULES = {
    "nfs": ("nfs", "network"),
    "nfs4": ("nfs", "network"),
    "ssh": ("ssh-client", "network"),
    "virtiofs": ("virtiofs",),
}
# the levels of RAID that a volume of LVM may have; the drivers of the levels 4, 5 and 6 are one
PERSONALITIES = ("raid0", "raid1", "raid10", "raid456")
# by these, dracut takes a machine for a guest of QEMU
VENDORS = "/sys/class/dmi/id/*_vendor"
QEMU_VENDORS = ("QEMU", "Red Hat", "Bochs")


class Drivers(NamedTuple):
    """The drivers that the dump target needs and what each is for, those kept out, and all that is kept out.

    unseen: what could not be seen of the way to the target. unclear: functions in initcall_blacklist= that may be of
    any driver.
    """

    needed: Dict[str, str]
    kept_out: List[Block]
    blocks: List[Block]
    unseen: Optional[str]
    unclear: Sequence[str] = ()


class Way(NamedTuple):
    """What a dump is written through: file systems, block devices, and network interfaces (None: not known)."""

    types: List[str]
    layers: List[Layer]
    links: Optional[Iterable[str]]
    missing: Optional[str]


def read_drivers(host: Host, stack: Stack, kernel: str, settings: Settings, links: Optional[Iterable[str]]) -> Drivers:
    """Return the drivers that the dump target needs and those kept out; links are the interfaces to the server."""
    details = stack.details(kernel)
    way = _way(host, stack, settings, links)
    loaded = loaded_modules(host)
    bound = _bound(host, way)
    every = dict(_named(host, way), **bound)
    named = {name: what for name, what in every.items() if name in loaded and name not in bound}
    needed = {name: what for name, what in bound.items() if name in loaded or name == USB}
    if set(way.types) & {"nfs", "nfs4"}:
        needed.setdefault("nfs", "nfs")
    whole = _with_dependencies(dict(named, **needed), loaded)
    told = read_told(host, details) if stack.built_by_dracut else None
    modules = set() if told is None else _dracut_modules(way)
    found = blocks(host, stack, details.capture_words, told)
    kept = [
        one for one in found if one.name in (modules if one.is_module_of_dracut else whole if one.wholly else needed)
    ]
    lists = [] if told is None else _unlisted(host, told, way, loaded, modules)
    # what is built into the kernel is started by a function as well
    calls, unclear = of_initcalls(
        details.capture_words, (host.read("/proc/cmdline") or "").split(), dict(every, **whole)
    )
    unseen = way.missing or ("the way to the server" if links is None and _networked(way) else None)
    kept += lists + calls
    return Drivers(dict(every, **whole), kept, found + lists + calls + _vague(told, way), unseen, unclear)


def _unlisted(host: Host, told: DracutSettings, way: Way, loaded: Dict[str, Loaded], modules: Set[str]) -> List[Block]:
    """Return the target's drivers that dracut's own lists leave out; network drivers come in spite of these lists."""
    disks = {name for layer in way.layers for name in _disk_drivers(host, layer.name) if name in loaded}
    local = [kind for kind in way.types if kind not in NETWORKED and kind not in ("nfs4", "virtiofs")]
    types = {plain(name) for kind in local for name in TYPE_DRIVERS.get(kind, (kind,)) if plain(name) in loaded}
    names = told.added() | {plain(word) for word in told.words("drivers", "filesystems")}
    listed = _with_dependencies(dict.fromkeys(names, ""), loaded)
    lists = list(unlisted_drivers(told, disks, types, listed, _is_guest_of_qemu(host)))
    return lists + list(unlisted_modules(told, modules))


def _vague(told: Optional[DracutSettings], way: Way) -> List[Block]:
    """Return a block of every unlisted driver, where it is not known which of the target's drivers are needed."""
    if told is None or not told.is_set("drivers") or not way.missing:
        return []
    last, named = told.said("drivers")[-1], ", ".join(sorted(told.words("drivers")))
    return [Block("every driver but %s" % (named or "none"), last.where, last.advice)]


def _is_guest_of_qemu(host: Host) -> Optional[bool]:
    """Return whether dracut adds the target's drivers for a guest of QEMU; None where that cannot be seen."""
    if any((host.read(path) or "").strip() in QEMU_VENDORS for path in host.glob(VENDORS)):
        return True
    cpus = host.read("/proc/cpuinfo") or ""
    return False if "flags" in cpus and "hypervisor" not in cpus.split() else None


def planned_drivers(host: Host, stack: Stack, kernel: str) -> Drivers:
    """Return the target's drivers under planned files, without running a program: the way is the default route."""
    return read_drivers(host, stack, kernel, stack.settings(), default_links(host) or None)


def refusals(host: Host, stack: Stack, planned: Any, kernel: str, wanted: Dict[str, Any]) -> List[str]:
    """Return a refusal for each of the target's drivers that the planned files would newly keep out.

    planned is the stack as it reads what the options would write.
    """
    before = [(one.name, one.where) for one in planned_drivers(host, stack, kernel).kept_out]
    after = planned_drivers(planned.host, planned, kernel)
    sentences = []
    for one in after.kept_out:
        if one.sure and (one.name, one.where) not in before:
            what = after.needed.get(one.name)
            rule = "the dump target needs %s%s, and %s keeps that out of the capture kernel"
            option, value = _culprit(one, wanted)
            words = rule % (one.name, " for " + what if what and what != one.name else "", one.where)
            sentences.append(
                refusal(option, value, words, "leave that out, or name a target that needs no such driver")
            )
    return sentences


def _culprit(block: Block, wanted: Dict[str, Any]) -> Any:
    """Return which option of kdump_config, and which value, would keep out one of the target's drivers."""
    name = block.name
    lists = {
        "dracut_args": wanted.get("dracut_args"),
        "directives": (wanted.get("directives") or {}).get("dracut_args"),
    }
    for option, text in lists.items() if OF_KDUMP_CONF in block.where else ():
        if text:
            return option, text
    listed = [one for one in wanted.get("blocked_drivers") or [] if plain(one) == name]
    if listed:
        return "blocked_drivers", listed[0]
    texts = {
        "commandline_append": " ".join(wanted.get("commandline_append") or []),
        "dracut_args": wanted.get("dracut_args") or "",
        "sysconfig": " ".join(str(value) for value in (wanted.get("sysconfig") or {}).values()),
        "directives": " ".join(str(value) for value in (wanted.get("directives") or {}).values()),
    }
    for option, text in texts.items():
        if name in plain(text) or name in text:
            return option, text
    return "target", (wanted.get("target") or {}).get("type", "local")


def _networked(way: Way) -> bool:
    """Return whether the target needs network drivers, because the dump crosses a network."""
    return bool(set(way.types) & {*NETWORKED, "nfs4"})


def _way(host: Host, stack: Stack, settings: Settings, links: Optional[Iterable[str]]) -> Way:
    """Return the way to the target whose drivers are needed; some capture kernels boot the root file system as well."""
    found, types, devices = mounts.mounts_of(host), [], []  # type: Any, List[str], List[str]
    directory = settings.dump_directory
    mount = mounts.holding(found, host.real_path(directory)) if directory else None
    if mount is not None:
        types, devices = [mount.fstype], [mount.source]
    elif settings.target_type != "local":
        types, devices = [settings.target_type], [mounts.device_link(settings.target_location or "")]
    root = mounts.holding(found, "/")
    if stack.boots_root and root is not None:
        types, devices = [*types, root.fstype], [*devices, root.source]
    disks = [one for one in devices if one.startswith("/dev/")]
    pairs = [(one, layers(host, one)) for one in disks]
    missing = next((one for one, seen in pairs if not seen and one != "/dev/root"), None)
    return Way(types, [layer for dummy, seen in pairs for layer in seen], links, missing)


def _bound(host: Host, way: Way) -> Dict[str, str]:
    """Return the drivers that load once a device or file system of the target appears, and what each is for."""
    found = {}  # type: Dict[str, str]
    for kind in way.types:
        found.update((plain(name), kind) for name in TYPE_DRIVERS.get(kind, (kind,)))
    for layer in way.layers:
        found.update((name, layer.name) for name in _disk_drivers(host, layer.name))
    for name in _all_links(host, way.links or []) if _networked(way) else []:
        found.update((driver, name) for driver in _chain(host, NET + name))
    return found


def _named(host: Host, way: Way) -> Dict[str, str]:
    """Return the drivers that programs load by name for the target (LVM, RAID, bonds), and what each is for."""
    found = {}  # type: Dict[str, str]
    for layer in way.layers:
        found.update((name, layer.name) for name in LAYER_DRIVERS.get(layer.kind, ()))
        level = (host.read(CLASS % layer.name + "/md/level") or "").strip()
        # the levels 4, 5 and 6 are one driver
        found.update((name, layer.name) for name in ([level, "raid456"] if level else []))
    if any(layer.kind == "lvm raid" for layer in way.layers):
        found.update((name, "LVM RAID") for name in _personalities(host))
    for name in _all_links(host, way.links or []) if _networked(way) else []:
        driver = LINK_DRIVERS.get(link_kind(host, name) or "")
        found.update({driver: name} if driver else {})
    return found


def _personalities(host: Host) -> List[str]:
    """Return the target's RAID drivers that LVM uses: those with more users than mdadm has arrays."""
    levels = [(host.read(path) or "").strip() for path in host.glob(CLASS % "md*/md/level")]
    arrays = ["raid456" if level in ("raid4", "raid5", "raid6") else level for level in levels]
    loaded = loaded_modules(host)
    return [name for name in PERSONALITIES if name in loaded and loaded[name].uses > arrays.count(name)]


def _disk_drivers(host: Host, name: str) -> List[str]:
    """Return the drivers of a disk or another layer, and of all that it is attached to."""
    return [driver for place in attachments(host, name) for driver in _chain(host, place)]


def _chain(host: Host, path: str) -> List[str]:
    """Return the drivers of a device and of all that it is attached to, by the links in /sys."""
    place, found = host.real_path(path), []  # type: str, List[str]
    if re.search(r"/usb\d", place):
        found.append(USB)
    while place.startswith("/sys/devices/"):
        module = host.real_path(place + "/driver/module")
        if module.startswith(SYS_MODULES):
            found.append(plain(module[len(SYS_MODULES) :]))
        place = place.rpartition("/")[0]
    return found


def _all_links(host: Host, links: Iterable[str]) -> List[str]:
    """Return the interfaces whose drivers the target needs: those on the way, and what a bond, bridge or VLAN has."""
    left, found = sorted(links), []  # type: List[str], List[str]
    while left:
        name = left.pop(0)
        if name not in found:
            found.append(name)
            left += [path.rpartition("/lower_")[2] for path in host.glob(NET + name + "/lower_*")]
    return found


def _with_dependencies(needed: Dict[str, str], loaded: Dict[str, Loaded]) -> Dict[str, str]:
    """Return the drivers of a target with all modules that they depend on, which load first."""
    found, grows = dict(needed), True
    while grows:
        more = {
            name: found[user]
            for name, module in loaded.items()
            for user in module.users
            if user in found and name not in found
        }
        found.update(more)
        grows = bool(more)
    return found


def _dracut_modules(way: Way) -> Set[str]:
    """Return the dracut modules that the capture initramfs needs for the dump target."""
    found = set(ALWAYS)
    for kind in way.types:
        found.update(TYPE_MODULES.get(kind, ()))
    for layer in way.layers:
        found.update(LAYER_MODULES.get(layer.kind, ()))
    return found
