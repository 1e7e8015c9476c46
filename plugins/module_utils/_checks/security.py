# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of who may read the dumps, and of whether all of the host could be seen."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    AS_ROOT,
    Outcome,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import is_shared

OTHERS = 0o077
WORLD = 0o007
# what the policy of Fedora and RHEL gives /var/crash
LABEL = "kdump_crash_t"


def dump_directory_private(seen: Evidence) -> Outcome:
    """Judge whether only root may look into the dump directory: dumps hold passwords and keys."""
    found = seen.target.directory
    path, mode, uid = found.path, found.mode, found.uid
    if not found.exists or path is None or mode is None or uid is None:
        return skipped("there is no dump directory on this host")
    seen_as = "%s, owner %d" % (found.octal, uid)
    if uid == 0 and not mode & OTHERS:
        return passed(seen_as, "0700, owner 0")
    reason = "Others than root may look into %s (%s), and dumps hold passwords and keys." % (path, seen_as)
    advice = "Run ansible-playbook crashops.kdump.setup, which makes it private, or chmod 0700 and chown root it."
    if mode > 0o777:
        # as apport of Ubuntu makes /var/crash, for reports that every user may leave there
        advice = "Set kdump_path to a directory that only kdump uses: this one is open to every user on purpose (%s)."
        advice %= found.octal
        if seen.stack_class.has_own_directory and is_shared(path, mode):
            advice = "Run ansible-playbook crashops.kdump.setup, by which dumps go to a directory of their own (%s)."
            advice %= "kdump_own_path"
    return warned(reason, advice, seen_as, "0700, owner 0")


def dumps_private(seen: Evidence) -> Outcome:
    """Judge whether everybody may read one of the dumps on this host."""
    found = seen.target.directory
    if not seen.dumps.own or not found.exists:
        return skipped("there is no dump on this host")
    if not (found.mode or 0) & WORLD:
        return passed("the directory keeps them")
    bare = [dump.path for dump in seen.dumps.own if (dump.mode or 0) & WORLD]
    if not bare:
        return passed("each is for its owner alone")
    reason = "Everybody may read %d of the dumps, such as %s." % (len(bare), bare[0])
    return warned(
        reason,
        "Run ansible-playbook crashops.kdump.setup, which makes the directory private; then chmod 0600 the dumps.",
        len(bare),
        0,
    )


def selinux_label(seen: Evidence) -> Outcome:
    """Judge whether the dump directory has the SELinux label that programs which analyse dumps may read."""
    label = seen.target.label
    if label is None:
        return skipped("SELinux is off, or the dumps are not on this host")
    if LABEL in label:
        return passed(label, LABEL)
    reason = "The dump directory has the label %s; programs that analyse dumps may be denied." % label
    return warned(
        reason, "Run restorecon -R on it; for a directory of your own, semanage fcontext first.", label, LABEL
    )


def all_seen(seen: Evidence) -> Outcome:
    """Judge whether a lack of rights, or something else, kept parts of the host from being seen."""
    if not seen.platform.root:
        return unknown("Without root, /proc/iomem, boot entries, dumps and proof cannot be seen.", AS_ROOT)
    if not seen.unseen:
        return passed("everything")
    first = sorted(seen.unseen)[0]
    reason = "%d things could not be looked at, such as %s: %s" % (len(seen.unseen), first, seen.unseen[first])
    return unknown(reason, "See unseen in the result.")


def password_in_clear(seen: Evidence) -> Outcome:
    """Judge whether a configuration file holds a password, or dumps cross the network unprotected."""
    if seen.settings.target_type == "ftp":
        reason = "The dumps go to an FTP server: passwords and keys in them cross the network in clear."
        return warned(reason, "Dump by ssh.", "ftp", "ssh")
    return of_rules(seen, configuration.PASSWORD) or passed("none")
