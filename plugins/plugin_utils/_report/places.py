# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What the report is and where it is handed on to: what is refused before any host is asked, and what is missing."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import plain_path_problem
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import query

HOST, STORE, REPOSITORY = "kdump_report_to_host", "kdump_report_to_s3", "kdump_report_to_git"
MODULE = "amazon.aws.s3_object"
# option of a place, what it must look like, the rule, what to type
PATTERNS = (
    (HOST, "mode", r"0?[0-7]{3}", "it is no octal mode", 'give one in quotes, such as "0640"'),
    (HOST, "owner", r"[A-Za-z0-9_][A-Za-z0-9_.-]*", "it is no name of an account", "give one such as www-data"),
    (HOST, "group", r"[A-Za-z0-9_][A-Za-z0-9_.-]*", "it is no name of a group", "give one such as www-data"),
    (
        STORE,
        "bucket",
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "it is no name of a bucket",
        "give one such as kdump-reports",
    ),
    (
        STORE,
        "prefix",
        r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?",
        "it is no prefix of plain names",
        "give one such as fleet/kdump",
    ),
    (STORE, "region", r"[a-z0-9-]+", "it is no name of a region", "give one such as eu-central-1"),
    (
        STORE,
        "endpoint_url",
        r"https?://[A-Za-z0-9.:\[\]/_-]+",
        "it is no address",
        "give one such as https://s3.example.com",
    ),
    (REPOSITORY, "branch", r"[A-Za-z0-9][A-Za-z0-9._/-]*", "it is no name of a branch", "give one such as main"),
    (
        REPOSITORY,
        "directory",
        r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*/?",
        "it is no directory of plain names in the repository",
        "give one such as reports/kdump",
    ),
    (REPOSITORY, "author", r"[^<>\n]+", "it is no name", "give one such as kdump report"),
    (
        REPOSITORY,
        "email",
        r"[A-Za-z0-9._+-]+@[A-Za-z0-9._-]+",
        "it is no address of a mailbox",
        "give one such as ops@example.com",
    ),
)
# a secret in an address would be in the output of git and in the log of the run; in a web address, a token can stand
# where a user does
WITH_SECRET = re.compile(r"(https?://[^/@]*@|[A-Za-z+]+://[^/@]*:[^/@]*@)", re.IGNORECASE)
SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
PLACES = "kdump_report_to_host, kdump_report_to_s3 or kdump_report_to_git"


def refusals(values: Mapping[str, Any], is_host: Callable[[str], bool]) -> list[str]:
    """Return a refusal for each place where the report could not be handed on, and for a report of nothing."""
    found = [
        refusal("%s.%s" % (place, option), values[place][option], rule, remedy)
        for place, option, pattern, rule, remedy in PATTERNS
        if option in values.get(place, {}) and not re.fullmatch(pattern, values[place][option])
    ]
    name = values["kdump_report_name"]
    if not SAFE_NAME.fullmatch(name):
        found.append(
            refusal("kdump_report_name", name, "it is no plain name of a file", "give one such as kdump-report")
        )
    if values["kdump_report_slice"] and not set(values) & {HOST, STORE, REPOSITORY}:
        rule = "a slice is for a run that merges it, and it is not handed on to anywhere"
        found.append(refusal("kdump_report_slice", True, rule, "set %s too" % PLACES))
    return found + _content(values) + _host(values.get(HOST), is_host) + _repository(values.get(REPOSITORY))


def _content(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the formats and the query of the report."""
    found = []
    if values.get("kdump_report_formats") == []:
        found.append(refusal("kdump_report_formats", [], "nothing would be written", "name some, or leave it out"))
    if "kdump_report_query" in values:
        try:
            query.compiled(values["kdump_report_query"], "kdump_report_query")
        except query.QueryRefused as refused:
            found.append(str(refused))
    return found


def no_slices(values: Mapping[str, Any]) -> list[str]:
    """Refuse a run that is to merge slices, has none, and names no place to take them from."""
    if "kdump_report_slices" in values or set(values) & {HOST, STORE, REPOSITORY}:
        return []
    remedy = "name their JSON files, or set %s, where they were handed on to" % PLACES
    return [refusal("kdump_report_slices", None, "there is nothing to merge", remedy)]


def _host(place: Mapping[str, Any] | None, is_host: Callable[[str], bool]) -> list[str]:
    """Return what is wrong with the host that gets the report."""
    if place is None:
        return []
    found, trouble = [], plain_path_problem(place["directory"])
    if not is_host(place["host"]):
        found.append(
            refusal(HOST + ".host", place["host"], "the inventory has no such host", "add it to the inventory")
        )
    if trouble is not None:
        found.append(refusal(HOST + ".directory", place["directory"], trouble.message, trouble.remedy))
    return found


def _repository(place: Mapping[str, Any] | None) -> list[str]:
    """Return what is wrong with the repository as a place that the report is handed on to."""
    if place is None:
        return []
    address = place["repository"]
    if WITH_SECRET.match(address):
        rule = "before the @, it holds a password, or a user that can be a token"
        remedy = "take that out, and use key_file or a credential helper of git"
        return [refusal(REPOSITORY + ".repository", "(hidden)", rule, remedy)]
    if address.startswith("-") or not address.strip() or "::" in address:
        return [refusal(REPOSITORY + ".repository", address, "it is no address of a repository", "give its URL")]
    return []


def missing(values: Mapping[str, Any], has_module: Callable[[str], bool]) -> list[str]:
    """Return a sentence for each program, collection or library that a place needs and the control node lacks."""
    found = []
    if STORE in values and not has_module(MODULE):
        remedy = "install it on the control node: ansible-galaxy collection install amazon.aws"
        found.append(refusal(STORE, values[STORE]["bucket"], "the collection amazon.aws is not there", remedy))
    if STORE in values and importlib.util.find_spec("boto3") is None:
        remedy = "install it for the Python that ansible --version names: pip install boto3"
        found.append(refusal(STORE, values[STORE]["bucket"], "the Python library boto3 is not there", remedy))
    if REPOSITORY in values and shutil.which("git") is None:
        address = values[REPOSITORY]["repository"]
        found.append(refusal(REPOSITORY, address, "the program git is not there", "install git on the control node"))
    return found
