# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""zipl with its own file /etc/zipl.conf: Debian and Ubuntu on s390x. RHEL and Fedora on s390x have grubby as well."""

import re
from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    ZIPL_CONF,
    BootEntry,
    Bootloader,
    BootPlan,
    Kernels,
    not_read_back,
    put_back,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import replaced
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.parsed_once import parsed_once

# what zipl writes next to the boot record, by each distribution's own target=
BOOTMAP = "/boot/bootmap"
SECTION = re.compile(r"^[ \t]*\[([^\]]+)\]")
MENU = re.compile(r"^[ \t]*:")
SETTING = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*(.*[^ \t]|)[ \t]*$")
PARAMETERS = re.compile(r"^([ \t]*parameters[ \t]*=[ \t]*)(.*)$")


def _parameters(line: str) -> Optional[Tuple[str, str, str, str]]:
    """Return (what comes before, quote, value, what comes behind) of a line of parameters, None for any other line."""
    match = PARAMETERS.match(line)
    if match is None:
        return None
    head, rest = match.groups()
    plain = rest.rstrip(" \t")
    quote = plain[0] if len(plain) > 1 and plain[0] in "\"'" and plain[0] == plain[-1] else ""
    value = plain[len(quote) : len(plain) - len(quote)]
    return head, quote, value, rest[len(quote) + len(value) :]


def is_older_than(host: Host, sources: List[str]) -> bool:
    """Return whether a source changed after zipl copied it, as a run that was cut off leaves it."""
    written = host.stat(BOOTMAP)
    seen = [host.stat(path) for path in sources]
    return written is not None and any(one is not None and one.mtime_ns > written.mtime_ns for one in seen)


@parsed_once
def parse_zipl_conf(text: str) -> Tuple[BootEntry, ...]:
    """Return the sections of a zipl.conf that have parameters; the default is the named one, or the first."""
    found = []  # type: List[BootEntry]
    section, image, default = "", "", ""
    for line in text.splitlines():
        begun, setting, parameters = SECTION.match(line), SETTING.match(line), _parameters(line)
        if begun or MENU.match(line):
            section, image = begun.group(1) if begun else "", ""
        elif parameters and section:
            found.append(BootEntry(section, image, parameters[2], False))
        elif setting and setting.group(1) == "image":
            image = setting.group(2)
            found = [entry._replace(kernel=image) if entry.id == section else entry for entry in found]
        elif setting and setting.group(1) == "default" and section == "defaultboot":
            default = setting.group(2)
    named = default if default in [entry.id for entry in found] else None
    return tuple(entry._replace(default=entry.id == (named or found[0].id)) for entry in found)


def edited_zipl_conf(text: str, wanted: List[str]) -> str:
    """Return a zipl.conf with exactly the wanted crashkernel= values in every line of parameters."""
    lines = text.splitlines(True)
    for number, line in enumerate(lines):
        found = _parameters(line.rstrip("\n"))
        if found:
            head, quote, value, tail = found
            lines[number] = head + quote + replaced(value, wanted) + tail + line[len(line.rstrip("\n")) :]
    return "".join(lines)


class ZiplConf(Bootloader):
    """The sections of /etc/zipl.conf. zipl copies the parameters when it runs: after a change, and for new kernels."""

    name = "zipl"

    def entries(self) -> List[BootEntry]:
        """Return the sections of zipl.conf that have parameters, as boot entries."""
        found = list(parse_zipl_conf(self.host.read(ZIPL_CONF) or ""))
        if not found:
            raise Failure("%s has no section with parameters to set; name them there" % ZIPL_CONF, path=ZIPL_CONF)
        return found

    def refusals(self, kernels: Kernels) -> List[str]:
        """Return the refusal of any choice but all kernels: sections name links that new kernels take over."""
        if kernels == "all":
            return []
        rule = "the sections of %s hold for whatever kernel is newest" % ZIPL_CONF
        return [refusal("kernels", kernels, rule, "leave it out or say all")]

    def plan(self, wanted: List[str], kernels: Kernels) -> BootPlan:
        """Return the planned edit of zipl.conf; zipl runs if the file changes, or if zipl's copy is older."""
        before = self.entries()
        after = [entry._replace(cmdline=replaced(entry.cmdline, wanted)) for entry in before]
        text = self.host.read(ZIPL_CONF)
        new = edited_zipl_conf(text or "", wanted)
        files = [FileChange(ZIPL_CONF, text, new)] if text != new else []
        return BootPlan(before, after, files, [["zipl"]] if files or is_older_than(self.host, [ZIPL_CONF]) else [])

    def apply(self, plan: BootPlan) -> BootPlan:
        """Write zipl.conf, read it back, and run zipl; put the old file back if that fails."""
        try:
            put_back(self.host, {change.path: change.after for change in plan.files})
            seen = self.entries()
            if seen != plan.after:
                raise not_read_back("the write of %s" % ZIPL_CONF, plan, seen)
            self._run(plan)
        except Failure as failure:
            raise Failure("%s; %s" % (failure.msg, self._undo(plan)), **failure.details)
        return plan

    def _run(self, plan: BootPlan) -> None:
        """Run the commands of a plan for zipl."""
        for argv in plan.commands:
            self.host.run(argv, timeout_s=self.timeout_s)

    def _undo(self, plan: BootPlan) -> str:
        """Put the old zipl.conf back and run zipl again; return a sentence that says how it went."""
        try:
            put_back(self.host, {change.path: change.before for change in plan.files})
            self._run(plan)
        except Failure as failure:
            return "%s was put back, but zipl failed again (%s)" % (ZIPL_CONF, failure.msg)
        return "%s was put back, and zipl was run again" % ZIPL_CONF
