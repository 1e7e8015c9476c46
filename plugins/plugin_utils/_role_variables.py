# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The role's variables: which exist, their values by type, and which are refused without a look at the host.

Names, types and choices are those of the role's argument_specs.yml, which is read here: they exist once.
"""

from __future__ import annotations

import difflib
import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.crashops.kdump.plugins.module_utils._checks import waivers
from ansible_collections.crashops.kdump.plugins.module_utils._checks.judge_options import Thresholds, Waiver
from ansible_collections.crashops.kdump.plugins.module_utils._crashkernel.option_refusals import NAMED_SIZES
from ansible_collections.crashops.kdump.plugins.module_utils._setup.variables import for_stacks, on_stack
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import KDUMP_TOOLS, KDUMPCTL
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import system_problem
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import (
    plain_path_problem,
    refused,
    unseen_problem,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import signed
from ansible_collections.crashops.kdump.plugins.plugin_utils import _nearest_name, _peer_variables

SPECS = Path(__file__).resolve().parents[2] / "roles/kdump/meta/argument_specs.yml"
# the variables of the playbooks, and what the role registers for its user
OF_PLAYBOOKS = (
    "kdump_dumps_directory", "kdump_dumps_newest",
    "kdump_hosts", "kdump_serial", "kdump_sliced", "kdump_test_part", "kdump_test_serial", "kdump_test_result",
    "kdump_migrate_from", "kdump_migrate_to", "kdump_migrate_stack",
)  # fmt: skip
# the headers of the playbooks use these, and Ansible resolves a header before it knows any host
OF_HEADERS = ("kdump_hosts", "kdump_serial", "kdump_sliced", "kdump_test_part", "kdump_test_serial")
ALLOWED = "kdump_allow_unknown"
# other names by which people know a variable, too far from it for a comparison of letters
ALSO_KNOWN_AS = {
    "kdump_dump_target": "use kdump_target",
    "kdump_default": "use kdump_failure_action",
    "kdump_default_action": "use kdump_failure_action",
    "kdump_reserve": "use kdump_crashkernel",
    "kdump_memory": "use kdump_crashkernel",
    "kdump_reboot": "use kdump_reboot_allowed",
}
HOW_NEAR = 0.75
# each holds the variables that only hosts of one stack get
ON_STACK = tuple(on_stack(name) for name in (KDUMPCTL, KDUMP_TOOLS))
# dumps leave the host for these, and what a host says chooses nothing on another machine
REMOTE = ("nfs", "ssh")
# where a comma may be a part of one word, such as console=ttyS0,115200
COMMAND_LINES = ("kdump_commandline_append", "kdump_commandline_remove")
# words of kdump_crashkernel and kdump_crashkernel_kernels, also as a list of one
WORDS = (*NAMED_SIZES, "all")
SERVERS = ("kdump_ssh_server", "kdump_dump_server")
# seconds below which nothing can be done; others begin at 1
LEAST = {"kdump_test_timeout": 60, "kdump_test_rearm_timeout": 0}
# seconds that crash_test waits at most; others have no limit
MOST = dict.fromkeys(LEAST, 6 * 3600)
PATTERNS = (
    (
        "kdump_own_path",
        re.compile(r"(/[A-Za-z0-9._+-]+)*"),
        "it is no absolute path of plain characters",
        'give one such as /var/kdump, or "" to leave the dumps in /var/crash',
    ),
    (
        "kdump_metrics_directory",
        re.compile(r"/[A-Za-z0-9/._+-]+"),
        "it is no absolute path of plain characters",
        "name the directory of node_exporter's textfile collector, such as /var/lib/node_exporter/textfile_collector",
    ),
    (
        "kdump_metrics_interval",
        re.compile(r"([1-9][0-9]*(s|min|h|d) ?)+"),
        "it is no number with s, min, h or d",
        "give a time span such as 15min or 1h",
    ),
)
# a line of a .pub file: the type, the key, and perhaps a comment
HOST_KEY = re.compile(r"(ssh|ecdsa|sk)-[A-Za-z0-9@.-]+[ \t]+[A-Za-z0-9+/]+=*([ \t]+[^\x00-\x1f\x7f]*)?")
# what a service keeps below /run for as long as it runs
METRICS_IN_RUN = re.compile(r"(/var)?/run(/[A-Za-z0-9_+-][A-Za-z0-9._+-]*)+")
# a name, path, group or address, and perhaps a comparison, as in kexec-tools >= 2.0.26
PACKAGE = re.compile(r"[A-Za-z0-9/@][A-Za-z0-9/._+:=~^@*() -]*([<>]=? ?[A-Za-z0-9._+:~^-]+)?")
# shown to the operator alone, as JSON
FREE_TEXTS = ("kdump_waivers", "kdump_ssh_host_keys")


class Wrong(Exception):
    """A value of a role variable that is refused: option, value, rule and remedy in one sentence."""

    def __init__(self, name: str, value: Any, rule: str, remedy: str) -> None:
        super().__init__(refusal(name, value, rule, remedy))


@lru_cache(maxsize=None)
def _entry_points() -> dict[str, dict[str, Any]]:
    """Return the options of each entry point in the role's argument_specs.yml."""
    specs = yaml.safe_load(SPECS.read_text(encoding="utf-8"))["argument_specs"]
    return {name: spec["options"] for name, spec in specs.items()}


