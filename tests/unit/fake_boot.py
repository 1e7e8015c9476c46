# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that boot by grubby or by update-grub, made of dictionaries; what the two tools print is as recorded."""

import re
from typing import Any, Dict, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed, command_failure
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

GIB_2_IOMEM = """\
00000000-00000fff : Reserved
00001000-0009fbff : System RAM
000f0000-000fffff : System ROM
00100000-7ffdcfff : System RAM
  01000000-01ffffff : Kernel code
  69000000-74ffffff : Crash kernel
7ffdd000-7fffffff : Reserved
"""
DROP_IN = "/etc/default/grub.d/zz-crashops-kdump.cfg"
PACKAGE_DROP_IN = "/etc/default/grub.d/kdump-tools.cfg"
PACKAGE_TEXT = 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT crashkernel=384M-:128M"\n'
DEFAULT_GRUB = """\
GRUB_TIMEOUT=5
GRUB_CMDLINE_LINUX="crashkernel=1G-4G:192M rd.lvm.lv=rhel/root"
GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"   # mine
"""
MACHINE_ID = "0123456789abcdef0123456789abcdef"
RHEL = "1G-4G:192M,4G-64G:256M,64G-:512M"
# id, kernel without /boot, options
EL9_ENTRIES = (
    (
        MACHINE_ID + "-5.14.0-503.el9.x86_64",
        "/vmlinuz-5.14.0-503.el9.x86_64",
        "root=/dev/mapper/rhel-root ro crashkernel=%s rd.lvm.lv=rhel/root $tuned_params" % RHEL,
    ),
    (
        MACHINE_ID + "-5.14.0-362.el9.x86_64",
        "/vmlinuz-5.14.0-362.el9.x86_64",
        "root=/dev/mapper/rhel-root ro crashkernel=%s rd.lvm.lv=rhel/root $tuned_params" % RHEL,
    ),
    (
        MACHINE_ID + "-0-rescue",
        "/vmlinuz-0-rescue-" + MACHINE_ID,
        "root=/dev/mapper/rhel-root ro rescue.only=1",
    ),
)
EL8_ENTRIES = (
    (
        MACHINE_ID + "-4.18.0-553.el8_10.x86_64",
        "/vmlinuz-4.18.0-553.el8_10.x86_64",
        "$kernelopts $tuned_params",
    ),
    (MACHINE_ID + "-0-rescue", "/vmlinuz-0-rescue-" + MACHINE_ID, "$kernelopts"),
)
EL8_KERNELOPTS = "root=/dev/mapper/rhel-root ro crashkernel=auto rd.lvm.lv=rhel/root"


def kernel_files(release: str, booted: str = "", reserved: Optional[int] = 0) -> Dict[str, str]:
    """Return what the kernel of a machine with 2 GiB says."""
    files = {
        "/proc/sys/kernel/osrelease": release + "\n",
        "/proc/sys/kernel/arch": "x86_64\n",
        "/proc/sys/kernel/random/boot_id": "0b7a3f3e-0d3c-4a55-9c3b-6a1a4ed7d3f1\n",
        "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro %s\n" % booted,
        "/proc/iomem": GIB_2_IOMEM,
        "/sys/kernel/kexec_crash_loaded": "0\n",
    }
    if reserved is not None:
        files["/sys/kernel/kexec_crash_size"] = "%d\n" % reserved
    return files


