# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables without a host: names, types, and the tables that the code holds about them."""

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.validate import LIMITS
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import CONFIG, variable
from ansible_collections.crashops.kdump.plugins.plugin_utils import _role_variables
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.set_up_host import looked_at, planned

ROOT = Path(__file__).resolve().parents[4]
PLAYBOOK_VARIABLE = re.compile(r"\bkdump_[a-z_]+")


def judged(**variables):
    return planned(looked_at(armed_el9()), **_role_variables.converted(variables, "setup")[0])["refused"]


def test_every_variable_of_a_playbook_is_known():
    plays = [play for path in (ROOT / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text("utf-8"))]
    # the comments are left out by the parser, and the task names are words
    named = set(PLAYBOOK_VARIABLE.findall(yaml.safe_dump(plays)))
    known = {*_role_variables.OF_PLAYBOOKS, *_role_variables.options_of("setup")}
    assert named - known == set()


def test_every_variable_of_a_header_is_known_as_one():
    plays = [play for path in (ROOT / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text("utf-8"))]
    headers = [{key: value for key, value in play.items() if "tasks" not in key and key != "when"} for play in plays]
    assert set(PLAYBOOK_VARIABLE.findall(yaml.safe_dump(headers))) == set(_role_variables.OF_HEADERS)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("web", "-e kdump_hosts=web"),
        ("all:!dumps", "-e 'kdump_hosts=all:!dumps'"),
        ("web, db", """-e '{"kdump_hosts": "web, db"}'"""),
        (["web", "db"], """-e '{"kdump_hosts": ["web", "db"]}'"""),
    ],
)
def test_value_that_the_header_lacks_is_refused(value, words):
    (sentence,) = _role_variables.ignored({"kdump_hosts": value}, {})
    assert sentence.endswith("; remove it from the inventory, and type %s." % words)


@pytest.mark.parametrize(
    ("variables", "in_header"),
    [({"kdump_hosts": "web"}, {"kdump_hosts": "web"}), ({"kdump_hosts": None}, {}), ({"kdump_path": "/x"}, {})],
    ids=["same", "null", "no_header"],
)
def test_value_that_the_header_has_is_taken(variables, in_header):
    assert _role_variables.ignored(variables, in_header) == []


def test_every_default_of_the_role_is_that_of_its_specification():
    defaults = yaml.safe_load((ROOT / "roles/kdump/defaults/main.yml").read_text(encoding="utf-8"))
    specified = {
        name: spec["default"] for name, spec in _role_variables.options_of("setup").items() if "default" in spec
    }
    assert defaults == specified


def test_every_option_of_the_configuration_is_a_variable_of_the_role():
    options = _role_variables.options_of("setup")
    assert [name for name in CONFIG if variable(name) not in options] == []
    assert [name for name in ("size", "kernels", *LIMITS) if variable(name) not in options] == []


def test_no_variable_has_the_name_of_another_role():
    assert set(_role_variables.OF_PEER) & set(_role_variables.options_of("setup")) == set()


@pytest.mark.parametrize("make", [armed_debian, armed_el9])
def test_the_defaults_are_refused_on_no_host_that_is_right(make):
    assert planned(make(), **_role_variables.converted({}, "setup")[0])["refused"] == []


def test_a_target_is_named_as_the_variable_it_came_from():
    (sentence,) = judged(kdump_target={"type": "ssh", "location": "dumps"})
    assert sentence.startswith("kdump_target.location: 'dumps' is refused: it is not of the form user@host")


def test_a_driver_that_the_target_needs_is_refused_before_anything_is_written():
    (sentence,) = judged(kdump_blocked_drivers="ext4")
    assert sentence.startswith("kdump_blocked_drivers: 'ext4' is refused: the dump target needs ext4")


def test_a_system_directory_is_refused_as_the_directory_of_dumps():
    (sentence,) = judged(kdump_path="/tmp")
    assert sentence.startswith("kdump_path: '/tmp' is refused: others need /tmp")


@pytest.mark.parametrize("text", ["on", "True", 1, "1", True])
def test_a_word_for_yes_is_true(text):
    assert _role_variables.converted({"kdump_backup": text}, "setup")[0]["kdump_backup"] is True


def test_a_list_of_allowed_names_may_be_one_text():
    assert _role_variables.allowed({"kdump_allow_unknown": "kdump_a, kdump_b"}) == ["kdump_a", "kdump_b"]


def test_an_allowed_name_covers_no_shorter_one():
    assert _role_variables.allowed({"kdump_allow_unknown": "kdump_abc"}) == ["kdump_abc"]


def test_a_bare_host_of_kdumpctl_is_not_refused_for_grubby_that_the_packages_bring():
    host = armed_el9()
    host.programs = [name for name in host.programs if name not in ("kdumpctl", "grubby")]
    assert planned(host, **_role_variables.converted({}, "setup")[0])["refused"] == []


@pytest.mark.parametrize(
    ("values", "own_directory", "path"),
    [
        ({"kdump_own_path": "/var/kdump"}, True, "/var/kdump"),
        ({"kdump_own_path": "/var/kdump"}, False, None),
        ({"kdump_own_path": ""}, True, None),
        ({"kdump_own_path": "/var/kdump", "kdump_path": "/srv"}, True, "/srv"),
    ],
)
def test_a_host_only_says_whether_its_dumps_go_to_the_path_of_the_operator(values, own_directory, path):
    assert _role_variables.for_host(values, own_directory).get("kdump_path") == path
