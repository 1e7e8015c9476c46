#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arms kdump and keeps it armed: the unit, the capture initramfs, and the capture kernel in memory."""

DOCUMENTATION = r"""
module: kdump_service
short_description: Arm kdump, and keep what is armed up to date
version_added: 0.1.0
description:
  - Sees to it that a capture kernel is loaded, that its initramfs is there and fresh, and that what is loaded was made
    from the configuration as it is now. Enables, disables, masks and unmasks kdump's unit.
  - Whether kdump is armed is what the kernel says (C(/sys/kernel/kexec_crash_loaded)), not what systemd says. The units
    of Debian and Ubuntu are active whether or not anything was loaded.
  - An armed host stays armed. If it cannot be armed with a configuration that M(crashops.kdump.kdump_config) changed,
    the old files are put back, the host is armed with them again, and the task fails with the reason. A run that was
    cut off at any point is finished, or undone in this way, by the next. The last configuration that armed the host is
    known until another one arms it, whatever was tried since. What the host was armed with since, such as by a reboot,
    is not undone.
  - What kdumpctl refuses when it starts, such as a program of C(extra_bins) or a dump directory that is not there, or a
    file system that is neither mounted nor in C(/etc/fstab), is found before anything is unloaded on an armed host. The
    files that a change brought are then put back, and the task fails with the reason.
  - A new capture initramfs is built before anything is unloaded. With kdumpctl it is loaded by a reload of the unit,
    which only unloads and loads; a restart checks for a minute in between, waits for an ssh server, or builds again.
    With kdump-tools, C(kdump-config unload) comes before the restart. The unit would hide that it could not unload, and
    go on with the old configuration.
  - The old initramfs is kept in C(/var/lib/crashops-kdump) meanwhile, where there is room for it, and put back where
    the build or the load fails.
  - One task at a time changes a host. Another one waits for up to five minutes, and then fails and names the first.
    Check mode does not wait.
  - Refused before anything is done, where no memory is reserved, where the unit is masked, and inside a capture kernel.
    Refused as well where the kernel would not let kexec load or unload, by C(kernel.kexec_load_disabled) or
    C(kernel.kexec_load_limit_panic).
extends_documentation_fragment:
  - crashops.kdump._attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: O(state=restarted) and O(rebuild=always) act in every run.
  platform:
    support: full
author:
  - The crashops.kdump authors (@crashops)
options:
  state:
    description:
      - V(started) arms kdump. Where it is armed, a stale initramfs is built again, and a configuration that is newer
        than what is loaded is loaded again.
      - Where it is armed and its unit is not active, as after C(kdumpctl start) by hand, nothing tells when it was
        loaded. If a file is newer than the boot, what is loaded is unloaded and the unit loads it again, once. If none
        is, the unit is started, which leaves what is loaded.
      - A file whose time lies in the future, as after a wrong clock, counts as newer in every run until then. A warning
        names it.
      - V(stopped) unloads the capture kernel. The configuration that armed the host stays known in
        C(/var/lib/crashops-kdump), so that a later O(state=started) can go back to it.
      - V(restarted) loads the capture kernel again in every run.
      - Leaving it out leaves what is loaded as it is.
    type: str
    choices: [started, stopped, restarted]
  enabled:
    description:
      - Whether the unit is started at boot.
      - Leaving it out leaves this as it is.
    type: bool
  masked:
    description:
      - Whether the unit is masked, so that nothing can start it.
      - Leaving it out leaves this as it is.
    type: bool
  rebuild:
    description:
      - When to build the capture initramfs, with O(state=started) and O(state=restarted).
      - V(auto) where it is missing or older than what it is built from; V(always) in every run; V(never) leaves it to
        the tools of the distribution.
    type: str
    choices: [auto, always, never]
    default: auto
  timeout:
    description:
      - How long each command may take, in seconds. Building an initramfs takes minutes on a slow machine.
      - A start that is under way, as after a boot, is awaited as long, in check mode as well, and not killed.
    type: int
    default: 600
seealso:
  - module: crashops.kdump.kdump_config
  - module: crashops.kdump.crashkernel_reserve
"""