class GrubbyHost(FakeHost):
    """A host whose grubby behaves like the real one, damage on the side included. `broken` makes it do nothing."""

    broken = False
    too_old = False
    complaint = ""

    def __init__(self, entries: Any = EL9_ENTRIES, kernelopts: str = "", default: str = "1", **more: Any) -> None:
        release = entries[0][1].replace("/vmlinuz-", "")
        files = kernel_files(release)
        for name, kernel, options in entries:
            text = "title x\nlinux %s\noptions %s\n" % (kernel, options)
            files["/boot/loader/entries/%s.conf" % name] = text
        files["/boot/grub2/grubenv"] = "kernelopts=%s\n" % kernelopts
        files["/etc/default/grub"] = DEFAULT_GRUB
        files.update(more.pop("files", {}))
        super().__init__(files, programs=["grubby"] + more.pop("programs", []), **more)
        self.names = [entry[0] for entry in entries]
        self.default = default

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        """Answer for grubby; everything else is the test's."""
        if argv[0] != "grubby":
            return super().run(argv, timeout_s, check)
        self.commands.append(list(argv))
        if argv[1] == "--info=ALL":
            return Completed(argv, 0, "".join(self._block(i, name) for i, name in enumerate(self.names)), "")
        if argv[1] == "--default-index":
            return Completed(argv, 0, self.default + "\n", "")
        if self.too_old and "--no-etc-grub-update" in argv:
            done = Completed(argv, 1, "", "grubby: unrecognized option '--no-etc-grub-update'\n")
            raise command_failure("the command failed", done)
        if not self.broken:
            args = argv[2].partition("=")[2] if "--args" in argv[2] else ""
            self._update(argv[1].partition("=")[2], args, "--no-etc-grub-update" in argv[3:])
        return Completed(argv, 0, "", self.complaint)

    def field(self, name: str, key: str) -> str:
        """Return a line of an entry's file."""
        found = re.search(r"^%s (.*)$" % key, self.files["/boot/loader/entries/%s.conf" % name], re.MULTILINE)
        return found.group(1) if found else ""

    def kernelopts(self) -> str:
        """Return the arguments that entries of EL 8 refer to."""
        return self.files["/boot/grub2/grubenv"].partition("=")[2].strip() or "$kernelopts"

    def _block(self, index: int, name: str) -> str:
        args = self.field(name, "options").replace("$kernelopts", self.kernelopts())
        root = re.search(r"root=(\S+)\s*", args)
        lines = ["index=%d" % index, 'kernel="/boot%s"' % self.field(name, "linux")]
        lines.append('args="%s"' % (args.replace(root.group(), "", 1) if root else args))
        lines += ['root="%s"' % root.group(1)] if root else []
        lines += ['initrd="/boot/initramfs.img $tuned_initrd"', 'title="Red Hat (9.3)"', 'id="%s"' % name]
        return "\n".join(lines) + "\n"

    def _update(self, selector: str, args: str, leave_default_grub: bool) -> None:
        def edit(old: str) -> str:
            kept = [word for word in old.split() if not word.startswith("crashkernel=")]
            return " ".join(kept + args.split())

        for index, name in enumerate(self.names):
            chosen = {"ALL": True, "DEFAULT": str(index) == self.default}
            if not chosen.get(selector, selector == "/boot" + self.field(name, "linux")):
                continue
            old = self.field(name, "options")
            if selector != "ALL" or "$kernelopts" not in old:
                new = edit(old.replace("$kernelopts", self.kernelopts()))
                path = "/boot/loader/entries/%s.conf" % name
                self.files[path] = self.files[path].replace("options " + old, "options " + new)
        if selector == "ALL" and not leave_default_grub:
            line = 'GRUB_CMDLINE_LINUX="%s"' % edit("rd.lvm.lv=rhel/root")
            text = re.sub(r"^GRUB_CMDLINE_LINUX.*", line, self.files["/etc/default/grub"], flags=re.MULTILINE)
            self.files["/etc/default/grub"] = text
        if selector == "ALL":
            if "$kernelopts" not in self.kernelopts():
                self.files["/boot/grub2/grubenv"] = "kernelopts=%s\n" % edit(self.kernelopts())
            last = self.field(self.names[-1], "options").replace("$kernelopts", self.kernelopts())
            self.files["/etc/kernel/cmdline"] = edit(self.files.get("/etc/kernel/cmdline", last)) + "\n"


ENTRY = """\
%(pad)smenuentry '%(title)s' --class debian --class gnu-linux --class gnu --class os $menuentry_id_option '%(id)s' {
%(pad)s\tload_video
%(pad)s\tinsmod gzio
%(pad)s\tif [ x$grub_platform = xxen ]; then insmod xzio; insmod lzopio; fi
%(pad)s\tinsmod ext2
%(pad)s\tsearch --no-floppy --fs-uuid --set=root %(uuid)s
%(pad)s\techo\t'Loading Linux %(release)s ...'
%(pad)s\tlinux\t%(boot)s/vmlinuz-%(release)s root=UUID=%(uuid)s ro %(args)s
%(pad)s\techo\t'Loading initial ramdisk ...'
%(pad)s\tinitrd\t%(boot)s/initrd.img-%(release)s
%(pad)s}
"""
FOREIGN = """\
menuentry 'Other' --class os $menuentry_id_option 'osprober-gnulinux-simple-1-2' {
\tlinux /boot/vmlinuz-5.10.0-1-amd64 root=/dev/sdb1 crashkernel=1M
}
menuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
\tfwsetup
}
"""


def grub_cfg(releases: List[str], normal: str, always: str = "console=ttyS0", boot: str = "/boot") -> str:
    """Return what update-grub of Debian 12 and 13 writes: 10_linux's part and entries that are not its own."""
    uuid = "5d7cf7d1-9a3b-4a6f-8a16-0f0a3f1b7c11"
    title = "Debian GNU/Linux"

    def entry(kind: str, release: str, args: str, pad: str) -> str:
        name = "gnulinux-simple-" + uuid if kind == "simple" else "gnulinux-%s-%s-%s" % (release, kind, uuid)
        fields = {"pad": pad, "title": title, "id": name, "uuid": uuid, "release": release, "boot": boot, "args": args}
        return ENTRY % fields

    default = "%s %s" % (always, normal)
    text = "### BEGIN /etc/grub.d/10_linux ###\n" + entry("simple", releases[0], default, "")
    text += "submenu 'Advanced options for %s' $menuentry_id_option 'gnulinux-advanced-%s' {\n" % (title, uuid)
    for release in releases:
        text += entry("advanced", release, default, "\t")
        text += entry("recovery", release, "single " + always, "\t")
    return text + "}\n### END /etc/grub.d/10_linux ###\n" + FOREIGN


