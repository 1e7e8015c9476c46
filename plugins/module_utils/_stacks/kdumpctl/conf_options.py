# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""kdump_config's options as lines of kdump.conf."""

from typing import Any, Dict, Iterator, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import Asked
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_generations, conf_lines
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import makedumpfile, value_problems
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DISKS, SERVERS

TEXT_OPTIONS = (
    "path", "core_collector", "failure_action", "final_action", "kdump_pre", "kdump_post", "kdump_emergency",
    "dracut_args", "fence_kdump_args",
)  # fmt: skip
LIST_OPTIONS = ("extra_bins", "extra_modules", "fence_kdump_nodes")
# options that are a flag, and the words that the directive of the same name takes for no and yes
FLAG_OPTIONS = {"auto_reset_crashkernel": ("no", "yes"), "force_rebuild": ("0", "1")}
PATHS = ("path", "sshkey")
# refused where an option asks for it; a file may hold it from before an update took a module away
WRONG_IF_TYPED = (("R45", "warning"),)


def _word(name: str, value: Any) -> Optional[str]:
    """Return a value of option directives as kdump.conf writes it; YAML makes booleans of yes and no."""
    if isinstance(value, bool):
        return FLAG_OPTIONS.get(name, ("0", "1"))[value]
    return None if value is None else str(value).strip(" ")


def settings(wanted: Dict[str, Any]) -> List[value_problems.OptionSetting]:
    """Return the directives of kdump.conf that the options set, without that of a local target."""
    found = []
    target = wanted.get("target") or {}
    if target and target["type"] != "local":
        found.append(
            value_problems.OptionSetting("target.location", target["type"], (target.get("location") or "").strip(" "))
        )
    if target.get("ssh_key"):
        found.append(value_problems.OptionSetting("target.ssh_key", "sshkey", target["ssh_key"].strip(" ")))
    for name in TEXT_OPTIONS:
        if wanted.get(name) is not None:
            found.append(value_problems.OptionSetting(name, name, wanted[name].strip(" ")))
    for name in LIST_OPTIONS:
        if wanted.get(name) is not None:
            found.append(value_problems.OptionSetting(name, name, " ".join(wanted[name]) or None))
    for name, words in FLAG_OPTIONS.items():
        if wanted.get(name) is not None:
            found.append(value_problems.OptionSetting(name, name, words[wanted[name]]))
    for name, value in (wanted.get("directives") or {}).items():
        found.append(value_problems.OptionSetting("directives.%s" % name, name, _word(name, value)))
    return found


def refusals(wanted: Dict[str, Any]) -> Iterator[str]:
    """Return a sentence for each value that kdump.conf cannot hold; rules about the whole file come after."""
    target = wanted.get("target") or {"type": "local"}
    apart = value_problems.target_problem(target["type"], target.get("location") or "", target.get("ssh_key") or "")
    if apart is not None:
        yield refusal("target", target["type"], apart.message, apart.remedy)
        return
    seen: Dict[str, str] = {}
    chosen = settings(wanted)
    given = {"directives.%s" % name: value for name, value in (wanted.get("directives") or {}).items()}
    listed = list(_list_refusals(wanted))
    for setting in chosen:
        if setting.name in seen:
            rule = "the option %s sets %s too" % (seen[setting.name], setting.name)
            yield refusal(setting.option, setting.value, rule, "give it once")
        seen[setting.name] = setting.option
        problem = _problem(setting) if setting.value is not None else None
        if value_problems.variable_problem(setting.name):
            problem = value_problems.variable_problem(setting.name, "directive")
            yield from value_problems.refused(setting.option, setting.value, problem)
        elif isinstance(given.get(setting.option), (dict, list)):
            yield refusal(setting.option, given[setting.option], "a directive holds one text", "write it as a string")
        elif not (setting.option in LIST_OPTIONS and listed):
            yield from value_problems.refused(setting.option, setting.value, problem)
    yield from listed
    for setting in chosen if wanted.get("target") else []:
        if setting.name in conf_lines.TARGETS and setting.option != "target.location":
            yield refusal(setting.option, setting.value, "the option target says what the target is", "give it once")


