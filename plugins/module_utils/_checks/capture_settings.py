# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of settings in the capture kernel: its sysctl keys, and the boot words of its command line."""

import re
from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._checks.capture_memory import (
    COMMITTED,
    DOUBTFUL,
    FLOOR,
    commit_limit,
    left,
    of_keys,
    of_words,
    reserved,
    takes_much,
)
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    NOT_INSTALLED,
    Outcome,
    failed,
    mib,
    passed,
    skipped,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.capture_settings import LINE
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import number

PANIC = "kernel.panic"
# keys that end the dump where a disk or a server is slow, and what switches their detector off when it is 0
HANGS = (
    ("kernel.hung_task_panic", ("kernel.hung_task_timeout_secs",)),
    ("kernel.softlockup_panic", ("kernel.watchdog", "kernel.soft_watchdog", "kernel.watchdog_thresh")),
    ("kernel.hardlockup_panic", ("kernel.watchdog", "kernel.nmi_watchdog", "kernel.watchdog_thresh")),
    ("kernel.panic_on_rcu_stall", ()),
    ("kernel.panic_on_warn", ()),
)
# keys that end it where something else goes wrong as well
TROUBLES = (
    "kernel.panic_on_oops",
    "kernel.panic_on_io_nmi",
    "kernel.panic_on_unrecovered_nmi",
    "kernel.unknown_nmi_panic",
    "vm.panic_on_oom",
)
# words for finding bugs, which keep something about each page or object
DEBUGGERS = {
    "slub_debug": ("-", "off", "none"),
    "slab_debug": ("-", "off", "none"),
    "page_owner": ("off", ""),
    "kmemleak": ("off", ""),
    "debug_pagealloc": ("off", "0", ""),
    "page_poison": ("off", "0", ""),
}
MOVE = "Take it out of %s, or set it in a unit that has ConditionPathExists=!/proc/vmcore."
CAPTURE_WORDS = ("S4", "S5", "S6", "S8", "S11", "T4", "T15", "T16")
# arguments that take memory, or processors, that a capture kernel has not
HUNGRY = ("memmap", "isolcpus", "movablecore", "kernelcore", "swiotlb")


def capture_sysctls(seen: Evidence) -> Outcome:
    """Judge whether sysctl keys would end the dump: they leave too little memory, or turn a hang into a panic."""
    takers = of_keys(seen)
    hopeless = takes_much(seen, takers) and left(seen, takers) < FLOOR
    hangs = _hangs(seen)
    if hopeless:
        worst = max(takers, key=lambda taker: taker.size)
        reason = "%s acts in the capture kernel too, and leaves it %s of %s: it dies without a dump."
        sizes = mib(max(0, left(seen, takers))), mib(reserved(seen))
        return failed(
            reason % ((worst.what,) + sizes), _advice(seen, worst.source), [one.what for one in takers], "less"
        )
    if not hangs:
        return passed("none")
    source = seen.capture_settings.sysctls[hangs[0]].source
    reason = "%s would act in the capture kernel as well, where a slow disk then ends the dump."
    advice = "Set them by kdump_panic_policy instead, which leaves the capture kernel alone. " + _advice(seen, source)
    return warned(reason % ", ".join(hangs), advice, hangs, "none")


def capture_settings(seen: Evidence) -> Outcome:
    """Judge whether settings of the capture kernel are in doubt: they take memory, or make it panic."""
    keys = [key for key in TROUBLES if (number(seen.capture_settings.sysctls, key) or 0) > 0]
    keys = [key for key in keys if key not in seen.stack_class.usual_sysctls]
    takers = of_keys(seen) + of_words(seen)
    needed = seen.memory.needed.total if seen.memory.needed else 0
    tight = takes_much(seen, takers) and left(seen, takers) < max(DOUBTFUL, needed)
    found = [taker.what for taker in takers] if tight else []
    commit = commit_limit(seen)
    if commit is not None and commit < COMMITTED:
        found.append("vm.overcommit_memory = 2 (programs get %s)" % mib(commit))
    found += _debuggers(seen)
    if not found and not keys:
        return passed("nothing that takes much")
    reasons = ["%s acts in the capture kernel too, and may leave too little memory." % ", ".join(found)] * bool(found)
    reasons += ["%s would end the dump at the first trouble." % ", ".join(keys)] * bool(keys)
    sources = [seen.capture_settings.sysctls[key].source for key in keys] + [one.source for one in takers if tight]
    advice = _advice(seen, (sources or [LINE])[0]) + " Or prove it by a test (crashops.kdump.test)."
    return warned(" ".join(reasons), advice, found + keys, "none")


def _advice(seen: Evidence, source: str) -> str:
    """Return the advice on a setting of the capture kernel, by the file or command line that sets it."""
    return seen.stack_class.unsay if source == LINE else MOVE % source


def _hangs(seen: Evidence) -> List[str]:
    """Judge the capture settings for hangs: return the keys that make one a panic and whose detector is on."""
    settings = seen.capture_settings.sysctls
    found = [(key, detectors) for key, detectors in HANGS if (number(settings, key) or 0) > 0]
    return [key for key, detectors in found if all(number(settings, one) != 0 for one in detectors)]


