# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables without a host: names, types, and the tables that the code holds about them."""

import re
from itertools import product
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple, Union

import pytest
import yaml
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_refusals import LIMITS
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import CONFIG, variable
from ansible_collections.crashops.kdump.plugins.plugin_utils import _peer_variables, _role_variables
from ansible_collections.crashops.kdump.plugins.plugin_utils._crash_test.waiting import LONGEST_TIMEOUT_S
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.set_up_host import looked_at, planned

ROOT = Path(__file__).resolve().parents[4]
PLAYBOOK_VARIABLE = re.compile(r"\bkdump_[a-z_]+")
# crashops.kdump.awx acts on a controller, and its variables are in extensions/awx/settings.yml
OF_AWX = "kdump_awx_"


def judged(**variables: Any) -> List[str]:
    plan = planned(looked_at(armed_el9()), **_role_variables.converted(variables, "setup")[0])
    refused: List[str] = plan["refused"]
    return refused


def test_every_variable_of_a_playbook_is_known() -> None:
    plays = [play for path in (ROOT / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text("utf-8"))]
    # the comments are left out by the parser, and the task names are words
    named = {name for name in PLAYBOOK_VARIABLE.findall(yaml.safe_dump(plays)) if not name.startswith(OF_AWX)}
    known = {*_role_variables.OF_PLAYBOOKS, *_role_variables.options_of("setup")}
    assert named - known == set()


def test_every_variable_of_a_header_is_known_as_one() -> None:
    plays = [play for path in (ROOT / "playbooks").glob("*.yml") for play in yaml.safe_load(path.read_text("utf-8"))]
    headers = [{key: value for key, value in play.items() if "tasks" not in key and key != "when"} for play in plays]
    named = {name for name in PLAYBOOK_VARIABLE.findall(yaml.safe_dump(headers)) if not name.startswith(OF_AWX)}
    # what was typed as consent is the role's own affair
    assert named - {"kdump_test_confirm"} == set(_role_variables.OF_HEADERS)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("web", "-e kdump_hosts=web"),
        ("all:!dumps", "-e 'kdump_hosts=all:!dumps'"),
        ("web, db", """-e '{"kdump_hosts": "web, db"}'"""),
        (["web", "db"], """-e '{"kdump_hosts": ["web", "db"]}'"""),
    ],
)
def test_value_that_the_header_lacks_is_refused(value: Union[str, List[str]], words: str) -> None:
    (sentence,) = _role_variables.ignored({"kdump_hosts": value}, {})
    assert sentence.endswith("; remove it from the inventory, and type %s." % words)


@pytest.mark.parametrize(
    ("variables", "in_header"),
    [({"kdump_hosts": "web"}, {"kdump_hosts": "web"}), ({"kdump_hosts": None}, {}), ({"kdump_path": "/x"}, {})],
    ids=["same", "null", "no_header"],
)
def test_value_that_the_header_has_is_taken(variables: Dict[str, Any], in_header: Dict[str, str]) -> None:
    assert _role_variables.ignored(variables, in_header) == []


def test_every_default_of_the_role_is_that_of_its_specification() -> None:
    defaults = yaml.safe_load((ROOT / "roles/kdump/defaults/main.yml").read_text(encoding="utf-8"))
    specified = {
        name: spec["default"] for name, spec in _role_variables.options_of("setup").items() if "default" in spec
    }
    assert defaults == specified


def test_every_option_of_the_configuration_is_a_variable_of_the_role() -> None:
    options = _role_variables.options_of("setup")
    assert [name for name in CONFIG if variable(name) not in options] == []
    assert [name for name in ("size", "kernels", *LIMITS) if variable(name) not in options] == []


def test_no_variable_has_the_name_of_another_role() -> None:
    assert set(_peer_variables.FOREIGN) & set(_role_variables.options_of("setup")) == set()


def test_what_a_variable_of_another_role_becomes_is_a_variable_of_the_role() -> None:
    here = {name for variable in _peer_variables.VARIABLES for name in variable.here}
    assert here - set(_role_variables.options_of("setup")) == set()


def test_name_that_both_roles_have_is_no_foreign_one() -> None:
    shared = {variable.name for variable in _peer_variables.VARIABLES if not variable.remedy}
    assert shared - set(_role_variables.options_of("setup")) == set()


def test_guide_has_a_row_for_each_variable_of_the_other_role() -> None:
    guide = (ROOT / "docs/migration.md").read_text(encoding="utf-8")
    row = "| `%s` | %s | %s |"
    rows = [
        row % (one.name, ", ".join("`%s`" % name for name in one.here) or "none", one.meaning)
        for one in _peer_variables.VARIABLES
    ]
    assert [line for line in guide.splitlines() if line.startswith("| `kdump_")] == rows


