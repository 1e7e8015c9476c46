# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Problems of option values: what is wrong with a dump target, a path, a shell value or a word, and what to do.

Each ..._problem function returns None if the value is fine.
"""

import re
from typing import Any, Iterator, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, error, refusal

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# what /bin/sh expands or ends a quoted value at, and systemd's EnvironmentFile reads in another way
SHELL_SPECIAL = re.compile(r"[\"'`$\\\x00-\x1f\x7f]")
# what a shell runs, expands or redirects where a script of kdump uses a value without quotes, or in eval
SHELL_COMMAND = re.compile(r"[`$;|&<>]")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# letters and digits of any language, and characters that mean nothing to shells, systemd, ssh and fstab
PLAIN_PATH = re.compile(r"/[\w/.+@,:=~-]*\Z")
PLAIN_LOCATION = re.compile(r"[\w/.+@,:=~%\[\]-]+\Z")
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")
PLAIN_WORD = re.compile(r"[\w=/][\w/.+@,:=~%-]*\Z")


class Problem(NamedTuple):
    """What is wrong with a value, and what to do about it; both complete a sentence."""

    message: str
    remedy: str


class OptionSetting(NamedTuple):
    """A directive or variable of kdump's configuration, and the value that an option gives it; None: remove it."""

    option: str
    name: str
    value: Optional[str]


def refused(option: str, value: Any, problem: Optional[Problem]) -> Iterator[str]:
    """Return the sentence that refuses an option's value because of its problem, none if it has no problem."""
    if problem is not None:
        yield refusal(option, value, problem.message, problem.remedy)


def of_problem(rule: str, entry: Any, problem: Optional[Problem]) -> Iterator[Finding]:
    """Return the problem of a value in a file, if it has one, as an error; an entry has a line."""
    if problem is not None:
        yield error(rule, entry, problem.message, problem.remedy)


def unseen_problem(value: str) -> Optional[Problem]:
    """Return the problem of a text that must be one line of a file: invisible characters in it."""
    if value.isprintable():
        return None
    rule = "it has control characters, line separators or other invisible characters"
    return Problem(rule, "write it on one line, in visible characters")


def conf_option_problem(value: str) -> Optional[Problem]:
    """Return the problem of a value that a shell of the capture kernel reads from kdump.conf."""
    problem = conf_value_problem(value) or unseen_problem(value)
    if problem is None and SHELL_COMMAND.search(value):
        return Problem(
            "kdump's scripts give it to a shell, which runs or expands ` $ ; | & < >", "write it without them"
        )
    return problem


def variable_value_problem(value: str) -> Optional[Problem]:
    """Return the problem of a value that a shell breaks: kdump-config evals some variables."""
    problem = shell_value_problem(value)
    if problem is None and SHELL_COMMAND.search(value):
        rule = "kdump's scripts use some variables in an eval, which runs what stands behind ; | & < >"
        return Problem(rule, "write it without them")
    return problem


def plain_path_problem(path: str) -> Optional[Problem]:
    """Return the problem of an option's path, which goes to shells, systemd units and commands."""
    problem = path_problem(path)
    if problem is not None:
        return problem
    if not PLAIN_PATH.match(path):
        return Problem(
            "a shell or systemd may interpret other characters in it", "write letters, digits and / . _ + @ , : = ~ -"
        )
    if {".", ".."} & set(path.split("/")):
        return Problem("it leads elsewhere by . or ..", "write the directory itself, without . and ..")
    return None


def plain_location_problem(location: str) -> Optional[Problem]:
    """Return the problem of a dump target's location, which goes to shells and commands."""
    if location and not PLAIN_LOCATION.match(location):
        characters = "letters, digits and / . _ + @ , : = ~ % [ ] -"
        return Problem("a shell may interpret other characters in it", "write %s" % characters)
    return None


def plain_word_problem(word: str) -> Optional[Problem]:
    """Return the problem of one word of a list, such as a host, a program or a driver."""
    if not word.strip() or len(word.split()) != 1:
        return Problem("it is not one word", "give each as an entry of its own")
    if not PLAIN_WORD.match(word):
        return Problem(
            "a shell or a program may interpret other characters in it",
            "write letters, digits and / . _ + @ , : = ~ % -",
        )
    return None


def variable_problem(name: str, what: str = "variable") -> Optional[Problem]:
    """Return the problem of a name that an option gives a variable or a directive."""
    if IDENTIFIER.match(name):
        return None
    return Problem("a %s's name has letters, digits and _ only" % what, "correct the name")