def options_of(entry_point: str) -> dict[str, Any]:
    """Return the options of all entry points of the role; where two differ, the given entry point's counts."""
    merged: dict[str, Any] = {}
    for options in (*_entry_points().values(), _entry_points()[entry_point]):
        merged.update(options)
    inner = {name: merged[name] for name in for_stacks()}
    return dict(merged, **{name: dict(merged[name], options=inner) for name in ON_STACK})


def allowed(typed: Mapping[str, Any]) -> list[str]:
    """Return the unknown variables that kdump_allow_unknown names; a value that is no list allows none."""
    try:
        return _list(ALLOWED, typed.get(ALLOWED) or [], {})
    except Wrong:
        return []


def unknown(variables: Mapping[str, Any], entry_point: str) -> list[str]:
    """Return a refusal for each kdump_ variable that the role does not have; a registered result is none."""
    known = [*options_of(entry_point), *OF_PLAYBOOKS]
    names = [name for name in sorted(variables) if name.startswith("kdump_") and name not in known]
    return [_unknown(name, variables[name], known) for name in names if not _is_result(variables[name])]


def ignored(variables: Mapping[str, Any], in_header: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each of the role's variables that a play's header sets to another value than the host's."""
    rule = "Ansible read the header of this play without it, so the run would ignore this value"
    return [
        refusal(name, value, rule, "remove it from the inventory, and type %s" % _as_extra_variable(name, value))
        for name, value in variables.items()
        if name in OF_HEADERS and value is not None and in_header.get(name) != value
    ]


def _as_extra_variable(name: str, value: Any) -> str:
    """Return one of the role's variables as an -e option, as somebody can type it in a shell."""
    words = "%s=%s" % (name, value)
    is_one_word = isinstance(value, (str, int)) and not re.search(r"[\s'\"\\]", words)
    return "-e %s" % shlex.quote(words if is_one_word else json.dumps({name: value}))


def _is_result(value: Any) -> bool:
    """Return whether a role variable holds no value but what a task returned."""
    return isinstance(value, Mapping) and "changed" in value and "failed" in value


def _unknown(name: str, value: Any, known: Iterable[str]) -> str:
    """Return the refusal of one unknown variable, with the name that was probably meant."""
    if name in _peer_variables.FOREIGN:
        return refusal(name, value, "it is a variable of %s" % _peer_variables.PEER, _peer_variables.remedy(name))
    remedy = ALSO_KNOWN_AS.get(name) or _nearest_name.remedy(name, known, "remove it", how_near=HOW_NEAR)
    words = "%s, or name it in %s if something else needs it" % (remedy, ALLOWED)
    return refusal(name, value, "the role has no such variable", words)


def converted(variables: Mapping[str, Any], entry_point: str) -> tuple[dict[str, Any], list[str]]:
    """Return the role's variables that have a value, each of its type, and a refusal for each that cannot be."""
    options = options_of(entry_point)
    values: dict[str, Any] = {}
    refused: list[str] = []
    for name, spec in options.items():
        value = variables.get(name)
        if value is None:
            value = spec.get("default")
        if value is None:
            continue
        try:
            values[name] = _converted(name, value, spec)
        except Wrong as wrong:
            refused.append(str(wrong))
    if "kdump_thresholds" in values:
        values["kdump_thresholds"] = _thresholds(values["kdump_thresholds"])
    return values, refused


def _thresholds(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the role's variable kdump_thresholds with numbers; what is no number stays, and _judging refuses it."""
    found = dict(given)
    for name, value in given.items():
        with suppress(Wrong):
            found[name] = _number(name, value, {})
    return found


def for_host(values: Mapping[str, Any], own_directory: bool) -> dict[str, Any]:
    """Return the role's variables as they are for one host, by whether its dumps need a directory of their own."""
    own = values.get("kdump_own_path")
    return dict(values, kdump_path=own) if own_directory and own and not values.get("kdump_path") else dict(values)


def _converted(name: str, value: Any, spec: Mapping[str, Any]) -> Any:
    """Return a variable's value in the type that argument_specs.yml names, or raise Wrong."""
    kind = spec.get("type", "str")
    chosen = KINDS[kind](name, value, spec)
    for word in chosen if isinstance(chosen, list) else [chosen]:
        if "choices" in spec and word not in spec["choices"]:
            words = [str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in spec["choices"]]
            near = difflib.get_close_matches(str(word), words, 1, HOW_NEAR)
            remedy = "use %s" % near[0] if near else "choose %s" % ", ".join(words)
            raise Wrong(
                name, word, "it is none of %s" % ", ".join(words) if near else "there is no such choice", remedy
            )
    return chosen


def _text(name: str, value: Any, dummy: Mapping[str, Any]) -> str:
    """Return a variable's value as a text, which a number may be."""
    if isinstance(value, bool):
        raise Wrong(name, value, "YAML reads this word as a truth value", "put it in quotes")
    if isinstance(value, (str, int, float)):
        return str(value)
    raise Wrong(name, value, "it must be one text", "write it as a string")


def _number(name: str, value: Any, dummy: Mapping[str, Any]) -> int:
    """Return a variable's value as a whole number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = signed(value) if isinstance(value, str) else None
    if number is not None:
        return number
    raise Wrong(name, value, "it is no whole number", "give digits alone")


def _truth(name: str, value: Any, dummy: Mapping[str, Any]) -> bool:
    """Return a variable's value as true or false."""
    try:
        return bool(boolean(value))
    except TypeError:
        raise Wrong(name, value, "it is neither true nor false", "say true or false") from None


def _list(name: str, value: Any, spec: Mapping[str, Any]) -> list[Any]:
    """Return a variable's value as a list: from a list, from JSON or YAML, or from words between commas."""
    if isinstance(value, str):
        value = _parsed(name, value, list) if value.lstrip().startswith("[") else _words(name, value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list):
        raise Wrong(name, value, "it must be a list", "write [one, two]")
    inner = {"type": spec.get("elements", "str"), "options": spec.get("options")}
    for one in value:
        if one is None:
            raise Wrong(name, value, "an entry of the list is empty", "give it a value or remove it")
    return [_converted(name, one, inner) for one in value]


def _words(name: str, text: str) -> list[str]:
    """Return the value of a list among the role's variables as words: its text has commas between them."""
    if name.rpartition(".")[2] in COMMAND_LINES and "," in text:
        rule = "a comma may be a part of one word or stand between two"
        raise Wrong(name, text, rule, "write a list such as [one, two]")
    words = [word.strip() for word in text.split(",") if word.strip()]
    # often a template that found no value; as an empty list, it would switch checks off or remove what a host has
    if not words:
        raise Wrong(name, text, "it is an empty text", "leave it out, or write [] for an empty list")
    return words


def _parsed(name: str, text: str, kind: type) -> Any:
    """Return the list or dictionary that a variable's text holds in JSON or YAML."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError:
        found = None
    if not isinstance(found, kind):
        example = "[one, two]" if kind is list else "{type: nfs, location: 'server:/export'}"
        what = "list" if kind is list else "dictionary"
        raise Wrong(name, text, "this text is no %s" % what, "write one such as %s" % example)
    return found


def _dictionary(name: str, value: Any, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variable's value as a dictionary, its own options checked."""
    if isinstance(value, str):
        value = _parsed(name, value, dict)
    if not isinstance(value, dict):
        raise Wrong(name, value, "it must be a dictionary", "write {name: value}")
    options = spec.get("options")
    if not options:
        return {str(key): one for key, one in value.items()}
    for key in value:
        if key not in options:
            raise _no_option(name, str(key), value[key], options)
    given = {key: one for key, one in value.items() if one is not None}
    for key, inner in options.items():
        if inner.get("required") and key not in given:
            raise Wrong(name, value, "it lacks %s" % key, "add %s" % key)
    return {key: _converted("%s.%s" % (name, key), one, options[key]) for key, one in given.items()}


def _no_option(name: str, key: str, value: Any, options: Mapping[str, Any]) -> Wrong:
    """Return the refusal of a key that a dictionary among the role's variables does not have."""
    option = "%s.%s" % (name, key)
    if name in ON_STACK and key in options_of("setup"):
        return Wrong(option, value, "this variable has one value for both stacks", "set %s itself" % key)
    remedy = _nearest_name.remedy(key, options, "choose among %s" % ", ".join(options))
    return Wrong(option, value, "there is no such option", remedy)


def _raw(name: str, value: Any, dummy: Mapping[str, Any]) -> str | list[str]:
    """Return a variable's value as one text or a list of texts; sizes contain commas, kernels do not."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _parsed(name, value, list)
    if isinstance(value, str) and name.endswith("kdump_crashkernel_kernels") and value.startswith("/"):
        value = _words(name, value)
    if not isinstance(value, list):
        return _text(name, value, {})
    texts = _list(name, value, {})
    # a list replaces all that is reserved, and a single value keeps the memory of ,cma
    return texts[0] if len(texts) == 1 and texts[0] in WORDS else texts


KINDS: dict[str, Callable[[str, Any, Mapping[str, Any]], Any]] = {
    "str": _text,
    "path": _text,
    "int": _number,
    "bool": _truth,
    "list": _list,
    "dict": _dictionary,
    "raw": _raw,
}


def refusals(values: Mapping[str, Any], is_host: Callable[[str], bool], hosts: Iterable[str]) -> list[str]:
    """Return a refusal for each of the role's variables that is wrong on every host. is_host knows the inventory."""
    found = _out_of_range(values)
    found += [
        refusal(name, values[name], rule, remedy)
        for name, pattern, rule, remedy in PATTERNS
        if name in values and not pattern.fullmatch(values[name])
    ]
    for name in SERVERS:
        if name in values and not is_host(values[name]):
            otherwise = "add it to the inventory, or leave the variable out"
            remedy = _nearest_name.remedy(values[name], hosts, otherwise, how_near=HOW_NEAR)
            found.append(refusal(name, values[name], "the inventory has no such host", remedy))
    words = values.get("kdump_panic_policy", ["none"])
    if not words:
        remedy = "give the one word none to take the policy away, or leave it out"
        found.append(refusal("kdump_panic_policy", words, "it names nothing", remedy))
    if "none" in words and len(words) > 1:
        found.append(refusal("kdump_panic_policy", words, "none stands alone", "remove it, or give the one word none"))
    for key in values.get("kdump_ssh_host_keys", []):
        if not HOST_KEY.fullmatch(key.strip()):
            remedy = "copy the line from /etc/ssh/ssh_host_ed25519_key.pub of the server"
            found.append(refusal("kdump_ssh_host_keys", key, "it is not of the form: type key", remedy))
    if "kdump_dumps_path" in values:
        place = values["kdump_dumps_path"]
        found.extend(refused("kdump_dumps_path", place, plain_path_problem(place)))
    found += _metrics_directory(values.get("kdump_metrics_directory", ""))
    for name in values.get("kdump_packages", []):
        if not PACKAGE.fullmatch(name):
            found.append(
                refusal("kdump_packages", name, "it is no name of a package", "name one as dnf or apt list it")
            )
    for name in [one for one in ON_STACK if one in values]:
        found += ["%s.%s" % (name, sentence) for sentence in refusals(values[name], is_host, hosts)]
        found += _elsewhere(name, values[name], values)
    return found + _unseen(values) + _judging(values)


def _out_of_range(values: Mapping[str, Any]) -> list[str]:
    """Return a refusal for each number among the role's variables that is too small or too large."""
    timeouts = {name: value for name, value in values.items() if name.endswith("_timeout")}
    found = []
    for name, value in timeouts.items():
        least, most = LEAST.get(name, 1), MOST.get(name, value)
        if value < least:
            rule, remedy = "it must be at least %d seconds" % least, "give a larger number or leave it out"
            found.append(refusal(name, value, rule, remedy))
        if value > most:
            rule, remedy = "it must be at most %d seconds" % most, "give a smaller number or leave it out"
            found.append(refusal(name, value, rule, remedy))
    if not 0 <= values.get("kdump_max_fail_percentage", 0) <= 100:
        name, remedy = "kdump_max_fail_percentage", "give a number from 0 to 100"
        found.append(refusal(name, values[name], "it is no percentage", remedy))
    if values.get("kdump_target_throttle", 0) < 0:
        name, remedy = "kdump_target_throttle", "give a number of hosts, or 0 for no limit"
        found.append(refusal(name, values[name], "it is below 0", remedy))
    return found


def _elsewhere(name: str, inner: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    """Refuse the role's variables of one stack that would choose something on another machine."""
    common = values.get("kdump_target", {}).get("type") in REMOTE
    return [
        refusal(
            "%s.%s" % (name, option),
            inner[option],
            "the dumps go to another machine, and a host's stack chooses nothing there",
            "set %s in the group variables of the hosts" % option,
        )
        for option in ("kdump_target", "kdump_path")
        if option in inner and (common or inner.get("kdump_target", {}).get("type") in REMOTE)
    ]


def of_stack(sentences: Iterable[str], values: Mapping[str, Any], stack: str) -> list[str]:
    """Return the refusals of role variables by the names that were given: on their own, or for this stack alone."""
    inner = values.get(on_stack(stack), {})
    names = [re.match(r"\w*", sentence) for sentence in sentences]
    return [
        "%s.%s" % (on_stack(stack), sentence) if name and name[0] in inner else sentence
        for name, sentence in zip(names, sentences)
    ]


def _metrics_directory(place: str) -> list[str]:
    """Return why the role's variables are refused for kdump_metrics_directory; its pattern refuses a relative path."""
    if not place.startswith("/") or METRICS_IN_RUN.fullmatch(place):
        return []
    trouble = plain_path_problem(place)
    if trouble is None and system_problem(place) is None:
        return []
    rule = trouble.message if trouble else "it belongs to the system, and other programs keep their files there"
    remedy = "name a directory for metrics alone, such as /var/lib/node_exporter/textfile_collector"
    return [refusal("kdump_metrics_directory", place, rule, remedy)]


def _unseen(values: Mapping[str, Any]) -> list[str]:
    """Return a refusal for each role variable with invisible text, which could become another line of a file."""
    found: list[str] = []
    for name, value in values.items():
        problems = [] if name in (*FREE_TEXTS, *ON_STACK) else [unseen_problem(text) for text in texts(value)]
        found.extend(refused(name, value, next((one for one in problems if one is not None), None)))
    return found


def texts(value: Any) -> list[str]:
    """Return all texts in a role variable's value, the names of a dictionary included."""
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [value] if isinstance(value, str) else []


def _judging(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the role variables kdump_thresholds and kdump_waivers."""
    found = []
    for name, value in values.get("kdump_thresholds", {}).items():
        option = "kdump_thresholds.%s" % name
        if name not in Thresholds._fields:
            remedy = _nearest_name.remedy(name, Thresholds._fields, "choose among %s" % ", ".join(Thresholds._fields))
            found.append(refusal(option, value, "there is no such threshold", remedy))
            continue
        try:
            if _number(option, value, {}) < 0:
                found.append(refusal(option, value, "it is below 0", "give 0 or more"))
        except Wrong as wrong:
            found.append(str(wrong))
    return found + [
        "kdump_" + sentence for sentence in waivers.refusals([Waiver(**one) for one in values.get("kdump_waivers", [])])
    ]