class DebianHost(FakeHost):
    """A host whose update-grub reads the drop-ins as GRUB does. `always` is what scripts in grub.d give every entry."""

    always = "console=ttyS0"

    def __init__(self, releases: Any = ("6.1.0-41-amd64", "6.1.0-40-amd64"), boot: str = "/boot", **more: Any) -> None:
        files = kernel_files(releases[0])
        files["/etc/default/grub"] = 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n'
        files["/etc/os-release"] = 'ID=debian\nVERSION_ID="12"\n'
        files["/boot/grub/grub.cfg"] = grub_cfg(list(releases), "quiet", boot=boot)
        files.update(more.pop("files", {}))
        programs = ["update-grub", "dpkg"] + more.pop("programs", [])
        answers = dict({"update-grub": self.update_grub}, **more.pop("commands", {}))
        super().__init__(files, answers, dict({"/etc/default/grub.d": 0o755}, **more.pop("directories", {})), programs)
        self.releases, self.boot = list(releases), boot

    def update_grub(self, host: FakeHost) -> Any:
        """Write grub.cfg anew."""
        words = ["quiet"] + re.findall(r"crashkernel=[^\s\"*]+", self.files.get(PACKAGE_DROP_IN, ""))
        if DROP_IN in self.files:
            appended = self.files[DROP_IN].partition("\nGRUB_CMDLINE_LINUX_DEFAULT=")[2]
            words = ["quiet"] + re.findall(r"crashkernel=[^\s\"]+", appended)
        words += re.findall(r"crashkernel=\w+", self.files.get("/etc/default/grub.d/zzz.cfg", ""))
        self.files["/boot/grub/grub.cfg"] = grub_cfg(self.releases, " ".join(words), self.always, self.boot)
        return (0, "", "Generating grub configuration file ...\ndone\n")


OSTREE_ENTRY = """\
title Fedora Linux 42 (ostree:%(place)d)
version %(version)d
options %(options)s
linux /ostree/fedora-%(place)d/vmlinuz-6.14.0-63.fc42.x86_64
initrd /ostree/fedora-%(place)d/initramfs-6.14.0-63.fc42.x86_64.img
"""


class OstreeHost(FakeHost):
    """A host that boots images. Its rpm-ostree deletes, then appends, and stages a deployment, as the real one does.

    `answer` is what it says instead of that, `loses` a word that it forgets, `second` its answer to the second change.
    """

    answer: Any = None
    second: Any = None
    loses = ""

    def __init__(self, crashkernel: Any = (RHEL,), only: Any = ("rpm-ostree",), **more: Any) -> None:
        words = ["crashkernel=%s" % value for value in crashkernel]
        self.cmdline = " ".join(["ostree=/ostree/boot.1/fedora/0", "root=UUID=1", "rw"] + words)
        self.changes = 0
        files = dict(kernel_files("6.14.0-63.fc42.x86_64"), **{"/run/ostree-booted": ""})
        for place, options in ((0, self.cmdline), (1, "root=UUID=1 crashkernel=128M")):
            fields = {"place": place, "version": 2 - place, "options": options}
            files["/boot/loader/entries/ostree-%d.conf" % (2 - place)] = OSTREE_ENTRY % fields
        files.update(more.pop("files", {}))
        super().__init__(files, programs=list(only) + more.pop("programs", []), **more)

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        """Answer for rpm-ostree kargs; everything else is the test's."""
        if argv[:2] != ["rpm-ostree", "kargs"]:
            return super().run(argv, timeout_s, check)
        self.commands.append(list(argv))
        if len(argv) == 2:
            return Completed(argv, 0, self.cmdline + "\n", "")
        self.changes += 1
        answer = self.second if self.changes == 2 and self.second else self.answer
        done = Completed(argv, *(answer or (0, "Staging deployment...done\nChanges queued for next boot.\n", "")))
        if done.rc:
            raise command_failure("the command failed", done)
        if answer is None:
            self._stage(argv[2:])
        return done

    def _stage(self, options: List[str]) -> None:
        kept = self.cmdline.replace("/boot.1/", "/boot.0/").split()
        for option in options:
            change, _equals, word = option.partition("=")
            if change == "--delete":
                kept.remove(word)
        kept = [word for word in kept if word != self.loses]
        self.cmdline = " ".join(kept + [one.partition("=")[2] for one in options if one.startswith("--append=")])
