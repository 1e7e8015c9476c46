# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Predicts what update-grub changes besides crashkernel=: it also applies settings that somebody edited before."""

import re
from typing import Dict, List, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.base import BootEntry, BootPlan
from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders.grub_variables import GrubVariables
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.kernel_cmdline import (
    replaced,
    values,
    without,
    words,
)

VARIABLES = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"]
# arguments that 10_linux gives by itself; $vt_handoff is Ubuntu's
OF_SCRIPT = re.compile(r"(?:root|rootflags|init)=|ro\Z|\$")
APPLIES = "update-grub applies all of GRUB's settings as they stand, not crashkernel= alone: it %s"
UNTOLD = (
    "update-grub applies all of GRUB's settings as they stand, and some of them changed after it ran last. "
    "Only a shell can show what that changes besides crashkernel=, because %s"
)


def predicted(plan: BootPlan, texts: Dict[str, str], edited: bool) -> BootPlan:
    """Return a plan with the arguments that GRUB's settings will add to boot entries, and sentences about them.

    texts are the files of settings by path, in the order in which they are read. edited says whether one of them
    changed after the last update-grub. Only then an argument may go: scripts in /etc/grub.d give arguments that no
    setting has.
    """
    settings = GrubVariables(VARIABLES)
    for path, text in texts.items():
        settings.source(text, path)
    told = [settings.values[name] for name in VARIABLES]
    standing = _others(" ".join(value or "" for value in told))
    after = [_with(entry, _only_in(standing, _others(entry.cmdline))) for entry in plan.after]
    gained, lost = _differences(plan.before, after)
    if edited and None not in told:
        extra = [word for entry in plan.before for word in _only_in(_others(entry.cmdline), standing)]
        lost = _only_in([word for word in extra if not OF_SCRIPT.match(word)], [])
    notes = _sentences(gained, lost, "may take")
    if edited:
        notes += [UNTOLD % settings.doubts[name] for name in VARIABLES if settings.values[name] is None][:1]
    return plan._replace(after=after, notes=notes)


def as_applied(plan: BootPlan, seen: List[BootEntry]) -> BootPlan:
    """Return a plan with the boot entries as they are read back, and sentences about other changed arguments."""
    found = {entry.id: entry for entry in seen}
    pairs = [(entry, found.get(entry.id, entry)) for entry in plan.after]
    same = [words(old.cmdline) == words(new.cmdline) for old, new in pairs]
    # update-grub also applies a GRUB_DEFAULT that was edited before
    after = [old._replace(default=new.default) if alike else new for (old, new), alike in zip(pairs, same)]
    gained, lost = _differences(plan.before, after)
    return plan._replace(after=after, notes=_sentences(gained, lost, "takes"))


def _others(cmdline: str) -> List[str]:
    """Return the arguments that update-grub may change besides crashkernel=."""
    return list(words(without(cmdline)))


def _only_in(some: List[str], others: List[str]) -> List[str]:
    """Return the arguments that are not among the others, each once: what update-grub adds, or takes out."""
    return [word for number, word in enumerate(some) if word not in others and word not in some[:number]]


def _with(entry: BootEntry, missing: List[str]) -> BootEntry:
    """Return a boot entry with more arguments before its crashkernel=; unchanged if there are none."""
    if not missing:
        return entry
    longer = " ".join([without(entry.cmdline).rstrip()] + missing)
    return entry._replace(cmdline=replaced(longer, values(entry.cmdline)))


def _differences(before: List[BootEntry], after: List[BootEntry]) -> Tuple[List[str], List[str]]:
    """Return the arguments except crashkernel= that any boot entry gains, and those that any loses."""
    pairs = [(_others(old.cmdline), _others(new.cmdline)) for old, new in zip(before, after)]
    gained = [word for old, new in pairs for word in _only_in(new, old)]
    lost = [word for old, new in pairs for word in _only_in(old, new)]
    return _only_in(gained, []), _only_in(lost, [])


def _sentences(gained: List[str], lost: List[str], takes: str) -> List[str]:
    """Return the sentence about arguments that boot entries gain and lose, none if nothing changes."""
    parts = ["adds %s to the boot entries" % " ".join(gained)] if gained else []
    if lost:
        parts.append("%s %s out of %s" % (takes, " ".join(lost), "them" if gained else "the boot entries"))
    return [APPLIES % ", and ".join(parts)] if parts else []
