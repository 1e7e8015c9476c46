# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Boot Loader Specification entries, set by grubby: the RHEL family and Fedora.

grubby exits with 0 whatever its sed calls did, so everything is read back. The two files that it edits on the side are
planned and written here, before it runs. Its own edit of /etc/default/grub also changes GRUB_CMDLINE_LINUX_DEFAULT. It
makes /etc/kernel/cmdline from the last entry, which is the rescue one. An interrupted run leaves neither damage.
"""

import re
from typing import Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    ETC_DEFAULT_GRUB,
    ZIPL_CONF,
    BootEntry,
    Bootloader,
    BootPlan,
    Future,
    Kernels,
    NotBooted,
    default_entry,
    not_read_back,
    put_back,
)
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grubby_output import parse_info
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.zipl import is_older_than
from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import PROC_CMDLINE
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import (
    replaced,
    values,
    without,
    words,
)

KERNEL_CMDLINE = "/etc/kernel/cmdline"
# what kernel-install reads instead if the other file does not exist
PACKAGED_CMDLINE = "/usr/lib/kernel/cmdline"
GRUBENV = "/boot/grub2/grubenv"
BLS_ENTRY = "/boot/loader/entries/%s.conf"
GRUB_CFG = "/boot/grub2/grub.cfg"
EFI_GRUB_CFG = "/boot/efi/EFI/*/grub.cfg"
# the command by which GRUB reads BLS entries, and what it has instead where GRUB_ENABLE_BLSCFG is not true
BLSCFG = re.compile(r"^[ \t]*blscfg\b", re.MULTILINE)
OWN_MENU = re.compile(r"^[ \t]*linux(?:efi|16)?\s+\S*vmlinuz", re.MULTILINE)
OPTIONS = re.compile(r"^options[ \t]", re.MULTILINE)
KERNELOPTS = "$kernelopts"
KERNELOPTS_LINE = re.compile(r"^kernelopts=(.*)$", re.MULTILINE)
# grubby 8.40-39 (EL 8.3) began to edit /etc/default/grub, and has this since; it swallows what stands after it
LEAVE_DEFAULT_GRUB = "--no-etc-grub-update"


class Grubby(Bootloader):
    """The boot entries that grubby knows."""

    name = "grubby"

    def entries(self) -> List[BootEntry]:
        """Return every boot entry that grubby can set, also the rescue one: it is booted like any other."""
        info = self.host.run(["grubby", "--info=ALL"], timeout_s=self.timeout_s).stdout
        default_index = self.host.run(["grubby", "--default-index"], timeout_s=self.timeout_s, check=False).stdout
        found = list(parse_info(info, default_index))
        if not found:
            raise Failure(
                "grubby --info=ALL names no boot entry; is /boot mounted and /boot/loader/entries filled?", stdout=info
            )
        return self._settable(found)

    def _settable(self, found: List[BootEntry]) -> List[BootEntry]:
        """Return the entries that grubby can give arguments: unified kernel images and memory tests have none."""
        texts = {entry.id: self.host.read(BLS_ENTRY % entry.id) for entry in found}
        kept = [entry for entry in found if texts[entry.id] is None or OPTIONS.search(texts[entry.id] or "")]
        lost = [entry.id for entry in found if entry.default and entry not in kept]
        if lost or not kept:
            name = lost[0] if lost else found[0].id
            words = "the boot entry %s has no line of options, so grubby sets no kernel arguments for it; "
            raise Failure(words % name + "set them where its image is made, or boot another entry by default")
        return kept

    def entry_files(self, entry: BootEntry) -> List[str]:
        """Return the boot entry's own file, and grubenv if the entry refers to it."""
        path = BLS_ENTRY % entry.id
        return [path] + ([GRUBENV] if KERNELOPTS in (self.host.read(path) or "") else [])

    def unread(self) -> Optional[NotBooted]:
        """Return that GRUB boots its own menu and not grubby's entries (GRUB_ENABLE_BLSCFG is not true), else None."""
        paths = self.host.glob(EFI_GRUB_CFG) + [GRUB_CFG]
        texts = {path: self.host.read(path) or "" for path in paths}
        menus = [path for path in paths if OWN_MENU.search(texts[path])]
        if not menus or any(BLSCFG.search(text) for text in texts.values()):
            return None
        remedy = "Set GRUB_ENABLE_BLSCFG=true in %s, and run grub2-mkconfig -o %s." % (ETC_DEFAULT_GRUB, menus[0])
        return NotBooted("%s has entries of its own and does not read those that grubby sets" % menus[0], remedy)

    def refusals(self, kernels: Kernels) -> List[str]:
        """Return a refusal for each chosen kernel that grubby has no boot entry for."""
        entries = self.entries() if kernels != "all" else []
        known = sorted({entry.kernel for entry in entries})
        remedy = "name one of %s" % ", ".join(known)
        if kernels == "default" and not any(entry.default for entry in entries):
            return [refusal("kernels", kernels, "grubby knows no default entry", remedy)]
        if isinstance(kernels, str):
            return []
        return [refusal("kernels", path, "no boot entry has it", remedy) for path in kernels if path not in known]

    def plan(self, wanted: List[str], kernels: Kernels) -> BootPlan:
        """Return the planned changes; the two side files change only if all kernels are chosen."""
        before = self.entries()
        _check_kernelopts([entry for entry in before if _is_meant(entry, kernels)], wanted)
        after = [
            entry._replace(cmdline=replaced(entry.cmdline, wanted)) if _is_meant(entry, kernels) else entry
            for entry in before
        ]
        files = self._side_files(before, before != after, wanted) if kernels == "all" else []
        selectors: List[str] = []
        for old, new in zip(before, after):
            if old != new:
                selectors.append({"all": "ALL", "default": "DEFAULT"}.get(str(kernels), old.kernel))
        if kernels == "all" and not selectors and self._forgets_new_kernels(before, wanted):
            selectors.append("ALL")
        commands = [_argv(selector, wanted) for selector in sorted(set(selectors))]
        if self._boots_by_zipl() and (commands or is_older_than(self.host, self._bls_paths())):
            commands.append(["zipl"])
        return BootPlan(before, after, files, commands)

    def _boots_by_zipl(self) -> bool:
        """Return whether a grubby host boots by zipl (s390x), which copies the entries' arguments only when it runs."""
        return self.host.read(ZIPL_CONF) is not None and self.host.which("zipl") is not None

    def _bls_paths(self) -> List[str]:
        """Return the files of the BLS entries."""
        return [self.host.real_path(path) for path in self.host.glob(BLS_ENTRY % "*")]

    def future(self) -> Optional[Future]:
        """Return where kernels that are installed later take their arguments from: a file, or the running kernel."""
        if self._takes_kernelopts(self.entries()):
            kernelopts = self._kernelopts()
            return None if kernelopts is None else Future(GRUBENV, values(kernelopts))
        texts = {path: self.host.read(path) for path in (KERNEL_CMDLINE, PACKAGED_CMDLINE, PROC_CMDLINE)}
        return next((Future(path, values(text)) for path, text in texts.items() if text is not None), None)

    def _side_files(self, before: List[BootEntry], grubby_runs: bool, wanted: List[str]) -> List[FileChange]:
        """Return the changes to the files from which kernels that are installed later take their arguments.

        Without /etc/kernel/cmdline they take them from a package's file or the running kernel, so it is not needed if
        those are right.
        """
        # Compiling a module takes longer than reading a host, so what only a change needs is imported here.
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.default_grub import (
            edited_default_grub,
        )

        changes = []
        text = self.host.read(ETC_DEFAULT_GRUB)
        if text is not None:
            changes.append(FileChange(ETC_DEFAULT_GRUB, text, edited_default_grub(text, wanted)))
        text, packaged = self.host.read(KERNEL_CMDLINE), self.host.read(PACKAGED_CMDLINE)
        instead = self.host.read(PROC_CMDLINE) or "" if packaged is None else packaged
        # grubby makes this file anyway
        needed = grubby_runs or values(instead) != wanted
        if text is not None or (needed and not self._takes_kernelopts(before)):
            made = _new_kernel_cmdline(packaged if text is None else text, before, wanted)
            changes.append(FileChange(KERNEL_CMDLINE, text, made))
        return [change for change in changes if change.before != change.after]

    def _takes_kernelopts(self, entries: List[BootEntry]) -> bool:
        """Return whether new kernels refer to kernelopts on a grubby host: on RHEL 8, but not with zipl (s390x)."""
        default = default_entry(entries)
        return default is not None and ".el8" in default.kernel and self.host.read(ZIPL_CONF) is None

    def _kernelopts(self) -> Optional[str]:
        """Return the arguments of entries that refer to kernelopts, None if grubenv does not set it."""
        found = KERNELOPTS_LINE.search(self.host.read(GRUBENV) or "")
        return found.group(1) if found else None

    def _forgets_new_kernels(self, before: List[BootEntry], wanted: List[str]) -> bool:
        """Return whether kernelopts would give new kernels other crashkernel= values than wanted (RHEL 8)."""
        kernelopts = self._kernelopts() if self._takes_kernelopts(before) else None
        return kernelopts is not None and values(kernelopts) != wanted

    def apply(self, plan: BootPlan) -> BootPlan:
        """Write the side files as planned, run grubby, and read everything back; undo all of it if that fails."""
        saved = self._saved()
        in_order = self._sides_in_order()
        aside = {path: saved[path] for path in (ETC_DEFAULT_GRUB, KERNEL_CMDLINE)}
        aside.update((change.path, change.after) for change in plan.files)
        try:
            put_back(self.host, aside)
            complaints = [self._run(argv) for argv in plan.commands]
            put_back(self.host, aside)
            self._keep_order(in_order)
            self._compare(plan, "".join(complaints))
        except Failure as failure:
            raise Failure("%s; %s" % (failure.msg, self._undo(plan, saved, in_order)), **failure.details)
        return plan

    def _run(self, argv: List[str]) -> str:
        """Run grubby and return its complaints; run it again without --no-etc-grub-update if it is too old for that."""
        try:
            return str(self.host.run(argv, timeout_s=self.timeout_s).stderr)
        except Failure as failure:
            if LEAVE_DEFAULT_GRUB not in argv or LEAVE_DEFAULT_GRUB[2:] not in failure.details.get("stderr", ""):
                raise
            older = [word for word in argv if word != LEAVE_DEFAULT_GRUB]
            return str(self.host.run(older, timeout_s=self.timeout_s).stderr)

    def _undo(self, plan: BootPlan, saved: Dict[str, Optional[str]], in_order: bool) -> str:
        """Put every file that grubby may write and the boot record back; return a sentence that says how it went."""
        try:
            put_back(self.host, saved)
            self._keep_order(in_order)
            if ["zipl"] in plan.commands:
                self._run(["zipl"])
        except Failure as failure:
            return "nor could the boot entries be put back as they were (%s)" % failure.msg
        return "the boot entries were put back as they were"

    def _saved(self) -> Dict[str, Optional[str]]:
        """Return the text of every file that grubby may write."""
        paths = self._bls_paths() + [self.host.real_path(GRUBENV)]
        return {path: self.host.read(path) for path in paths + [ETC_DEFAULT_GRUB, KERNEL_CMDLINE]}

    def _sides_in_order(self) -> bool:
        """Return whether /etc/kernel/cmdline is not older than /etc/default/grub.

        If it is older, kernel-install runs grub2-mkconfig.
        """
        grub, cmdline = (self.host.stat(path) for path in (ETC_DEFAULT_GRUB, KERNEL_CMDLINE))
        return grub is None or cmdline is None or grub.mtime_ns <= cmdline.mtime_ns

    def _keep_order(self, in_order: bool) -> None:
        """Make /etc/kernel/cmdline the newer file again, if it was not the older one before."""
        if in_order and not self._sides_in_order():
            self.host.set_mtime(KERNEL_CMDLINE)

    def _compare(self, plan: BootPlan, complaints: str) -> None:
        """Raise Failure, with grubby's complaints, if any argument of a boot entry differs from the plan."""
        seen = self.entries()
        if [_as_words(entry) for entry in seen] != [_as_words(entry) for entry in plan.after]:
            failure = not_read_back("grubby", plan, seen)
            said = "; it said: %s" % " / ".join(complaints.strip().splitlines()[-3:]) if complaints.strip() else ""
            raise Failure(failure.msg + said, **failure.details)
        wrong = [change.path for change in plan.files if self.host.read(change.path) != change.after]
        if wrong:
            raise Failure("%s does not say what was written into it; what else writes it?" % " and ".join(wrong))


