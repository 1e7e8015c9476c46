# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The test of a dump directory: a shell line that makes it and writes into it, and what its output means.

The same line is run on this host, in a private mount, and on a dump server by ssh. So it is plain POSIX shell on one
line. It has no exclamation mark, which the login shell of an account on a server may take for a history word.

It goes into the directory first, and judges and changes where it is then. Whoever replaces a part of the path by a link
afterwards does not lead it elsewhere.
"""

import re
import shlex
from typing import Dict, List, NamedTuple, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._syntax import private_directories
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import whole

# mktemp(1) puts letters in place of the X; by this name, a later test finds what a killed one left
TEST_FILE = ".crashops-kdump-XXXXXX"
ABSENT, READ_ONLY, NEEDED, OUTSIDE, A_HOME, NOT_EMPTY, ELSEWHERE = range(21, 28)
# shows an account that only takes dumps what the line would do; to a shell it is just $0
TRIAL = "crashops-kdump-try"
KNOWN = ("step", "existed", "before", "owner", "mode", "place", "other", "write_only", "program")
# the counts that dd(1) prints, in the C locale
DD_COUNTS = re.compile(r"records (in|out)$| copied, ")
# enters the nearest directory that exists, every link followed; $w is its path, $r what is missing below it
_ENTER = (
    'p=$d; until [ -d "$p" ]; do p=$(dirname -- "$p"); done; cd -P -- "$p" || exit 1; w=$(pwd -P); '
    'r=${d#"$p"}; r=${r#/}; t=$w; [ -z "$r" ] || t=${w%/}/$r; echo "place=$t"'
)
_NAMED = "case $t in %s) exit %d;; esac" % (private_directories.name_pattern(), NEEDED)
_LOOK = "m=$(stat -c %a .) || exit 1; u=$(stat -c %u .) || exit 1"
# sticky and the like: somebody shares it on purpose
_SHARED = "700|????"
_FOREIGN = 'cut -d: -f6 /etc/passwd | grep -Fxq -e "$w" && exit %d' % A_HOME
_OF_USER = 'case $w in /home/*|/var/home/*) [ "$u" = 0 ] || exit %d;; esac' % A_HOME
_OTHER = (
    "o=$(find . -mindepth 1 -maxdepth 1 -not '(' %s ')' | head -n 1); [ -z \"$o\" ] || { echo \"other=$o\"; exit %d; }"
) % (" ".join(private_directories.find_words()), NOT_EMPTY)
_MAKE = (
    'while [ -n "$r" ]; do c=${r%%%%/*}; case $r in */*) r=${r#*/};; *) r=;; esac; '
    'mkdir -- "./$c" || exit 1; cd -P -- "./$c" || exit 1; done; [ "$(pwd -P)" = "$t" ] || exit %d'
) % OUTSIDE
_OWNER = '[ "$u" = 0 ] || chown 0:0 . || exit 1'
_MODE = "case $m in %s) ;; *) chmod 0700 . || exit 1;; esac" % _SHARED
_STILL = '[ "$(cd -P -- "$d" && pwd -P)" = "$t" ] || exit %d' % OUTSIDE
# the size is read back: a full file system may still let an empty file be made
_WRITE = (
    'f=$(mktemp -- "./%s") || exit 1; dd if=/dev/zero of="$f" bs=4096 count=16 conv=fsync || '
    '{ rm -f -- "$f"; exit 1; }; [ "$(wc -c <"$f")" -eq 65536 ] || exit 1; rm -f -- "$f" || exit 1'
) % TEST_FILE
# what a test left when the power failed; a test in progress, maybe of another host, is younger
_LEFT = "find . -maxdepth 1 -type f -name '.crashops-kdump-??????' -mmin +60 -exec rm -f -- {} + 2>/dev/null"
_SPACE = "echo step=space; df -Pk . | tail -n 1"


class Trial(NamedTuple):
    """What a test saw of the directory: existed and mode_before are from before it.

    mode is from after the test, or as it would be. write_only: the account takes new dumps and nothing else. program:
    the SHA-256 of the program that answered there.
    """

    existed: bool
    mode_before: Optional[str]
    mode: str
    owned: bool
    free_bytes: Optional[int]
    write_only: bool = False
    program: Optional[str] = None


def trial_script(directory: str, create: bool, own: bool, root: str = "") -> str:
    """Return the line that makes the dump directory for its owner alone (own: for root) and writes a file into it.

    root is the mount point of the directory's file system, and no link may lead out of it. Without root, the directory
    is one of the running system, and none that the system needs.
    """
    make = _MAKE if create else "exit %d" % ABSENT
    parts = ["umask 077"] + _judgement(directory, own, root)
    parts += ['if [ -z "$r" ]; then echo existed=1; else %s; echo existed=0; fi' % make]
    parts += ["echo step=mode", _LOOK, "echo before=$m"]
    parts += (["echo owner=$u", _OWNER] if own else []) + [_MODE, "echo mode=$(stat -c %a .)", _STILL]
    return "; ".join([*parts, "echo step=write", _LEFT, _WRITE, _SPACE])


def look_script(directory: str, create: bool, own: bool, root: str = "", makes_private: bool = True) -> str:
    """Return the line that only looks at the dump directory, or at the nearest one above it that exists.

    makes_private says whether a run would close the directory to others. If it would not, it may hold anything.
    """
    absent = ":" if create else "exit %d" % ABSENT
    parts = _judgement(directory, own, root, makes_private)
    owner = "; echo owner=$u" if own else ""
    parts += ['if [ -z "$r" ]; then echo existed=1; echo before=$m%s; else %s; echo existed=0; fi' % (owner, absent)]
    return "; ".join([*parts, _SPACE, "[ -w . ] || exit %d" % READ_ONLY])


def _judgement(directory: str, own: bool, root: str, makes_private: bool = True) -> List[str]:
    """Return the commands that enter the dump directory, or the nearest above it, and refuse what others need."""
    parts = ["d=%s" % shlex.quote(private_directories.normal(directory)), "echo step=make", _ENTER]
    if root:
        # a mount point may be reached by a link, such as /mnt where the system is an image
        parts.append("b=$(cd -P -- %s && pwd -P) || exit 1" % shlex.quote(root))
        parts.append('case $t/ in "$b"/*) ;; *) exit %d;; esac' % OUTSIDE)
    else:
        parts += ["b=", _NAMED] if makes_private else []
    if not makes_private:
        return [*parts, 'if [ -z "$r" ]; then %s; fi' % _LOOK]
    # only what would change is judged by what is in it; a directory that is private already stays as it is
    right = '[ "$u" = 0 ] && ' if own else ""
    private = "case $m in %s) %sk=1;; esac" % (_SHARED, right)
    dumps = 'case ${w#"$b"}/ in %s/*) k=1;; esac' % private_directories.DUMPS
    judged = ([] if root else [_FOREIGN]) + ([_OF_USER] if own and not root else []) + [_OTHER]
    inner = "; ".join([_LOOK, private, dumps, 'if [ -z "$k" ]; then %s; fi' % "; ".join(judged)])
    return [*parts, 'k=; if [ -z "$r" ]; then %s; fi' % inner]


def outcome(stdout: str) -> Trial:
    """Return what a test line found, once it came to its end."""
    found = _words(stdout)
    existed, before = found.get("existed") == "1", found.get("before")
    shared = existed and before is not None and len(before) > 3
    mode = found.get("mode") or ("%s" % before if shared else "700")
    free = re.search(r"\s[0-9]+\s+[0-9]+\s+([0-9]+)\s+\S+%?\s+/", stdout)
    room = whole(free.group(1)) if free else None
    return Trial(
        existed,
        before.zfill(4) if existed and before else None,
        mode.zfill(4),
        found.get("owner", "0") == "0",
        None if room is None else room * 1024,
        found.get("write_only") == "1",
        found.get("program"),
    )


def changes(trial: Trial) -> List[str]:
    """Return what the test changed about the dump directory, or would change: made, mode, owner."""
    if not trial.existed:
        return ["made"]
    changed = ["mode"] if trial.mode_before != trial.mode else []
    return changed + ([] if trial.owned else ["owner"])


REFUSED = {
    NEEDED: (private_directories.OTHERS_NEED % "{place}", "name another directory"),
    OUTSIDE: ("a link leads from there to {place}", "name the directory itself"),
    A_HOME: (
        "{place} is the home directory of an account",
        "name a directory for dumps alone, or close this one to others yourself: chmod 0700 {place}",
    ),
    NOT_EMPTY: (
        "{place} is open to other accounts, or belongs to one, and holds {other}, which is not a dump",
        "name an empty directory, or give this one to whoever writes the dumps and close it: chmod 0700 {place}",
    ),
}


def complaint(rc: int, stdout: str, stderr: str, directory: str, where: str) -> str:
    """Return the message for a test line that ended early."""
    # dd counts its records also where it fails
    lines = [line.strip() for line in stderr.splitlines() if line.strip() and not DD_COUNTS.search(line)]
    said = " / ".join(lines[-3:]) or "it said nothing"
    what = "%s on %s" % (directory, where)
    found = _words(stdout)
    if rc in REFUSED and "place" in found:
        rule, remedy = REFUSED[rc]
        seen = {"place": found["place"], "other": found.get("other", "?")[2:] or "?"}
        return "%s is refused: %s; %s." % (what, rule.format(**seen), remedy.format(**seen))
    if rc == ABSENT:
        return "%s does not exist, and create is false; make it, for its owner alone (0700)." % what
    if rc == ELSEWHERE:
        return "%s is not where the account lets this host write (%s); run setup with kdump_target and kdump_path." % (
            what,
            said,
        )
    if rc == READ_ONLY:
        return "%s cannot be written to; let whoever writes the dumps write there, or mount it without ro." % what
    if found.get("step") == "make":
        return "%s cannot be made (%s); make it, or give whoever writes the dumps the right to." % (what, said)
    if found.get("step") == "mode":
        words = (
            "%s has the mode %s, and cannot be made private (%s); let it belong to whoever writes the dumps, mode 0700."
        )
        return words % (what, found.get("before", "?"), said)
    return "nothing can be written to %s (%s); check its permissions and its free space." % (what, said)


def _words(stdout: str) -> Dict[str, str]:
    """Return the name=value lines of a test's output, the last one of each name."""
    pairs = [line.partition("=") for line in stdout.splitlines()]
    return {name: value for name, sign, value in pairs if sign and name in KNOWN}
