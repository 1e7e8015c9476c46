# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Which directories may become private to kdump: those for dumps alone, never one that others need."""

from typing import Iterator, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.value_problems import Problem

# where both stacks keep dumps by default; other files there, such as apport's reports, may lie next to dumps
DUMPS = "/var/crash"
# sticky, and writable for others
SHARED = 0o1002
# directories that others need; a directory below them may be for dumps alone
NEEDED = (
    "/", "/boot", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var",
    "/var/backups", "/var/cache", "/var/db", "/var/empty", "/var/games", "/var/lib", "/var/local", "/var/log",
    "/var/mail", "/var/opt", "/var/spool", "/var/tmp", "/var/www",
    # what the above are links to on image-based systems
    "/var/home", "/var/mnt", "/var/roothome", "/var/srv",
)  # fmt: skip
# directories that belong to the system with all below them
SYSTEM = (
    "/bin", "/dev", "/efi", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/proc", "/run", "/sbin",
    "/sys", "/usr", "/var/lock", "/var/run", "/var/usrlocal",
)  # fmt: skip
OTHERS_NEED = "others need %s, and only one account may read a directory of dumps"
# names of dumps and of files next to them, as shell patterns: by kdumpctl, kdump-tools, apport, mkfs, this collection
DIGITS = "[0-9]"
DUMP_NAMES = (
    "*-%s-%s-%s-%s:%s:%s" % (DIGITS * 4, DIGITS * 2, DIGITS * 2, DIGITS * 2, DIGITS * 2, DIGITS * 2),
    DIGITS * 12,
    "*-" + DIGITS * 12,
    "*vmcore*",
    "*dump." + DIGITS * 12 + "*",
    "*dump-incomplete*",
    "*dmesg." + DIGITS * 12,
    "kexec-dmesg.log",
    "kexec_cmd",
    "kdump_lock",
    "*.crash",
    "*.upload",
    "*.uploaded",
    "lost+found",
    ".crashops-kdump-*",
)


def normal(path: str) -> str:
    """Return an absolute path with one slash between its parts and none at the end."""
    return "/" + "/".join(part for part in path.split("/") if part)


def is_shared(path: str, mode: int) -> bool:
    """Return whether a dump directory is /var/crash, sticky and writable for every user on purpose."""
    return path == DUMPS and mode & SHARED == SHARED


def system_problem(path: str) -> Optional[Problem]:
    """Return why a directory cannot be for dumps or metrics alone, by its name; None if it can."""
    place = normal(path)
    if place in NEEDED:
        return Problem(OTHERS_NEED % place, "name a directory below it")
    for root in SYSTEM:
        if (place + "/").startswith(root + "/"):
            return Problem(
                "the system itself needs what is in %s" % root, "name a directory for dumps alone, such as %s" % DUMPS
            )
    return None


def refusals(option: str, path: str, leads_to: str = "") -> Iterator[str]:
    """Return the refusal of a dump directory; leads_to is where its links lead on this host, if known."""
    place = normal(path)
    for one in dict.fromkeys([place, leads_to or place]):
        problem = system_problem(one)
        if problem is not None:
            rule = problem.message if one == place else "it leads to %s, and %s" % (one, problem.message)
            yield refusal(option, path, rule, problem.remedy)
            return


def name_pattern() -> str:
    """Return a pattern for a shell's `case` that matches every directory that is refused by its name."""
    roots = [pattern for root in SYSTEM for pattern in (root, root + "/*")]
    return "|".join(list(NEEDED) + roots)


def find_words() -> List[str]:
    """Return find(1) words that match what a private directory may hold: dumps, and the files next to them."""
    words = []  # type: List[str]
    for name in DUMP_NAMES:
        words += (["-o"] if words else []) + ["-name", "'%s'" % name]
    return words
