# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Boot Loader Specification entries by way of grubby: RHEL and its kin, Fedora.

grubby exits with 0 whatever its sed calls did, so everything is read back. The two files that it edits on the side are
planned here and written over what it left: its sed also hits GRUB_CMDLINE_LINUX_DEFAULT, and it makes
/etc/kernel/cmdline out of the last entry, which is the rescue one.
"""

import re
from typing import Dict, List, Match, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._cmdline import replaced, values, without, words
from ansible_collections.crashops.kdump.plugins.module_utils._result import Failure, FileChange, refusal
from ansible_collections.crashops.kdump.plugins.module_utils.bootloaders._base import (
    Bootloader,
    Entry,
    Kernels,
    Plan,
    not_read_back,
    put_back,
)

ETC_DEFAULT_GRUB = "/etc/default/grub"
KERNEL_CMDLINE = "/etc/kernel/cmdline"
GRUBENV = "/boot/grub2/grubenv"
BLS_ENTRIES = "/boot/loader/entries/*.conf"
ZIPL_CONF = "/etc/zipl.conf"
FIELD = re.compile(r"(\w+)=(.*)\Z")
GRUB_CMDLINE_LINUX = re.compile(r"""^(GRUB_CMDLINE_LINUX=)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#]+)""", re.MULTILINE)


def parse_info(text: str, default_index: str) -> List[Entry]:
    """Return the entries that `grubby --info=ALL` prints, root= put back in front of the arguments."""
    blocks: List[Dict[str, str]] = []
    for line in text.splitlines():
        match = FIELD.match(line)
        if not match:
            continue
        key, value = match.groups()
        if key == "index":
            blocks.append({})
        if blocks:
            blocks[-1][key] = value[1:-1] if value[:1] == '"' and value[-1:] == '"' else value
    return [_entry(block, default_index) for block in blocks if block.get("kernel")]


def _entry(block: Dict[str, str], default_index: str) -> Entry:
    """Return one block of grubby's output as an entry."""
    root = ["root=%s" % block["root"]] if "root" in block else []
    cmdline = " ".join(root + [block.get("args", "")]).strip()
    name = block.get("id") or block.get("title") or block["index"]
    return Entry(name, block["kernel"], cmdline, block["index"] == default_index.strip())


def edited_default_grub(text: str, wanted: List[str]) -> str:
    """Return /etc/default/grub with the wanted values in GRUB_CMDLINE_LINUX, where it is set and not empty."""

    def edit(match: Match[str]) -> str:
        name, raw = match.groups()
        quote = raw[0] if raw[0] in "\"'" else ""
        value = raw[1:-1] if quote else raw
        if not value.strip() or values(value) == wanted:
            return match.group()
        return name + (quote or '"') + replaced(value, wanted) + (quote or '"')

    return GRUB_CMDLINE_LINUX.sub(edit, text)


