# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that make no sense, for every option of every plugin: one sentence with option, value, rule and remedy."""

import ast
import importlib
import pathlib
import re
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleFilterError
from ansible.playbook.task import Task
from ansible_collections.crashops.kdump.plugins.module_utils._machine import run_module as module_frame
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el9, armed_el10
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.plugins.action.test_crash_test import CrashTest
from ansible_collections.crashops.kdump.tests.unit.plugins.action.test_crash_test import run as crash

PLUGINS = pathlib.Path(__file__).parents[3] / "plugins"
PACKAGE = "ansible_collections.crashops.kdump.plugins."
PYTHON = re.compile(r"<class|<function|_Ansible|Traceback|object at|\b(NoneType|str|dict|int|bool|tuple|unicode)\b")
ABSENT = {"type": None, "location": None, "ssh_key": None}


class Row(NamedTuple):
    """An option with a value that is refused.

    shown: how the sentence shows the value, where that is not the value itself. given: all options of the call.
    """

    plugin: str
    option: str
    value: Any
    rule: str
    remedy: str
    shown: Any = None
    given: Any = None
    on: Any = armed_el9

    def options(self) -> Dict[str, Any]:
        """Return the options of the call."""
        given: Dict[str, Any] = {self.option: self.value} if self.given is None else self.given
        return given


def target(
    plugin: str,
    option: str,
    value: str,
    rule: str,
    remedy: str,
    on: Callable[..., FakeHost] = armed_el9,
    shown: Optional[str] = None,
    **asked: str,
) -> Row:
    """Return a row of a part of a dump target."""
    return Row(plugin, option, value, rule, remedy, shown, {"target": dict(ABSENT, **asked)}, on)


def threshold(name: str, value: int, rule: str, remedy: str) -> Row:
    """Return a row of a threshold of kdump_info."""
    return Row("kdump_info", "thresholds." + name, value, rule, remedy, None, {"thresholds": {name: value}})


def waiver(name: str, value: str, rule: str, remedy: str) -> Row:
    """Return a row of a part of a waiver."""
    right = {"id": "proof_exists", "reason": "no window before June", "until": "2027-06-01"}
    return Row("kdump_info", "waivers." + name, value, rule, remedy, None, {"waivers": [dict(right, **{name: value})]})


def estimate(name: str, value: Union[int, str], rule: str, remedy: str) -> Row:
    """Return a row of a limit of an estimate."""
    return Row("crashkernel_reserve", name, value, rule, remedy, None, {"size": "estimate", name: value})


def in_filter(plugin: str, option: str, value: Any, rule: str, remedy: str, **others: Any) -> Row:
    """Return a row of a filter that is given something right beside the value."""
    right: Dict[str, Dict[str, Any]] = {
        "crashkernel_bytes": {"_input": "256M", "ram_bytes": "8G"},
        "kdump_conf_lint": {"_input": "path /var/crash"},
        "from_linux_system_roles": {"_input": "kdump_path: /srv/crash"},
        "fleet_summary": {"_input": {"web1": {}}},
        "fleet_table": {"_input": {"web1": {}}},
    }
    return Row(plugin, option, value, rule, remedy, None, dict(right[plugin], **dict(others, **{option: value})))


def reported(option: str, value: Any, rule: str, remedy: str, **others: Any) -> Row:
    """Return a row of fleet_report, which is given a directory beside the value."""
    whole: Dict[str, Any] = {"directory": "reports", "results": {"web1": {}}}
    given = dict(whole, **dict(others, **{option: value}))
    return Row("fleet_report", option, value, rule, remedy, None, given)


