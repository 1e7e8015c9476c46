# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""All that setup or disable would do to a host, planned in one process that changes nothing.

Each part of the plan comes from the functions by which its module plans. The service is planned on the host as the
parts before it would leave it.
"""

import time
from typing import Any, Callable, Dict, List, Optional, TypeVar

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.find import find_bootloader
from ansible_collections.crashops.kdump.plugins.module_utils._machine.dump_support import container, unsupported
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import VMCORE
from ansible_collections.crashops.kdump.plugins.module_utils._machine.planned_host import PlannedHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import left
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._service import plan as service_plan
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import read_service
from ansible_collections.crashops.kdump.plugins.module_utils._setup import (
    configuration_plan,
    metrics,
    panic_policy,
    reservation_plan,
    target_plan,
)
from ansible_collections.crashops.kdump.plugins.module_utils._setup.own_files import DIRECTORY, NO_FILES, Expected
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import (
    SERVICE_TIMEOUT_S,
    config_options,
    crashkernel_options,
    for_stack,
    named,
    service_options,
    target_key,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import MENDABLE

Planned = TypeVar("Planned")
NO_ROOT = refusal(
    "become", False, "only root can set kdump up or switch it off", "set become: true (ansible-playbook --become)"
)
MASKED = (
    "kdump_masked: %s is masked on this host, so nothing can start it; set kdump_masked to false to unmask it, and "
    "take it out of the hardening profile that masks it."
)
UNREMOVABLE = "The reserved memory cannot be released: %s. Mend that, and run disable again."
OF_TARGET = (
    "works",
    "trouble",
    "untried",
    "problem",
    "package",
    "public_key",
    "write_only",
    "write_only_program",
    "diff",
)
OF_RESERVATION = ("diff", "value", "messages", "reason", "reboot_required", "reserved_bytes", "below_floor")
NOTHING: Dict[str, Any] = {"needed": False, "changes": False, "diff": []}


class Planner:
    """Plans setup for one host. `refused` has what no run would do, `unknown` what only a real run can find out."""

    def __init__(self, host: Host, given: Dict[str, Any], check_mode: bool, expected: Expected = NO_FILES) -> None:
        self.host = host
        self.given = given
        self.expected = expected
        self.check_mode = check_mode
        self.stack: Stack = find_stack(host)
        self.installed = self.stack.installed()
        self.refused: List[str] = []
        self.unknown: List[str] = []

    def attempt(self, plan: Callable[[], Planned]) -> Optional[Planned]:
        """Return one part's plan; None where it is refused, which is noted by the names of the role's variables."""
        try:
            return plan()
        except Refused as failure:
            self.refused += [named(sentence) for sentence in failure.details["refused"]]
        return None

    def configure(self) -> Optional[configuration_plan.Configuring]:
        """Return the whole plan of setup for the configuration: what kdump_config would write."""
        gone = configuration_plan.missing(self.host, self.stack) if self.installed and not self.check_mode else None
        if gone is not None:
            self.refused.append("%s." % gone)
            return None
        options = config_options(self.given, self.stack)
        return self.attempt(lambda: configuration_plan.plan_configuration(self.host, options, False))

    def prepare(self, configuring: Optional[configuration_plan.Configuring]) -> Optional[target_plan.Preparing]:
        """Return what the whole plan of setup lets kdump_target prepare."""
        if configuring is None:
            return None
        before, after = self.stack.settings(), configuring.planned.settings()
        preparing = self.attempt(
            lambda: target_plan.plan_target(self.host, before, after, self.given, self.stack.delivery)
        )
        found = preparing.found if preparing else None
        if found and not found["works"] and not found["untried"] and found["trouble"] not in MENDABLE:
            self.refused.append(found["problem"])
        return preparing

    def reserve(self, host: Host, options: Dict[str, Any]) -> Dict[str, Any]:
        """Return the whole plan's part of the reservation; it is needed also where only a real run can know."""
        try:
            reserving = reservation_plan.plan_reservation(host, options, True)
            said = reservation_plan.described(host, reserving)
        except Refused as failure:
            self.refused += [named(sentence) for sentence in failure.details["refused"]]
            return dict(NOTHING, **dict.fromkeys(OF_RESERVATION[1:]))
        except Failure as failure:
            if options["state"] == "absent":
                self.refused.append(UNREMOVABLE % failure.msg.rstrip("."))
            elif self.installed or not self.stack.brings_grubby:
                self.refused.append(refusal("kdump_crashkernel", options["size"], failure.msg, "then run setup again"))
            else:
                self.unknown.append("the reservation, before the packages are installed: %s" % failure.msg)
            return dict(NOTHING, needed=True, changes=None, **dict.fromkeys(OF_RESERVATION[1:]))
        if said["value"] is None:
            self.unknown.append("the reservation: %s" % " ".join(said["messages"]))
        known = said["value"] is not None
        part = {name: said[name] for name in OF_RESERVATION}
        return dict(part, needed=said["changed"] or not known, changes=said["changed"] if known else None)

    def arm(self, host: Host, options: Dict[str, Any]) -> Dict[str, Any]:
        """Return the whole plan's part of the service: what kdump_service would do after the other parts."""
        stack = type(self.stack)(host)
        found = read_service(host, stack)
        arming = service_plan.plan_service(stack, found, options)
        said = service_plan.described(arming)
        # kdump_service waits for a start that is under way, and removes what a killed run left
        unsettled = found.unit.moving or self.host.stat(undo.RECORD) is not None or bool(left(self.host))
        return {
            "needed": said["changed"] or said["reason"] is not None or unsettled,
            "changes": None if found.unit.moving else said["changed"],
            "diff": said["diff"],
            "actions": said["actions"],
            "reason": said["reason"],
            "masked": found.unit.masked,
            "starts": options["state"] == "started",
            "stops": options["state"] == "stopped",
        }

    def set_policy(self, profiles: Optional[List[str]]) -> Dict[str, Any]:
        """Return the whole plan of setup for the panic policy: nothing where kdump_panic_policy is not set."""
        if profiles is None:
            return NOTHING
        wanted = [word for word in profiles if word != "none"]
        return panic_policy.plan_policy(self.host, wanted, self.expected.of("panic_policy", self.stack.name))

    def write_metrics(self, wanted: Optional[bool]) -> Dict[str, Any]:
        """Return the whole plan of setup for the metrics: nothing where kdump_metrics is not set."""
        if wanted is None:
            return NOTHING
        directory = metrics.directory_of(self.given, self.stack.metrics_directory)
        files = self.expected.of("metrics", self.stack.name)
        return metrics.plan_metrics(self.host, wanted, directory, files, self.expected.program)


