# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The makedumpfile command that writes a dump (core_collector), read as makedumpfile itself reads its arguments."""

import re
from typing import Iterator, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import Problem

DUMP_LEVELS = range(32)
MESSAGE_LEVELS = range(32)
LEVEL = re.compile(r"[0-9]{1,4}\Z")
SIZE_LIMIT = re.compile(r"(0[xX]0*[1-9A-Fa-f][0-9A-Fa-f]*|0*[1-9][0-9]*)[KMGTPEkmgtpe]?\Z")
# makedumpfile by its name, or by a path
PROGRAM = re.compile(r"(/(\S*/)?)?makedumpfile\Z")
# getopt_long's options of makedumpfile 1.7.2 to 1.7.9, and --extension of b7587f1: a colon follows what has a value
SHORT_OPTIONS = "b:cDd:eEFfg:hi:lL:pRvXx:z"
LONG_OPTIONS = (
    "split", "reassemble", "xen-syms:", "xen-vmcoreinfo:", "xen_phys_start:", "message-level:", "vtop:", "dump-dmesg",
    "partial-dmesg", "config:", "help", "diskset:", "cyclic-buffer:", "eppic:", "non-mmap", "mem-usage",
    "splitblock-size:", "work-dir:", "num-threads:", "check-params", "dry-run", "show-stats", "extension:",
)  # fmt: skip
# what its check_param_for_creating_dumpfile() refuses: options together, and options without the one that they need
CLASHES = (
    ("E", ("c", "l", "p", "z", "num-threads")), ("i", ("x", "xen-syms")), ("xen-vmcoreinfo", ("x", "xen-syms")),
)  # fmt: skip
NEEDS = (("e", "work-dir"), ("config", "x"), ("partial-dmesg", "dump-dmesg"))
# with these options it does something else, or needs other file names than kdump gives it
NO_DUMP = (
    "g", "h", "help", "R", "v", "split", "reassemble", "diskset", "check-params", "dry-run", "mem-usage",
)  # fmt: skip


class Arguments(NamedTuple):
    """makedumpfile's arguments: options with their values, file names, and the problem at which reading stopped."""

    options: List[Tuple[str, str]]
    names: List[str]
    problem: Optional[Problem]


def command_words(command: str) -> Optional[List[str]]:
    """Return the arguments of a makedumpfile command, with or without a path before it; None for another command."""
    words = command.split()
    return words[1:] if words and PROGRAM.match(words[0]) else None


def arguments(words: List[str]) -> Arguments:
    """Return makedumpfile's options and file names as getopt_long reads them: file names may stand anywhere."""
    found = Arguments([], [], None)
    rest = iter(words)
    for word in rest:
        if word == "--":
            found.names.extend(rest)
        elif not word.startswith("-") or word == "-":
            found.names.append(word)
        else:
            long = word.startswith("--")
            problem = _long_option(word[2:], rest, found) if long else _short_options(word[1:], rest, found)
            if problem is not None:
                return found._replace(problem=problem)
    return found


def _long_option(word: str, rest: Iterator[str], found: Arguments) -> Optional[Problem]:
    """Add a long option, which may be abbreviated and have its value after =, or return its problem."""
    text, sign, value = word.partition("=")
    fitting = [option for option in LONG_OPTIONS if option.startswith(text)]
    exact = [option for option in fitting if option.rstrip(":") == text]
    if len(exact or fitting) != 1:
        return Problem("makedumpfile knows no option --%s" % text, "write the name of one in full, or take it out")
    name, colon, dummy = (exact or fitting)[0].partition(":")
    if sign and not colon:
        return Problem("makedumpfile's option --%s takes no value" % name, "take = and what follows out")
    return _with_value(found, name, bool(colon) and not sign, value, rest)


def _short_options(word: str, rest: Iterator[str], found: Arguments) -> Optional[Problem]:
    """Add short options, the last of which may have its value right after it, or return the problem of one."""
    for number, name in enumerate(word, 1):
        if name not in SHORT_OPTIONS.replace(":", ""):
            return Problem("makedumpfile knows no option -%s" % name, "correct it, or take it out")
        if name + ":" in SHORT_OPTIONS:
            return _with_value(found, name, not word[number:], word[number:], rest)
        found.options.append((name, ""))
    return None


