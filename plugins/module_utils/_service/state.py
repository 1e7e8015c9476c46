# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The unit and the capture kernel: what is, what is wanted, and the commands between the two."""

from typing import Any, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import (
    CRASH_LOADED,
    CRASH_SIZE,
    kernel_release,
    read_first,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import StateChange
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Image, Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# what this collection keeps on a host
DIRECTORY = "/var/lib/crashops-kdump"
LOAD_DISABLED = "/proc/sys/kernel/kexec_load_disabled"
# the newer and the older place of firmware-assisted dump (ppc64le)
FADUMP = (
    ("/sys/kernel/fadump/enabled", "/sys/kernel/fadump/registered"),
    ("/sys/kernel/fadump_enabled", "/sys/kernel/fadump_registered"),
)
PROPERTIES = "LoadState,ActiveState,UnitFileState,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic"
PROPERTIES += ",ConditionResult,ConditionTimestampMonotonic,StateChangeTimestampMonotonic"
ON = ("enabled", "enabled-runtime")
MOVING = ("activating", "deactivating", "reloading")
# why an initramfs is stale whose build did not come to its end
CUT_OFF = "a build of it was cut off"
# the unit takes over what somebody else has loaded
ADOPTED = StateChange("active", "no", "yes")


class Unit(NamedTuple):
    """What systemd says of the unit. began and finished: when it last loaded, seconds since the epoch.

    moving: a start or stop is under way, which after a boot may build the capture initramfs for minutes.
    condition: whether its conditions were met when it was last to be started; None where it never was.
    """

    exists: bool
    active: bool
    moving: bool
    enabled: bool
    masked: bool
    began: Optional[float]
    finished: Optional[float]
    condition: Optional[bool] = None


class Service(NamedTuple):
    """All that a plan needs: the unit, the kernel, the image, the age of the configuration.

    changed_since: the files that are newer than what the unit loaded.
    perhaps_since: where somebody else loaded it, so that nothing tells when, those that are newer than the boot.
    forbidden: kexec may neither load nor unload anything before the next boot.
    """

    unit: Unit
    armed: bool
    reserved: bool
    image: Image
    changed_since: List[str]
    perhaps_since: List[str]
    forbidden: bool = False


class Wanted(NamedTuple):
    """kdump_service's options; None leaves a fact as it is."""

    state: Optional[str]
    enabled: Optional[bool]
    masked: Optional[bool]
    rebuild: str


class Plan(NamedTuple):
    """What would be done: commands in order, and the facts that they change.

    load: the capture kernel is loaded again. unload: it must be unloaded first, because the unit would not do that.
    reload: a reload of the unit loads it, because the initramfs is built by then.
    """

    before: List[List[str]]
    load: bool
    rebuild: bool
    unload: bool
    reload: bool
    stop: List[List[str]]
    after: List[List[str]]
    changes: List[StateChange]


def _flag(host: Any, path: str) -> bool:
    """Return whether a file of the kernel's says 1."""
    return (host.read(path) or "").strip() == "1"


def is_armed(host: Any) -> bool:
    """Return whether the kernel has a capture kernel loaded, or firmware-assisted dump registered."""
    for enabled, registered in FADUMP:
        if _flag(host, enabled):
            return _flag(host, registered)
    return read_first(host, CRASH_LOADED) == "1"


def is_assisted(host: Any) -> bool:
    """Return whether firmware-assisted dump is on."""
    return any(_flag(host, enabled) for enabled, dummy in FADUMP)


def is_reserved(host: Any) -> bool:
    """Return whether the running kernel keeps memory for a capture kernel."""
    return is_assisted(host) or (read_first(host, CRASH_SIZE) or "0") != "0"


def _booted(host: Any) -> float:
    """Return when the machine was booted, seconds since the epoch, by the clock as it is now."""
    return host.now() - host.monotonic()


def _moment(host: Any, monotonic_us: str) -> Optional[float]:
    """Return a monotonic time stamp of systemd as seconds since the epoch, by the clock as it is now."""
    since_boot = whole(monotonic_us)
    return _booted(host) + since_boot / 1e6 if since_boot else None


def read_unit(host: Any, name: str, timeout_s: int = 60) -> Unit:
    """Return what systemd says of a unit, in one call."""
    shown = host.run(["systemctl", "show", "-p", PROPERTIES, name], timeout_s=timeout_s).stdout
    facts = dict(line.partition("=")[::2] for line in shown.splitlines())
    was_judged = facts.get("ConditionTimestampMonotonic", "0") != "0"
    masked = facts.get("LoadState") == "masked" or facts.get("UnitFileState", "").startswith("masked")
    began = _moment(host, facts.get("InactiveExitTimestampMonotonic", ""))
    finished = _moment(host, facts.get("ActiveEnterTimestampMonotonic", ""))
    # a reload changes neither of the two; when it began is not told, and it is a matter of seconds
    changed = _moment(host, facts.get("StateChangeTimestampMonotonic", ""))
    if facts.get("ActiveState") == "active" and finished and changed and changed > finished:
        began = finished = changed
    return Unit(
        exists=facts.get("LoadState") not in ("not-found", None),
        active=facts.get("ActiveState") == "active",
        moving=facts.get("ActiveState") in MOVING,
        enabled=facts.get("UnitFileState") in ON,
        masked=masked,
        began=began,
        finished=finished,
        condition=facts.get("ConditionResult") == "yes" if was_judged else None,
    )


def read_service(host: Any, stack: Stack, timeout_s: int = 60) -> Service:
    """Return all that a plan needs."""
    unit, armed = read_unit(host, stack.unit, timeout_s), is_armed(host)
    image = _whole_image(host, stack.image(kernel_release(host)))
    changed_since = _changed_since(host, stack, unit, image)
    perhaps_since = _perhaps_since(host, stack, image) if loaded_by_others(unit, armed) else []
    forbidden = _flag(host, LOAD_DISABLED)
    return Service(unit, armed, is_reserved(host), image, changed_since, perhaps_since, forbidden)


def image_copy(path: str) -> str:
    """Return where a copy of a capture initramfs is kept while a new one is built."""
    return "%s/image%s" % (DIRECTORY, path.replace("/", "-"))


def _whole_image(host: Any, image: Image) -> Image:
    """Return the image, stale where the build of it was cut off: it may be half of one, younger than all its parts."""
    if image.exists and host.stat(image_copy(image.path)) is not None:
        return image._replace(stale_because=CUT_OFF)
    return image


def loaded_by_others(unit: Unit, armed: bool) -> bool:
    """Return whether something is loaded that the unit knows nothing of, so that it neither unloads it nor replaces it.

    Such is a host whose unit failed at boot and where somebody ran the tool since.
    """
    return armed and not unit.active and not unit.moving


def _changed_since(host: Any, stack: Stack, unit: Unit, image: Image) -> List[str]:
    """Return the files that are newer than what is loaded.

    The configuration is read once the unit begins to start, and the initramfs may be built until it has started.
    """
    if not unit.active or unit.began is None or unit.finished is None:
        return []
    return _newer(host, [(path, unit.began) for path in stack.loaded_files] + [(image.path, unit.finished)])


def _perhaps_since(host: Any, stack: Stack, image: Image) -> List[str]:
    """Return the files that are newer than the boot: what is loaded was loaded after it, and thus with all others."""
    booted = _booted(host)
    return _newer(host, [(path, booted) for path in list(stack.loaded_files) + [image.path]])


def _newer(host: Any, pairs: List[Tuple[str, float]]) -> List[str]:
    """Return the files that are newer than the moment beside each."""
    newer = []
    for path, moment in pairs:
        facts = host.stat(path)
        if facts is not None and facts.mtime_ns / 1e9 > moment:
            newer.append(path)
    return newer


def plan(service: Service, stack: Stack, wanted: Wanted) -> Plan:
    """Return what has to be done."""
    unit = service.unit
    changes: List[StateChange] = []
    before: List[List[str]] = []
    if wanted.masked is False and unit.masked:
        before.append(["systemctl", "unmask", stack.unit])
        changes.append(StateChange("masked", "yes", "no"))
    before.extend(_enabling(unit, stack, wanted, changes))
    stop = _stopping(service, stack, wanted, changes)
    rebuild = wanted.state in ("started", "restarted") and _rebuilds(service, wanted)
    load = wanted.state in ("started", "restarted") and _loads(service, wanted, rebuild, changes)
    after = [] if load else _adopting(service, stack, wanted, changes)
    if wanted.masked and not unit.masked:
        after.append(["systemctl", "mask", stack.unit])
        changes.append(StateChange("masked", "no", "yes"))
    unload = load and loaded_by_others(unit, service.armed)
    built = rebuild or (service.image.exists and service.image.stale_because is None)
    reload = load and service.armed and built and may_reload(unit, stack)
    return Plan(before, load, rebuild, unload, reload, stop, after, changes)


def may_reload(unit: Unit, stack: Stack) -> bool:
    """Return whether a reload of the unit loads the new image; firmware-assisted dump needs a restart."""
    return stack.reloads and unit.active and not unit.masked and not is_assisted(stack.host)


def _stays_masked(unit: Unit, wanted: Wanted) -> bool:
    """Return whether the unit is masked and nobody asked for anything else."""
    return unit.masked and wanted.masked is not False


def _enabling(unit: Unit, stack: Stack, wanted: Wanted, changes: List[StateChange]) -> List[List[str]]:
    """Return the command that makes the unit start at boot, or not; a masked unit starts in no case."""
    if wanted.enabled is None or wanted.enabled == unit.enabled:
        return []
    # of a package that is still to come, check mode foretells what the real run will find
    if wanted.enabled and not unit.exists and stack.enabled_by_package:
        return []
    if not wanted.enabled and _stays_masked(unit, wanted):
        return []
    changes.append(StateChange("enabled", _word(unit.enabled), _word(wanted.enabled)))
    return [["systemctl", "enable" if wanted.enabled else "disable", stack.unit]]


def _stopping(service: Service, stack: Stack, wanted: Wanted, changes: List[StateChange]) -> List[List[str]]:
    """Return the command that unloads the capture kernel: by its unit if that is active."""
    if wanted.state != "stopped" or not (service.armed or service.unit.active):
        return []
    if service.armed:
        changes.append(StateChange("armed", "yes", "no"))
    if service.unit.active:
        changes.append(StateChange("active", "yes", "no"))
        return [["systemctl", "stop", stack.unit]]
    return [stack.unload_argv()]


def _adopting(service: Service, stack: Stack, wanted: Wanted, changes: List[StateChange]) -> List[List[str]]:
    """Return the command by which the unit takes over what somebody else has loaded, and loads nothing then.

    Only an active unit loads anew when memory or CPUs come and go.
    """
    unit = service.unit
    startable = unit.condition is not False and not _stays_masked(unit, wanted)
    if wanted.state != "started" or not startable or not loaded_by_others(unit, service.armed):
        return []
    changes.append(ADOPTED)
    return [["systemctl", "start", stack.unit]]


def _rebuilds(service: Service, wanted: Wanted) -> bool:
    """Return whether the capture initramfs is built before anything is unloaded, so that an armed host stays armed.

    Where nothing is loaded, a missing one is left to the start, which builds it in any case.
    """
    needed = service.image.stale_because is not None and (service.image.exists or service.armed)
    return wanted.rebuild == "always" or (wanted.rebuild == "auto" and needed)


def _loads(service: Service, wanted: Wanted, rebuild: bool, changes: List[StateChange]) -> bool:
    """Return whether the capture kernel is to be loaded anew, the reasons added to the changes."""
    count = len(changes)
    missing = not service.image.exists and wanted.rebuild != "never"
    if not service.armed:
        changes.append(StateChange("armed", "no", "yes"))
    if rebuild or missing:
        reason = service.image.stale_because or "rebuild is always"
        changes.append(StateChange("capture initramfs", reason, "built anew"))
    if service.changed_since:
        changes.append(StateChange("loaded", "before %s changed" % ", ".join(service.changed_since), "anew"))
    if service.perhaps_since:
        loaded = "outside of the unit, perhaps before %s changed" % ", ".join(service.perhaps_since)
        changes.append(StateChange("loaded", loaded, "anew"))
    if wanted.state == "restarted" and len(changes) == count:
        changes.append(StateChange("loaded", "before this run", "anew"))
    return len(changes) > count


def blocked(service: Service, stack: Stack, wanted: Wanted, planned: Plan) -> List[str]:
    """Return a sentence for each thing that keeps a real run from doing what is planned."""
    if not planned.changes and (service.unit.exists or not wanted.enabled):
        return []
    if not service.unit.exists or not stack.installed():
        return ["kdump is not installed on this host (%s is missing): install %s." % (stack.tool, stack.packages)]
    if _stays_masked(service.unit, wanted) and (planned.load or wanted.enabled):
        return ["%s is masked, so nothing can start or enable it: give masked: false as well." % stack.unit]
    if not planned.load:
        return []
    sentences = stack.refused_start()
    # an armed host stays armed: systemctl ends well over such a unit, and nothing would be loaded in place of what was
    if planned.unload and service.unit.condition is False:
        sentences.append(
            "systemd passes over %s, as its condition (crashkernel= on the command line) was not met, so it cannot "
            "replace what somebody else has loaded: reserve by crashkernel_reserve, then reboot." % stack.unit
        )
    # what is loaded then stays loaded, so that the kernel would go on to say that it is armed, with the old image
    if service.forbidden:
        sentences.append(
            "kernel.kexec_load_disabled is 1, so nothing can be loaded before the next boot: take it out of the "
            "hardening profile (/etc/sysctl.d), and reboot."
        )
    if not service.reserved:
        sentences.append(
            "no memory is reserved for a capture kernel (%s is 0), so nothing can be loaded: reserve it by "
            "crashkernel_reserve, then reboot." % CRASH_SIZE[0]
        )
    return sentences


def start_errors(service: Service, stack: Stack, planned: Plan) -> List[str]:
    """Return what the stack's tool would refuse when it starts, where that costs an armed host what it has loaded."""
    return stack.start_errors() if planned.load and service.armed else []


def _word(fact: bool) -> str:
    """Return a fact in words."""
    return "yes" if fact else "no"
