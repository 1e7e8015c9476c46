# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The trial of a dump directory: a shell line that makes it and writes into it, and what its output means.

The same line is run on this host, in a mount of its own, and on a dump server by ssh, so it is plain POSIX shell on one
line, without an exclamation mark, which the login shell of an account on a server may take for a history word.
"""

import re
import shlex
from typing import Dict, List, NamedTuple, Optional

# a template of mktemp(1), which puts letters of its own in place of each X
TEST_FILE = ".crashops-kdump-XXXXXX"
ABSENT, READ_ONLY = 21, 22
KNOWN = ("step", "existed", "before", "owner", "mode")
DD_COUNTS = re.compile(r"records (in|out)$| copied, ")
# a mode of four digits has the sticky bit or the like: the directory is shared on purpose and is left as it is
_MODE = 'case $m in 700|????) ;; *) chmod 0700 -- "$d" || exit 1;; esac'
_OWNER = 'u=$(stat -c %u -- "$d"); echo owner=$u; [ "$u" = 0 ] || chown 0:0 -- "$d" || exit 1'
_WRITE = (
    'f=$(mktemp -- "$d/%s") || exit 1; dd if=/dev/zero of="$f" bs=4096 count=16 conv=fsync || '
    '{ rm -f -- "$f"; exit 1; }; [ "$(wc -c <"$f")" -eq 65536 ] || exit 1; rm -f -- "$f" || exit 1'
) % TEST_FILE
# what a trial left whose power failed; one that is under way, maybe of another host, is younger
_LEFT = "find \"$d\" -maxdepth 1 -type f -name '.crashops-kdump-??????' -mmin +60 -exec rm -f -- {} + 2>/dev/null"
_SPACE = "df -Pk -- %s | tail -n 1"


class Trial(NamedTuple):
    """What was seen of the directory. existed and mode_before are of before; mode is of after, or as it would be."""

    existed: bool
    mode_before: Optional[str]
    mode: str
    owned: bool
    free_bytes: Optional[int]


def trial_script(directory: str, create: bool, own: bool) -> str:
    """Return the line that makes the directory for its owner alone (own: for root) and writes a file into it."""
    make = 'mkdir -p -- "$d" || exit 1' if create else "exit %d" % ABSENT
    parts = ["umask 077", "d=%s" % shlex.quote(directory), "echo step=make"]
    parts += ['if [ -d "$d" ]; then echo existed=1; else %s; echo existed=0; fi' % make]
    parts += ["echo step=mode", 'm=$(stat -c %a -- "$d") || exit 1', "echo before=$m"]
    parts += ([_OWNER] if own else []) + [_MODE, 'echo mode=$(stat -c %a -- "$d")']
    return "; ".join([*parts, "echo step=write", _LEFT, _WRITE, "echo step=space", _SPACE % '"$d"'])


def look_script(directory: str, create: bool, own: bool) -> str:
    """Return the line that only looks: at the directory, or at the nearest one above it that is there."""
    absent = ":" if create else "exit %d" % ABSENT
    parts = [
        "d=%s" % shlex.quote(directory),
        "echo step=make",
        'p=$d; until [ -d "$p" ]; do p=$(dirname -- "$p"); done',
    ]
    parts += ['if [ "$p" = "$d" ]; then echo existed=1; echo before=$(stat -c %a -- "$d"); else ' + absent]
    parts += ["echo existed=0; fi"]
    parts += ['[ -d "$d" ] && echo owner=$(stat -c %u -- "$d")'] if own else []
    return "; ".join([*parts, '[ -w "$p" ] || exit %d' % READ_ONLY, "echo step=space", _SPACE % '"$p"'])


def outcome(stdout: str) -> Trial:
    """Return what either line found, once it came to its end."""
    found = _words(stdout)
    existed, before = found.get("existed") == "1", found.get("before")
    shared = existed and before is not None and len(before) > 3
    mode = found.get("mode") or ("%s" % before if shared else "700")
    free = re.search(r"\s\d+\s+\d+\s+(\d+)\s+\S+%?\s+/", stdout)
    return Trial(
        existed,
        before.zfill(4) if existed and before else None,
        mode.zfill(4),
        found.get("owner", "0") == "0",
        int(free.group(1)) * 1024 if free else None,
    )


def changes(trial: Trial) -> List[str]:
    """Return what was done to the directory, or would be."""
    if not trial.existed:
        return ["made"]
    changed = ["mode"] if trial.mode_before != trial.mode else []
    return changed + ([] if trial.owned else ["owner"])


def complaint(rc: int, stdout: str, stderr: str, directory: str, where: str) -> str:
    """Return the sentence for a line that ended early."""
    # dd counts its records also where it fails
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not DD_COUNTS.search(line)]
    said = " / ".join(lines[-3:]) or "it said nothing"
    what = "%s on %s" % (directory, where)
    if rc == ABSENT:
        return "%s does not exist, and create is false; make it, for its owner alone (0700)." % what
    if rc == READ_ONLY:
        return "%s cannot be written to; give whoever writes the dumps the right to, or free it of ro." % what
    found = _words(stdout)
    if found.get("step") == "make":
        return "%s cannot be made (%s); make it, or give whoever writes the dumps the right to." % (what, said)
    if found.get("step") == "mode":
        words = (
            "%s has the mode %s, and cannot be made private (%s); let it belong to whoever writes the dumps, mode 0700."
        )
        return words % (what, found.get("before", "?"), said)
    return "nothing can be written to %s (%s); see to its rights and its space." % (what, said)


def _words(stdout: str) -> Dict[str, str]:
    """Return the name=value lines of the output, of each name the last one."""
    pairs = [line.partition("=") for line in stdout.splitlines()]
    return {name: value for name, sign, value in pairs if sign and name in KNOWN}