def _with_value(found: Arguments, name: str, apart: bool, value: str, rest: Iterator[str]) -> Optional[Problem]:
    """Add an option and its value, which is the next word if it stands apart; return the problem if there is none."""
    value = next(rest, "") if apart else value
    if apart and not value:
        return Problem("%s has no value" % _dashed(name), "give it one, or take it out")
    found.options.append((name, value))
    return None


def _dashed(name: str) -> str:
    """Return an option as it is typed, such as -d or --message-level."""
    return ("-" if len(name) == 1 else "--") + name


def flattens(words: List[str]) -> bool:
    """Return whether makedumpfile's arguments ask for a flattened dump (-F), alone or among other short options."""
    return ("F", "") in arguments(words).options


def dump_levels(words: List[str]) -> List[str]:
    """Return the dump levels that makedumpfile's arguments name by -d, alone or among other short options."""
    return [value for name, value in arguments(words).options if name == "d"]


def problems(words: List[str]) -> Iterator[Problem]:
    """Return the problems of makedumpfile's arguments: it refuses them, misreads them, or makes no dump with them."""
    found = arguments(words)
    for name, value in found.options:
        yield from _value_problems(name, value)
    if found.problem is not None:
        yield found.problem
    yield from _company_problems([name for name, value in found.options if name != "num-threads" or _counts(value)])
    for name in found.names:
        yield Problem("makedumpfile gets its file names from kdump, and %s is one more" % name, "take it out")


def _counts(value: str) -> bool:
    """Return whether makedumpfile reads a number above 0 from a text, by C's atoi()."""
    return re.match(r"\+?0*[1-9]", value) is not None


def _company_problems(given: List[str]) -> Iterator[Problem]:
    """Return which makedumpfile options do not go together, or have no place in a core collector."""
    for one, other in [(one, other) for one, others in CLASHES for other in others]:
        if one in given and other in given:
            pair = (_dashed(one), _dashed(other))
            yield Problem("makedumpfile does not take %s together with %s" % pair, "keep one of them")
    for name, needed in NEEDS:
        if name in given and needed not in given:
            yield Problem("makedumpfile needs %s for %s" % (_dashed(needed), _dashed(name)), "add it")
    for name in NO_DUMP:
        if name in given:
            yield Problem("makedumpfile makes no dump with %s" % _dashed(name), "take it out")


def _value_problems(name: str, value: str) -> Iterator[Problem]:
    """Return what is wrong with the value of a makedumpfile option."""
    if name == "d" and not all(LEVEL.match(part) and int(part) in DUMP_LEVELS for part in value.split(",")):
        yield Problem("the dump level %s is not between 0 and 31" % value, "write -d 31, or another such level")
    if name == "message-level" and not (LEVEL.match(value) and int(value) in MESSAGE_LEVELS):
        remedy = "write --message-level 7, or another such level"
        yield Problem("the message level %s is not between 0 and 31" % (value or "(none)"), remedy)
    if name == "L" and not SIZE_LIMIT.match(value):
        yield Problem("the size limit %s is no size" % value, "write a number, and K, M, G or T behind it")


def problem_of(command: str) -> Optional[Problem]:
    """Return the problem of a makedumpfile command for kdump-tools, which must be without a path."""
    if command.split()[:1] != ["makedumpfile"]:
        return Problem("kdump-tools collects with makedumpfile only", "begin it with the word makedumpfile")
    return next(problems(command.split()[1:]), None)


def flattened(collector: str, wanted: bool) -> str:
    """Return a makedumpfile command with or without -F, as wanted; any other command stays as it is."""
    words = collector.split(" ")
    if not PROGRAM.match(words[0]) or ("-F" in words) == wanted:
        return collector
    rest = [word for word in words[1:] if word != "-F"]
    return " ".join(words[:1] + (["-F"] if wanted else []) + rest)
