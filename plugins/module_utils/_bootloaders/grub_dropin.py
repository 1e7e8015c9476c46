# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""GRUB on Debian and Ubuntu: a drop-in of our own that is read after the kdump-tools package's, and update-grub."""

from typing import List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import (
    ETC_DEFAULT_GRUB,
    BootEntry,
    Bootloader,
    BootPlan,
    Kernels,
    NextOther,
    not_read_back,
    put_back,
)
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grub_cfg import (
    FOREIGN,
    Item,
    Menu,
    next_item,
    parse_grub_cfg,
)
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import replaced, values

DROP_IN_DIRECTORY = "/etc/default/grub.d"
# grub-mkconfig reads the drop-ins in the order of their names: after kdump-tools.cfg, and after what admins number
DROP_IN = DROP_IN_DIRECTORY + "/zz-crashops-kdump.cfg"
GRUB_CFG = "/boot/grub/grub.cfg"
GRUBENV = "/boot/grub/grubenv"

HEADER = """\
# Written by Ansible (crashops.kdump.crashkernel_reserve): edits will be lost.
# Takes crashkernel= out of what the files before this one have set, {and_then}.
"""
STRIP = r"""
for crashops_name in GRUB_CMDLINE_LINUX GRUB_CMDLINE_LINUX_DEFAULT; do
    eval "crashops_value=\${$crashops_name:-}"
    crashops_value=$(printf '%s\n' "$crashops_value" |
        sed -e 's/^crashkernel=[^[:space:]]*//' -e 's/[[:space:]]crashkernel=[^[:space:]]*//g')
    eval "$crashops_name=\$crashops_value"
done
unset crashops_name crashops_value
"""
APPEND = """
GRUB_CMDLINE_LINUX_DEFAULT="${GRUB_CMDLINE_LINUX_DEFAULT:+$GRUB_CMDLINE_LINUX_DEFAULT }%s"
"""


def drop_in_text(wanted: List[str]) -> str:
    """Return the GRUB drop-in that gives boot entries exactly the wanted crashkernel= values."""
    header = HEADER.format(and_then="then sets it again" if wanted else "and sets none")
    arguments = " ".join("crashkernel=%s" % value for value in wanted)
    return header + STRIP + (APPEND % arguments if wanted else "")


