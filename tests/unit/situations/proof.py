# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations of dumps that prove nothing, and of proofs of a setup that is no longer there."""

import json
from typing import Any, Dict

from ansible_collections.crashops.kdump.plugins.module_utils._facts.proof import PROOF, record_of
from ansible_collections.crashops.kdump.tests.unit.armed_host import MOUNTS, armed_debian, armed_el9
from ansible_collections.crashops.kdump.tests.unit.dump_builder import (
    BLOCK,
    KERNEL,
    PACKED,
    DeadKernel,
    elf,
    flattened,
    kdump_compressed,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, FakeHost
from ansible_collections.crashops.kdump.tests.unit.situations.situation import Change, Maker, Said, Situation, judge

FOLDER = "/var/crash/202611232010"
CORE = FOLDER + "/dump.202611232010"
EL_FOLDER = "/var/crash/127.0.0.1-2026-11-23-20:10:00"
DATA = 4 * BLOCK + 5 * 24
SIZE = len(PACKED[1])
SPARSE = "a sparse, truncated file that rsync restored has its full size"
CUT = "reported: a dump that was cut, or never was one, was called complete"
DUMP = {"id": "1", "core": CORE, "format": "flattened", "size_bytes": 7 << 20, "crash_time": START, "panic": None}
# what is only said where there is a dump
LIES = {"dumps_private": ("pass", ""), "dumps_space": ("pass", "")}


def private(host: FakeHost) -> None:
    """Make the folders of the dumps private, as kdump does."""
    host.directories.update({FOLDER: 0o700, EL_FOLDER: 0o700})


def hole(content: bytes, offset: int, size: int) -> bytes:
    """Return a file with zeros in a place."""
    return content[:offset] + bytes(size) + content[offset + size :]


def with_kexec(on: Maker) -> Maker:
    """Return a maker of hosts that have kexec among their programs."""

    def made(files: Dict[str, Any]) -> FakeHost:
        host = on(files)
        host.programs = [*host.programs, "kexec"]
        return host

    return made


def proven(changed: Change) -> Change:
    """Return a change of a host that a crash test has proved, and which was changed since."""

    def change(host: FakeHost) -> None:
        info = judge(host)
        host.files[PROOF] = json.dumps(record_of(info, START, dict(DUMP, kernel=info["kernel"])))
        host.clock += 86400
        changed(host)

    return change


def written(path: str, text: str) -> Change:
    """Return a change of a host that writes a file and leaves it the date of its maker, as packages do."""

    def change(host: FakeHost) -> None:
        host.files[path] = text
        host.mtimes[path] = START - 86400
        host.ctimes[path] = host.clock

    return change


def unknown_to_the_proof(host: FakeHost) -> None:
    """Take the content of the files out of the proof, as an earlier version wrote it."""
    record = json.loads(host.files[PROOF])
    del record["own_files"]
    host.files[PROOF] = json.dumps(record)


def relabelled(host: FakeHost) -> None:
    """Change nothing but the labels of all files."""
    host.ctimes.update(dict.fromkeys(host.files, host.clock))


def unknown_to_the_proof_and_relabelled(host: FakeHost) -> None:
    """Make both changes."""
    unknown_to_the_proof(host)
    relabelled(host)


def stale(words: str) -> Dict[str, Said]:
    """Return what the checks say of a host whose proof is stale."""
    passes = dict.fromkeys(("proof_exists", "proof_young", "machine_unchanged"), ("pass", ""))
    return dict(passes, proof_current=("warn", words))


# a proof settles the doubts of other checks
PROVEN = dict.fromkeys(
    ("proof_exists", "proof_current", "proof_young", "machine_unchanged", "capture_restarts"), ("pass", "")
)
PROVEN_DEBIAN = dict(PROVEN, collector_kernel=("pass", ""))
NARROW = "reported: a host stayed ready after its tools had changed"
TOOLS = {
    "/usr/sbin/kdump-config": "config",
    "/usr/sbin/kdumpctl": "auto_reset_crashkernel failure_action",
    "/usr/sbin/makedumpfile": "collector",
    "/usr/sbin/kexec": "kexec",
    "/usr/lib/dracut/modules.d/99kdumpbase/kdump.sh": "dump_fs",
    "/lib/systemd/system/kdump-tools-dump.service": "[Service]",
}


def changes(name: str, on: Maker, path: str, words: str = "was changed") -> Situation:
    """Return the situation of a proved host of which one file has another content, and an old date."""
    programs = proven(written(path, "another"))
    return Situation(
        name, on, TOOLS, programs, stale("%s %s" % (path, words)), source=NARROW, before="ready, proof_current: pass"
    )


OWN = [
    changes("kdump-config was changed since the crash test", armed_debian, "/usr/sbin/kdump-config"),
    changes("kexec was changed since the crash test", with_kexec(armed_debian), "/usr/sbin/kexec"),
    changes(
        "the unit that dumps was changed since the crash test",
        armed_debian,
        "/lib/systemd/system/kdump-tools-dump.service",
    ),
    changes(
        "a file came to sysctl.d since the crash test", armed_debian, "/etc/sysctl.d/50-local.conf", words="is new"
    ),
    changes(
        "a drop-in of the unit came since the crash test",
        armed_el9,
        "/etc/systemd/system/kdump.service.d/local.conf",
        words="is new",
    ),
    changes(
        "the dracut module was changed since the crash test, and rpm kept its date",
        armed_el9,
        "/usr/lib/dracut/modules.d/99kdumpbase/kdump.sh",
    ),
    Situation(
        "nothing has changed since the crash test",
        armed_debian,
        TOOLS,
        proven(lambda host: None),
        PROVEN_DEBIAN,
        "ready",
        source="kdump-tools of Debian 12",
        before="ready",
    ),
    Situation(
        "all files have new labels since the crash test",
        armed_el9,
        TOOLS,
        proven(relabelled),
        PROVEN,
        "ready",
        source="restorecon -R changes the ctime and no content",
        before="ready",
    ),
    Situation(
        "the package was installed again since the crash test, with the same content",
        armed_el9,
        TOOLS,
        proven(written("/usr/sbin/kexec", "kexec")),
        PROVEN,
        "ready",
        source="dnf reinstall kexec-tools",
        before="ready",
    ),
    Situation(
        "sysctl.d changed, which kdumpctl takes out of its image",
        armed_el9,
        TOOLS,
        proven(written("/etc/sysctl.d/50-local.conf", "vm.swappiness = 10\n")),
        PROVEN,
        "ready",
        source="99kdumpbase/module-setup.sh: remove_sysctl_conf",
        before="ready",
    ),
    Situation(
        "a proof of an earlier version, and the tools were installed after it",
        armed_el9,
        TOOLS,
        proven(unknown_to_the_proof_and_relabelled),
        stale("the proof does not hold them"),
        source=NARROW,
        before="ready, proof_current: pass",
    ),
    Situation(
        "a proof of an earlier version, and the tools are older",
        armed_el9,
        TOOLS,
        proven(unknown_to_the_proof),
        PROVEN,
        "ready",
        source=NARROW,
        before="ready",
    ),
]
DUMPS = [
    Situation(
        "a dump lies there whose pages can all be read",
        armed_debian,
        {CORE: flattened(kdump_compressed())},
        private,
        LIES,
        source="kdump-tools of Debian 12",
        before="ready_unproven, no word",
    ),
    Situation(
        "a dump has its size and its end, and a page of zeros in between",
        armed_debian,
        {CORE: flattened(hole(kdump_compressed(), DATA + SIZE, SIZE), piece=1 << 20)},
        private,
        dict(LIES, dumps_complete=("warn", "cannot be unpacked")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a flattened dump has its end mark, and a hole in which its records end",
        armed_debian,
        {CORE: hole(flattened(kdump_compressed()), 9000, 3000)},
        private,
        dict(LIES, dumps_complete=("warn", "there is no record")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a flattened dump ends in its bitmap, whose bytes look like the end mark",
        armed_debian,
        {CORE: flattened(kdump_compressed(), piece=32764)[: 4096 + 3 * BLOCK]},
        private,
        dict(LIES, dumps_complete=("warn", "the file ends inside the record")),
        verdict="degraded",
        source=CUT,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a flattened text has its end mark, and is no dump",
        armed_debian,
        {CORE: flattened(b"hello")},
        private,
        dict(LIES, dumps_complete=("unknown", "no way to judge this format")),
        source=CUT,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a flattened dump has its end mark, and a header that calls it incomplete",
        armed_debian,
        {CORE: flattened(kdump_compressed(status=0x9))},
        private,
        dict(LIES, dumps_complete=("warn", "makedumpfile marked it incomplete")),
        verdict="degraded",
        source=CUT,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "an ELF core has no segment",
        armed_el9,
        {EL_FOLDER + "/vmcore": elf()[:56] + bytes(2) + elf()[58:]},
        private,
        dict(LIES, dumps_complete=("warn", "it holds no memory")),
        verdict="degraded",
        source=CUT,
        before="dumps_complete: warn, inside its 0 program headers",
    ),
    Situation(
        "a vmcore has random bytes for its last page",
        armed_el9,
        {EL_FOLDER + "/vmcore": kdump_compressed()[:-SIZE] + b"\xa5" * SIZE},
        private,
        dict(LIES, dumps_complete=("warn", "page 4 of 5")),
        verdict="degraded",
        source="makedumpfile's page flags: each page is compressed on its own",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a vmcore of lzo, as kdump.conf of EL asks for, can be read",
        armed_el9,
        {EL_FOLDER + "/vmcore": kdump_compressed(status=0x2)},
        private,
        LIES,
        source="kdump.conf: core_collector makedumpfile -l",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a vmcore's pages of zstd are zeros",
        armed_el9,
        {EL_FOLDER + "/vmcore": hole(kdump_compressed(status=0x20), DATA, len(PACKED[0x20]))},
        private,
        dict(LIES, dumps_complete=("warn", "its bytes are not a zstd frame")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the memory in an ELF core is a hole",
        armed_el9,
        {EL_FOLDER + "/vmcore": elf()[:-500] + bytes(500)},
        private,
        dict(LIES, dumps_complete=("warn", "all zeros")),
        verdict="degraded",
        source=SPARSE,
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "an ELF core, whose pages cannot be tested, is not called rubbish",
        armed_el9,
        {EL_FOLDER + "/vmcore": elf()},
        private,
        LIES,
        source="core_collector cp",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the log beside a dump is of another kernel",
        armed_debian,
        {
            CORE: flattened(kdump_compressed()),
            FOLDER + "/dmesg.202611232010": "[    0.000000] Linux version 5.10.0-9-amd64 (gcc)\n",
        },
        private,
        dict(LIES, dumps_complete=("warn", "the log next to it of 5.10.0-9-amd64")),
        verdict="degraded",
        source="two crashes in one minute share a folder on Debian",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "a dump's header names this kernel, and the log in its memory another",
        armed_debian,
        {CORE: flattened(DeadKernel(logged="5.10.0-9-amd64").compressed())},
        private,
        dict(LIES, dumps_complete=("warn", "the log in its memory of 5.10.0-9-amd64")),
        verdict="degraded",
        source="made up",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the memory in an ELF core is of another kernel than its VMCOREINFO",
        armed_el9,
        {EL_FOLDER + "/vmcore": DeadKernel(release="5.10.0-9-amd64").core()},
        private,
        dict(LIES, dumps_complete=("warn", "its memory of 5.10.0-9-amd64")),
        verdict="degraded",
        source="made up",
        before="ready_unproven, dumps_complete: pass",
    ),
    Situation(
        "the kernel names itself in the memory and the log of a dump whose pages are not compressed",
        armed_el9,
        {EL_FOLDER + "/vmcore": DeadKernel().compressed(status=0)},
        private,
        LIES,
        source="core_collector makedumpfile -d 31",
        before="ready_unproven, its pages were not judged",
    ),
    Situation(
        "the VMCOREINFO in a dump is of another kernel than its header",
        armed_debian,
        {
            CORE: flattened(
                kdump_compressed().replace(b"OSRELEASE=" + KERNEL.encode(), b"OSRELEASE=5.10.0-9-amd64      ")
            )
        },
        private,
        dict(LIES, dumps_complete=("warn", "its VMCOREINFO of 5.10.0-9-amd64")),
        verdict="degraded",
        source="made up",
        before="ready_unproven, dumps_complete: pass",
    ),
]
ROOT = "/dev/vda1 / ext4 defaults 0 1\n"
DISK = {
    "/dev/vdb1": "",
    "/sys/class/block/vdb1": "",
    "/sys/class/block/vdb1/partition": "1",
    "/etc/fstab": ROOT + "/dev/vdb1 /var/crash ext4 defaults 0 2\n",
}
UUID = {
    "/dev/disk/by-uuid/2d7e": "",
    "/dev/vdc1": "",
    "/sys/class/block/vdc1": "",
    "/sys/class/block/vdc1/partition": "1",
}
SETTLED = "ready, as a proof settled every doubt that came after it"


def with_disk(on: Maker) -> Maker:
    """Return a maker of hosts of which a disk of its own holds the dump directory."""

    def made(files: Dict[str, Any]) -> FakeHost:
        host = on(dict(DISK, **files))
        host.directories["/run/systemd/system"] = 0o755
        host.files["/proc/self/mountinfo"] = MOUNTS + mounted("ext4 /dev/vdb1")
        host.answers["stat -f -c %T /var/crash"] = "nfs\n"
        return host

    return made


def mounted(what: str) -> str:
    """Return the line of mountinfo of what holds the dump directory, by type and source."""
    return "31 22 254:17 / /var/crash rw - %s rw\n" % what


def remounted(what: str, row: str) -> Change:
    """Return a change of a proven host on which something else was mounted since, also by fstab."""

    def change(host: FakeHost) -> None:
        host.files["/proc/self/mountinfo"] = MOUNTS + mounted(what)
        host.files["/etc/fstab"] = ROOT + row

    return proven(change)


def crypt(host: FakeHost) -> None:
    """Mount a LUKS volume on the dump directory."""
    host.files.update({"/dev/mapper/luks": "", "/dev/dm-3": "", "/sys/class/block/dm-3": ""})
    host.links["/dev/mapper/luks"] = "/dev/dm-3"
    host.files["/sys/class/block/dm-3/dm/uuid"] = "CRYPT-LUKS2-abc-luks\n"
    host.files["/proc/self/mountinfo"] = MOUNTS + mounted("xfs /dev/mapper/luks")


def booted_with(words: str) -> Change:
    """Return a change of a host that was booted with more words."""

    def change(host: FakeHost) -> None:
        host.files["/proc/cmdline"] = host.files["/proc/cmdline"].rstrip() + words + "\n"

    return change


def renamed(host: FakeHost) -> None:
    """Boot the host by another boot loader, in another order of its disks."""
    host.files["/proc/cmdline"] = "BOOT_IMAGE=(hd1,gpt2)/vmlinuz " + host.files["/proc/cmdline"]
    host.files["/proc/self/mountinfo"] = MOUNTS + mounted("ext4 /dev/vdc1")
    host.links["/dev/disk/by-uuid/2d7e"] = "/dev/vdc1"
    host.files["/etc/fstab"] = ROOT + "UUID=2d7e /var/crash ext4 defaults 0 2\n"


def with_uuid(on: Maker) -> Maker:
    """Return a maker of hosts of which a disk of its own, with a UUID, holds the dump directory."""

    def made(files: Dict[str, Any]) -> FakeHost:
        host = with_disk(on)(dict(UUID, **files))
        host.links["/dev/disk/by-uuid/2d7e"] = "/dev/vdb1"
        return host

    return made


LATER = [
    Situation(
        "fstab got _netdev since the crash test",
        with_disk(armed_debian),
        {},
        remounted("ext4 /dev/vdb1", "/dev/vdb1 /var/crash ext4 defaults,_netdev 0 2\n"),
        dict(PROVEN_DEBIAN, target_in_capture=("fail", "_netdev")),
        "not_ready",
        source="seen on Debian 12: the dump lands below the mount point",
        before=SETTLED,
    ),
    Situation(
        "a tmpfs was mounted on the dump directory of kdump-tools since the crash test",
        with_disk(armed_debian),
        {},
        remounted("tmpfs tmpfs", "tmpfs /var/crash tmpfs defaults 0 0\n"),
        dict(stale("was ext4 on /dev/vdb1 and is tmpfs on tmpfs"), target_supported=("fail", "tmpfs")),
        "not_ready",
        source="made up",
        before=SETTLED,
    ),
    Situation(
        "a tmpfs was mounted on the dump directory of kdumpctl since the crash test",
        armed_el9,
        {},
        remounted("tmpfs tmpfs", "tmpfs /var/crash tmpfs defaults 0 0\n"),
        dict(stale("was ext4 on /dev/vda1 and is tmpfs on tmpfs"), target_supported=("fail", "tmpfs")),
        "not_ready",
        source="made up",
        before=SETTLED,
    ),
    Situation(
        "an export was mounted on the dump directory since the crash test",
        with_disk(armed_debian),
        {},
        remounted("nfs4 store:/export", "store:/export /var/crash nfs4 defaults 0 0\n"),
        dict(
            stale("is nfs4 on store:/export"),
            target_in_capture=("fail", "a server holds it"),
            capture_network=("unknown", "No route"),
        ),
        "not_ready",
        source="made up",
        before=SETTLED,
    ),
    Situation(
        "a LUKS volume was mounted on the dump directory since the crash test",
        armed_el9,
        {},
        proven(crypt),
        dict(stale("is xfs on /dev/mapper/luks"), encrypted_target=("warn", "encrypted")),
        source="made up",
        before=SETTLED,
    ),
    Situation(
        "the host was booted with debuggers of memory since the crash test",
        armed_debian,
        {},
        proven(booted_with(" slub_debug=FZPU page_owner=on")),
        dict(
            stale("the command line of the capture kernel got slub_debug=FZPU page_owner=on"),
            capture_settings=("warn", "slub_debug=FZPU"),
        ),
        source="made up",
        before=SETTLED,
    ),
    Situation(
        "a driver that takes much memory was loaded since the crash test",
        armed_el9,
        {"/proc/modules": "virtio_net 65536 0 - Live 0x0\next4 940000 1 - Live 0x0\n"},
        proven(written("/proc/modules", "virtio_net 65536 0 - Live 0x0\namdgpu 9000000 3 - Live 0x0\n")),
        dict(PROVEN, memory_extras=("warn", "amdgpu")),
        source="made up",
        before=SETTLED,
    ),
    Situation(
        "a driver that takes much memory was loaded at the crash test already",
        armed_el9,
        {"/proc/modules": "virtio_net 65536 0 - Live 0x0\namdgpu 9000000 3 - Live 0x0\n"},
        proven(lambda host: None),
        PROVEN,
        "ready",
        source="made up",
        before="ready",
    ),
    Situation(
        "the disk of the dump directory has another name since the crash test, and another boot loader",
        with_uuid(armed_debian),
        {},
        proven(renamed),
        PROVEN_DEBIAN,
        "ready",
        source="the names of disks can differ at each boot",
        before="ready",
    ),
]
SITUATIONS = DUMPS + OWN + LATER