def _problem(setting: value_problems.OptionSetting) -> Optional[value_problems.Problem]:
    """Return what is wrong with the value that an option gives a directive of kdump.conf, seen alone."""
    value = str(setting.value)
    problem = value_problems.conf_option_problem(value)
    if problem is not None:
        return problem
    if setting.name in PATHS:
        return value_problems.plain_path_problem(value)
    if setting.name in conf_lines.HOOKS and value.startswith("/") and len(value.split()) == 1:
        return value_problems.plain_path_problem(value)
    if setting.name in (*DISKS, "raw"):
        return value_problems.device_problem(value) or value_problems.plain_location_problem(value)
    if setting.name in (*SERVERS, "virtiofs") and len(value.split()) == 1:
        return value_problems.plain_location_problem(value)
    if setting.name == "virtiofs" and len(value.split()) > 1:
        return value_problems.Problem("a virtiofs tag is one word", "write the tag alone")
    if not conf_generations.reads_alike(setting.name, value):
        return value_problems.Problem(
            "not every kdumpctl reads such a line alike", "write plain words with blanks between them"
        )
    return None


def _list_refusals(wanted: Dict[str, Any]) -> Iterator[str]:
    """Return a sentence for each entry of a list that kdump.conf would split into several words."""
    for option in LIST_OPTIONS:
        for word in wanted.get(option) or []:
            yield from value_problems.refused(option, word, value_problems.plain_word_problem(word))


def edited(text: str, wanted: Dict[str, Any], exclusive: bool, renames: bool = True) -> str:
    """Return the text of kdump.conf as the options want it; renames: the host's kdumpctl knows failure_action."""
    after = _with_settings(text, wanted, exclusive)
    default = conf_lines.values(after).get("default")
    named = [setting.name for setting in settings(wanted)]
    if (
        after == text
        or not renames
        or not default
        or "default" in named
        or "failure_action" in conf_lines.values(after)
    ):
        return after
    # the file is written in any case: what stands there keeps its meaning and gets the name that will last
    return conf_lines.with_renamed(after, "default", "failure_action", default)


def _with_settings(text: str, wanted: Dict[str, Any], exclusive: bool) -> str:
    """Return the text of kdump.conf with everything that an option names."""
    chosen = settings(wanted)
    if exclusive:
        text = conf_lines.with_only(text, [setting.name for setting in chosen if setting.value is not None])
    target = wanted.get("target")
    if target:
        text = conf_lines.with_target(text, target["type"], (target.get("location") or "").strip(" "))
        text = _with_fitting_collector(text, target["type"], wanted)
    for setting in chosen:
        if setting.name == "failure_action" and setting.value is not None:
            text = conf_lines.with_renamed(text, "default", setting.name, setting.value)
        elif setting.option != "target.location":
            text = conf_lines.with_directive(text, setting.name, setting.value)
    return text


def _with_fitting_collector(text: str, kind: str, wanted: Dict[str, Any]) -> str:
    """Return kdump.conf with -F where the new kind of target needs it, unless an option names the collector."""
    named = wanted.get("core_collector") or "core_collector" in (wanted.get("directives") or {})
    standing = conf_lines.values(text).get("core_collector")
    if named or not standing:
        return text
    fitting = makedumpfile.flattened(standing, kind in ("raw", "ssh"))
    return text if fitting == standing else conf_lines.with_directive(text, "core_collector", fitting)


def asked(text: str, wanted: Dict[str, Any]) -> Dict[int, Asked]:
    """Return the option behind each line of the resulting kdump.conf."""
    by_name = {one.name: (one.option, one.value) for one in settings(wanted) if one.value is not None}
    named = {number: [name for name in names if name in by_name] for number, names in conf_lines.names_at(text).items()}
    return {number: by_name[names[0]] for number, names in named.items() if names}