class GrubDropIn(Bootloader):
    """The boot entries that update-grub writes; one drop-in is valid for all kernels, also those installed later."""

    name = "grub-dropin"

    def entries(self) -> List[BootEntry]:
        """Return the boot entries that update-grub made on a system with GRUB's drop-ins, without the recovery ones."""
        menu = self._menu()
        found = menu.own()
        if not found:
            raise Failure("%s has no entry of this system; run update-grub and look at it" % GRUB_CFG, path=GRUB_CFG)
        chosen = self._next(menu)
        default = found[0] if chosen is None else chosen.entry
        return [entry._replace(default=entry is default) for entry in found]

    def _menu(self) -> Menu:
        """Return the menu that update-grub made on a system with GRUB's drop-ins."""
        text = self.host.read(GRUB_CFG)
        if text is None:
            raise Failure("there is no %s; is /boot mounted, and was update-grub ever run?" % GRUB_CFG, path=GRUB_CFG)
        return parse_grub_cfg(text)

    def _next(self, menu: Menu) -> Optional[Item]:
        """Return what the next boot takes on a system with GRUB's drop-ins, None where that cannot be seen."""
        return next_item(menu, self.host.read(GRUBENV) or "")

    def boots_other(self) -> Optional[NextOther]:
        """Return what GRUB boots next that the drop-in gives no arguments: a custom, a recovery or a foreign entry."""
        chosen = self._next(self._menu())
        if chosen is None or chosen.entry is not None:
            return None
        words = (
            "GRUB boots the entry '%s' next, whose arguments this collection does not set; GRUB_DEFAULT in %s chooses"
        )
        words += " it, or %s (run grub-editenv list)"
        unknown = chosen.cmdline is None or chosen.id.startswith(FOREIGN)
        return NextOther(
            words % (chosen.title or chosen.id, ETC_DEFAULT_GRUB, GRUBENV),
            None if unknown else values(chosen.cmdline or ""),
        )

    def entry_files(self, entry: BootEntry) -> List[str]:
        """Return the file that holds every boot entry on a system with GRUB's drop-ins."""
        return [GRUB_CFG]

    def refusals(self, kernels: Kernels) -> List[str]:
        """Return the refusal of any choice but all kernels: a drop-in is for all of them."""
        if kernels == "all":
            return []
        rule = "update-grub gives every kernel of this host the same arguments"
        return [refusal("kernels", kernels, rule, "leave it out or say all")]

    def plan(self, wanted: List[str], kernels: Kernels) -> BootPlan:
        """Plan the changes of our GRUB drop-in; update-grub runs if a file or a boot entry differs."""
        before = self.entries()
        after = [entry._replace(cmdline=replaced(entry.cmdline, wanted)) for entry in before]
        old = self.host.read(DROP_IN)
        new: Optional[str] = drop_in_text(wanted)
        if old is None and not wanted and not self._anything_to_take_out():
            new = None
        files = [FileChange(DROP_IN, old, new)] if old != new else []
        if not files and before == after:
            return BootPlan(before, after, [], [])
        # Compiling a module takes longer than reading a host, so what only a change needs is imported here.
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.update_grub_effects import predicted

        texts = {path: self.host.read(path) or "" for path in self._paths() if path != DROP_IN}
        return predicted(BootPlan(before, after, files, [["update-grub"]]), texts, self._edited_since())

    def _paths(self) -> List[str]:
        """Return GRUB's files of settings, our drop-in and the others included, in the order in which they are read."""
        return [ETC_DEFAULT_GRUB] + list(self.host.glob(DROP_IN_DIRECTORY + "/*.cfg"))

    def _anything_to_take_out(self) -> bool:
        """Return whether GRUB's files of settings have a crashkernel= that the drop-in has to take out."""
        return any("crashkernel=" in (self.host.read(path) or "") for path in self._paths())

    def _edited_since(self) -> bool:
        """Return whether a file of settings other than our drop-in has changed since the last update-grub."""
        written = self.host.stat(GRUB_CFG)
        paths = [DROP_IN_DIRECTORY] + [path for path in self._paths() if path != DROP_IN]
        seen = [self.host.stat(path) for path in paths]
        return written is not None and any(one is not None and one.mtime_ns > written.mtime_ns for one in seen)

    def apply(self, plan: BootPlan) -> BootPlan:
        """Write the drop-in, run update-grub, and read grub.cfg back; undo all of it if that fails."""
        if self.host.stat(DROP_IN_DIRECTORY) is None:
            self.host.make_directory(DROP_IN_DIRECTORY, 0o755)
        # on a full disk, grub-mkconfig leaves half of a new grub.cfg behind
        saved = {path: self.host.read(path) for path in (GRUB_CFG, GRUB_CFG + ".new")}
        saved.update((change.path, change.before) for change in plan.files)
        try:
            put_back(self.host, {change.path: change.after for change in plan.files})
            for argv in plan.commands:
                self.host.run(argv, timeout_s=self.timeout_s)
            seen = self._compared(plan)
        except Failure as failure:
            put_back(self.host, saved)
            raise Failure(failure.msg + "; the boot entries were put back as they were", **failure.details)
        from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.update_grub_effects import as_applied

        return as_applied(plan, seen)

    def _compared(self, plan: BootPlan) -> List[BootEntry]:
        """Return the boot entries with the drop-in; raise Failure if one does not have the wanted values."""
        seen = self.entries()
        wanted = [values(entry.cmdline) for entry in plan.after[:1]]
        if any([values(entry.cmdline)] != wanted for entry in seen):
            failure = not_read_back("update-grub", plan, seen)
            raise Failure("%s; %s" % (failure.msg, self._culprits()), **failure.details)
        return seen

    def _culprits(self) -> str:
        """Return advice on what may have added a value after our drop-in."""
        paths = [path for path in self.host.glob(DROP_IN_DIRECTORY + "/*.cfg") if path > DROP_IN]
        later = [path for path in paths if "crashkernel=" in (self.host.read(path) or "")]
        if later:
            return "take crashkernel= out of %s, which is read after %s" % (" and ".join(later), DROP_IN)
        return "look for a script in /etc/grub.d that adds a value"
