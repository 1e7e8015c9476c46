# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is wrong with a kdump.conf, rule by rule: a table of functions over the file as one generation reads it."""

import difflib
import re
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils import _kdumpconf, _values
from ansible_collections.crashops.kdump.plugins.module_utils._kdumpconf import TARGETS, Entry
from ansible_collections.crashops.kdump.plugins.module_utils._result import Finding

HOOKS = ("kdump_pre", "kdump_post", "kdump_emergency")
FLAGS = ("force_rebuild", "force_no_rebuild")
FAILURE_ACTIONS = ("reboot", "halt", "poweroff", "shell", "dump_to_rootfs")
FINAL_ACTIONS = ("reboot", "halt", "poweroff")
KNOWN = TARGETS + HOOKS + FLAGS + (
    "sshkey", "path", "core_collector", "extra_bins", "extra_modules", "failure_action", "default", "final_action",
    "dracut_args", "fence_kdump_args", "fence_kdump_nodes", "auto_reset_crashkernel",
)  # fmt: skip
# removed directives and what took their place
REMOVED = {
    "blacklist": "use blocked_drivers",
    "net": "use nfs or ssh",
    "options": "use extra_modules and a file in /etc/modprobe.d",
    "link_delay": "remove it, nothing needs it any more",
    "disk_timeout": "remove it, nothing needs it any more",
    "debug_mem_level": "use rd.memdebug= among the kernel arguments",
}
# directive to its rule and the generations that reject it
NEWER = {
    "auto_reset_crashkernel": ("R31", ("el8",)),
    "virtiofs": ("R32", ("el8",)),
    "kdump_emergency": ("R33", ("el8", "el9")),
}


class Document(NamedTuple):
    """A kdump.conf as one generation of kdumpctl reads it."""

    entries: List[Entry]
    generation: str

    def named(self, *names: str) -> List[Entry]:
        """Return the entries that have one of the names."""
        return [entry for entry in self.entries if entry.name in names]

    def target(self) -> Optional[Entry]:
        """Return the entry of the dump target, None where the dump goes to the local path."""
        found = self.named(*TARGETS)
        return found[0] if found else None


Rule = Callable[[Document, str], Iterator[Finding]]


def _error(rule: str, entry: Entry, message: str, remedy: str) -> Finding:
    """Return the finding that makes a file unusable."""
    return Finding(rule, "error", entry.line, message, remedy)


def _warning(rule: str, entry: Entry, message: str, remedy: str) -> Finding:
    """Return the finding that misleads without breaking."""
    return Finding(rule, "warning", entry.line, message, remedy)


def _of_problem(rule: str, entry: Entry, problem: Optional[_values.Problem]) -> Iterator[Finding]:
    """Return the finding for a value's problem, if it has one."""
    if problem is not None:
        yield _error(rule, entry, problem.message, problem.remedy)


def unknown_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find names that no kdumpctl knows."""
    for entry in document.entries:
        if entry.name not in KNOWN and entry.name not in REMOVED:
            near = difflib.get_close_matches(entry.name.lower(), KNOWN, 1)
            remedy = "write %s, or remove the line" % near[0] if near else "remove the line"
            yield _error(rule, entry, "kdumpctl knows no directive %s" % entry.name, remedy)


def removed_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find names that kdumpctl once knew."""
    for entry in document.named(*REMOVED):
        yield _error(rule, entry, "kdumpctl no longer takes the directive %s" % entry.name, REMOVED[entry.name])


def newer_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find names that this kdumpctl is too old for."""
    for entry in document.entries:
        number, rejecting = NEWER.get(entry.name, ("", ()))
        if number == rule and document.generation in rejecting:
            yield _error(rule, entry, "this host's kdumpctl is too old for %s" % entry.name, "remove it")


def empty_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find names without a value."""
    for entry in document.entries:
        if not entry.value:
            yield _error(rule, entry, "%s has no value" % entry.name, "give it one, or remove the line")


def repeated_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find names that stand twice; two targets are another rule."""
    seen: Dict[str, Entry] = {}
    for entry in document.entries:
        if entry.name in seen and entry.name not in TARGETS:
            message = "%s stands in line %d already" % (entry.name, seen[entry.name].line)
            yield _error(rule, entry, message, "keep one of the two")
        seen.setdefault(entry.name, entry)


def several_targets(document: Document, rule: str) -> Iterator[Finding]:
    """Find a second dump target."""
    for entry in document.named(*TARGETS)[1:]:
        yield _error(rule, entry, "more than one dump target is specified", "keep one of them")


def mounts_and_target(document: Document, rule: str) -> Iterator[Finding]:
    """Find dracut's --mount beside a dump target: it is one as well."""
    for entry in document.named("dracut_args"):
        if "--mount" in entry.value and document.target():
            message = "--mount in dracut_args is a dump target beside %s" % document.named(*TARGETS)[0].name
            yield _error(rule, entry, message, "keep one of the two")