CONFIG = [
    target(
        "kdump_config",
        "target",
        "local",
        "a local target has no location",
        "leave location out",
        type="local",
        location="/x",
    ),
    target(
        "kdump_config",
        "target.type",
        "xfs",
        "kdump-tools dumps to its own",
        "choose local, nfs or ssh",
        armed_debian,
        type="xfs",
        location="UUID=1",
    ),
    target(
        "kdump_config",
        "target.location",
        ":s:/e",
        "a colon stands before the server",
        "write it without",
        type="nfs",
        location=":s:/e",
    ),
    target(
        "kdump_config",
        "target.ssh_key",
        "id",
        "the path is not absolute",
        "begin it with /",
        type="ssh",
        location="k@s",
        ssh_key="id",
    ),
    Row("kdump_config", "path", "var/crash", "the path is not absolute", "begin it with /"),
    Row("kdump_config", "path", "var/crash", "the path is not absolute", "begin it with /", on=armed_debian),
    Row("kdump_config", "path", "", "it is empty", "leave the option out"),
    Row("kdump_config", "core_collector", "makedumpfile # x", "kdumpctl cuts a value off", "write it without one"),
    Row(
        "kdump_config",
        "core_collector",
        "",
        "kdump-tools collects with makedumpfile only",
        "begin it with",
        on=armed_debian,
    ),
    Row(
        "kdump_config",
        "failure_action",
        "shell",
        "kdump-tools has no equivalent of it",
        "choose one of",
        on=armed_debian,
    ),
    Row("kdump_config", "final_action", "halt", "kdump-tools has no equivalent of it", "leave it out", on=armed_debian),
    Row("kdump_config", "kdump_pre", "bin/x", "the path is not absolute", "begin it with /"),
    Row("kdump_config", "kdump_post", "/x\ny", "line breaks, tabs and other control", "write it on one line"),
    Row("kdump_config", "kdump_emergency", "/a#b", "kdumpctl cuts a value off", "write it without one", on=armed_el10),
    Row("kdump_config", "extra_bins", ["x y"], "it is not one word", "give each as an entry", "x y"),
    Row(
        "kdump_config", "extra_bins", ["relative"], "relative is not an absolute path", "write it from / on", "relative"
    ),
    Row(
        "kdump_config",
        "extra_bins",
        ["/bin/*"],
        "a shell or a program may interpret",
        "write letters, digits",
        "/bin/*",
    ),
    Row("kdump_config", "extra_modules", ["a b"], "it is not one word", "give each as an entry", "a b"),
    Row("kdump_config", "extra_modules", ["a*b"], "a shell or a program may interpret", "write letters", "a*b"),
    Row("kdump_config", "dracut_args", '--add "x', "a quote is not closed", "close it, or remove it"),
    Row("kdump_config", "fence_kdump_nodes", ["a b"], "it is not one word", "give each as an entry", "a b"),
    Row(
        "kdump_config",
        "fence_kdump_nodes",
        ["n(1)"],
        "a shell or a program may interpret",
        "write letters, digits",
        "n(1)",
    ),
    Row("kdump_config", "fence_kdump_args", "-p # x", "kdumpctl cuts a value off", "write it without one"),
    Row(
        "kdump_config",
        "auto_reset_crashkernel",
        True,
        "kdump-tools has no equivalent of it",
        "leave it out",
        on=armed_debian,
    ),
    Row(
        "kdump_config",
        "force_rebuild",
        True,
        "kdump-tools has no equivalent of it",
        "use kdump_service with",
        on=armed_debian,
    ),
    Row(
        "kdump_config",
        "directives.colour",
        "blue",
        "kdumpctl knows no directive",
        "remove the line",
        given={"directives": {"colour": "blue"}},
    ),
    Row(
        "kdump_config",
        "directives.path",
        ["a"],
        "a directive holds one text",
        "write it as a string",
        given={"directives": {"path": ["a"]}},
    ),
    Row(
        "kdump_config",
        "sysconfig.x y",
        1,
        "name has letters, digits and _",
        "correct the name",
        given={"sysconfig": {"x y": 1}},
    ),
    Row(
        "kdump_config",
        "sysconfig.A",
        ["b"],
        "a variable holds one text",
        "write it as a string",
        given={"sysconfig": {"A": ["b"]}},
    ),
    Row("kdump_config", "commandline_append", ["a b"], "it is not one word", "give each kernel argument", "a b"),
    Row("kdump_config", "commandline_default", [""], "it is not one word", "give each kernel argument", ""),
    Row("kdump_config", "commandline_remove", ["a b"], "it is not one word", "give each kernel argument", "a b"),
    Row("kdump_config", "blocked_drivers", ["a b"], "it is not the name of a kernel module", "write letters", "a b"),
]
OTHER_MODULES = [
    Row("crashkernel_reserve", "size", "256MB", "'256MB' is no size", "give a size such as 256M"),
    Row("crashkernel_reserve", "size", "256", "it is less than 1 MiB", "add a unit, such as M"),
    Row("crashkernel_reserve", "size", [], "it is an empty list", "give a value, or say state: absent"),
    Row("crashkernel_reserve", "kernels", "one", "it is neither all nor default", "give paths as a list"),
    Row("crashkernel_reserve", "kernels", [], "it names no kernel", "name a path, or say all"),
    Row("crashkernel_reserve", "margin_percent", 5, "it counts for an estimate only", "leave it out or say size"),
    estimate("margin_percent", -1, "it is below 0", "give 0 or more"),
    estimate("minimum", "x", "'x' is no size", "give a size"),
    estimate("maximum", "1", "it is less than 1 MiB", "add a unit, such as M"),
    Row("crashkernel_reserve", "timeout", 0, "it is no time", "give 1 or more seconds"),
    Row(
        "kdump_service",
        "state",
        "started",
        "with masked: true nothing can start",
        "choose one of the two",
        given={"state": "started", "masked": True},
    ),
    Row(
        "kdump_service",
        "enabled",
        True,
        "with masked: true the unit never starts",
        "choose one of the two",
        given={"enabled": True, "masked": True},
    ),
    Row("kdump_service", "timeout", 0, "a command needs at least a second", "give a larger one"),
    target(
        "kdump_target",
        "target.location",
        "/x",
        "a local target has no location",
        "leave location out",
        type="local",
        location="/x",
    ),
    target(
        "kdump_target",
        "target.location",
        "vdb",
        "it is neither a device below /dev",
        "name it in one",
        type="raw",
        location="vdb",
    ),
    target(
        "kdump_target",
        "target.ssh_key",
        "id",
        "the path is not absolute",
        "begin it with /",
        type="ssh",
        location="k@s",
        ssh_key="id",
    ),
    target(
        "kdump_target",
        "target.type",
        "xfs",
        "kdump-tools has no target of this type",
        "choose one of",
        armed_debian,
        type="xfs",
        location="UUID=1",
    ),
    Row("kdump_target", "path", "crash", "the path is not absolute", "begin it with /"),
    Row("kdump_target", "path", "", "it is empty", "write the path from / on, or leave it out"),
    Row("kdump_target", "timeout", 0, "it is no time", "give 1 or more seconds"),
    Row("vmcore_info", "path", "cores", "the path is not absolute", "begin it with /, or leave it out"),
    Row("vmcore_info", "path", "", "it is empty", "begin it with /, or leave it out"),
    Row("vmcore_info", "newest", 0, "it must be at least 1", "give a larger number or leave it out"),
    Row("vmcore_info", "after", -1.0, "it is no time", "give seconds since the epoch, or leave it out"),
    Row("vmcore_info", "after", float("nan"), "it is no time", "give seconds since the epoch, or leave it out"),
    Row("vmcore_info", "slack", -1, "it must be at least 0", "give a larger number or leave it out"),
    Row("vmcore_info", "timeout", 0, "it must be at least 1", "give a larger number or leave it out"),
    Row("kdump_info", "timeout", 0, "it is no time", "give 1 or more seconds"),
    Row("kdump_info", "probe_timeout", -5, "it is no time", "give 1 or more seconds"),
    Row("kdump_info", "panic_policy", ["none", "oops"], "none stands next to profiles", "give [none] alone"),
    threshold("proof_age_days", -1, "it is below 0", "give 0 or more"),
    threshold("memory_margin_percent", -1, "it is below 0", "give 0 or more"),
    threshold("free_inodes", -1, "it is below 0", "give 0 or more"),
    threshold("dumps_count", -1, "it is below 0", "give 0 or more"),
    threshold("dumps_percent", 101, "no dumps take more than 100 percent", "give 100 or less"),
    threshold("watchdog_seconds", -1, "it is below 0", "give 0 or more"),
    waiver("id", "proof", "there is no such check", "name one of proof_exists"),
    waiver("id", "armed", "without what it checks, no crash leaves a dump", "remove this waiver"),
    waiver("reason", " ", "it does not say why", "write a reason"),
    waiver("until", "2027-02-30", "it is no date", "write the last day of the waiver as YYYY-MM-DD"),
]
ACTIONS = [
    Row(
        "crash_test",
        "confirm",
        "web2",
        "it does not name web1, the host that is to crash",
        "kdump_test_confirm",
        given={"confirm": "web2"},
    ),
    Row("crash_test", "delay", 0, "it must be 1 to", "give such a number or leave it out"),
    Row("crash_test", "timeout", 1, "it must be 60 to", "give such a number or leave it out"),
    Row("crash_test", "rearm_timeout", -1, "it must be 0 to", "give such a number or leave it out"),
    Row("crash_test", "console", "/tmp", "it is a directory", "name the file that the console is written to"),
    Row("crash_test", "dumps_host", "typo", "it is not in the inventory", "add the dump server to it"),
    Row("crash_test", "path", "dumps", "the path is not absolute", "name the directory from / on"),
    Row("crash_test", "dumps_path", "dumps", "the path is not absolute", "name the directory from / on"),
    reported("directory", "", "it names no directory", "name one, such as reports"),
    reported("name", "a/b", "it is no file name", "give a name without a directory"),
    reported("formats", [], "nothing would be written", "choose of html, json"),
    reported("variable", "typo", "no host has such a variable", "name the one in which", results=None),
    reported("query", "hosts[", "JMESPath says", "write it as in"),
    reported("mode", "0400", "it is no octal mode", "give one in quotes"),
    reported("slices", ["old"], "the hosts' results come from the option results", "leave one of the two out"),
    reported("slice_age_hours", 0, "it is no number of hours from", "give one such as 24"),
    Row("metrics_program", "dest", "sbin/x", "the path is not absolute", "begin it with /"),
    Row("metrics_program", "dest", "/usr/local/sbin/", "it names a directory and no file", "write the path of"),
    Row(
        "role_variables",
        "kdump_colour",
        "blue",
        "the role has no such variable",
        "remove it",
        given={"entry_point": "verify", "variables": {"kdump_colour": "blue"}},
    ),
]
FILTERS = [
    in_filter(
        "crashkernel_bytes", "_input", 256, "it is neither a text nor a list of texts", "give a value such as 256M"
    ),
    in_filter("crashkernel_bytes", "ram_bytes", "2GB", "'2GB' is no size", "give bytes as a number"),
    in_filter("crashkernel_bytes", "ram_bytes", None, "it is no number of bytes", "give bytes as a number"),
    in_filter(
        "crashkernel_bytes", "machine", "potato", "the kernel has no such architecture", "give what uname -m prints"
    ),
    in_filter("crashkernel_bytes", "kernel", "x", "it is no release of a kernel", "give what uname -r prints"),
    in_filter("kdump_conf_lint", "_input", ["path /x"], "it is no text but a list", "give the text of the file"),
    in_filter("kdump_conf_lint", "generation", "el7", "there is no such generation", "choose one of el8"),
    in_filter("from_linux_system_roles", "_input", "path /x", "it does not hold variables by name", "give such a file"),
    in_filter("from_linux_system_roles", "stack", "debian", "there is no such stack", "choose one of kdumpctl"),
    in_filter("from_linux_system_roles", "fail", "maybe", "it is neither true nor false", "say true or false"),
    in_filter("fleet_summary", "_input", "web1", "it is no mapping but a text", "give a mapping"),
    in_filter("fleet_summary", "query", 5, "it is no text, or an empty one", "give a JMESPath expression"),
    in_filter("fleet_summary", "variable", "typo", "no host has such a variable", "name the one in which"),
    in_filter("fleet_summary", "hosts", "web1", "it is no list", "give a list of host names"),
    in_filter(
        "fleet_summary", "hosts", ["web1", 5], "it holds what is no name (a number)", "give a list of host names"
    ),
    in_filter("fleet_summary", "made", -1, "it is no time", "give seconds since the epoch"),
    in_filter("fleet_table", "_input", None, "it is no mapping but nothing", "give a mapping"),
    in_filter("fleet_table", "limit", -1, "it is no number of hosts", "give a whole number"),
    in_filter("fleet_table", "variable", "", "it names no variable", "name the one in which"),
    in_filter("fleet_table", "hosts", 5, "it is no list", "give a list of host names"),
    in_filter("fleet_table", "problems", "x", "it is no number of problems", "give a whole number"),
]
ROWS = CONFIG + OTHER_MODULES + ACTIONS + FILTERS
ONLY_THE_ROLE = "only the role calls it, with what it has made itself"
# why no value of its type is bad in itself
NOT_BAD = {
    ("kdump_target", "target"): "its parts have rows",
    ("kdump_info", "thresholds"): "its parts have rows",
    ("kdump_info", "waivers"): "its parts have rows",
    ("crash_test", "target"): "kdump_config refuses it",
    ("dump_account_hosts", "_input"): ONLY_THE_ROLE,
    ("dump_account_hosts", "hosts"): ONLY_THE_ROLE,
    ("dump_account_hosts", "login"): "an empty one finds no host",
    ("dump_account_lines", "_input"): ONLY_THE_ROLE,
    ("dump_account_lines", "directories"): ONLY_THE_ROLE,
    ("dump_account_refusals", "_input"): ONLY_THE_ROLE,
    ("visible", "_input"): "any value can be shown",
    ("crash_test", "connections"): "only the one that the task has is looked at",
    ("crash_test", "waivers"): "kdump_info refuses them",
    ("crash_test", "thresholds"): "kdump_info refuses them",
    ("kdump_plan", "expected"): "the action fills it in",
    ("kdump_plan", "variables"): "role_variables and the modules that are planned refuse them",
    ("fleet_report", "results"): "a result that is none costs one line of the report",
    ("fleet_report", "hosts"): "a host without a result is shown as not_contacted",
    ("fleet_report", "title"): "any text is a title",
    ("fleet_report", "earlier"): "a file that is no report costs one sentence of the report",
    ("awx_objects", "_input"): "its refusals name the variable of the site: test_awx_objects_filter.py",
    ("batch_sizes", "_input"): "its refusals name the variable that holds it: test_batch_sizes.py",
    ("batch_sizes", "variable"): "it is the name that the refusals say",
    ("hosts_pattern", "_input"): "its refusals name kdump_hosts: test_hosts_pattern.py",
    ("hosts_pattern", "groups"): "Ansible's own groups",
    ("named_hosts", "_input"): "its refusals name kdump_test_confirm: test_named_hosts.py",
    ("named_hosts", "groups"): "Ansible's own groups",
}