EXAMPLES = r"""
- name: Arm kdump, now and at every boot
  crashops.kdump.kdump_service:
    state: started
    enabled: true

- name: Show what would be done to arm it
  crashops.kdump.kdump_service:
    state: started
    enabled: true
  check_mode: true
  diff: true

# On a host that was not yet rebooted since crashkernel_reserve, this fails before anything is done:
#   no memory is reserved for a capture kernel (/sys/kernel/kexec_crash_size is 0), so nothing can be loaded:
#   reserve it by crashkernel_reserve, then reboot.
- name: Load the capture kernel again
  crashops.kdump.kdump_service:
    state: restarted

- name: Unload the capture kernel, and let nothing start it again
  crashops.kdump.kdump_service:
    state: stopped
    enabled: false
    masked: true
"""

RETURN = r"""
armed:
  description: Whether a capture kernel is loaded after the task. In check mode, whether it would be.
  returned: success
  type: bool
enabled:
  description:
    - Whether the unit is started at every boot after the task.
    - In check mode null where O(masked=false) unmasks it and O(enabled) is left out, as systemd says it only then.
  returned: success
  type: bool
masked:
  description: Whether the unit is masked after the task.
  returned: success
  type: bool
active:
  description: Whether systemd calls the unit active after the task.
  returned: success
  type: bool
unit:
  description: The name of the unit.
  returned: success
  type: str
  sample: kdump.service
image:
  description: The capture initramfs of the running kernel. In check mode, as it is before.
  returned: success
  type: dict
  contains:
    path:
      description: Where it is, or would be.
      type: str
    exists:
      description: Whether it is there.
      type: bool
    stale_because:
      description: Why it must be built again, null where it is fresh.
      type: str
actions:
  description: The commands that acted, or would act, in order.
  returned: success
  type: list
  elements: str
  sample: [systemctl enable kdump.service, systemctl restart kdump.service]
reason:
  description: In check mode, why a real run would be refused as things are now; else null.
  returned: success
  type: str
journal:
  description:
    - What the unit said during this attempt; earlier failures are not in it.
    - On EL 8 and 9 the words of kexec are in C(/var/log/kdump.log) instead, and follow here.
  returned: when kdump could not be armed or stopped
  type: list
  elements: str
restored:
  description:
    - The configuration files that were put back as they were, because the host could not be armed with the new ones.
      With it, RV(armed) says whether the host is armed with the old ones.
  returned: when a new configuration could not be armed
  type: list
  elements: str
  sample: [/etc/kdump.conf]
"""

import re
from typing import Any, Dict, List, Optional, Tuple

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._machine.caching_host import caching
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import kernel_release
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import run_module
from ansible_collections.crashops.kdump.plugins.module_utils._service import kexec_log, undo
from ansible_collections.crashops.kdump.plugins.module_utils._service import state as service_state
from ansible_collections.crashops.kdump.plugins.module_utils._service.plan import (
    ServicePlan,
    described,
    may_reload,
    plan_service,
    refuse,
)
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import Service
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack

# the units are done when systemctl returns; this is for a reload by a udev rule that is under way
SETTLE_S = 10
LINES_IN_MESSAGE = 6
LINES_IN_RESULT = 50
NO_ENTRIES = "-- No entries --"
TELLING = re.compile(r"error|fail|cannot|can't|could not|unrecogni[sz]ed|invalid|unknown|not found|no such|warn", re.I)
OPTION = re.compile(r"\s+-")


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Bring kdump's unit and the capture kernel to the wanted state, and return what changed, or would change."""
    host = caching(host)
    refuse(host, params)
    stack = find_stack(host)
    arming = plan_service(stack, _settled(host, stack, params["timeout"]), params)
    if check_mode:
        return described(arming)
    if arming.reasons or arming.errors:
        raise _refused(host, stack, arming.reasons, arming.errors, params["timeout"])
    service, planned = arming.service, arming.planned
    record = undo.unarmed(host, service)
    if record is None:
        undo.forget(host)
    if record is None and planned.stop and service.armed:
        undo.remember_armed(host, stack, service.image.path)
    actions = _act(host, stack, planned, record, params["timeout"])
    if arming.wanted.state in ("started", "restarted"):
        undo.forget(host)
    service = service._replace(image=stack.image(kernel_release(host))) if planned.load else service
    result = dict(described(arming._replace(service=service)), actions=actions)
    if result["enabled"] is None:
        result["enabled"] = service_state.read_unit(host, stack.unit).enabled
    return result


