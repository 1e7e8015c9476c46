# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What is wrong with /etc/sysconfig/kdump, rule by rule: S1 to S13."""

import re
from typing import Dict, Iterator, List, NamedTuple, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import words_of
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import sysconfig_packaged
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import shell_lint
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import (
    Finding,
    advice,
    error,
    found_by,
    in_order,
    warning,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.shell_assignments import (
    BROKEN,
    Event,
    Oddity,
    events,
)

LEVELS = ("KDUMP_STDLOGLVL", "KDUMP_SYSLOGLVL", "KDUMP_KMSGLOGLVL")
APPEND, REMOVE, WHOLE = "KDUMP_COMMANDLINE_APPEND", "KDUMP_COMMANDLINE_REMOVE", "KDUMP_COMMANDLINE"
CPU_LIMITS = ("nr_cpus=", "maxcpus=")
# rules about what another task may still bring; they refuse nothing
OF_HOST = ("S3",)
BLOCKED = "rd.driver.blacklist="


class Facts(NamedTuple):
    """Facts about the host: its kdumpctl, its architecture, and kernel releases that are named and not there."""

    generation: str = "current"
    machine: str = ""
    lacking: Tuple[str, ...] = ()


# the variables that are set, by name, as the file leaves them
Entries = Dict[str, Event]


class Sysconfig(NamedTuple):
    """What the rules of /etc/sysconfig/kdump judge: the variables, and facts about the host."""

    entries: Entries
    facts: Facts


def _words(entries: Entries, name: str) -> List[str]:
    """Return the words that a variable of /etc/sysconfig/kdump splits into."""
    return words_of(entries[name].value or "") if name in entries else []


def log_levels(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a log level in /etc/sysconfig/kdump that ends every call of kdumpctl."""
    for name in LEVELS:
        entry = seen.entries.get(name)
        if entry and entry.value not in (None, "", "0", "1", "2", "3", "4"):
            message = "%s is not one of 0, 1, 2, 3, 4: kdumpctl ends at once" % name
            yield error(rule, entry, message, "write 3, or remove the line")


def kernel_release(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a KDUMP_KERNELVER in /etc/sysconfig/kdump that is not installed."""
    entry = seen.entries.get("KDUMP_KERNELVER")
    if entry and entry.value in seen.facts.lacking:
        message = "no kernel %s is installed: kdumpctl loads nothing" % entry.value
        yield error(rule, entry, message, 'write KDUMP_KERNELVER="" for the running one')


def missing_words(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a command line in /etc/sysconfig/kdump without words that save memory, or avoid a hang at a device."""
    entry, words = seen.entries.get(APPEND), _words(seen.entries, APPEND)
    if not entry or entry.value is None:
        return
    if not any(word.startswith(CPU_LIMITS) for word in words):
        message = "without nr_cpus= the capture kernel starts every CPU, and needs memory for each"
        yield warning(rule, entry, message, "add nr_cpus=1")
    usual = words_of(sysconfig_packaged.default_words(seen.facts.generation, seen.facts.machine))
    if "reset_devices" in usual and "reset_devices" not in words:
        message = "without reset_devices drivers do not reset what the crashed kernel left behind"
        yield advice(rule, entry, message, "add reset_devices")


def removed_values(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find name=value in KDUMP_COMMANDLINE_REMOVE, which removes every value of the name, except on EL 8."""
    entry = seen.entries.get(REMOVE)
    valued = [word for word in _words(seen.entries, REMOVE) if "=" in word.rstrip("=")]
    if entry and valued and seen.facts.generation != "el8":
        message = "kdumpctl removes %s with any value, and not only %s" % (valued[0].split("=")[0], valued[0])
        yield warning(rule, entry, message, "write the name alone")


def reserving_words(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a crashkernel= for the capture kernel: kdumpctl removes it from the booted command line only."""
    entry = seen.entries.get(APPEND)
    if entry and any(word.startswith("crashkernel=") for word in _words(seen.entries, APPEND)):
        message = "crashkernel= makes the capture kernel reserve memory of the little that it has"
        yield warning(rule, entry, message, "remove it; crashkernel_reserve is for the running kernel")


def blocked_drivers(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find an rd.driver.blacklist= in /etc/sysconfig/kdump whose drivers are not separated by commas."""
    entry = seen.entries.get(APPEND)
    for word in _words(seen.entries, APPEND):
        if entry and word.startswith(BLOCKED) and not re.match(r"[A-Za-z0-9_,-]+\Z", word[len(BLOCKED) :]):
            message = "%s is no list of drivers separated by commas" % word
            yield warning(rule, entry, message, "write %sone,two" % BLOCKED)


def whole_command_line(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a KDUMP_COMMANDLINE, which takes the place of the booted command line."""
    entry = seen.entries.get(WHOLE)
    if entry and entry.value:
        message = "KDUMP_COMMANDLINE takes the place of the booted command line, with all that this says of the host"
        yield advice(rule, entry, message, "leave it empty, and use KDUMP_COMMANDLINE_APPEND")


def notification(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a VMCORE_CREATION_NOTIFICATION in /etc/sysconfig/kdump that is neither yes nor no."""
    entry = seen.entries.get("VMCORE_CREATION_NOTIFICATION")
    if entry and (entry.value or "").lower() not in ("", "yes", "no"):
        message = "kdumpctl takes anything but yes for no"
        yield advice(rule, entry, message, "write yes or no")


def absent_words(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a file without KDUMP_COMMANDLINE_APPEND, for which kdumpctl has no default."""
    if seen.entries and APPEND not in seen.entries:
        message = "%s is not set, and kdumpctl appends nothing by itself" % APPEND
        yield Finding(rule, "warning", None, message, "set it by kdump_config with sysconfig: {%s: null}" % APPEND)


def image_name(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find a file without KDUMP_IMG, which says what kernel images are called."""
    entry = seen.entries.get("KDUMP_IMG")
    if seen.entries and (entry is None or entry.value == ""):
        message = "KDUMP_IMG is not set: kdumpctl finds no kernel by the name of vmlinuz-..."
        yield Finding(rule, "warning", entry.line if entry else None, message, 'write KDUMP_IMG="vmlinuz"')


def quotes(seen: Sysconfig, rule: str) -> Iterator[Finding]:
    """Find quotes in a value of /etc/sysconfig/kdump that kdumpctl splits by xargs or read, and so loses words by."""
    for name in (WHOLE, REMOVE) if seen.facts.generation != "el8" else ():
        entry = seen.entries.get(name)
        value = (entry.value or "") if entry else ""
        if entry and not re.match(r"(?:[^\"'\\]|\"[^\"]*\"|'[^']*'|\\.)*\Z", value, re.DOTALL):
            message = "a quote in %s is not closed: what stands from there on is lost" % name
            yield warning(rule, entry, message, "close it, or remove it")
    entry = seen.entries.get("KEXEC_ARGS")
    if entry and re.search("[\"'\\\\]", entry.value or ""):
        message = "KEXEC_ARGS is split at blanks: kexec gets the quotes as they stand"
        yield warning(rule, entry, message, "write it without quotes within")


# the numbers of the rules are those of the collection's rule table and stay what they are
RULES = (
    ("S2", log_levels), ("S3", kernel_release), ("S4", missing_words), ("S5", removed_values),
    ("S6", reserving_words), ("S7", blocked_drivers), ("S8", whole_command_line), ("S9", notification),
    ("S11", absent_words), ("S12", image_name), ("S13", quotes),
)  # fmt: skip


def lint(text: str, touched: List[str], facts: Facts) -> List[Finding]:
    """Return what the rules find in /etc/sysconfig/kdump, in the order of its lines."""
    done = events(text)
    entries = {event.name: event for event in done if event.name}
    found = list(shell_lint.lint(text, "S1", "bash", touched))
    found.extend(shell_lint.repeated(text, "S10"))
    if not any(event.kind == BROKEN for event in done if isinstance(event, Oddity)):
        found.extend(found_by(RULES, Sysconfig(entries, facts)))
    return in_order(found)