def several_mounts(document: Document, rule: str) -> Iterator[Finding]:
    """Find two --mount in dracut_args."""
    for entry in document.named("dracut_args"):
        if entry.value.count("--mount") > 1:
            yield _error(rule, entry, "dracut_args has more than one --mount", "keep one of them")


def mount_form(document: Document, rule: str) -> Iterator[Finding]:
    """Find --mount=, which only readers before kdump-utils took."""
    for entry in document.named("dracut_args"):
        if "--mount=" in entry.value and document.generation == "current":
            remedy = 'write --mount "device directory type options"'
            yield _error(rule, entry, "kdumpctl does not understand --mount=", remedy)


def failure_actions(document: Document, rule: str) -> Iterator[Finding]:
    """Find failure actions that do not exist."""
    for entry in document.named("failure_action", "default"):
        if entry.value and entry.value not in FAILURE_ACTIONS:
            message = "%s is not one of %s" % (entry.value, ", ".join(FAILURE_ACTIONS))
            yield _error(rule, entry, message, "choose one of them")


def final_actions(document: Document, rule: str) -> Iterator[Finding]:
    """Find final actions that do not exist."""
    for entry in document.named("final_action"):
        if entry.value and entry.value not in FINAL_ACTIONS:
            message = "%s is not one of %s" % (entry.value, ", ".join(FINAL_ACTIONS))
            yield _error(rule, entry, message, "choose one of them")


def default_and_failure_action(document: Document, rule: str) -> Iterator[Finding]:
    """Find the old name of failure_action beside the new one."""
    if document.named("failure_action"):
        for entry in document.named("default"):
            yield _error(rule, entry, "default is the old name of failure_action, which is set too", "remove default")


def flag_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find flags that are neither 0 nor 1."""
    for entry in document.named(*FLAGS):
        if entry.value not in ("0", "1", ""):
            yield _error(rule, entry, "%s is neither 0 nor 1" % entry.name, "write 0 or 1")


def both_flags(document: Document, rule: str) -> Iterator[Finding]:
    """Find force_rebuild and force_no_rebuild at once."""
    wanted = [entry for entry in document.named(*FLAGS) if entry.value == "1"]
    if len({entry.name for entry in wanted}) > 1:
        yield _error(rule, wanted[-1], "force_rebuild and force_no_rebuild are both 1", "set one of them to 0")


def ssh_form(document: Document, rule: str) -> Iterator[Finding]:
    """Find ssh targets without an account, or with an address in brackets (R16)."""
    for entry in document.named("ssh"):
        problem = _values.ssh_problem(entry.value) if entry.value else None
        if ("[" in entry.value) == (rule == "R16"):
            yield from _of_problem(rule, entry, problem)


def nfs_form(document: Document, rule: str) -> Iterator[Finding]:
    """Find nfs targets that name no server or no export, or an IPv6 address without brackets."""
    for entry in document.named("nfs"):
        yield from _of_problem(rule, entry, _values.nfs_problem(entry.value) if entry.value else None)


def ssh_key_path(document: Document, rule: str) -> Iterator[Finding]:
    """Find keys that are not named from / on: kdumpctl would take its default key without a word."""
    for entry in document.named("sshkey"):
        yield from _of_problem(rule, entry, _values.path_problem(entry.value) if entry.value else None)


def dump_path(document: Document, rule: str) -> Iterator[Finding]:
    """Find dump paths that are not absolute; on an ssh server they lie below the account's home."""
    target = document.target()
    for entry in document.named("path"):
        if entry.value and not entry.value.startswith("/"):
            severity = "warning" if target is not None and target.name == "ssh" else "error"
            yield Finding(rule, severity, entry.line, "the path is not absolute", "begin it with /")


def missing_flattening(document: Document, rule: str) -> Iterator[Finding]:
    """Find makedumpfile without -F where it writes to a stream."""
    target = document.target()
    for entry in document.named("core_collector"):
        words = _values.makedumpfile_words(entry.value)
        if words is not None and target is not None and target.name in ("raw", "ssh") and not _values.flattens(words):
            yield _error(rule, entry, "makedumpfile needs -F for a target of type %s" % target.name, "add -F")


def needless_flattening(document: Document, rule: str) -> Iterator[Finding]:
    """Find makedumpfile with -F where it writes to a file."""
    target = document.target()
    for entry in document.named("core_collector"):
        words = _values.makedumpfile_words(entry.value)
        if words is not None and (target is None or target.name not in ("raw", "ssh")) and _values.flattens(words):
            yield _error(rule, entry, "makedumpfile takes -F only for targets of type ssh and raw", "remove -F")