def with_fragments(options: Dict[str, Any], names: List[str]) -> Dict[str, Any]:
    """Return options with what the fragments of those names add to them."""
    for name in names:
        fragment = importlib.import_module(PACKAGE + "doc_fragments." + name.rpartition(".")[2]).ModuleDocFragment
        for option, described in yaml.safe_load(fragment.DOCUMENTATION)["options"].items():
            options[option] = dict(described, **options.get(option, {}))
    return options


def documentation(path: pathlib.Path) -> Dict[str, Any]:
    """Return the options of a plugin by its documentation."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            described = yaml.safe_load(ast.literal_eval(node.value))
            return with_fragments(described["options"], described.get("extends_documentation_fragment", []))
    raise AssertionError("%s has no documentation" % path)


def flat(options: Dict[str, Any], above: str = "") -> Iterator[Tuple[str, Dict[str, Any]]]:
    """Yield each option with its documentation, the parts of a dictionary as name.part."""
    for name, described in options.items():
        yield above + name, described
        yield from flat(described.get("suboptions") or {}, above + name + ".")


FILES = [path for kind in ("modules", "filter") for path in sorted((PLUGINS / kind).glob("[a-z]*.py"))]
OPTIONS = {(path.stem, name): described for path in FILES for name, described in flat(documentation(path))}
# of these, ansible-core itself refuses all values but those that it names, in the words that it has for all modules
OF_CORE = sorted(key for key, one in OPTIONS.items() if one["type"] == "bool" or one.get("choices"))


def named_by(row: Row) -> Tuple[str, str]:
    """Return the option that a row is about; a row about one name of a dictionary is about the dictionary."""
    option = "variables" if row.plugin == "role_variables" else row.option
    free = (row.plugin, option.partition(".")[0])
    return free if "suboptions" not in OPTIONS.get(free, {}) else (row.plugin, option)


def test_every_option_of_every_plugin_has_a_row_or_a_reason() -> None:
    covered = {named_by(row) for row in ROWS}
    assert sorted(key for key in OPTIONS if key not in covered | set(NOT_BAD) | set(OF_CORE)) == []


def test_each_reason_is_about_an_option_without_a_row() -> None:
    covered = {named_by(row) for row in ROWS}
    plugins = {plugin for plugin, option in OPTIONS}
    needless = [key for key in NOT_BAD if key in covered or key in OF_CORE]
    assert needless + [key for key in NOT_BAD if key[0] in plugins and key not in OPTIONS] == []
    assert [row for row in ROWS if named_by(row) not in OPTIONS] == []


def defaults(plugin: str) -> Dict[str, Any]:
    """Return a plugin's options as a call that gives none of them hands them over."""
    return {name: one.get("default") for (of, name), one in OPTIONS.items() if of == plugin and "." not in name}