def _debuggers(seen: Evidence) -> List[str]:
    """Judge the capture settings for debuggers of memory: return the boot words that turn one on."""
    last = {word.partition("=")[0]: word for word in seen.capture_settings.words}
    found = [(last[name], off) for name, off in sorted(DEBUGGERS.items()) if name in last]
    return [
        word for word, off in found if word.partition("=")[2].lower() not in off or word in ("slub_debug", "slab_debug")
    ]


def capture_boots(seen: Evidence) -> Optional[Outcome]:
    """Judge whether capture settings keep the program that saves the dump from starting; None where none does."""
    words = seen.capture_settings.words
    if not seen.stack_class.boots_root:
        stops = [word for word in words if re.match(STOPS, word)]
    else:
        stops = (
            [word for word in words if re.match(r"rdinit=|break($|=)", word)] + _other_unit(words) + _other_init(words)
        )
    if not stops:
        return _hopeless_log(seen)
    reason = "The capture kernel gets %s, and so does not come to saving the dump." % " ".join(stops)
    return failed(reason, seen.stack_class.unsay, stops)


def _hopeless_log(seen: Evidence) -> Optional[Outcome]:
    """Judge whether the capture setting log_buf_len leaves too little memory; None where it does not."""
    logs = [taker for taker in of_words(seen) if taker.what.startswith("log_buf_len=")][-1:]
    # a larger one may find no room in one piece, and is then left out
    if not logs or logs[0].size * 2 > reserved(seen) or left(seen, logs) >= FLOOR or not takes_much(seen, logs):
        return None
    reason = "The capture kernel gets %s, whose buffer and index take %s of its %s: it dies without a dump."
    told = reason % (logs[0].what, mib(logs[0].size), mib(reserved(seen)))
    return failed(told, seen.stack_class.unsay, logs[0].what, "less")


# dracut stops in a shell; a rd.break that comes later comes after the dump
STOPS = r"(rdinit|rd\.systemd\.unit)=|rd\.break=(cmdline|pre-udev|pre-trigger|initqueue|pre-mount|mount)$"
RUNLEVEL_WORDS = ("emergency", "rescue", "single", "s", "S", "1", "2", "3", "4", "5")


def _other_unit(words: List[str]) -> List[str]:
    """Return the capture setting, a boot word, that starts a unit which does not save the dump; the last counts."""
    found = [word for word in words if word in RUNLEVEL_WORDS or word.startswith("systemd.unit=")]
    return found[-1:] if found and found[-1] != "systemd.unit=kdump-tools-dump.service" else []


def _other_init(words: List[str]) -> List[str]:
    """Return the capture setting init= if it is not systemd, and so would not start what saves the dump."""
    found = [word for word in words if word.startswith("init=")][-1:]
    return [word for word in found if not re.search(r"/(?:s?bin/init|systemd)$", word)]


def capture_panic(seen: Evidence) -> Optional[Tuple[str, str]]:
    """Return the capture setting kernel.panic of a file that wins over panic=, to judge it; None without one."""
    setting = seen.capture_settings.sysctls.get(PANIC)
    return (setting.value, setting.source) if setting and setting.source != LINE else None


def capture_command_line(seen: Evidence) -> Outcome:
    """Judge whether the capture kernel's command line has what it needs, and nothing that harms it."""
    found = of_rules(seen, CAPTURE_WORDS) or capture_boots(seen)
    if found is not None:
        return found
    hungry = [word for word in seen.capture_settings.words if word.partition("=")[0] in HUNGRY]
    if not hungry or all(word.startswith(seen.stack_class.usual_words) for word in hungry):
        return passed("nothing that harms")
    reason = "The capture kernel takes over %s from the running one, which takes memory or processors from it."
    return warned(reason % " ".join(hungry), seen.stack_class.unsay_taken_over, hungry)


def capture_restarts(seen: Evidence) -> Outcome:
    """Judge whether the capture settings restart the machine if the capture kernel itself panics."""
    if not seen.stack.installed:
        return skipped(NOT_INSTALLED)
    said = [word for word in seen.capture_settings.words if word.startswith("panic=")]
    # the kernel takes the last, and 0 is what it does unasked
    if said and said[-1] != "panic=0":
        later = capture_panic(seen)
        if later is None or later[0] != "0":
            return passed(said[-1])
        reason = "%s sets kernel.panic = 0 in the capture kernel too, over %s: if it panics, the machine stands still."
        return warned(reason % (later[1], said[-1]), "Take kernel.panic out of %s." % later[1], "0", said[-1])
    reason = "If the capture kernel itself panics, the machine stands still until somebody resets it."
    return warned(reason, "Set kdump_commandline_append: [panic=10].", said, "panic=10, or another time in seconds")


def hibernation(seen: Evidence) -> Outcome:
    """Judge whether a setting to resume from hibernation is in the capture kernel's way."""
    if "resume=" not in seen.platform.cmdline:
        return skipped("no resume= was booted")
    if not seen.stack_class.boots_root or "noresume" in seen.platform.cmdline:
        return passed("the capture initramfs has no part that resumes")
    return passed("a kernel that finds no image of this boot does not resume")
