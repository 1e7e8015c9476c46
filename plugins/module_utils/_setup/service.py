# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What kdump_service would do to the unit and the capture kernel. The module does what is planned here."""

from typing import Any, Dict, List, NamedTuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import VMCORE
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Refused, state_diff
from ansible_collections.crashops.kdump.plugins.module_utils._service import plan as service_plan
from ansible_collections.crashops.kdump.plugins.module_utils._service.plan import ServicePlan, WantedService
from ansible_collections.crashops.kdump.plugins.module_utils._service.state import Service
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import Stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal


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
    planned = service_plan.plan(service, stack, wanted)
    reasons = service_plan.blocked(service, stack, wanted, planned)
    errors = service_plan.start_errors(service, stack, planned)
    return Arming(stack, service, wanted, planned, reasons, errors)


def described(arming: Arming) -> Dict[str, Any]:
    """Return the result of kdump_service as far as the plan gives it."""
    stack, planned, reasons = arming.stack, arming.planned, arming.reasons + arming.errors
    result = _result(arming.service, arming.wanted, planned, not reasons)
    diff = [state_diff(planned.changes, stack.unit)] if planned.changes else []
    return dict(result, unit=stack.unit, actions=argvs(stack, planned), diff=diff, reason=" ".join(reasons) or None)


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
    loaded = planned.load and possible
    adopted = service_plan.ADOPTED in planned.changes
    return {
        "changed": bool(planned.changes),
        "armed": not planned.stop and (loaded or service.armed),
        "enabled": unit.enabled if wanted.enabled is None else wanted.enabled,
        "masked": unit.masked if wanted.masked is None else wanted.masked,
        "active": not planned.stop and (loaded or adopted or unit.active),
        "image": dict(service.image._asdict()),
    }
