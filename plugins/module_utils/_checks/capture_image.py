# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""Checks of the capture initramfs and its kernel: whether they are there, fresh and loaded, and can be built again."""

from ansible_collections.crashops.kdump.plugins.module_utils._checks.outcome import (
    Outcome,
    failed,
    mib,
    of_unseen,
    passed,
    skipped,
    unknown,
    warned,
)
from ansible_collections.crashops.kdump.plugins.module_utils._facts.evidence import Evidence

ARM = "Run ansible-playbook crashops.kdump.setup, which builds and loads it."


def image_exists(seen: Evidence) -> Outcome:
    """Judge whether the running kernel has a capture initramfs."""
    image = seen.capture_image
    if image.exists:
        return passed(image.path)
    return of_unseen(seen, [image.path]) or failed(
        "The capture initramfs %s does not exist." % image.path, ARM, "missing", image.path
    )


def image_fresh(seen: Evidence) -> Outcome:
    """Judge whether the capture initramfs is newer than all that it is made from."""
    image = seen.capture_image
    if not image.exists:
        return skipped("there is no capture initramfs")
    if not image.stale_because:
        return passed(image.path)
    reason = "The capture initramfs %s must be built again: %s." % (image.path, image.stale_because)
    return warned(reason, ARM, "stale", "fresh")


def loaded_fresh(seen: Evidence) -> Outcome:
    """Judge whether the loaded capture image (kernel and initramfs) is as new as the files it comes from."""
    changed = seen.service.changed_since
    if not seen.service.armed:
        return skipped("nothing is loaded")
    service = seen.service
    if service.active is False and not service.moving:
        return unknown("It is not known when the capture kernel was loaded: %s did not do it." % service.unit, ARM)
    if changed is None:
        return unknown(
            "Without systemd, it is not known when the capture kernel was loaded.", "Run it where systemctl answers."
        )
    if not changed:
        return passed("yes")
    # systemd tells of a start only: what `kdumpctl reload` or a udev event has loaded since looks older than it is
    reason = "What is loaded is older than %s, unless it was loaded again by hand." % ", ".join(changed)
    return warned(reason, ARM, changed, "older files")


def image_links(seen: Evidence) -> Outcome:
    """Judge whether kdump-tools' links point at the running kernel."""
    wrong = seen.capture_image.wrong_links
    if not seen.stack_class.loads_by_links:
        return skipped("kdumpctl has no such links")
    if not wrong:
        return passed("they point at the running kernel")
    reason = "%s, while %s runs." % ("; ".join(wrong), seen.running.kernel)
    advice = "Run systemctl restart kdump-tools, which points them at the running kernel."
    return failed(reason, advice, wrong, seen.running.kernel)


def capture_kernel_installed(seen: Evidence) -> Outcome:
    """Judge whether the capture kernel is still on the disk."""
    path, there = seen.capture_image.kernel_path, seen.capture_image.kernel_exists
    if there:
        return passed(path)
    unseen = of_unseen(seen, [path])
    if unseen is not None:
        return unseen
    reason = "The capture kernel %s is not there: it cannot be loaded again." % path
    advice = "Install it again, reboot into one that is there, or mend KDUMP_BOOTDIR, KDUMP_IMG or KDUMP_KERNEL."
    return (warned if seen.service.armed else failed)(reason, advice, "missing", path)


def boot_space(seen: Evidence) -> Outcome:
    """Judge whether one more capture initramfs fits into the directory where it lies."""
    free, size = seen.capture_image.free_bytes, seen.capture_image.size
    if free is None or size is None:
        return skipped("the size of an initramfs, or the room for it, is not known")
    if free >= size:
        return passed("%s free" % mib(free), mib(size))
    reason = "%s are free where the capture initramfs lies, and the next one takes about %s."
    advice = "Remove old kernels; kdump fails in silence at the first boot of the next one."
    return warned(reason % (mib(free), mib(size)), advice, mib(free), mib(size))


def early_kdump(seen: Evidence) -> Outcome:
    """Judge whether early kdump, if it is requested, has a fresh capture initramfs."""
    if "rd.earlykdump" not in seen.platform.cmdline:
        return skipped("early kdump is not asked for")
    system, capture = seen.capture_image.system_mtime, seen.capture_image.mtime
    if system is None or capture is None:
        return unknown("The initramfs of the system or of the capture kernel cannot be seen.")
    if system >= capture:
        return passed("the system's initramfs is the younger one", None, "lsinitrd shows whether earlykdump is in it")
    reason = "The system's initramfs is older than the capture initramfs that early kdump has in it."
    return warned(reason, "Run dracut -f --add earlykdump.", "older", "younger")


def image_not_frozen(seen: Evidence) -> Outcome:
    """Judge whether kdumpctl may build the capture initramfs again (force_no_rebuild)."""
    if not seen.configuration.force_no_rebuild:
        return passed("it may")
    reason = "force_no_rebuild 1 keeps the capture initramfs as it is, whatever changes on the host."
    advice = "Set kdump_directives: {force_no_rebuild: null}, and run ansible-playbook crashops.kdump.setup."
    return warned(reason, advice, "force_no_rebuild 1", "without it")
