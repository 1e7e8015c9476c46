# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What a site says of its AWX: the variables of crashops.kdump.awx, of their types, and each refusal in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.plugin_utils import _nearest_name, _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx.surveys import data
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import places

PREFIX = "kdump_awx_"
SCHEDULES = ("kdump_awx_verify_schedule", "kdump_awx_report_schedule")
RULE = re.compile(r"DTSTART[:;]\S+ RRULE:\S+( (EXRULE|RRULE|DTSTART)[:;]\S+)*")
NOTIFICATION = ("name", "type", "configuration")


class Site(NamedTuple):
    """The variables of crashops.kdump.awx without their prefix; None where a site says nothing."""

    prefix: str
    organization: str
    galaxy_credentials: list[str] | None
    project: str
    project_url: str
    project_type: str
    project_branch: str | None
    project_credential: str | None
    playbooks: str
    inventory: str
    inventory_project: str | None
    inventory_path: str
    credentials: list[str]
    execution_environment: str
    execution_environment_image: str | None
    execution_environment_pull: str
    registry_credential: str | None
    forks: int
    slices: int
    report_slices: int
    report: dict[str, Any]
    verify_schedule: str
    report_schedule: str
    scheduled_hosts: str
    notifications: list[dict[str, Any]]
    notify: list[str]

    @property
    def in_parts(self) -> bool:
        """Return whether the report is made in parts, by slices or by several files of variables."""
        return self.report_slices > 1 or boolean(self.report.get("kdump_report_slice", False))

    @property
    def names_of_credentials(self) -> list[str]:
        """Return the names of all credentials that the settings have, and that AWX must have."""
        single = [self.project_credential, self.registry_credential]
        names = [*self.credentials, *(self.galaxy_credentials or []), *(name for name in single if name)]
        return list(dict.fromkeys(names))


def read(variables: Mapping[str, Any]) -> tuple[Site | None, list[str]]:
    """Return a site's settings for AWX, or a sentence for each variable that is wrong, missing or unknown."""
    specs = data("settings")
    given = {name: value for name, value in variables.items() if name.startswith(PREFIX) and value is not None}
    refused = [_unknown(name, given[name], specs) for name in sorted(given) if name not in specs]
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        try:
            values[name] = _value(name, given.get(name, spec.get("default")), spec)
        except _role_variables.Wrong as wrong:
            refused.append(str(wrong))
    if not refused:
        report = values["kdump_awx_report"] or {}
        values["kdump_awx_report"] = {name: value for name, value in report.items() if value is not None}
        refused = _refusals(values)
    return (None if refused else _settings(values)), refused


def _settings(values: Mapping[str, Any]) -> Site:
    """Return the settings from their variables."""
    found = {name[len(PREFIX) :]: value for name, value in values.items()}
    found.update(notifications=found["notifications"] or [], notify=found["notify"] or [])
    return Site(**found)


def _unknown(name: str, value: Any, known: Iterable[str]) -> str:
    """Return the refusal of a setting for AWX that does not exist, with the name that was probably meant."""
    return refusal(name, value, "there is no such variable", _nearest_name.remedy(name, known, "remove it"))


def _value(name: str, value: Any, spec: Mapping[str, Any]) -> Any:
    """Return a setting for AWX in its type, or raise Wrong."""
    if spec.get("required") and value in (None, ""):
        remedy = "set it in your file of variables, as docs/awx.md shows"
        raise _role_variables.Wrong(name, value, "nothing is set", remedy)
    if value is None:
        return None
    chosen = _role_variables.KINDS[spec["type"]](name, value, {"elements": spec.get("elements")})
    if spec.get("choices") and chosen not in spec["choices"]:
        raise _role_variables.Wrong(name, value, "there is no such choice", f"choose {', '.join(spec['choices'])}")
    if "min" in spec and chosen < spec["min"]:
        raise _role_variables.Wrong(name, value, f"it is below {spec['min']}", f"give {spec['min']} or more")
    return chosen


def _refusals(values: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that does not fit what AWX or another value wants."""
    found = [
        refusal(name, values[name], "AWX wants DTSTART and RRULE in one line", "copy the default and change it")
        for name in SCHEDULES
        if values[name] and not RULE.fullmatch(values[name])
    ]
    report = values["kdump_awx_report"]
    known = [name for name in _role_variables.OF_PLAYBOOKS if name.startswith("kdump_report_")]
    known += [name for name in _role_variables.options_of("verify") if name.startswith("kdump_report_")]
    for name in report:
        if name not in known:
            remedy = _nearest_name.remedy(str(name), known, f"choose among {', '.join(sorted(set(known)))}")
            found.append(refusal(f"kdump_awx_report.{name}", report[name], "it is no variable of the report", remedy))
    given = {name: value for name, value in report.items() if name in known}
    of_report, refused = _role_variables.converted(given, "report")
    # which hosts there are, only the controller knows
    refused = refused or places.refusals(of_report, lambda name: True)
    found += [f"kdump_awx_report.{sentence}" for sentence in refused]
    found += _parts(values["kdump_awx_report_slices"], report)
    return found + _notifications(values["kdump_awx_notifications"] or [])


def _parts(slices: int, report: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the site's settings for a report in slices: their place."""
    if slices == 1:
        return []
    if places.HOST in report:
        rule = "a job of a slice has only its own part of the inventory, and so may lack this host"
        remedy = f"use {places.STORE} or {places.REPOSITORY}, or set kdump_awx_report_slices to 1"
        return [refusal(f"kdump_awx_report.{places.HOST}", report[places.HOST], rule, remedy)]
    if not {places.STORE, places.REPOSITORY} & set(report):
        rule = "the slices of the report have no place where they meet"
        remedy = f"set {places.STORE} or {places.REPOSITORY} in kdump_awx_report"
        return [refusal("kdump_awx_report_slices", slices, rule, remedy)]
    return []


def _notifications(given: Iterable[Any]) -> list[str]:
    """Refuse each notification template in a site's settings that lacks a part. Its configuration may be secret."""
    found = []
    for number, one in enumerate(given):
        missing = [key for key in NOTIFICATION if not isinstance(one, Mapping) or not one.get(key)]
        if missing:
            option = f"kdump_awx_notifications[{number}]"
            shown = one.get("name") if isinstance(one, Mapping) else one
            found.append(refusal(option, shown, f"it lacks {', '.join(missing)}", "add what is missing"))
    return found
