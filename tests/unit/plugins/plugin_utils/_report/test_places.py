# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the report is handed on to: what is refused, and what is missing on the control node."""

import importlib.util
import shutil
from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._report import places

WEB = {"host": "web1", "directory": "/srv/reports"}
STORE = {"bucket": "kdump-reports"}
REPOSITORY = {"repository": "git@git.example.com:ops/reports.git", "branch": "main"}
RIGHT = [
    {},
    {"kdump_report_to_host": dict(WEB, owner="www-data", group="www-data", mode="0640", become="yes")},
    {
        "kdump_report_to_s3": dict(
            STORE, prefix="fleet/kdump/", region="eu-central-1", endpoint_url="https://s3.x:9000/"
        )
    },
    {"kdump_report_to_git": dict(REPOSITORY, directory="a/b", author="Ops", email="a@b.c", key_file="/k")},
    {"kdump_report_to_git": {"repository": "https://git.example.com/reports.git", "branch": "reports/kdump"}},
    {"kdump_report_to_git": {"repository": "ssh://git@git.example.com/reports.git", "branch": "main"}},
    {"kdump_report_slice": True, "kdump_report_to_host": WEB},
    {"kdump_report_formats": "json", "kdump_report_query": "hosts[?verdict=='not_ready']"},
]
WRONG = [
    (
        {"kdump_report_to_host": {"host": "web1"}},
        "kdump_report_to_host: {'host': 'web1'} is refused: it lacks directory",
    ),
    (
        {"kdump_report_to_host": dict(WEB, host="nobody")},
        "kdump_report_to_host.host: 'nobody' is refused: the inventory",
    ),
    ({"kdump_report_to_host": dict(WEB, directory="srv")}, "kdump_report_to_host.directory: 'srv' is refused"),
    ({"kdump_report_to_host": dict(WEB, directory="/srv/../etc")}, "it leads elsewhere by . or .."),
    ({"kdump_report_to_host": dict(WEB, mode="u=rw")}, "kdump_report_to_host.mode: 'u=rw' is refused"),
    (
        {"kdump_report_to_host": dict(WEB, path="/srv")},
        "kdump_report_to_host.path: '/srv' is refused: there is no such",
    ),
    ({"kdump_report_to_s3": {"bucket": "No_Bucket"}}, "kdump_report_to_s3.bucket: 'No_Bucket' is refused"),
    ({"kdump_report_to_s3": dict(STORE, prefix="/fleet")}, "kdump_report_to_s3.prefix: '/fleet' is refused"),
    ({"kdump_report_to_s3": dict(STORE, endpoint_url="file:///etc")}, "endpoint_url: 'file:///etc' is refused"),
    ({"kdump_report_to_git": dict(REPOSITORY, repository="--upload-pack=x")}, "it is no address of a repository"),
    ({"kdump_report_to_git": dict(REPOSITORY, repository="ext::sh -c x")}, "it is no address of a repository"),
    ({"kdump_report_to_git": dict(REPOSITORY, branch="-x")}, "kdump_report_to_git.branch: '-x' is refused"),
    ({"kdump_report_to_git": dict(REPOSITORY, directory="../x")}, "kdump_report_to_git.directory: '../x' is refused"),
    ({"kdump_report_to_git": dict(REPOSITORY, directory=".git/hooks")}, "directory: '.git/hooks' is refused"),
    ({"kdump_report_slice": True}, "a slice is for a run that merges it, and it is not handed on to anywhere"),
    ({"kdump_report_name": "../x"}, "kdump_report_name: '../x' is refused"),
    ({"kdump_report_formats": []}, "kdump_report_formats: [] is refused: nothing would be written"),
    ({"kdump_report_query": "hosts[?"}, "kdump_report_query: 'hosts[?' is refused: JMESPath says"),
    ({"kdump_report_query": " "}, "kdump_report_query: ' ' is refused: it is no text, or an empty one"),
]


def refused(variables: Dict[str, Any]) -> List[str]:
    values, wrong = _role_variables.converted(variables, "report")
    return wrong or places.refusals(values, lambda name: name == "web1")


@pytest.mark.parametrize("variables", RIGHT)
def test_place_is_taken_as_it_was_meant(variables: Dict[str, Any]) -> None:
    assert refused(variables) == []


@pytest.mark.parametrize("variables, words", WRONG, ids=[words for dummy, words in WRONG])
def test_place_that_would_lead_astray_is_refused_by_one_sentence(variables: Dict[str, Any], words: str) -> None:
    (sentence,) = refused(variables)
    assert words in sentence


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hunter2@git.example.com/r",
        "https://hunter2@github.com/o/r.git",
        "HTTPS://hunter2:x-oauth-basic@github.com/o/r.git",
        "ssh://me:hunter2@git.example.com/r",
    ],
)
def test_secret_in_an_address_is_refused_and_not_shown(address: str) -> None:
    (sentence,) = refused({"kdump_report_to_git": dict(REPOSITORY, repository=address)})
    assert "before the @, it holds a password, or a user" in sentence and "hunter2" not in sentence
    assert "hunter2" not in secret_words.hidden("would be handed on to the repository %s" % address)


def test_run_that_merges_needs_slices_or_a_place() -> None:
    values = _role_variables.converted({}, "report")[0]
    assert "there is nothing to merge" in places.no_slices(values)[0]
    assert places.no_slices(dict(values, kdump_report_slices=["x"])) == []
    assert places.no_slices(dict(values, kdump_report_to_s3=STORE)) == []


def test_what_a_place_needs_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    values = {"kdump_report_to_s3": STORE, "kdump_report_to_git": REPOSITORY, "kdump_report_to_host": WEB}
    collection, library, program = places.missing(values, lambda name: False)
    assert collection.startswith(
        "kdump_report_to_s3: 'kdump-reports' is refused: the collection amazon.aws is not there"
    )
    assert collection.endswith("ansible-galaxy collection install amazon.aws.")
    assert "the Python library boto3 is not there" in library and "pip install boto3" in library
    assert "the program git is not there" in program
    assert places.missing({"kdump_report_to_host": WEB}, lambda name: False) == []