def dump_levels(document: Document, rule: str) -> Iterator[Finding]:
    """Find dump levels that makedumpfile refuses."""
    for entry in document.named("core_collector"):
        words = _values.makedumpfile_words(entry.value) or []
        yield from _of_problem(rule, entry, _values.dump_level_problem(words))


def scp_elsewhere(document: Document, rule: str) -> Iterator[Finding]:
    """Find scp as collector of a target that is not ssh."""
    target = document.target()
    for entry in document.named("core_collector"):
        if entry.value.split()[:1] == ["scp"] and (target is None or target.name != "ssh"):
            yield _error(rule, entry, "scp collects only to a target of type ssh", "use makedumpfile or cp")


def hook_files(document: Document, rule: str) -> Iterator[Finding]:
    """Find hooks that are not exactly one file."""
    for entry in document.named(*HOOKS):
        words = entry.value.split()
        if len(words) > 1:
            yield _error(rule, entry, "it is not one file; kdumpctl takes every word for a file", "name one file")
        elif words:
            yield from _of_problem(rule, entry, _values.path_problem(words[0]))


def extra_files(document: Document, rule: str) -> Iterator[Finding]:
    """Find extra_bins that are not full paths."""
    for entry in document.named("extra_bins"):
        for word in entry.value.split():
            if _values.path_problem(word):
                yield _error(rule, entry, "%s is not an absolute path" % word, "write it from / on")


def reset_words(document: Document, rule: str) -> Iterator[Finding]:
    """Find values of auto_reset_crashkernel that look like no and mean yes."""
    for entry in document.named("auto_reset_crashkernel"):
        if entry.value not in ("yes", "no", ""):
            yield _warning(rule, entry, "kdumpctl takes anything but the word no for yes", "write yes or no")


def cut_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find a number sign within a value, where the reader cuts it off."""
    for entry in document.entries:
        if re.match(r"^[^#]*[^\s#]#", entry.text):
            remedy = "remove it, or put a blank before it"
            yield _warning(rule, entry, "kdumpctl cuts the value off at the number sign", remedy)


def quoted_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find quotes that older readers take for a part of the value."""
    for entry in document.entries if document.generation != "current" else []:
        if re.match(r'^"[^"]*"$', entry.value):
            yield _error(rule, entry, "this kdumpctl takes the quotes for a part of the value", "write it without them")


def blanks(document: Document, rule: str) -> Iterator[Finding]:
    """Find blanks that kdumpctl of EL 8 accepts and its helpers then do not find."""
    for entry in document.entries if document.generation == "el8" else []:
        if not re.match(r"^\S+( \S|\s*$)", entry.text):
            severity = "error" if entry.name in TARGETS else "warning"
            message = "parts of kdumpctl overlook a line with a blank at its beginning, or more than one after the name"
            yield Finding(rule, severity, entry.line, message, "begin with the name, and put one blank after it")


def line_ends(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines that end in a carriage return where it becomes part of the value."""
    for entry in document.entries:
        if entry.text.rstrip("\n").endswith("\r") and document.generation != "el9":
            message = "the line ends in a carriage return, which becomes part of the value"
            yield _error(rule, entry, message, "end it with a line feed alone")


# the numbers of the rules are those of the collection's rule table and stay what they are
RULES: Tuple[Tuple[str, Rule], ...] = (
    ("R1", unknown_names), ("R2", removed_names), ("R3", empty_values), ("R4", repeated_names), ("R5", several_targets),
    ("R6", mounts_and_target), ("R7", several_mounts), ("R8", mount_form), ("R9", failure_actions),
    ("R10", final_actions), ("R11", default_and_failure_action), ("R12", flag_values), ("R13", both_flags),
    ("R14", ssh_form), ("R16", ssh_form), ("R17", nfs_form), ("R18", ssh_key_path), ("R19", dump_path),
    ("R21", missing_flattening), ("R22", needless_flattening), ("R23", dump_levels), ("R24", scp_elsewhere),
    ("R26", hook_files), ("R27", extra_files), ("R30", reset_words), ("R31", newer_names), ("R32", newer_names),
    ("R33", newer_names), ("R34", cut_values), ("R35", quoted_values), ("R36", blanks), ("R37", line_ends),
)  # fmt: skip


def lint(text: str, generation: str = "current") -> List[Finding]:
    """Return what the rules find in a kdump.conf, in the order of its lines."""
    document = Document(_kdumpconf.entries(text, generation), generation)
    found = [finding for name, check in RULES for finding in check(document, name)]
    return sorted(found, key=lambda finding: (finding.line or 0, int(finding.rule[1:])))
