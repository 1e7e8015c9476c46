# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of security: who may read the dumps, what the host keeps from being seen, what it forbids kexec to load."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks import configuration
from ansible_collections.crashops.kdump.plugins.module_utils._checks.lint_findings import of_rules
from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    AS_ROOT,
    PROVE,
    Outcome,
    failed,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence
from ansible_collections.crashops.kdump.plugins.module_utils._facts.kernel import LOAD_DISABLED, LOAD_LIMIT
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import is_shared

OTHERS = 0o077
WORLD = 0o007
# what the policy of Fedora and RHEL gives /var/crash
LABEL = "kdump_crash_t"
# by the keys that forbid kexec
ALLOWED = {LOAD_DISABLED: "%s = 0" % LOAD_DISABLED, LOAD_LIMIT: "%s = -1" % LOAD_LIMIT}
# the mount option by which restorecon knows a file system whose files have labels of their own
SETTABLE = "seclabel"
# what Secure Boot and lockdown leave
SIGNED = "Boot a signed kernel; leave -s in KEXEC_ARGS or KDUMP_KEXEC_ARGS."


def dump_directory_private(seen: Evidence) -> Outcome:
    """Judge the security of the dump directory: only root may look into it, as dumps hold secrets."""
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
    """Judge the security of the dumps on this host: whether everybody may read one."""
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
    """Judge whether the SELinux security label of the dump directory lets programs analyse the dumps."""
    label = seen.target.label
    if label is None:
        return skipped("SELinux is off, or the dumps are not on this host")
    if LABEL in label:
        return passed(label, LABEL)
    mount = seen.target.place.mount if seen.target.place else None
    if mount is not None and SETTABLE not in mount.options.split(","):
        return skipped("the mount gives all of its files one label, which nobody can change (%s)" % label)
    reason = "The dump directory has the label %s; programs that analyse dumps may be denied." % label
    return warned(
        reason, "Run restorecon -R on it; for a directory of your own, semanage fcontext first.", label, LABEL
    )


def all_seen(seen: Evidence) -> Outcome:
    """Judge whether security on this host, such as a lack of rights, kept parts of it from being seen."""
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


def kexec_allowed(seen: Evidence) -> Outcome:
    """Judge whether security settings forbid kexec to load a capture kernel, now or at the next boot."""
    disabled, planned = seen.platform.sysctl.kexec_load_disabled, seen.platform.forbidden_at_boot
    if disabled is None:
        return skipped("this kernel has no %s" % LOAD_DISABLED)
    if planned and "rd.earlykdump" not in seen.platform.cmdline.split() and (seen.service.armed or not disabled):
        what = "%s = %d" % (planned.key, planned.value)
        reason = "%s (%s) forbids kexec at the next boot, before kdump loads anything." % (what, planned.source)
        remedy = "Take %s out of %s, and out of the hardening profile." % (planned.key, planned.source)
        return failed(reason, remedy, "%s: %d" % (planned.source, planned.value), ALLOWED[planned.key])
    if not disabled:
        return passed(ALLOWED[LOAD_DISABLED])
    return _kept_from_loading(seen, LOAD_DISABLED, disabled)


def kexec_loads_left(seen: Evidence) -> Outcome:
    """Judge whether a security setting that limits how often kexec may load leaves enough of that before a reboot."""
    left = seen.platform.sysctl.kexec_load_limit_panic
    if left is None or left < 0:
        return skipped("the kernel does not limit how often kexec may load")
    # to load again takes more than one, as each unload counts too; kdump-config and the unit's stop both unload
    again = 3 if seen.stack_class.hides_unload else 2
    if left >= (again if seen.service.armed else 1):
        return passed(left)
    return _kept_from_loading(seen, LOAD_LIMIT, left)


def _kept_from_loading(seen: Evidence, key: str, value: int) -> Outcome:
    """Return what a security setting means that keeps kexec from loading a capture kernel before a reboot."""
    what = "%s = %d" % (key, value)
    advice = "Take %s out of /etc/sysctl.d and of the hardening profile, and reboot: it cannot be unset before." % key
    if seen.service.armed:
        reason = "%s: what is loaded stays, but no update can be loaded before the next boot." % what
        return warned(reason, advice, what, ALLOWED[key])
    return failed("%s forbids that a capture kernel is loaded." % what, advice, what, ALLOWED[key])


def secure_boot(seen: Evidence) -> Outcome:
    """Judge whether Secure Boot lets a capture kernel be loaded."""
    if not seen.platform.secure_boot:
        return skipped("Secure Boot is off")
    if seen.service.armed:
        return passed("on, and a capture kernel is loaded")
    reason = "Secure Boot is on, so only a signed kernel can be loaded, and only by kexec_file_load (-s)."
    return warned(reason, SIGNED, "on")


def lockdown(seen: Evidence) -> Outcome:
    """Judge whether security by lockdown lets a capture kernel be loaded."""
    word = seen.platform.lockdown
    if word in (None, "none"):
        return skipped("the kernel is not locked down")
    if seen.service.armed:
        return passed("%s, and a capture kernel is loaded" % word)
    reason = "The kernel is locked down (%s), so only a signed kernel can be loaded, by kexec_file_load (-s)." % word
    return warned(reason, SIGNED, word)


def confidential_guest(seen: Evidence) -> Outcome:
    """Judge whether the memory of the machine is encrypted against its host, which few kernels can dump."""
    kind = seen.platform.confidential
    if kind is None:
        return skipped("this is no confidential virtual machine")
    reason = "The memory of this virtual machine is encrypted (%s); most kernels cannot dump that." % kind
    return warned(reason, PROVE, kind)


def fips(seen: Evidence) -> Outcome:
    """Judge whether a capture kernel has the checksum by which it checks itself in FIPS mode."""
    if not seen.platform.fips:
        return skipped("FIPS mode is off")
    if seen.stack_class.boots_root or seen.capture_image.kernel_has_hmac:
        return passed("on")
    reason = "FIPS mode is on, and there is no checksum (.hmac) next to the capture kernel in /boot."
    return warned(reason, "Install the kernel again, or run fips-mode-setup --enable.", "no .hmac", ".hmac")
