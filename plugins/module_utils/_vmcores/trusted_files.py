# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""What counts as evidence of a crash: a file that only root could have put there, and a time that is possible."""

from typing import List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import FileFacts, Host

# the user into which a server squashes root; nobody else has this number
NOBODY = 65534
# clocks may differ by this much; no crash can be later than now
SLACK_S = 60
GROUP_WRITE, OTHERS_WRITE, STICKY = 0o020, 0o002, 0o1000


def is_of_user(facts: FileFacts) -> bool:
    """Return whether a file belongs to a user: not to root, nor to the nobody that a server makes of root."""
    return facts.uid not in (0, NOBODY)


def doubt(host: Host, path: str, facts: FileFacts, squashed: bool = False) -> Optional[str]:
    """Return how others than root could have put a file there, None if nobody else could.

    Directories above its own may be open to all if they are sticky: nobody renames root's files there. squashed: the
    nobody that a server makes of root counts as root.
    """
    roots = (0, NOBODY) if squashed else (0,)
    if facts.uid not in roots:
        return "%s belongs to the user %d and not to root" % (path, facts.uid)
    if _is_open(facts):
        return "others than root may write to %s" % path
    above = _above(path)
    real = host.real_path(above[0])
    for number, directory in enumerate(above + ([] if real == above[0] else _above(real + "/x"))):
        trouble = _of_directory(host, directory, roots, number == 0)
        if trouble:
            return trouble
    return None


def _above(path: str) -> List[str]:
    """Return the directories that hold a file, nearest first, because they must be trusted too."""
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _is_open(facts: FileFacts) -> bool:
    """Return whether users other than root and outside its group may write."""
    return bool(facts.mode & OTHERS_WRITE or (facts.mode & GROUP_WRITE and facts.gid != 0))


def _of_directory(host: Host, directory: str, roots: Tuple[int, ...], nearest: bool) -> Optional[str]:
    """Return how others than root could have put a file of root below a directory, None if they could not."""
    seen = host.stat(directory)
    if seen is None:
        return None
    if seen.uid not in roots:
        return "%s belongs to the user %d and not to root" % (directory, seen.uid)
    if _is_open(seen) and (nearest or not seen.mode & STICKY):
        return "others than root may write to %s" % directory
    # a link does not show who made it
    parent = host.stat(directory.rpartition("/")[0] or "/")
    if host.link(directory) is not None and parent is not None and _is_open(parent):
        return "%s is a link, and others than root may write next to it" % directory
    return None


def is_possible(time: Optional[float], now: float) -> bool:
    """Return whether a file's time can be trusted as that of a crash: not if it lies in the future."""
    return time is not None and 0 < time <= now + SLACK_S
