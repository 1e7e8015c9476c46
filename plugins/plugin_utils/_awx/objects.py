# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""All objects of AWX that crashops.kdump.awx applies, in the words of awx.awx's modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.plugin_utils._awx.settings import Site
from ansible_collections.crashops.kdump.plugins.plugin_utils._awx.surveys import data, survey


def of(settings: Site) -> dict[str, Any]:
    """Return each kind of object with what its module is given; what a site does not say is left out."""
    templates = [job_template(settings, one) for one in data("templates") if _is_wanted(settings, one)]
    flows = [(one, _name(settings, one["name"])) for one in data("workflows") if _is_wanted(settings, one)]
    nodes = [node(settings, name, one) for flow, name in flows for one in flow["nodes"]]
    return {
        "organization": _given(name=settings.organization, galaxy_credentials=settings.galaxy_credentials),
        "credentials": settings.names_of_credentials,
        "project": _project(settings),
        "inventory": {"name": settings.inventory, "organization": settings.organization},
        "inventory_source": _inventory_source(settings),
        "execution_environment": _execution_environment(settings),
        "notification_templates": [_notification(settings, one) for one in settings.notifications],
        # workflows first, since they use the job templates
        "unused_workflows": _unused(settings, "workflows"),
        "unused_job_templates": _unused(settings, "templates"),
        "job_templates": templates,
        "workflows": [workflow(settings, one, name) for one, name in flows],
        "nodes": [one["node"] for one in nodes],
        "links": [one["link"] for one in nodes if {"success_nodes", "always_nodes"} & one["link"].keys()],
        "schedules": _schedules(settings),
    }