def _is_meant(entry: BootEntry, kernels: Kernels) -> bool:
    """Return whether a choice of kernels includes one of grubby's boot entries."""
    if kernels == "all":
        return True
    return entry.default if kernels == "default" else entry.kernel in kernels


def _check_kernelopts(entries: List[BootEntry], wanted: List[str]) -> None:
    """Raise Failure if entries refer to kernelopts that grubenv does not set.

    For all entries, grubby would do nothing and report success. To a single one it would append crashkernel=, and GRUB
    then no longer falls back to default_kernelopts: the entry would boot without root=.
    """
    bare = [entry.id for entry in entries if KERNELOPTS in words(entry.cmdline) and values(entry.cmdline) != wanted]
    if bare:
        raise Failure(
            "%s takes its arguments from kernelopts, which %s does not set, so grubby cannot change them; run "
            "grub2-mkconfig -o with the path of this host's grub.cfg, which writes it, and try again"
            % (", ".join(bare), GRUBENV)
        )


def _argv(selector: str, wanted: List[str]) -> List[str]:
    """Return the grubby call that sets exactly the wanted values: --args drops all of the name, then adds."""
    change = "--args=" + " ".join("crashkernel=%s" % value for value in wanted)
    argv = ["grubby", "--update-kernel=%s" % selector, change if wanted else "--remove-args=crashkernel"]
    return argv + ([LEAVE_DEFAULT_GRUB] if selector == "ALL" else [])


def _new_kernel_cmdline(text: Optional[str], before: List[BootEntry], wanted: List[str]) -> str:
    """Return the new text of /etc/kernel/cmdline: the words of its text, or the default entry's without one."""
    if text is not None:
        return text if values(text) == wanted else replaced(text.strip(), wanted) + "\n"
    # variables such as $tuned_params are the entry's own: the installation of a kernel adds them
    default = default_entry(before)
    standing = words(default.cmdline) if default else ()
    plain = " ".join(word for word in standing if not word.startswith("$"))
    return replaced(plain, wanted) + "\n"


def _as_words(entry: BootEntry) -> List[str]:
    """Return what to compare of grubby's boot entry: its id, its other arguments, and crashkernel= in order."""
    return [entry.id, *words(without(entry.cmdline)), *values(entry.cmdline)]