def plan_setup(
    host: Host, variables: Dict[str, Any], check_mode: bool, expected: Expected = NO_FILES
) -> Dict[str, Any]:
    """Return what setup would do by the role's variables, and a sentence for each refusal."""
    stack = find_stack(host)
    variables = for_stack(variables, stack.name)
    hopeless = no_setup(host, variables)
    if hopeless is not None or not host.is_root():
        refused = [] if hopeless is not None else [NO_ROOT]
        return {"hopeless": hopeless, "refused": refused, "notes": [], "own_directory": False}
    own = stack.own_directory(variables)
    # after the first run, dumps go there already
    notes = [own.note] if own and stack.settings().path != own.path else []
    planner = Planner(host, dict(variables, kdump_path=own.path) if own else variables, check_mode, expected)
    parts = _setup_parts(planner)
    refused = list(dict.fromkeys(planner.refused))
    known = {"hopeless": None, "refused": refused, "unknown": planner.unknown, "notes": notes}
    return dict(known, own_directory=own is not None, stack=described_stack(planner), **parts)


def no_setup(host: Host, variables: Dict[str, Any]) -> Optional[Dict[str, str]]:
    """Return why the whole plan of setup is empty here whatever the variables say: a word and a sentence; else None."""
    if host.stat(VMCORE) is not None:
        return {"word": "capture_kernel", "reason": "it is inside a capture kernel and writes a dump"}
    reason = unsupported(host, _waived(host, variables))
    return None if reason is None else {"word": "unsupported", "reason": reason}


def _waived(host: Host, variables: Dict[str, Any]) -> List[str]:
    """Return the checks that the whole plan need not heed: kdump_waivers names them up to a day still to come."""
    today = time.strftime("%Y-%m-%d", time.gmtime(host.now()))
    return [one["id"] for one in variables.get("kdump_waivers") or [] if one["until"] >= today]


def described_stack(planner: Planner) -> Dict[str, Any]:
    """Return which kdump stack the whole plan is for: its unit, its generation, and the ssh key it names."""
    stack = planner.stack
    generation = stack.generation() if planner.installed else None
    known = {"name": stack.name, "unit": stack.unit, "installed": planner.installed, "generation": generation}
    return dict(known, ssh_key=stack.settings().ssh_key)


