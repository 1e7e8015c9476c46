# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Rules of kdump.conf about its lines: the names of directives, and how a line is written."""

import difflib
import re
from typing import Dict, Iterator

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_document import Document
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_generations import RAW_BYTE
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import (
    HOOKS,
    TARGETS,
    Directive,
    entries,
    lines,
    shown,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.dracut_options import (
    is_closed,
    split_words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, error, warning

FLAGS = ("force_rebuild", "force_no_rebuild")
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
# directives that kdumpctl of EL 8 reads by a command of its own, which does not know comments
UNCUT = FLAGS + ("failure_action", "default", "final_action", "path", "kdump_pre", "kdump_post")
LONGEST_NAME = 40


def _nearest(name: str) -> str:
    """Return what to do about a line with an unknown directive: write the nearest known name, or remove the line."""
    odd = [one for one in name if not one.isprintable() or ord(one) > 126]
    if odd:
        return "type the line again: its name holds the character %s" % shown(odd[0]).encode("unicode_escape").decode()
    near = difflib.get_close_matches(name.lower(), KNOWN, 1) if len(name) <= LONGEST_NAME else []
    return "write %s, or remove the line" % near[0] if near else "remove the line"


def unknown_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines of kdump.conf whose directive no kdumpctl knows."""
    for entry in document.entries:
        if entry.name not in KNOWN and entry.name not in REMOVED:
            yield error(rule, entry, "kdumpctl knows no directive %s" % shown(entry.name), _nearest(entry.name))


def removed_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines of kdump.conf whose directive kdumpctl no longer knows."""
    for entry in document.named(*REMOVED):
        yield error(rule, entry, "kdumpctl no longer takes the directive %s" % entry.name, REMOVED[entry.name])


def newer_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines of kdump.conf whose directive this host's kdumpctl is too old for."""
    for entry in document.entries:
        number, rejecting = NEWER.get(entry.name, ("", ()))
        if number == rule and document.generation in rejecting:
            yield error(rule, entry, "this host's kdumpctl is too old for %s" % entry.name, "remove it")


def empty_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines of kdump.conf that have a directive and no value."""
    for entry in document.entries:
        if not entry.value:
            yield error(rule, entry, "%s has no value" % shown(entry.name), "give it one, or remove the line")


def repeated_names(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines of kdump.conf that repeat a directive; two targets are another rule."""
    seen: Dict[str, Directive] = {}
    for entry in document.entries:
        if entry.name in seen and entry.name not in TARGETS:
            message = "%s stands in line %d already" % (shown(entry.name), seen[entry.name].line)
            yield error(rule, entry, message, "keep one of the two")
        seen.setdefault(entry.name, entry)


def cut_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines with a number sign in the value, where kdumpctl cuts it off; some parts of EL 8's do not."""
    for entry in document.entries:
        glued = re.match(r"^[^#]*[^\s#]#", entry.text) is not None
        uncut = (entry.name in UNCUT and glued) or (entry.name == "extra_bins" and "#" in entry.text)
        if uncut and document.generation == "el8":
            message = "parts of this kdumpctl do not take what follows a number sign for a comment"
            yield error(rule, entry, message, "write the comment on a line of its own")
        elif glued:
            remedy = "remove it, or put a blank before it"
            yield warning(rule, entry, "kdumpctl cuts the value off at the number sign", remedy)


def quoted_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines whose quotes kdumpctl takes for a part of the value, or removes although they are no pair."""
    quoted = r"^'[^']*'$" if document.generation == "current" else r"""^("[^"]*"|'[^']*')$"""
    for entry in document.entries:
        if re.match(quoted, entry.value):
            yield error(rule, entry, "this kdumpctl takes the quotes for a part of the value", "write it without them")
        elif document.generation == "current" and re.match(r'^[^"]+"[^"]*"[^"]+$', entry.value):
            written = [(again.name, again.value) for again in entries(entry.text, "el9")]
            if written == [(entry.name, '"%s"' % entry.value)]:
                message = "kdumpctl takes the first and the last quotation mark away, whatever stands between them"
                yield error(rule, entry, message, "write no quotes around the value as a whole")


def blanks(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines with blanks that EL 8's reader accepts, but with which other parts of kdumpctl do not find them."""
    for entry in document.entries if document.generation == "el8" else []:
        indented = entry.text[:1].isspace()
        apart = re.match(r"^\s*\S+( \S|\s*$)", entry.text) is None
        lost = indented and entry.name in TARGETS
        if lost or ((indented or apart) and entry.name == "dracut_args" and "--mount" in entry.value):
            message = "parts of kdumpctl overlook %s here, and the dump goes to the root file system" % entry.name
            yield error(rule, entry, message, "begin with the name, and put one blank after it")
        elif "\t" in entry.text and not indented and apart and entry.name in HOOKS + ("extra_bins",):
            message = "behind a tab kdumpctl takes %s itself for a file" % entry.name
            yield error(rule, entry, message, "put one blank after the name")
        elif indented or apart:
            message = "parts of kdumpctl overlook a line with a blank at its beginning, or more than one after the name"
            yield warning(rule, entry, message, "begin with the name, and put one blank after it")


def line_ends(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines of kdump.conf that end in a carriage return, which becomes part of the value."""
    for entry in document.entries:
        if "\r" in (entry.name[-1:], entry.value[-1:]):
            message = "the line ends in a carriage return, which becomes part of the value"
            yield error(rule, entry, message, "end it with a line feed alone")


def raw_bytes(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines with bytes by which kdumpctl reads them otherwise than they look: not UTF-8, and null bytes."""
    remedy = "save the file as UTF-8 text"
    if "\0" in document.text and document.generation == "current":
        number = document.text[: document.text.index("\0")].count("\n") + 1
        message = "a null byte makes the file a binary one for kdumpctl, which then reads none of it"
        yield Finding(rule, "error", number, message, "remove it")
    for number, line in enumerate(lines(document.text), 1):
        if "\0" in line and document.generation != "current" and entries(line, document.generation):
            yield Finding(rule, "warning", number, "kdumpctl loses the null byte in the line", "remove it")
        if not RAW_BYTE.search(line):
            continue
        plain = RAW_BYTE.sub("?", line)
        meant = [(entry.name, entry.value) for entry in entries(plain, document.generation)]
        read = [(entry.name, entry.value) for entry in entries(line, document.generation)]
        if meant != read:
            message = "a byte that is not UTF-8 makes kdumpctl read the line otherwise than it looks"
            yield Finding(rule, "error", number, message, remedy)


def open_quotes(document: Document, rule: str) -> Iterator[Finding]:
    """Find a line with a quote that is not closed in what mkdumprd has xargs split: all that follows is lost.

    EL 8 gives the whole command line of dracut to xargs, which then fails. Later ones go on with the words before the
    quote. An option at their end then takes the next argument of dracut for its value.
    """
    names = ("dracut_args", "extra_modules") if document.generation == "el8" else ("dracut_args",)
    remedy = "close it, or remove it"
    for entry in document.valued(*names):
        if is_closed(entry.value):
            continue
        left = split_words(entry.value)
        if document.generation == "el8":
            yield error(rule, entry, "a quote is not closed: no capture initramfs can be built", remedy)
        elif not left or (left[-1].startswith("-") and "=" not in left[-1]):
            message = "a quote is not closed: dracut loses what follows, and its other arguments are mixed up"
            yield error(rule, entry, message, remedy)
        else:
            yield warning(rule, entry, "a quote is not closed: dracut does not get what stands from there on", remedy)


def flag_values(document: Document, rule: str) -> Iterator[Finding]:
    """Find a line with force_rebuild or force_no_rebuild that is neither 0 nor 1."""
    for entry in document.valued(*FLAGS):
        if entry.value not in ("0", "1"):
            yield error(rule, entry, "%s is neither 0 nor 1" % entry.name, "write 0 or 1")


def both_flags(document: Document, rule: str) -> Iterator[Finding]:
    """Find lines that set both force_rebuild and force_no_rebuild to 1."""
    wanted = [entry for entry in document.named(*FLAGS) if entry.value == "1"]
    if len({entry.name for entry in wanted}) > 1:
        yield error(rule, wanted[-1], "force_rebuild and force_no_rebuild are both 1", "set one of them to 0")


def reset_words(document: Document, rule: str) -> Iterator[Finding]:
    """Find a line with auto_reset_crashkernel that looks like no and means yes."""
    for entry in document.valued("auto_reset_crashkernel"):
        if entry.value not in ("yes", "no"):
            yield warning(rule, entry, "kdumpctl takes anything but the word no for yes", "write yes or no")