def _refused(host: Host, stack: Stack, reasons: List[str], errors: List[str], timeout_s: int) -> Failure:
    """Return the Failure of a refused start; configuration files that cannot start kdump are put back first."""
    of_files = errors + stack.refused_start()
    service = service_state.read_service(host, stack)
    record = undo.unarmed(host, service) if of_files and not set(reasons) - set(of_files) else None
    restored = undo.put_back(host, record, service.image.path) if record else []
    if record is None or not restored:
        return Refused(reasons + errors)
    outcome = _rearmed(host, stack, record, timeout_s)
    msg = "%s %s was put back as it was, and the host is %s" % (" ".join(of_files), ", ".join(restored), outcome)
    return Failure(msg, refused=of_files, restored=restored, armed=service_state.is_armed(host))


def _settled(host: Host, stack: Stack, timeout_s: int) -> Service:
    """Return the state of kdump's unit once no start is under way, since a restart would kill that halfway."""
    service = service_state.read_service(host, stack)
    if not service.unit.moving:
        return service
    since = service.unit.began or host.now()
    if not host.wait_until(lambda: not service_state.read_unit(host, stack.unit).moving, timeout_s, pause_s=5):
        what = "%s was being started for %d s and is not done" % (stack.unit, timeout_s)
        raise _failure(host, stack, what, since)
    return service_state.read_service(host, stack)


def _act(
    host: Host, stack: Stack, planned: ServicePlan, record: Optional[undo.ChangeRecord], timeout_s: int
) -> List[str]:
    """Run the planned commands on kdump's unit, and return those that acted."""
    known = len(host.commands)
    for argv in planned.before:
        host.run(argv, timeout_s)
    if planned.stop:
        _stop(host, stack, planned, timeout_s)
    if planned.load:
        _load(host, stack, planned, record, timeout_s)
    for argv in planned.after:
        host.run(argv, timeout_s)
    return [" ".join(argv) for argv in host.commands[known:]]


def _stop(host: Host, stack: Stack, planned: ServicePlan, timeout_s: int) -> None:
    """Unload the capture kernel; the stack's tool does it where stopping the unit did not."""
    since = host.now()
    for argv in planned.stop:
        _run(host, stack, argv, timeout_s, since)
    if service_state.is_armed(host):
        _run(host, stack, stack.unload_argv(), timeout_s, since)
    if not host.wait_until(lambda: not service_state.is_armed(host), SETTLE_S):
        what = "the capture kernel is still loaded after %s" % _said(stack.unload_argv())
        raise _failure(host, stack, what, since)


def _load(host: Host, stack: Stack, planned: ServicePlan, record: Optional[undo.ChangeRecord], timeout_s: int) -> None:
    """Arm the host. If a new configuration prevents that, put the old one back and arm the host with it."""
    image = stack.image(kernel_release(host)).path
    was_armed = service_state.is_armed(host)
    if planned.rebuild:
        undo.keep_image(host, image)
    try:
        _arm(host, stack, stack.start_argv(planned.rebuild, planned.unload, planned.reload), timeout_s)
        undo.drop_image(host, image)
    except Failure as failure:
        raise _gone_back(host, stack, record, failure, (image, was_armed, timeout_s))


def _gone_back(
    host: Host, stack: Stack, record: Optional[undo.ChangeRecord], failure: Failure, state: Tuple[str, bool, int]
) -> Failure:
    """Put back what armed the host last, and return the Failure that says how that ended."""
    image, was_armed, timeout_s = state
    try:
        image_back = undo.put_image_back(host, image)
        restored = undo.put_back(host, record, image) if record else []
    except Failure as second:
        words = "%s; what armed the host before could not be put back: %s"
        return Failure(words % (failure.msg, second.msg), **dict(failure.details, armed=service_state.is_armed(host)))
    back = restored or ([image] if image_back and was_armed and not service_state.is_armed(host) else [])
    if not back:
        return failure
    outcome = _rearmed(host, stack, record, timeout_s)
    msg = "%s; %s was put back as it was, and the host is %s" % (failure.msg, ", ".join(back), outcome)
    return Failure(msg, **dict(failure.details, restored=back, armed=service_state.is_armed(host)))


