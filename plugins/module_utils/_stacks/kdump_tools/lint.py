# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is wrong with /etc/default/kdump-tools, rule by rule: T1 to T18."""

import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import words_of
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import options
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    makedumpfile,
    shell_lint,
    shell_variables,
    value_problems,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import (
    Finding,
    advice,
    error,
    found_by,
    in_order,
    warning,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_assignments import BROKEN, Oddity, events


class Variable(NamedTuple):
    """A variable of /etc/default/kdump-tools as the file leaves it, and the line that sets it."""

    line: int
    name: str
    value: str


Entries = Dict[str, Variable]

# rules about what another task may still bring; they refuse nothing
OF_HOST = ("T17", "T18")
# numbers that scripts compare, and what happens with any other text
COMPARED = {
    "KDUMP_DUMP_DMESG": "no dmesg file is written next to the dump",
    "KDUMP_NUM_DUMPS": "no old dump is removed",
}
# numbers that a remote target needs: the target, what happens with any other text, and whether 0 is wrong too
NEEDED = {
    "NFS_TIMEO": ("NFS", "the mount fails", False),
    "NFS_RETRANS": ("NFS", "the mount fails", False),
    "NFS_MOUNT_RETRY": ("NFS", "nothing is mounted, and the dump lands on the local disk", True),
    "SSH_KDUMP_RETRY": ("SSH", "the directory is not made on the server, and the dump is lost", True),
}
# what happens with a word that a variable does not know
FALLBACKS = {"KDUMP_COMPRESSION": "nothing is compressed", "HOSTTAG": "the address is taken"}
# what judges a target, and a pattern of what works anyway: ssh takes a host without an account, and a key below ~
TARGET_JUDGES: Dict[str, Any] = {
    "NFS": (value_problems.nfs_problem, r"(?!)"),
    "SSH": (value_problems.ssh_problem, r"(?!-)[^\s@\[/]*[^\s@\[/:]\Z"),
    "SSH_KEY": (value_problems.path_problem, r"~/\S+\Z"),
}
# kdump-config reads these values a second time by eval: signs that this fails on, and signs that it changes
EVALUATED = {
    "KDUMP_CMDLINE": ('"', "$`\\"),
    "KDUMP_CMDLINE_APPEND": ('"', "$`\\"),
    "KDUMP_KEXEC_ARGS": ("\"';&|<>()#", "$`\\"),
}


def switch(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find a USE_KDUMP that loads nothing: the init script compares it with 0, as a number."""
    entry = entries.get(options.SWITCH)
    if entry is None:
        message = "USE_KDUMP is not set, and the init script needs an integer"
        yield Finding(rule, "error", None, message, 'add USE_KDUMP="1"')
        return
    number = options.integer(entry.value)
    if number is None:
        message = "the init script compares USE_KDUMP with a number, and does nothing where it is none"
        yield error(rule, entry, message, "write 1 (or 0 to switch kdump off)")
    elif number == 0:
        yield warning(rule, entry, "USE_KDUMP=0 switches kdump off", "write 1")


def numbers(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find variables of kdump-tools whose text is not the number that a script compares."""
    for name, consequence in COMPARED.items():
        entry = entries.get(name)
        if entry and options.integer(entry.value) is None:
            message = "%s is not a number: %s" % (name, consequence)
            yield warning(rule, entry, message, "write one, or nothing")
    for name, (target, consequence, positive) in NEEDED.items():
        entry = entries.get(name)
        number = options.integer(entry.value) if entry else None
        if entry and (number is None or (positive and number < 1)):
            severity = "error" if target in entries else "warning"
            message = "%s is not a number%s: %s" % (name, " above 0" if positive else "", consequence)
            yield Finding(rule, severity, entry.line, message, "write one, or nothing")


def capture_words(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find in /etc/default/kdump-tools a command line that does not boot into the unit that saves the dump."""
    entry = entries.get(options.COMMAND_LINE.variable)
    if entry and options.CAPTURE_UNIT not in words_of(entry.value):
        message = "without %s the capture kernel boots as usual and saves no dump" % options.CAPTURE_UNIT
        yield error(rule, entry, message, "keep that word")


def chosen_words(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find words of KDUMP_COMPRESSION and HOSTTAG that kdump-config does not know."""
    for name, known in options.CHOICES.items():
        entry = entries.get(name)
        if entry and entry.value not in known:
            message = "%s is not one of %s: %s" % (entry.value, ", ".join(known), FALLBACKS[name])
            yield warning(rule, entry, message, "choose one of them")


def places(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find dump targets, keys and dump directories of kdump-tools that cannot be right."""
    for name, (judge, works) in TARGET_JUDGES.items():
        entry = entries.get(name)
        problem = judge(entry.value) if entry else None
        if entry and problem is not None:
            severity = "warning" if re.match(works, entry.value) else "error"
            yield Finding(rule, severity, entry.line, "%s: %s" % (name, problem.message), problem.remedy)
    entry = entries.get("KDUMP_COREDIR")
    problem = value_problems.path_problem(entry.value) if entry else None
    if entry and problem is not None:
        remote = "NFS" in entries or "SSH" in entries
        severity = "warning" if entry.value.startswith("/") and not remote else "error"
        yield Finding(rule, severity, entry.line, "KDUMP_COREDIR: %s" % problem.message, problem.remedy)


def failure_command(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find a KDUMP_FAIL_CMD that only a shell could run."""
    entry = entries.get("KDUMP_FAIL_CMD")
    if entry and re.search(r"[;&|<>$`'\"\\]", entry.value):
        message = "KDUMP_FAIL_CMD is split at blanks and run as one command: the host stays in the capture kernel"
        yield warning(rule, entry, message, "name one command, such as reboot -f, or a script")


def several_targets(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find a second dump target in /etc/default/kdump-tools, which dumps to both."""
    targets = [entries[name] for name in options.TARGET_VARIABLES if name in entries]
    for entry in targets[1:]:
        message = "%s stands next to %s; kdump-tools dumps to both" % (entry.name, targets[0].name)
        yield warning(rule, entry, message, "keep one of them")


def collector_arguments(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find MAKEDUMP_ARGS that makedumpfile refuses; the scripts take the empty file that it leaves for a dump."""
    entry = entries.get("MAKEDUMP_ARGS")
    for problem in makedumpfile.problems(words_of(entry.value)) if entry else ():
        yield error(rule, entry, problem.message, problem.remedy)


def overlooked_failure(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find a KDUMP_FAIL_CMD where kdump-config never reports a failure: with SSH or FTP and without NFS."""
    entry = entries.get("KDUMP_FAIL_CMD")
    remote = [name for name in ("SSH", "FTP") if name in entries]
    if entry and entry.value != options.FAIL_COMMANDS["reboot"] and remote and "NFS" not in entries:
        message = "with %s kdump-config reports every dump as saved: KDUMP_FAIL_CMD is never run" % remote[0]
        yield warning(rule, entry, message, "expect a reboot, or dump to NFS or a local disk")


def clear_password(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find in /etc/default/kdump-tools an FTP password, where everybody may read the file."""
    entry = entries.get("FTP_PASSWORD")
    if entry:
        message = "the password stands in clear text, in a file that every account may read by default"
        yield warning(rule, entry, message, "dump by SSH or NFS")


def purging(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find a KDUMP_NUM_DUMPS, which removes less or more than its name says."""
    entry = entries.get("KDUMP_NUM_DUMPS")
    remote = [name for name in options.TARGET_VARIABLES if name in entries]
    if not entry or (options.integer(entry.value) or 0) < 1:
        return
    if remote:
        message = "with %s nothing is removed, whatever KDUMP_NUM_DUMPS says" % remote[0]
    else:
        message = "the oldest entries of KDUMP_COREDIR whose names begin with 2 are removed, whoever made them"
    yield advice(rule, entry, message, "keep nothing else there")


def whole_command_line(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find a KDUMP_CMDLINE, which replaces the booted command line, that names no root file system."""
    entry = entries.get("KDUMP_CMDLINE")
    if entry and not any(word.startswith("root=") for word in words_of(entry.value)):
        message = "KDUMP_CMDLINE takes the place of the booted command line, and names no root="
        yield warning(rule, entry, message, "leave it empty, and use KDUMP_CMDLINE_APPEND")


def evaluated(entries: Entries, rule: str) -> Iterator[Finding]:
    """Find in /etc/default/kdump-tools values that a second reading by the shell breaks or changes."""
    for name, (fatal, changed) in EVALUATED.items():
        entry = entries.get(name)
        signs = [sign for sign in (entry.value if entry else "") if sign in fatal + changed]
        if entry and signs:
            severity = "error" if any(sign in fatal for sign in signs) else "warning"
            message = "kdump-config has a shell read %s once more, which does not keep %s" % (name, signs[0])
            yield Finding(rule, severity, entry.line, message, "write it without such signs")


# the numbers of the rules are those of the collection's rule table and stay what they are
RULES = (
    ("T2", switch), ("T3", numbers), ("T4", capture_words), ("T5", chosen_words), ("T6", places),
    ("T7", failure_command), ("T8", several_targets), ("T9", collector_arguments), ("T10", overlooked_failure),
    ("T13", clear_password), ("T14", purging), ("T15", whole_command_line), ("T16", evaluated),
)  # fmt: skip


def _of_host(entries: Entries, lacking: List[str]) -> Iterator[Finding]:
    """Find what the file names and the host does not have (T17, T18)."""
    entry = entries.get("KDUMP_COMPRESSION")
    if entry and entry.value in lacking:
        message = "%s is not installed: nothing is compressed" % entry.value
        yield warning("T17", entry, message, "install it, or choose another")
    for name in ("KDUMP_KERNEL", "KDUMP_INITRD"):
        entry = entries.get(name)
        if entry and entry.value in lacking:
            message = "%s does not exist" % entry.value
            yield error("T18", entry, message, "name one that does, or nothing")


def named_things(text: str) -> Tuple[Optional[str], List[str]]:
    """Return what the lint of kdump-tools asks the host for: a compressing program, and files."""
    found = shell_variables.values(text)
    chosen = found.get("KDUMP_COMPRESSION", "")
    files = [found.get(name, "") for name in ("KDUMP_KERNEL", "KDUMP_INITRD")]
    # the package's own links are made when the capture kernel is loaded
    named = [path for path in files if path.startswith("/") and not path.startswith("/var/lib/kdump/")]
    return chosen if chosen in options.CHOICES["KDUMP_COMPRESSION"] else None, named


def _entries(text: str) -> Entries:
    """Return the variables to lint: those with a value. The scripts take an empty one for unset, except USE_KDUMP."""
    last = {event.name: event for event in events(text)}
    valued = [event for event in last.values() if event.value or event.name == options.SWITCH]
    return {event.name: Variable(event.line, event.name, event.value) for event in valued if event.value is not None}


def _of_text(text: str, entries: Entries) -> Iterator[Finding]:
    """Find what is wrong with the variables of /etc/default/kdump-tools, if it can be read to its end."""
    odd = [event for event in events(text) if isinstance(event, Oddity)]
    if any(event.kind == BROKEN for event in odd):
        return
    computed = any(event.name == options.SWITCH for event in odd) and options.SWITCH not in entries
    # T1 says that only a shell can find its value
    yield from found_by([pair for pair in RULES if pair[1] is not switch or not computed], entries)


def lint(text: str, touched: List[str], lacking: List[str]) -> List[Finding]:
    """Return what the rules find in /etc/default/kdump-tools, in line order. lacking: named things the host lacks."""
    entries = _entries(text)
    found = list(shell_lint.lint(text, "T1", "sh", touched))
    found.extend(shell_lint.unlike_systemd(text, "T11"))
    found.extend(shell_lint.repeated(text, "T12"))
    found.extend(_of_text(text, entries))
    found.extend(_of_host(entries, lacking))
    return in_order(found)