class Grubby(Bootloader):
    """The boot entries that grubby knows."""

    name = "grubby"

    def entries(self) -> List[Entry]:
        """Return every entry, the rescue one as well: it is booted like any other."""
        info = self.host.run(["grubby", "--info=ALL"], timeout_s=self.timeout_s).stdout
        default_index = self.host.run(["grubby", "--default-index"], timeout_s=self.timeout_s, check=False).stdout
        found = parse_info(info, default_index)
        if not found:
            raise Failure(
                "grubby --info=ALL names no boot entry; is /boot mounted and /boot/loader/entries filled?", stdout=info
            )
        return found

    def refusals(self, kernels: Kernels) -> List[str]:
        """Return a sentence for each kernel that has no boot entry."""
        entries = self.entries() if kernels != "all" else []
        known = sorted({entry.kernel for entry in entries})
        remedy = "name one of %s" % ", ".join(known)
        if kernels == "default" and not any(entry.default for entry in entries):
            return [refusal("kernels", kernels, "grubby knows no default entry", remedy)]
        if isinstance(kernels, str):
            return []
        return [refusal("kernels", path, "no boot entry has it", remedy) for path in kernels if path not in known]

    def plan(self, wanted: List[str], kernels: Kernels) -> Plan:
        """Return what would change; the two side files only where all kernels are meant."""
        before = self.entries()
        after = [
            entry._replace(cmdline=replaced(entry.cmdline, wanted)) if _is_meant(entry, kernels) else entry
            for entry in before
        ]
        files = self._side_files(before, before != after, wanted) if kernels == "all" else []
        selectors: List[str] = []
        for old, new in zip(before, after):
            if old != new:
                selectors.append({"all": "ALL", "default": "DEFAULT"}.get(str(kernels), old.kernel))
        commands = [_argv(selector, wanted) for selector in sorted(set(selectors))]
        return Plan(before, after, files, commands)

    def _side_files(self, before: List[Entry], grubby_runs: bool, wanted: List[str]) -> List[FileChange]:
        """Return the changes to where kernels yet to come take their arguments from.

        Without /etc/kernel/cmdline they take them from the running kernel; only a run of grubby makes it.
        """
        changes = []
        text = self.host.read(ETC_DEFAULT_GRUB)
        if text is not None:
            changes.append(FileChange(ETC_DEFAULT_GRUB, text, edited_default_grub(text, wanted)))
        text = self.host.read(KERNEL_CMDLINE)
        if text is not None or grubby_runs:
            changes.append(FileChange(KERNEL_CMDLINE, text, _new_kernel_cmdline(text, before, wanted)))
        return [change for change in changes if change.before != change.after]

    def apply(self, plan: Plan) -> None:
        """Run grubby, write the side files as planned, and read the entries back."""
        saved = self._saved()
        in_order = self._sides_in_order()
        aside = {path: saved[path] for path in (ETC_DEFAULT_GRUB, KERNEL_CMDLINE)}
        aside.update((change.path, change.after) for change in plan.files)
        try:
            for argv in plan.commands:
                self.host.run(argv, timeout_s=self.timeout_s)
            put_back(self.host, aside)
            if in_order and not self._sides_in_order():
                self.host.set_mtime(KERNEL_CMDLINE)
            self._write_boot_record()
            self._compare(plan)
        except Failure as failure:
            put_back(self.host, saved)
            raise Failure(failure.msg + "; the boot entries were put back as they were", **failure.details)

    def _saved(self) -> Dict[str, Optional[str]]:
        """Return the text of every file that grubby writes."""
        paths = [self.host.real_path(path) for path in self.host.glob(BLS_ENTRIES) + [GRUBENV]]
        return {path: self.host.read(path) for path in paths + [ETC_DEFAULT_GRUB, KERNEL_CMDLINE]}

    def _sides_in_order(self) -> bool:
        """Return whether /etc/kernel/cmdline is not the older file: where it is, kernel-install runs grub2-mkconfig."""
        seen = [self.host.stat(path) for path in (ETC_DEFAULT_GRUB, KERNEL_CMDLINE)]
        return None in seen or seen[0].mtime_ns <= seen[1].mtime_ns

    def _write_boot_record(self) -> None:
        """Run zipl where the machine boots by it (s390x): it copies the arguments at this moment only."""
        if self.host.read(ZIPL_CONF) is not None and self.host.which("zipl"):
            self.host.run(["zipl"], timeout_s=self.timeout_s)

    def _compare(self, plan: Plan) -> None:
        """Raise Failure where the entries are not what was planned, in any argument."""
        seen = self.entries()
        if [_as_words(entry) for entry in seen] != [_as_words(entry) for entry in plan.after]:
            raise not_read_back("grubby", plan, seen)


def _is_meant(entry: Entry, kernels: Kernels) -> bool:
    """Return whether a choice of kernels includes an entry."""
    if kernels == "all":
        return True
    return entry.default if kernels == "default" else entry.kernel in kernels


def _argv(selector: str, wanted: List[str]) -> List[str]:
    """Return the call that gives entries exactly the wanted values: --args drops all of the name, then adds."""
    change = "--args=" + " ".join("crashkernel=%s" % value for value in wanted)
    return ["grubby", "--update-kernel=%s" % selector, change if wanted else "--remove-args=crashkernel"]


def _new_kernel_cmdline(text: Optional[str], before: List[Entry], wanted: List[str]) -> Optional[str]:
    """Return what /etc/kernel/cmdline should say: its own words, or the default entry's where it is not there."""
    if text is not None:
        return text if values(text) == wanted else replaced(text.strip(), wanted) + "\n"
    default = next((entry for entry in before if entry.default), before[0])
    # RHEL 8 gives new kernels $kernelopts out of grubenv, and does without this file
    if ".el8" in default.kernel or not wanted:
        return None
    # variables such as $tuned_params are the entry's own: what installs a kernel adds them
    plain = " ".join(word for word in words(default.cmdline) if not word.startswith("$"))
    return replaced(plain, wanted) + "\n"


def _as_words(entry: Entry) -> List[str]:
    """Return an entry for comparison: which one, its other arguments, and crashkernel= in order."""
    return [entry.id] + words(without(entry.cmdline)) + values(entry.cmdline)