class Shell:
    """The shell of a connection that nothing is to be done on."""

    tmpdir = "/root/.ansible/tmp/x"


class Connection:
    """A connection that nothing is to be done on."""

    _shell = Shell()
    transport = "ssh"
    become = None


def answer_of_module(row: Row) -> str:
    """Return why a module refuses, on a made-up host that nothing must have been done to."""
    module, host = importlib.import_module(PACKAGE + "modules." + row.plugin), row.on({})
    with pytest.raises(Failure) as refused:
        module.ensure(host, dict(defaults(row.plugin), **row.options()), False)
    assert (host.written, host.removed) == ([], [])
    assert isinstance(refused.value, Refused)
    return refused.value.msg


def answer_of_action(row: Row, monkeypatch: pytest.MonkeyPatch, folder: pathlib.Path) -> str:
    """Return why an action refuses, in an empty directory in which nothing must be written."""
    action = importlib.import_module(PACKAGE + "action." + row.plugin).ActionModule
    task = Task()
    task.args, task.check_mode, task.action = row.options(), False, "crashops.kdump." + row.plugin
    monkeypatch.chdir(folder)
    for forbidden in ("_execute_module", "_low_level_execute_command"):
        monkeypatch.setattr(action, forbidden, None)
    played: Dict[str, Any] = {"web1": {}, "store": {}}
    variables = {"inventory_hostname": "web1", "hostvars": played, "ansible_play_hosts_all": ["web1"]}
    result = action(task, Connection(), None, None, None, None).run(task_vars=variables)
    assert result["failed"] is True and not result.get("changed")
    assert list(folder.iterdir()) == []
    return str(result["msg"])


