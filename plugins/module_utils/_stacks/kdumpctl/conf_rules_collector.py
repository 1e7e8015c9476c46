# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Rules of kdump.conf about core_collector, the program that writes the dump to the target."""

import re
from typing import Iterator

from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_document import Document
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_lines import (
    Directive,
    words,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import makedumpfile
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, error

# programs that get only /proc/vmcore as argument for a stream, and then write nothing to it
NO_STREAM = ("cp", "mv", "dd", "rsync", "install")
# programs that write to a stream only with an option
COMPRESSORS = ("gzip", "bzip2", "xz", "lz4", "lzop", "zstd")
# -F with other options glued to it: a capture script that takes out the two characters leaves a file name
GLUED = re.compile(r"(?<!\S)-F\S")
TO_STREAM = re.compile(r"^(-[A-Za-z0-9]*c[A-Za-z0-9]*|--stdout|--to-stdout)\Z")


def missing_flattening(document: Document, rule: str) -> Iterator[Finding]:
    """Find a core_collector without the -F that a stream needs, or with one that the capture script breaks."""
    target = document.target()
    if target is None or not document.streams():
        return
    for entry in document.named("core_collector"):
        arguments = makedumpfile.command_words(entry.value)
        if arguments is None:
            continue
        # mkdumprd looks for the two characters; to a command that it does not check, 1.0.60 and later add them
        if _is_checked(entry):
            lacks = "-F" not in entry.value
        else:
            lacks = document.generation != "current" and not makedumpfile.flattens(arguments)
        if lacks:
            yield error(rule, entry, "makedumpfile needs -F for a target of type %s" % target.name, "add -F")
        elif document.generation == "current" and GLUED.search(entry.value):
            message = "where the dump is made, kdump takes -F out, and leaves what stands right behind it"
            yield error(rule, entry, message, "write -F as a word of its own")


def needless_flattening(document: Document, rule: str) -> Iterator[Finding]:
    """Find a core_collector with -F for a target that is a file, unless the capture script takes it out."""
    for entry in document.named("core_collector") if not document.streams() else []:
        arguments = makedumpfile.command_words(entry.value)
        left = makedumpfile.command_words(entry.value.replace("-F", "")) or []
        if arguments is None or not makedumpfile.flattens(arguments):
            continue
        if _is_checked(entry) or makedumpfile.flattens(left) or GLUED.search(entry.value):
            yield error(rule, entry, "makedumpfile takes -F only for targets of type ssh and raw", "remove -F")


def _is_checked(entry: Directive) -> bool:
    """Return whether mkdumprd takes core_collector for makedumpfile and checks it: its name has no path."""
    return words(entry.value)[:1] == ["makedumpfile"]


def collector_arguments(document: Document, rule: str) -> Iterator[Finding]:
    """Find arguments in core_collector that makedumpfile refuses, or takes for others."""
    for entry in document.named("core_collector"):
        for problem in makedumpfile.problems(makedumpfile.command_words(entry.value) or []):
            yield error(rule, entry, problem.message, problem.remedy)


def scp_elsewhere(document: Document, rule: str) -> Iterator[Finding]:
    """Find scp as core_collector of a target that is not ssh: to a raw one it writes nothing."""
    target = document.target()
    for entry in document.named("core_collector"):
        if words(entry.value)[:1] == ["scp"] and (target is None or target.name != "ssh"):
            severity = "error" if document.streams() else "warning"
            message = "kdump knows scp as a collector for a target of type ssh only"
            yield Finding(rule, severity, entry.line, message, "use makedumpfile or cp")


def streaming(document: Document, rule: str) -> Iterator[Finding]:
    """Find a core_collector that writes nothing to a stream target, or only to a stream for a file target."""
    target = document.target()
    for entry in document.valued("core_collector"):
        command = words(entry.value)
        name = command[0].rsplit("/", 1)[-1]
        silent = name in NO_STREAM or (name in COMPRESSORS and not any(TO_STREAM.match(word) for word in command[1:]))
        if target is not None and document.streams() and silent:
            message = "%s writes nothing to its standard output, which is what a %s target gets" % (name, target.name)
            yield error(rule, entry, message, "use makedumpfile -F, or a command that writes there")
        elif not document.streams() and name == "cat":
            message = "cat writes to its standard output, and the dump file gets nothing"
            yield error(rule, entry, message, "use makedumpfile or cp")