def _rearmed(host: Host, stack: Stack, record: Optional[undo.ChangeRecord], timeout_s: int) -> str:
    """Arm the host with the files that were put back, and return in words how that ended.

    The record is dropped once the host is armed with them: until then, nothing else is known to arm this host.
    """
    image = stack.image(kernel_release(host)).path
    untouched = record is None or undo.image_is_untouched(host, record, image)
    outcome = "armed with it again"
    unit = service_state.read_unit(host, stack.unit)
    if untouched and service_state.is_armed(host) and not unit.moving:
        outcome = "still armed with it"
    else:
        try:
            if unit.moving:
                # a command that reached its limit goes on in systemd, and would still load the new configuration
                _run(host, stack, ["systemctl", "stop", stack.unit], timeout_s, host.now())
                unit = service_state.read_unit(host, stack.unit)
            unload = service_state.unloads_first(stack, unit, service_state.is_armed(host))
            _arm(host, stack, stack.start_argv(not untouched, unload, may_reload(unit, stack)), timeout_s)
        except Failure as failure:
            # a build that fails comes before anything is unloaded
            outcome = "still armed with what was loaded before" if service_state.is_armed(host) else "NOT armed"
            return "%s: with the old configuration, %s" % (outcome, failure.msg)
    undo.forget(host)
    return outcome


def _arm(host: Host, stack: Stack, argvs: List[List[str]], timeout_s: int) -> None:
    """Load the capture kernel again by these commands, and check that the kernel has it loaded."""
    since = host.now()
    for argv in argvs:
        _run(host, stack, argv, timeout_s, since)
    if not host.wait_until(lambda: service_state.is_armed(host), min(SETTLE_S, timeout_s)):
        said = "%s ended without an error, but no capture kernel is loaded" % _said(argv)
        raise _failure(host, stack, said, since)


def _said(argv: List[str]) -> str:
    """Return a command as one would type it."""
    return " ".join(argv)


def _run(host: Host, stack: Stack, argv: List[str], timeout_s: int, since: float) -> None:
    """Run a command; if it fails, add the journal of kdump's unit since a moment to the failure."""
    try:
        host.run(argv, timeout_s)
    except Failure as failure:
        raise _failure(host, stack, failure.msg, since, failure.details)


def _failure(host: Host, stack: Stack, what: str, since: float, details: Any = None) -> Failure:
    """Return the Failure that quotes the journal of kdump's unit since `since`, when this attempt began."""
    argv = ["journalctl", "--no-pager", "-b", "-n", "200", "-o", "cat", "-u", stack.unit]
    # an earlier failure has reasons of its own; journalctl reads fractions of a second
    argv += ["--since", "@%.6f" % since]
    done = host.run(argv, check=False)
    # without --quiet and without entries, journalctl says so in a line of its own
    lines = [] if done.rc else done.stdout.splitlines()
    journal = [line for line in lines if line != NO_ENTRIES]
    said = _quoted("the journal of %s" % stack.unit, journal)
    from_kexec = kexec_log.said_since(host, stack.kexec_log, since)
    words = [what, said or "the journal of %s says nothing of this attempt" % stack.unit]
    words += [_quoted(stack.kexec_log, from_kexec)] if from_kexec else []
    told = journal[-LINES_IN_RESULT:] + from_kexec[-LINES_IN_RESULT:]
    return Failure("; ".join(words), journal=told, **(details or {}))


def _quoted(source: str, lines: List[str]) -> str:
    """Return the lines that tell what is wrong, or else the last ones, as a clause; empty if there are none."""
    # kexec prints its whole usage after the one line that says what is wrong
    telling = [line for line in lines if TELLING.search(line) and not OPTION.match(line)] or lines
    said = " / ".join(line.strip() for line in telling[-LINES_IN_MESSAGE:])
    return "%s says: %s" % (source, said) if said else ""


def main() -> None:
    """Run kdump_service."""
    argument_spec = {
        "state": {"type": "str", "choices": ["started", "stopped", "restarted"]},
        "enabled": {"type": "bool"},
        "masked": {"type": "bool"},
        "rebuild": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
        "timeout": {"type": "int", "default": 600},
    }
    run_module(AnsibleModule(argument_spec=argument_spec, supports_check_mode=True), ensure, "kdump_service")


if __name__ == "__main__":
    main()