@pytest.mark.parametrize("make", [armed_debian, armed_el9])
def test_the_defaults_are_refused_on_no_host_that_is_right(make: Callable[..., FakeHost]) -> None:
    assert planned(make(), **_role_variables.converted({}, "setup")[0])["refused"] == []


def test_a_target_is_named_as_the_variable_it_came_from() -> None:
    (sentence,) = judged(kdump_target={"type": "ssh", "location": "dumps"})
    assert sentence.startswith("kdump_target.location: 'dumps' is refused: it is not of the form user@host")


def test_a_driver_that_the_target_needs_is_refused_before_anything_is_written() -> None:
    (sentence,) = judged(kdump_blocked_drivers="ext4")
    assert sentence.startswith("kdump_blocked_drivers: 'ext4' is refused: the dump target needs ext4")


def test_a_system_directory_is_refused_as_the_directory_of_dumps() -> None:
    (sentence,) = judged(kdump_path="/tmp")
    assert sentence.startswith("kdump_path: '/tmp' is refused: others need /tmp")


@pytest.mark.parametrize("text", ["on", "True", 1, "1", True])
def test_a_word_for_yes_is_true(text: Union[int, str]) -> None:
    assert _role_variables.converted({"kdump_backup": text}, "setup")[0]["kdump_backup"] is True


def test_a_list_of_allowed_names_may_be_one_text() -> None:
    assert _role_variables.allowed({"kdump_allow_unknown": "kdump_a, kdump_b"}) == ["kdump_a", "kdump_b"]


def test_an_allowed_name_covers_no_shorter_one() -> None:
    assert _role_variables.allowed({"kdump_allow_unknown": "kdump_abc"}) == ["kdump_abc"]


def test_a_bare_host_of_kdumpctl_is_not_refused_for_grubby_that_the_packages_bring() -> None:
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
def test_a_host_only_says_whether_its_dumps_go_to_the_path_of_the_operator(
    values: Dict[str, str], own_directory: bool, path: Optional[str]
) -> None:
    assert _role_variables.for_host(values, own_directory).get("kdump_path") == path


ON_STACK = ("kdump_on_kdumpctl", "kdump_on_kdump_tools")


def refused(**variables: Any) -> List[str]:
    """Return what the control node says against variables."""
    values, wrong = _role_variables.converted(variables, "setup")
    return wrong + _role_variables.refusals(values, lambda name: True, [])


@pytest.mark.parametrize("name", ON_STACK)
def test_a_value_for_one_stack_has_the_type_of_its_variable(name: str) -> None:
    given = {"kdump_extra_bins": "/bin/a,/bin/b", "kdump_backup": "yes", "kdump_crashkernel": None}
    values, wrong = _role_variables.converted({name: given}, "setup")
    assert (values[name], wrong) == ({"kdump_extra_bins": ["/bin/a", "/bin/b"], "kdump_backup": True}, [])


@pytest.mark.parametrize(
    "given, expected",
    [
        (["256M"], ["256M"]),
        ('["256M"]', ["256M"]),
        ("256M", "256M"),
        (["estimate"], "estimate"),
        (["256M,high", "128M,low"], ["256M,high", "128M,low"]),
    ],
)
def test_a_list_of_one_size_stays_a_list(given: Any, expected: Any) -> None:
    values, wrong = _role_variables.converted({"kdump_crashkernel": given}, "setup")
    assert (values["kdump_crashkernel"], wrong) == (expected, [])


@pytest.mark.parametrize("text", ["", " ", ","])
@pytest.mark.parametrize("name", ["kdump_verify_fail", "kdump_panic_policy", "kdump_extra_bins", "kdump_packages"])
def test_empty_text_is_no_empty_list(name: str, text: str) -> None:
    (sentence,) = _role_variables.converted({name: text}, "verify")[1]
    assert sentence == (
        "%s: '%s' is refused: it is an empty text; leave it out, or write [] for an empty list." % (name, text)
    )


def test_empty_list_is_one() -> None:
    values, wrong = _role_variables.converted({"kdump_verify_fail": [], "kdump_extra_bins": "[]"}, "verify")
    assert (values["kdump_verify_fail"], values["kdump_extra_bins"], wrong) == ([], [], [])


def test_panic_policy_is_taken_away_by_a_word_and_not_by_an_empty_list() -> None:
    assert refused(kdump_panic_policy="none") == []
    (sentence,) = refused(kdump_panic_policy=[])
    assert "kdump_panic_policy: [] is refused: it names nothing; give the one word none to take" in sentence