def answer_of_crash_test(row: Row) -> str:
    """Return why crash_test refuses, for a host that it must not have reached for."""
    action = CrashTest(dict({"confirm": "web1"}, **row.options()))
    result = crash(action)
    assert (result["failed"], result["changed"], action.calls) == (True, False, [])
    return str(result["msg"])


def answer_of_filter(row: Row) -> str:
    """Return why a filter refuses."""
    given = dict(row.options())
    value = given.pop("_input")
    with pytest.raises(AnsibleFilterError) as refused:
        getattr(importlib.import_module(PACKAGE + "filter." + row.plugin), row.plugin)(value, **given)
    return str(refused.value)


@pytest.mark.parametrize("row", ROWS, ids=["%s.%s=%r" % row[:3] for row in ROWS])
def test_a_value_without_sense_is_refused_in_one_sentence(
    row: Row, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    if row in FILTERS:
        message = answer_of_filter(row)
    elif row.plugin == "crash_test":
        message = answer_of_crash_test(row)
    elif row in ACTIONS:
        message = answer_of_action(row, monkeypatch, tmp_path)
    else:
        message = answer_of_module(row)
    shown = row.value if row.shown is None else row.shown
    assert message.startswith("%s: %r is refused: " % (row.option, shown))
    rule, semicolon, remedy = message.partition(" is refused: ")[2].partition("; ")
    assert semicolon and row.rule in rule and row.remedy in remedy and message.endswith(".")
    assert PYTHON.search(message.replace(repr(shown), "")) is None
    assert "become" not in message


# a filter judges its arguments itself
OF_FILTERS = [path.stem for path in (PLUGINS / "filter").glob("[a-z]*.py")]


@pytest.mark.parametrize("plugin", sorted({plugin for plugin, option in OF_CORE if plugin not in OF_FILTERS}))
def test_a_value_that_ansible_refuses_itself_names_option_and_value(
    plugin: str, run_module: Callable[..., Dict[str, Any]]
) -> None:
    action = (PLUGINS / "action" / (plugin + ".py")).exists()
    for name in [name for of, name in OF_CORE if of == plugin]:
        above, dot, part = name.rpartition(".")
        given = {above: {part: "maybe-not"}} if dot else {name: "maybe-not"}
        if action:
            message = answer_of_core(plugin, given)
        else:
            result = run_module(importlib.import_module(PACKAGE + "modules." + plugin).main, **given)
            assert result["failed"] is True and "changed" not in result
            message = result["msg"]
        assert part in message and "maybe-not" in message


def answer_of_core(plugin: str, given: Dict[str, Any]) -> str:
    """Return why ansible-core refuses an option of an action."""
    action = importlib.import_module(PACKAGE + "action." + plugin)
    task = Task()
    needed = {"fleet_report": {"directory": "reports"}, "role_variables": {"entry_point": "main"}}.get(plugin, {})
    task.args, task.action = dict(needed, **given), "crashops.kdump." + plugin
    with pytest.raises(AnsibleError) as refused:
        action.ActionModule(task, Connection(), None, None, None, None).validate_argument_spec(action.OPTIONS)
    return str(refused.value)


class Somebody(FakeHost):
    """A host as a user sees it."""

    def __init__(self, root: bool) -> None:
        super().__init__({}, {})
        self.root = root


def test_a_failure_without_root_names_become() -> None:
    failure = Failure("cannot read /etc/kdump.conf: Permission denied")
    assert module_frame.without_root(Somebody(False), failure).startswith(
        " The task ran without root: set become: true"
    )
    assert module_frame.without_root(Somebody(True), failure) == ""


def test_a_refused_value_says_nothing_of_root() -> None:
    assert module_frame.without_root(Somebody(False), Refused(["x: 1 is refused: no; go."])) == ""