def _setup_parts(planner: Planner) -> Dict[str, Any]:
    """Return the parts of setup's plan in their order."""
    configuring = planner.configure()
    preparing = planner.prepare(configuring)
    changes = configuring.changes if configuring else []
    host = PlannedHost(planner.host, changes, preparing.makes() if preparing else [])
    reserving = planner.reserve(host, crashkernel_options(planner.given))
    # in a container, whoever waives that it is one, the memory and what is loaded are those of its host
    reserved = (reserving["reserved_bytes"] or 0) > 0 and container(planner.host) is None
    arming = planner.arm(host, service_options(planner.given, "started" if reserved else None, True))
    reboots = bool(reserving["reboot_required"])
    _refuse_service(planner, arming, preparing, reboots and bool(planner.given.get("kdump_reboot_allowed")))
    warned = configuration_plan.warnings(configuring.findings) if configuring and not changes else []
    diff = [configuration_plan.diff_of(change) for change in changes]
    return {
        "packages": {"needed": not planner.installed, "changes": not planner.installed},
        "target": _target_part(planner, configuring, preparing),
        "configuration": {"needed": bool(changes), "changes": bool(changes), "diff": diff},
        "reservation": reserving,
        "reboot": {"needed": reboots, "reason": reserving["reason"]},
        "service": arming,
        "panic_policy": planner.set_policy(planner.given.get("kdump_panic_policy")),
        "metrics": planner.write_metrics(planner.given.get("kdump_metrics")),
        "warnings": warned,
    }


def _target_part(
    planner: Planner, configuring: Optional[configuration_plan.Configuring], preparing: Optional[target_plan.Preparing]
) -> Dict[str, Any]:
    """Return the whole plan of setup for the dump target, named as the files will name it."""
    settings = configuring.planned.settings() if configuring else planner.stack.settings()
    kind = settings.target_type
    named_target = {"type": kind, "location": settings.target_location, "path": settings.path}
    named_target["ssh_key"] = target_key(planner.given, settings.ssh_key) if kind == "ssh" else None
    if preparing is None:
        return dict(NOTHING, too_open=False, **dict.fromkeys(OF_TARGET[:-1]), **named_target)
    found = {name: preparing.found[name] for name in OF_TARGET}
    changes = None if found["untried"] else bool(preparing.found["changed"])
    return dict(found, needed=preparing.needed(), changes=changes, too_open=preparing.too_open, **named_target)


def _refuse_service(
    planner: Planner, arming: Dict[str, Any], preparing: Optional[target_plan.Preparing], reboots: bool
) -> None:
    """Refuse the whole plan for a host that could not be armed in the end, unless an earlier step may mend that.

    kdump_service undoes what a killed run left, so a host with that is not refused here.
    """
    if arming["masked"] and planner.given.get("kdump_masked") is None:
        planner.refused.append(MASKED % planner.stack.unit)
        return
    mended = reboots or not planner.installed or (preparing is not None and preparing.needed())
    undone = planner.host.stat(undo.RECORD) is not None
    if arming["reason"] is not None and not mended and not undone and not planner.refused:
        planner.refused.append(arming["reason"])


def plan_disable(host: Host, variables: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Return the whole plan of disable for a host."""
    planner = Planner(host, variables, check_mode)
    inside = container(host) is not None
    if inside and "not_container" not in _waived(host, variables):
        return {"container": True, "refused": [], "stack": described_stack(planner)}
    if not host.is_root():
        return {"container": False, "refused": [NO_ROOT], "stack": described_stack(planner)}
    # what is loaded in a container is its host's, and stays; so does what the kernel unloads at the next boot only
    stays = inside or (planner.installed and not service_plan.may_unload(read_service(host, planner.stack)))
    state = None if stays else "stopped"
    options = dict(service_options(variables, state, False), timeout=SERVICE_TIMEOUT_S)
    arming = planner.arm(host, options) if planner.installed else dict(NOTHING)
    loader = _bootloader(host)
    absent = dict(crashkernel_options({}), state="absent")
    reserving = planner.reserve(host, absent) if loader else dict(NOTHING, reboot_required=False, reason=None)
    parts = {"service": arming, "reservation": reserving, "bootloader": loader}
    parts.update(panic_policy=planner.set_policy([]), metrics=planner.write_metrics(False))
    parts["directory"] = dict(NOTHING, needed=host.stat(DIRECTORY) is not None)
    return dict(parts, container=False, refused=planner.refused, stack=described_stack(planner))


def _bootloader(host: Host) -> Optional[str]:
    """Return the boot loader's name for the whole plan of setup; None where none is known."""
    try:
        return find_bootloader(host).name
    except Failure:
        return None
