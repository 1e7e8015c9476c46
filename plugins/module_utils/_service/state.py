# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The state of kdump's unit and of the capture kernel: enabled, loaded, and how old what is loaded is."""

import re
import time
from typing import Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import (
    CRASH_LOADED,
    CRASH_SIZE,
    kernel_release,
    read_first,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Image, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# what this collection keeps on a host
DIRECTORY = "/var/lib/crashops-kdump"
LOAD_DISABLED = "/proc/sys/kernel/kexec_load_disabled"
# since Linux 6.3: each load and each unload takes one off, and at 0 the kernel refuses both. -1: without a limit
LOAD_LIMIT = "/proc/sys/kernel/kexec_load_limit_panic"
# the newer and the older place of firmware-assisted dump (ppc64le)
FADUMP = (
    ("/sys/kernel/fadump/enabled", "/sys/kernel/fadump/registered"),
    ("/sys/kernel/fadump_enabled", "/sys/kernel/fadump_registered"),
)
PROPERTIES = "LoadState,ActiveState,UnitFileState,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic"
PROPERTIES += ",ConditionResult,ConditionTimestampMonotonic,StateChangeTimestampMonotonic"
PROPERTIES += ",InactiveExitTimestamp,ActiveEnterTimestamp,StateChangeTimestamp"
PROPERTIES += ",ReloadResult,ExecReload"
# how the last command of a reload ended: code=exited ; status=1, or code=killed ; status=15/TERM
RELOAD_FAILED = re.compile(r"code=(?:exited ; status=[1-9]|killed|dumped)")
# a link in /run, which the next boot does not have
RUNTIME_MASK = "masked-runtime"
MOVING = ("activating", "deactivating", "reloading")
# the reason why an initramfs is stale when its build did not finish
CUT_OFF = "a build of it was cut off"


class Unit(NamedTuple):
    """What systemd says of kdump's unit.

    began, finished: when it last loaded the capture kernel, in seconds since the epoch.
    moving: a start or stop is under way, which after a boot may build the capture initramfs for minutes.
    enabled: it starts at every boot. systemd does not say that of a masked one, which counts as not enabled.
    condition: whether its conditions were met when it was last to be started; None where it never was.
    until_boot: it is masked until the next boot only.
    """

    exists: bool
    active: bool
    moving: bool
    enabled: bool
    masked: bool
    began: Optional[float]
    finished: Optional[float]
    condition: Optional[bool] = None
    until_boot: bool = False


class Service(NamedTuple):
    """All that a plan of kdump_service needs: the unit, the kernel, the initramfs, the age of the configuration.

    changed_since: the files that are newer than what the unit loaded.
    perhaps_since: where somebody else loaded it at an unknown time, the files that are newer than the boot.
    forbidden: kexec may neither load nor unload anything before the next boot.
    kexecs_left: how often it may still load or unload before the next boot; None where there is no limit.
    """

    unit: Unit
    armed: bool
    reserved: bool
    image: Image
    changed_since: List[str]
    perhaps_since: List[str]
    forbidden: bool = False
    kexecs_left: Optional[int] = None


def _flag(host: Host, path: str) -> bool:
    """Return whether a file of the capture kernel's state in /proc or /sys says 1."""
    return (host.read(path) or "").strip() == "1"


def is_armed(host: Host) -> bool:
    """Return whether the kernel has a capture kernel loaded, or firmware-assisted dump registered."""
    for enabled, registered in FADUMP:
        if _flag(host, enabled):
            return _flag(host, registered)
    return read_first(host, CRASH_LOADED) == "1"


def is_assisted(host: Host) -> bool:
    """Return whether the machine is in the state of firmware-assisted dump (ppc64le)."""
    return any(_flag(host, enabled) for enabled, dummy in FADUMP)


def is_reserved(host: Host) -> bool:
    """Return whether the running kernel has memory reserved in which kdump's service can load a capture kernel."""
    return is_assisted(host) or (read_first(host, CRASH_SIZE) or "0") != "0"


def _moment(host: Host, facts: Dict[str, str], name: str) -> Optional[float]:
    """Return when a unit's state changed, in seconds since the epoch by the present clock.

    systemd's monotonic stamp leaves out suspends. It says when the change was at the earliest, and when at the latest.
    After a suspend, its other stamp counts if it lies between these: it is by the clock of that time, in whole seconds.
    """
    since_boot_us = whole(facts.get(name + "Monotonic"))
    if not since_boot_us:
        return None
    earliest = host.boot_time() + since_boot_us / 1e6
    latest = host.now() - host.monotonic() + since_boot_us / 1e6
    named = _read_time(facts.get(name, "")) if latest - earliest > 1 else None
    if named is None:
        return earliest
    # every suspend was before the change, or every one after it
    exact = [one for one in (latest, earliest) if 0 <= one - named < 1]
    return exact[0] if exact else max(earliest, min(named, latest))


def _read_time(text: str) -> Optional[float]:
    """Return a time stamp of a unit's state, such as Sun 2026-11-29 23:54:37 UTC, in seconds since the epoch."""
    try:
        # systemctl prints the zone that this process has too
        return time.mktime(time.strptime(" ".join(text.split()[1:3]), "%Y-%m-%d %H:%M:%S"))
    except (ValueError, OverflowError):
        return None


def read_unit(host: Host, name: str, timeout_s: int = 60) -> Unit:
    """Return what systemd says of a unit, asked in one call."""
    shown = host.run(["systemctl", "show", "-p", PROPERTIES, name], timeout_s=timeout_s).stdout
    facts = dict(line.partition("=")[::2] for line in shown.splitlines())
    was_judged = facts.get("ConditionTimestampMonotonic", "0") != "0"
    masked = facts.get("LoadState") == "masked" or facts.get("UnitFileState", "").startswith("masked")
    began = _moment(host, facts, "InactiveExitTimestamp")
    finished = _moment(host, facts, "ActiveEnterTimestamp")
    # a reload changes neither of the two. systemd does not say when it began, but it takes only seconds
    changed = _moment(host, facts, "StateChangeTimestamp")
    reloaded = facts.get("ActiveState") == "active" and not _reload_failed(facts)
    if reloaded and finished and changed and changed > finished:
        began = finished = changed
    return Unit(
        exists=facts.get("LoadState") not in ("not-found", None),
        active=facts.get("ActiveState") == "active",
        moving=facts.get("ActiveState") in MOVING,
        enabled=facts.get("UnitFileState") == "enabled",
        masked=masked,
        began=began,
        finished=finished,
        condition=facts.get("ConditionResult") == "yes" if was_judged else None,
        until_boot=facts.get("UnitFileState") == RUNTIME_MASK,
    )


def _reload_failed(facts: Dict[str, str]) -> bool:
    """Return whether the unit's last reload failed, so that its time says nothing of what is loaded.

    systemd 239 of EL 8 has no ReloadResult; ExecReload is forgotten at a daemon-reload.
    """
    result = facts.get("ReloadResult", "success")
    return result != "success" or bool(RELOAD_FAILED.search(facts.get("ExecReload", "")))


def read_service(host: Host, stack: Stack, timeout_s: int = 60) -> Service:
    """Return the state of kdump's unit and the capture kernel, as a plan of kdump_service needs it."""
    unit, armed = read_unit(host, stack.unit, timeout_s), is_armed(host)
    image = _whole_image(host, stack.image(kernel_release(host)))
    changed_since = _changed_since(host, stack, unit, image)
    perhaps_since = _perhaps_since(host, stack, image) if loaded_by_others(unit, armed) else []
    # firmware-assisted dump is registered without kexec
    by_kexec = not is_assisted(host)
    forbidden = by_kexec and _flag(host, LOAD_DISABLED)
    left = whole(host.read(LOAD_LIMIT)) if by_kexec else None
    return Service(unit, armed, is_reserved(host), image, changed_since, perhaps_since, forbidden, left)


def image_copy(path: str) -> str:
    """Return the copy that shows the state of a build: it is there while one runs, and stays if that was cut off."""
    return "%s/image%s" % (DIRECTORY, path.replace("/", "-"))


def _whole_image(host: Host, image: Image) -> Image:
    """Return the state of the capture initramfs for the unit; it is stale where its build was cut off.

    Then it may be half a file, and newer than everything that it is built from.
    """
    if image.exists and host.stat(image_copy(image.path)) is not None:
        return image._replace(stale_because=CUT_OFF)
    return image


def loaded_by_others(unit: Unit, armed: bool) -> bool:
    """Return whether something is loaded that the unit does not know, and so neither unloads nor replaces.

    That is a host whose unit failed at boot and where somebody ran kdump's tool since.
    """
    return armed and not unit.active and not unit.moving


def unloads_first(stack: Stack, unit: Unit, armed: bool) -> bool:
    """Return whether what is loaded is unloaded by the stack's tool before its unit loads again.

    The unit does not unload what others have loaded. That of kdump-tools does, but says of a failure nothing: it then
    leaves the old one loaded, and is active. The tool itself fails.
    """
    hidden = armed and stack.hides_unload and not unit.moving and not is_assisted(stack.host)
    return hidden or loaded_by_others(unit, armed)


def _changed_since(host: Host, stack: Stack, unit: Unit, image: Image) -> List[str]:
    """Return the state of what is loaded: the files that are newer than the capture kernel in memory.

    The unit reads the configuration when it begins to start, and may build the initramfs until it has started.
    """
    if not unit.active or unit.began is None or unit.finished is None:
        return []
    return _newer(host, [(path, unit.began) for path in stack.loaded_files] + [(image.path, unit.finished)])


def _perhaps_since(host: Host, stack: Stack, image: Image) -> List[str]:
    """Return the files that may be newer than what is loaded: those newer than the boot, after which it was loaded."""
    booted = host.boot_time()
    return _newer(host, [(path, booted) for path in list(stack.loaded_files) + [image.path]])


def _newer(host: Host, pairs: List[Tuple[str, float]]) -> List[str]:
    """Return the files that are newer than the moment next to each."""
    newer = []
    for path, moment in pairs:
        facts = host.stat(path)
        if facts is not None and facts.mtime_ns / 1e9 > moment:
            newer.append(path)
    return newer