def conf_value_problem(value: str) -> Optional[Problem]:
    """Return the problem of a value that readers of kdump.conf would break, such as one with a # in it."""
    if not value.strip():
        return Problem("it is empty", "leave the option out, or remove the line by directives with null")
    if "#" in value:
        return Problem("kdumpctl cuts a value off at a number sign", "write it without one")
    if CONTROL.search(value):
        return Problem("line breaks, tabs and other control characters break the line", "write it on one line")
    if re.search("[\ud800-\udfff]", value):
        return Problem("it is no text in UTF-8, and kdumpctl misreads such a line", "write it as UTF-8")
    if value[0] == value[-1] and value[0] in "\"'" and len(value) > 1:
        return Problem("kdumpctl before 1.0.60 takes quotes around a value for a part of it", "write it without them")
    return None


def shell_value_problem(value: str) -> Optional[Problem]:
    """Return the problem of a value that a shell and systemd would read differently."""
    if SHELL_SPECIAL.search(value):
        rule = "quotes, $, backticks, backslashes and control characters are not read alike by a shell and systemd"
        return Problem(rule, "write it without them")
    return unseen_problem(value)


def path_problem(path: str) -> Optional[Problem]:
    """Return the problem of a file's or directory's path: it is empty, relative, or has blanks."""
    if not path.strip():
        return Problem("it is empty", "write the path from / on, or leave the option out")
    if path.startswith("~"):
        return Problem("nothing expands ~ there", "write the path from / on")
    if not path.startswith("/"):
        return Problem("the path is not absolute", "begin it with /")
    if re.search(r"\s", path):
        return Problem("a blank ends the path", "choose one without blanks")
    return None


def nfs_problem(location: str) -> Optional[Problem]:
    """Return the problem of a value that is to name an NFS export, and has not the form host:/export."""
    if re.match(r"\[[0-9A-Fa-f:.%]+\]:/\S*\Z", location):
        return None
    host, colon, export = location.partition(":/")
    if location.startswith(":"):
        return Problem("a colon stands before the server, so that none is named", "write it without the first colon")
    if not colon or not host:
        return Problem("it is not of the form host:/export", "write the server, a colon and the exported path")
    if host.count(":") > 1 and re.match(r"[0-9A-Fa-f:.%]*\Z", host):
        return Problem("an IPv6 address is not in brackets", "write [address]:/export")
    if re.search(r"[\s/@:]", host) or re.search(r"\s", export):
        return Problem("it is not of the form host:/export", "write the server, a colon and the exported path")
    return None


def ssh_problem(location: str) -> Optional[Problem]:
    """Return the problem of a value for an ssh target's location, which has the form user@host."""
    user, sign, host = location.partition("@")
    if not sign or not user or not host or "@" in host:
        return Problem("it is not of the form user@host", "write the account on the dump server, @ and its name")
    if "[" in host:
        return Problem("ssh takes an IPv6 address without brackets", "write user@2001:db8::1")
    if re.search(r"[\s/]", location) or location.startswith("-") or host.startswith("-") or host.endswith(":"):
        return Problem("it is not of the form user@host", "write only account and host; the directory is given by path")
    return None


def target_problem(kind: str, location: str, ssh_key: str) -> Optional[Problem]:
    """Return the problem of values whose type, location and ssh_key do not go together in a target."""
    if kind == "local" and location:
        return Problem("a local target has no location", "leave location out, and name the directory by path")
    if kind != "local" and not location:
        return Problem("a target of type %s needs a location" % kind, "give it one")
    if kind != "ssh" and ssh_key:
        return Problem("ssh_key is for a target of type ssh", "leave it out")
    return None


def device_problem(location: str) -> Optional[Problem]:
    """Return the problem of a value for a disk's location, which is a device below /dev, UUID= or LABEL=."""
    if re.match(r"(/dev/\S+|(UUID|LABEL)=\S+)\Z", location):
        return None
    remedy = "write UUID=%s" % location if UUID.match(location) else "name it in one of these forms"
    return Problem("it is neither a device below /dev nor UUID=... or LABEL=...", remedy)


def word_problem(word: str) -> Optional[Problem]:
    """Return the problem of an option's value that has to be one word of a kernel command line."""
    if not word or re.search(r"\s", word):
        return Problem("it is not one word", "give each kernel argument as an entry of its own")
    return shell_value_problem(word)


def name_problem(name: str) -> Optional[Problem]:
    """Return the problem of a value that has to be a kernel module's name."""
    if re.match(r"[A-Za-z0-9_-]+\Z", name):
        return None
    return Problem("it is not the name of a kernel module", "write letters, digits, _ and - only")
