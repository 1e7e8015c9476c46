# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The plan of kdump_service: the commands that bring the unit and the capture kernel to what its options say."""

import shlex
from typing import Any, Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import CRASH_SIZE, VMCORE
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Refused, StateChange, state_diff
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import (
    Service,
    Unit,
    is_assisted,
    loaded_by_others,
    unloads_first,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

# the unit takes over what somebody else has loaded
ADOPTED = StateChange("active", "no", "yes")


class WantedService(NamedTuple):
    """kdump_service's options; None leaves a fact as it is."""

    state: Optional[str]
    enabled: Optional[bool]
    masked: Optional[bool]
    rebuild: str


class ServicePlan(NamedTuple):
    """What kdump_service would do: commands in order, and the facts that they change.

    load: the capture kernel is loaded again.
    unload: it must be unloaded first, because the unit would not do that, or would not say that it could not.
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


def plan(service: Service, stack: Stack, wanted: WantedService) -> ServicePlan:
    """Return the commands and changes that bring the unit and the capture kernel to the wanted state."""
    unit = service.unit
    changes: List[StateChange] = []
    before: List[List[str]] = []
    if _is_unmasked(unit, wanted):
        # without --runtime, systemctl looks into /etc only
        before.append(["systemctl", "unmask"] + (["--runtime"] if unit.until_boot else []) + [stack.unit])
        changes.append(StateChange("masked", "yes", "no"))
    before.extend(_enabling(unit, stack, wanted, changes))
    stop = _stopping(service, stack, wanted, changes)
    rebuild = wanted.state in ("started", "restarted") and _rebuilds(service, wanted)
    load = wanted.state in ("started", "restarted") and _loads(service, wanted, rebuild, changes)
    after = [] if load else _adopting(service, stack, wanted, changes)
    if wanted.masked and (not unit.masked or unit.until_boot):
        # a mask in /run would outlive the next unmask, which looks into /etc only
        after.extend([["systemctl", "unmask", "--runtime", stack.unit]] if unit.until_boot else [])
        after.append(["systemctl", "mask", stack.unit])
        changes.append(StateChange("masked", "until the next boot" if unit.masked else "no", "yes"))
    unload = load and unloads_first(stack, unit, service.armed)
    built = rebuild or (service.image.exists and service.image.stale_because is None)
    reload = load and service.armed and built and may_reload(unit, stack)
    return ServicePlan(before, load, rebuild, unload, reload, stop, after, changes)


def may_reload(unit: Unit, stack: Stack) -> bool:
    """Return whether the plan may reload the unit for a new initramfs; firmware-assisted dump needs a restart."""
    return stack.reloads and unit.active and not unit.masked and not is_assisted(stack.host)


def _is_unmasked(unit: Unit, wanted: WantedService) -> bool:
    """Return whether an option unmasks the unit. Only then systemd says whether it is enabled."""
    return unit.masked and wanted.masked is False


def _stays_masked(unit: Unit, wanted: WantedService) -> bool:
    """Return whether the unit is masked and no option unmasks it."""
    return unit.masked and wanted.masked is not False


def _enabling(unit: Unit, stack: Stack, wanted: WantedService, changes: List[StateChange]) -> List[List[str]]:
    """Return the command that makes the unit start at boot, or not. A masked unit never starts."""
    unmasked = _is_unmasked(unit, wanted)
    if wanted.enabled is None or (wanted.enabled == unit.enabled and not unmasked):
        return []
    # check mode predicts what the real run will find once the package is installed
    if wanted.enabled and not unit.exists and stack.enabled_by_package:
        return []
    if not wanted.enabled and _stays_masked(unit, wanted):
        return []
    changes.append(StateChange("enabled", "unknown" if unmasked else _word(unit.enabled), _word(wanted.enabled)))
    return [["systemctl", "enable" if wanted.enabled else "disable", stack.unit]]


def _stopping(service: Service, stack: Stack, wanted: WantedService, changes: List[StateChange]) -> List[List[str]]:
    """Plan the command that unloads the capture kernel: by its unit if that is active."""
    if wanted.state != "stopped" or not (service.armed or service.unit.active):
        return []
    if service.armed:
        changes.append(StateChange("armed", "yes", "no"))
    if service.unit.active:
        changes.append(StateChange("active", "yes", "no"))
        return [["systemctl", "stop", stack.unit]]
    return [stack.unload_argv()]


def _adopting(service: Service, stack: Stack, wanted: WantedService, changes: List[StateChange]) -> List[List[str]]:
    """Return the command by which the unit takes over, without loading, what somebody else has loaded.

    Only an active unit loads again when memory or CPUs come and go.
    """
    unit = service.unit
    startable = unit.condition is not False and not _stays_masked(unit, wanted)
    if wanted.state != "started" or not startable or not loaded_by_others(unit, service.armed):
        return []
    changes.append(ADOPTED)
    return [["systemctl", "start", stack.unit]]


def _rebuilds(service: Service, wanted: WantedService) -> bool:
    """Return whether the capture initramfs is built before anything is unloaded, so that an armed host stays armed.

    Where nothing is loaded, a missing one is left to the start of the unit, which builds it anyway.
    """
    needed = service.image.stale_because is not None and (service.image.exists or service.armed)
    return wanted.rebuild == "always" or (wanted.rebuild == "auto" and needed)


def _loads(service: Service, wanted: WantedService, rebuild: bool, changes: List[StateChange]) -> bool:
    """Return whether the capture kernel is to be loaded again, and add the reasons to the changes."""
    count = len(changes)
    missing = not service.image.exists and wanted.rebuild != "never"
    if not service.armed:
        changes.append(StateChange("armed", "no", "yes"))
    if rebuild or missing:
        reason = service.image.stale_because or "rebuild is always"
        changes.append(StateChange("capture initramfs", reason, "built again"))
    if service.changed_since:
        changes.append(StateChange("loaded", "before %s changed" % ", ".join(service.changed_since), "again"))
    if service.perhaps_since:
        loaded = "outside of the unit, perhaps before %s changed" % ", ".join(service.perhaps_since)
        changes.append(StateChange("loaded", loaded, "again"))
    if wanted.state == "restarted" and len(changes) == count:
        changes.append(StateChange("loaded", "before this run", "again"))
    return len(changes) > count


def blocked(service: Service, stack: Stack, wanted: WantedService, planned: ServicePlan) -> List[str]:
    """Return a sentence for each thing that keeps a real run of kdump_service from doing what is planned."""
    if not planned.changes and (service.unit.exists or not wanted.enabled):
        return []
    if not service.unit.exists or not stack.installed():
        return ["kdump is not installed on this host (%s is missing): install %s." % (stack.tool, stack.packages)]
    if _stays_masked(service.unit, wanted) and (planned.load or wanted.enabled):
        return ["%s is masked, so nothing can start or enable it: give masked: false as well." % stack.unit]
    if planned.stop:
        return _kept_loaded(service)
    if not planned.load:
        return []
    sentences = stack.refused_start()
    # systemctl succeeds with such a unit but starts nothing: the host would lose what is loaded
    if planned.unload and service.unit.condition is False:
        sentences.append(
            "systemd passes over %s, as its condition (crashkernel= on the command line) was not met, so it cannot "
            "replace what somebody else has loaded: reserve memory by crashkernel_reserve, then reboot." % stack.unit
        )
    sentences += _kexec_refused(service, planned)
    if not service.reserved:
        sentences.append(
            "no memory is reserved for a capture kernel (%s is 0), so nothing can be loaded: reserve it by "
            "crashkernel_reserve, then reboot." % CRASH_SIZE[0]
        )
    return sentences


def _kexec_refused(service: Service, planned: ServicePlan) -> List[str]:
    """Return a sentence where the kernel would refuse to load a capture kernel, or only to load it again.

    Without it, what is loaded stays: the kernel goes on to say that it is armed, but with the old initramfs. Or it is
    unloaded, and nothing can be loaded in its place.
    """
    # an active unit unloads before it loads, even if nothing is loaded
    needed = 1 + int(service.unit.active) + int(planned.unload)
    if service.forbidden:
        what = "kernel.kexec_load_disabled is 1"
    elif service.kexecs_left is not None and service.kexecs_left < needed:
        what = "kernel.kexec_load_limit_panic is %d" % service.kexecs_left
        what += ", and to unload and load takes %d" % needed if service.kexecs_left else ""
    else:
        return []
    words = "%s, so nothing can be loaded before the next boot: take it out of the hardening profile (/etc/sysctl.d), "
    return [words % what + "and reboot."]


def _kept_loaded(service: Service) -> List[str]:
    """Return a sentence where the kernel would refuse to unload the capture kernel."""
    if may_unload(service):
        return []
    key = "kexec_load_disabled is 1" if service.forbidden else "kexec_load_limit_panic is 0"
    return [
        "kernel.%s, so what is loaded cannot be unloaded before the next boot: leave out state: stopped, give "
        "enabled: false, and reboot." % key
    ]


def may_unload(service: Service) -> bool:
    """Return whether the kernel lets kexec unload what is loaded, if anything is; a plan to stop needs that."""
    return not service.armed or (not service.forbidden and service.kexecs_left != 0)


def start_errors(service: Service, stack: Stack, planned: ServicePlan) -> List[str]:
    """Return what makes the plan fail: what the tool would refuse at its start, on a host that is armed."""
    return stack.start_errors() if planned.load and service.armed else []


def _word(fact: bool) -> str:
    """Return a yes or no for the unit's state, as the changes of a plan have it."""
    return "yes" if fact else "no"


class Arming(NamedTuple):
    """What kdump_service would do. reasons keep a real run from it; errors are those that rules find in the files."""

    stack: Stack
    service: Service
    wanted: WantedService
    planned: ServicePlan
    reasons: List[str]
    errors: List[str]


def plan_service(stack: Stack, service: Service, params: Dict[str, Any]) -> Arming:
    """Return what brings the unit and the capture kernel to what kdump_service's options say."""
    wanted = WantedService(params["state"], params["enabled"], params["masked"], params["rebuild"])
    planned = plan(service, stack, wanted)
    reasons = blocked(service, stack, wanted, planned)
    errors = start_errors(service, stack, planned)
    return Arming(stack, service, wanted, planned, reasons, errors)


def described(arming: Arming) -> Dict[str, Any]:
    """Return the result of kdump_service as far as the plan gives it."""
    stack, planned, reasons = arming.stack, arming.planned, arming.reasons + arming.errors
    result = _result(arming.service, arming.wanted, planned, not reasons)
    diff = [state_diff(planned.changes, stack.unit)] if planned.changes else []
    known = dict(result, unit=stack.unit, actions=argvs(stack, planned), diff=diff, reason=" ".join(reasons) or None)
    return dict(known, warnings=_of_the_future(arming))


def _of_the_future(arming: Arming) -> List[str]:
    """Return a sentence for each file whose time makes the plan load again at every run until then."""
    host, service = arming.stack.host, arming.service
    seen = [(path, host.stat(path)) for path in service.changed_since + service.perhaps_since]
    late = [path for path, facts in seen if facts is not None and facts.mtime_ns / 1e9 > host.now()]
    words = "the time of %s lies in the future, so each run loads the capture kernel again until then; type: touch %s"
    return [words % (path, shlex.quote(path)) for path in late if arming.planned.load]


def refuse(host: Host, params: Dict[str, Any]) -> None:
    """Raise Refused for contradicting options of kdump_service, a timeout below 1 s, and inside a capture kernel."""
    refused = []
    if params["masked"] and params["state"] in ("started", "restarted"):
        rule = "with masked: true nothing can start the unit"
        refused.append(refusal("state", params["state"], rule, "choose one of the two"))
    if params["masked"] and params["enabled"]:
        refused.append(refusal("enabled", True, "with masked: true the unit never starts", "choose one of the two"))
    if params["timeout"] < 1:
        refused.append(refusal("timeout", params["timeout"], "a command needs at least a second", "give a larger one"))
    if host.stat(VMCORE) is not None:
        remedy = "wait until it has saved the dump and rebooted"
        refused.append(
            refusal("state", params["state"], "this host runs its capture kernel (%s exists)" % VMCORE, remedy)
        )
    if refused:
        raise Refused(refused)


def argvs(stack: Stack, planned: ServicePlan) -> List[str]:
    """Return the commands of kdump_service's plan in order, each as one line."""
    load = stack.start_argv(planned.rebuild, planned.unload, planned.reload) if planned.load else []
    return [" ".join(argv) for argv in planned.before + planned.stop + load + planned.after]


def _result(service: Service, wanted: WantedService, planned: ServicePlan, possible: bool) -> Dict[str, Any]:
    """Return what kdump_service says of the host: as planned, or as it is where the plan is not possible yet."""
    unit = service.unit
    loaded, stopped = planned.load and possible, planned.stop and possible
    adopted = ADOPTED in planned.changes
    enabled = None if _is_unmasked(unit, wanted) else unit.enabled
    return {
        "changed": bool(planned.changes),
        "armed": not stopped and (loaded or service.armed),
        "enabled": enabled if wanted.enabled is None else wanted.enabled,
        "masked": unit.masked if wanted.masked is None else wanted.masked,
        "active": not stopped and (loaded or adopted or unit.active),
        "image": dict(service.image._asdict()),
    }