WRONG_ON_STACK = [
    ({"kdump_crashkernal": "256M"}, ".kdump_crashkernal: '256M' is refused: there is no such option; use kdump_crashk"),
    ({"core_collector": "cp"}, ".core_collector: 'cp' is refused: there is no such option; use kdump_core_collector."),
    ({"kdump_reboot_allowed": True}, "one value for both stacks; set kdump_reboot_allowed itself."),
    ({"kdump_test_confirm": "web1"}, "this variable has one value for both stacks"),
    ({"kdump_on_kdumpctl": {}}, "this variable has one value for both stacks"),
    ({"kdump_backup": "maybe"}, ".kdump_backup: 'maybe' is refused: it is neither true nor false"),
    ({"kdump_extra_bins": [None]}, ".kdump_extra_bins: [None] is refused: an entry of the list is empty"),
    ({"kdump_commandline_append": "a,b"}, ".kdump_commandline_append: 'a,b' is refused: a comma may be a part"),
    ({"kdump_packages": ["kdump >"]}, ".kdump_packages: 'kdump >' is refused: it is no name of a package"),
    ({"kdump_pre": "/bin/a\nb"}, ".kdump_pre: '/bin/a\\nb' is refused"),
    ({"kdump_target": {"type": "ssh", "location": "k@s"}}, "a host's stack chooses nothing there; set kdump_target in"),
    ({"kdump_target": {"type": "nfs", "location": "s:/e"}}, "the dumps go to another machine"),
]


@pytest.mark.parametrize("name, row", list(product(ON_STACK, WRONG_ON_STACK)))
def test_a_wrong_value_for_one_stack_is_refused_on_every_host(name: str, row: Tuple[Dict[str, Any], str]) -> None:
    (sentence,) = refused(**{name: row[0]})
    assert sentence.startswith(name + ".") and row[1] in sentence


@pytest.mark.parametrize("kind, location", [("ssh", "k@s"), ("nfs", "s:/e")])
def test_a_stack_does_not_choose_the_directory_on_a_dump_server(kind: str, location: str) -> None:
    target = {"type": kind, "location": location}
    (sentence,) = refused(kdump_target=target, kdump_on_kdumpctl={"kdump_path": "/other"})
    assert sentence.startswith("kdump_on_kdumpctl.kdump_path: '/other' is refused: the dumps go to another machine")
    assert refused(kdump_target={"type": "local"}, kdump_on_kdumpctl={"kdump_path": "/other"}) == []


@pytest.mark.parametrize("make, name, other", [(armed_el9, *ON_STACK), (armed_debian, *reversed(ON_STACK))])
def test_a_host_gets_what_is_meant_for_its_stack_and_nothing_else(
    make: Callable[..., FakeHost], name: str, other: str
) -> None:
    # kdump-tools has neither of these options, and kdumpctl has no such action
    given = {name: {"kdump_path": "/srv/own"}, other: {"kdump_path": "/srv/other", "kdump_final_action": "explode"}}
    values = _role_variables.converted(dict(given, kdump_path="/srv/common"), "setup")[0]
    plan = planned(looked_at(make()), **values)
    assert plan["refused"] == []
    assert plan["target"]["path"] == "/srv/own"


def test_an_option_of_kdumpctl_alone_is_refused_on_kdump_tools_unless_it_is_meant_for_kdumpctl() -> None:
    given = {"kdump_extra_modules": "gfs2"}
    debian = looked_at(armed_debian())
    assert planned(debian, **_role_variables.converted(given, "setup")[0])["refused"]
    assert planned(debian, **_role_variables.converted({"kdump_on_kdumpctl": given}, "setup")[0])["refused"] == []


def test_what_the_host_refuses_is_named_as_it_was_given() -> None:
    sentences = ["kdump_path: '/tmp' is refused: no.", "kdump_crashkernel.x: 1 is refused: no.", "The disk is full."]
    values = {"kdump_path": "/srv", "kdump_on_kdump_tools": {"kdump_path": "/tmp"}}
    assert _role_variables.of_stack(sentences, values, "kdump-tools") == [
        "kdump_on_kdump_tools.kdump_path: '/tmp' is refused: no.",
        *sentences[1:],
    ]
    assert _role_variables.of_stack(sentences, values, "kdumpctl") == sentences


@pytest.mark.parametrize("name", ["kdump_test_timeout", "kdump_test_rearm_timeout"])
def test_a_crash_test_is_not_asked_to_wait_longer_than_it_can(name: str) -> None:
    assert _role_variables.refusals({name: LONGEST_TIMEOUT_S}, lambda dummy: True, []) == []
    (sentence,) = _role_variables.refusals({name: LONGEST_TIMEOUT_S + 1}, lambda dummy: True, [])
    assert sentence.startswith("%s: 21601 is refused: it must be at most 21600 seconds" % name)
