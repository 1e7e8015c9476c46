# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What a value may be, whichever file it goes to: dump targets, paths, commands, words.

Each function returns the problem as (what is wrong, what to do), None where there is none.
"""

import re
from typing import NamedTuple, Optional

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# what /bin/sh expands or ends a quoted value at, and systemd's EnvironmentFile reads in another way
SHELL_SPECIAL = re.compile(r"[\"'`$\\\x00-\x1f\x7f]")


class Problem(NamedTuple):
    """What is wrong with a value, and what to do about it; both complete a sentence."""

    message: str
    remedy: str


class Setting(NamedTuple):
    """A directive or variable that an option wants to have a value; None: wants to be gone."""

    option: str
    name: str
    value: Optional[str]


def conf_value_problem(value: str) -> Optional[Problem]:
    """Return what kdump.conf's readers would break in a value."""
    if not value.strip():
        return Problem("it is empty", "leave the option out, or remove the line by directives with null")
    if "#" in value:
        return Problem("kdumpctl cuts a value off at a number sign", "write it without one")
    if CONTROL.search(value):
        return Problem("line breaks, tabs and other control characters break the line", "write it on one line")
    if re.search("[\ud800-\udfff]", value):
        return Problem("it is no text in UTF-8, and kdumpctl reads such a line otherwise", "write it as UTF-8")
    if value[0] == value[-1] and value[0] in "\"'" and len(value) > 1:
        return Problem("kdumpctl before 1.0.60 takes quotes around a value for a part of it", "write it without them")
    return None


def shell_value_problem(value: str) -> Optional[Problem]:
    """Return what a shell and systemd would not read alike in a value."""
    if SHELL_SPECIAL.search(value):
        rule = "quotes, $, backticks, backslashes and control characters are not read alike by a shell and systemd"
        return Problem(rule, "write it without them")
    return None


def path_problem(path: str) -> Optional[Problem]:
    """Return what is wrong with a path of a file or directory."""
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
    """Return what is wrong with an nfs target."""
    if re.match(r"^\[[0-9A-Fa-f:.%]+\]:/\S*$", location):
        return None
    host, colon, export = location.partition(":/")
    if location.startswith(":"):
        return Problem("a colon stands before the server, so that none is named", "write it without the first colon")
    if not colon or not host:
        return Problem("it is not of the form host:/export", "write the server, a colon and the exported path")
    if host.count(":") > 1 and re.match(r"^[0-9A-Fa-f:.%]*$", host):
        return Problem("an IPv6 address is not in brackets", "write [address]:/export")
    if re.search(r"[\s/@:]", host) or re.search(r"\s", export):
        return Problem("it is not of the form host:/export", "write the server, a colon and the exported path")
    return None


def ssh_problem(location: str) -> Optional[Problem]:
    """Return what is wrong with an ssh target."""
    user, sign, host = location.partition("@")
    if not sign or not user or not host or "@" in host:
        return Problem("it is not of the form user@host", "write the account on the dump server, @ and its name")
    if "[" in host:
        return Problem("ssh takes an IPv6 address without brackets", "write user@2001:db8::1")
    if re.search(r"[\s/]", location) or location.startswith("-") or host.startswith("-") or host.endswith(":"):
        return Problem("it is not of the form user@host", "write only account and host; the directory is given by path")
    return None


def target_problem(kind: str, location: str, ssh_key: str) -> Optional[Problem]:
    """Return what does not belong together in a dump target."""
    if kind == "local" and location:
        return Problem("a local target has no location", "leave location out, and name the directory by path")
    if kind != "local" and not location:
        return Problem("a target of type %s needs a location" % kind, "give it one")
    if kind != "ssh" and ssh_key:
        return Problem("ssh_key is for a target of type ssh", "leave it out")
    return None


def device_problem(location: str) -> Optional[Problem]:
    """Return what is wrong with a target on a device."""
    if re.match(r"^(/dev/\S+|(UUID|LABEL)=\S+)$", location):
        return None
    return Problem("it is neither a device below /dev nor UUID=... or LABEL=...", "name it in one of these forms")


def word_problem(word: str) -> Optional[Problem]:
    """Return what is wrong with one word of a kernel command line."""
    if not word or re.search(r"\s", word):
        return Problem("it is not one word", "give each kernel argument as an entry of its own")
    return shell_value_problem(word)


def name_problem(name: str) -> Optional[Problem]:
    """Return what is wrong with the name of a kernel module."""
    if re.match(r"^[A-Za-z0-9_-]+$", name):
        return None
    return Problem("it is not the name of a kernel module", "write letters, digits, _ and - only")