def job_template(settings: Site, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return one job template with its survey."""
    name = _name(settings, form["name"])
    return {
        "name": name,
        "description": form["description"],
        "organization": settings.organization,
        "project": settings.project,
        "inventory": settings.inventory,
        "playbook": f"{settings.playbooks.strip('/')}/{form['playbook']}".lstrip("/"),
        "credentials": settings.credentials,
        "execution_environment": settings.execution_environment,
        "forks": settings.forks,
        "job_slice_count": _slices(settings, form),
        # a slice takes no single host; whoever wants to name one launches with one slice
        "ask_job_slice_count_on_launch": _slices(settings, form) > 1,
        # a job in check mode, and the changes of files in its output
        "ask_job_type_on_launch": bool(form.get("changes_hosts")),
        "ask_diff_mode_on_launch": bool(form.get("changes_hosts")),
        # else AWX drops a variable that no question asks for, and says so to nobody; the role refuses unknown names
        "ask_variables_on_launch": True,
        "extra_vars": _extra_variables(settings, form),
        "survey_enabled": True,
        "survey_spec": survey(name, form["entry_point"], form),
        "notification_templates_error": _notified(settings),
        "notification_templates_success": _notified(settings) if _ends_report(settings, form) else [],
    }


def _is_wanted(settings: Site, form: Mapping[str, Any]) -> bool:
    """Return whether a template or workflow is made; one that merges is there only for a report in parts."""
    return settings.in_parts or not form.get("merges")


def _unused(settings: Site, kind: str) -> list[dict[str, Any]]:
    """Return the templates or workflows that an earlier run may have made, and that are not wanted now."""
    return [
        {"name": _name(settings, one["name"]), "organization": settings.organization, "state": "absent"}
        for one in data(kind)
        if not _is_wanted(settings, one)
    ]


def _slices(settings: Site, form: Mapping[str, Any]) -> int:
    """Return into how many jobs AWX cuts a template."""
    if form.get("sliced"):
        return settings.slices
    return settings.report_slices if form.get("report") and not form.get("merges") else 1


def _extra_variables(settings: Site, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extra variables of a job template object: those of the report, and of a part of the inventory."""
    sliced = {"kdump_sliced": True} if _slices(settings, form) > 1 else {}
    if not form.get("report"):
        return sliced
    given = {name: value for name, value in settings.report.items() if name != "kdump_report_slice"}
    part = {"kdump_report_slice": True} if settings.in_parts and not form.get("merges") else {}
    return {**given, **sliced, **part}


def _ends_report(settings: Site, form: Mapping[str, Any]) -> bool:
    """Return whether a job of this template knows the whole fleet, so that its success is worth a notification."""
    return bool(form.get("report")) and bool(form.get("merges")) == settings.in_parts


def workflow(settings: Site, form: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return one workflow with its survey, without its nodes."""
    return {
        "name": name,
        "description": form["description"],
        "organization": settings.organization,
        "ask_variables_on_launch": True,
        "survey_enabled": True,
        "survey_spec": survey(name, form["entry_point"], form),
        "notification_templates_error": _notified(settings),
        "notification_templates_approvals": _notified(settings),
    }


def node(settings: Site, flow: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return one node of a workflow as it is made, and apart from that the nodes that follow.

    The module can only link nodes that exist. It also reports a change each time if it is given an approval and links.
    """
    own: dict[str, Any] = {
        "identifier": form["id"],
        "workflow_job_template": flow,
        "organization": settings.organization,
    }
    link = {**own, **_given(success_nodes=form.get("next"), always_nodes=form.get("always"))}
    if "approval" in form:
        made = {**own, "approval_node": {"name": form["approval"], "description": form["description"]}}
    else:
        template = {
            "unified_job_template": _name(settings, form["template"]),
            "lookup_organization": settings.organization,
        }
        whole = form.get("whole") and settings.slices > 1
        answers = {"kdump_sliced": False} if whole else form.get("answers")
        made = {**own, **template, **_given(extra_data=answers, job_slice_count=1 if whole else None)}
    return {"node": made, "link": link}


def _schedules(settings: Site) -> list[dict[str, Any]]:
    """Return the schedules; one with an empty rule is taken away."""
    # a schedule answers each question that has to be answered, also if the question has a default
    answers = {"kdump_hosts": settings.scheduled_hosts}
    report = "fleet report" if settings.in_parts else "report"
    # a part alone is no report
    rules = {"verify": settings.verify_schedule, "report": "", report: settings.report_schedule}
    return [
        {
            "name": f"{_name(settings, template)} by schedule",
            "unified_job_template": _name(settings, template),
            "organization": settings.organization,
            **({"rrule": rule, "extra_data": answers, "state": "present"} if rule else {"state": "absent"}),
        }
        for template, rule in rules.items()
    ]


def _project(settings: Site) -> dict[str, Any]:
    """Return the project."""
    return _given(
        name=settings.project,
        organization=settings.organization,
        scm_type=settings.project_type,
        scm_url=settings.project_url,
        # an option that is left out stays as it is in AWX, so an empty text takes an older branch away
        scm_branch=settings.project_branch or "",
        # else AWX unpacks only the files of a new archive that it does not have yet, and keeps the old playbooks
        scm_clean=True,
        credential=settings.project_credential,
    )


def _inventory_source(settings: Site) -> dict[str, Any]:
    """Return where the inventory gets its hosts from, by a name that stays, or that it no longer gets any."""
    source = {
        "name": f"{settings.prefix} inventory file",
        "inventory": settings.inventory,
        "organization": settings.organization,
        "state": "present" if settings.inventory_project else "absent",
    }
    if not settings.inventory_project:
        return source
    return {
        **source,
        "source": "scm",
        "source_project": settings.inventory_project,
        "source_path": settings.inventory_path,
        "update_on_launch": True,
        "overwrite": True,
    }


def _execution_environment(settings: Site) -> dict[str, Any]:
    """Return the execution environment, or nothing if a site only names one that exists."""
    if not settings.execution_environment_image:
        return {}
    return _given(
        name=settings.execution_environment,
        organization=settings.organization,
        image=settings.execution_environment_image,
        pull=settings.execution_environment_pull,
        credential=settings.registry_credential,
    )


def _notification(settings: Site, form: Mapping[str, Any]) -> dict[str, Any]:
    """Return one notification template with the texts of messages.yml, unless it has its own."""
    own = {event: _with_body(form["type"], texts) for event, texts in data("messages").items()}
    return {
        "name": form["name"],
        "organization": settings.organization,
        "notification_type": form["type"],
        "notification_configuration": form["configuration"],
        "messages": form.get("messages", own),
    }


def _with_body(kind: str, texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of an event as its type sends them. A webhook sends only the body, which has to be JSON."""
    if "message" not in texts:
        return {event: _with_body(kind, inner) for event, inner in texts.items()}
    body = "{%% set text %%}%s{%% endset %%}{{ {'text': text} | tojson }}" % texts["message"]
    return {**texts, "body": body} if kind == "webhook" else dict(texts)


def _notified(settings: Site) -> list[str]:
    """Return the names of all objects that are notification templates."""
    return [*(one["name"] for one in settings.notifications), *settings.notify]


def _name(settings: Site, name: str) -> str:
    """Return the full name of a template or workflow."""
    return f"{settings.prefix} {name}"


def _given(**values: Any) -> dict[str, Any]:
    """Return the values of an AWX object that are set."""
    return {name: value for name, value in values.items() if value is not None}
