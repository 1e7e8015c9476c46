# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump_target: every kind of target against a machine made of dictionaries, in both stacks."""

from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure, Refused
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import stack_named
from ansible_collections.crashops.kdump.plugins.module_utils._targets import write_test
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import ProbeOptions, mounted_elsewhere
from ansible_collections.crashops.kdump.plugins.module_utils._targets.ssh import Ssh
from ansible_collections.crashops.kdump.plugins.module_utils._targets.ssh_client import IMAGE_CONFIGURATION
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import Target
from ansible_collections.crashops.kdump.plugins.modules import kdump_target
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

KEY = "/root/.ssh/kdump_id_ed25519"
PUBLIC = "ssh-ed25519 AAAAC3Nza root@web1"
MOUNTINFO = "22 1 254:1 / / rw - ext4 /dev/vda1 rw\n40 22 254:2 / /srv rw - xfs /dev/vdb1 rw\n"
DF = "/dev/vda1 1000 400 600 40% /\n"
MADE = "step=make\nexisted=0\nstep=mode\nbefore=700\nowner=0\nmode=700\nstep=write\nstep=space\n" + DF
THERE = MADE.replace("existed=0", "existed=1")
NFS_OPTIONS = "soft,timeo=200,retrans=1,retry=0,nolock,nosuid,nodev,noexec"
PLAIN_SSH = "user kdump\nhostname store\nport 22\nidentityfile ~/.ssh/id_rsa\n"
OF_IMAGE = "sh -c %s configuration kdump@store" % IMAGE_CONFIGURATION
ASKED_SSH = ("ssh -G -F none kdump@store", "ssh -G kdump@store", OF_IMAGE)
DEFAULT = {"target": None, "path": None, "create": True, "timeout": 60, "must_work": True}


def machine(stack: str = "kdumpctl", **changes: Any) -> FakeHost:
    """Return a machine with a stack, a disk that is mounted on /srv and one that is not."""
    tool = "kdumpctl" if stack == "kdumpctl" else "kdump-config"
    host = FakeHost(
        files={
            "/proc/self/mountinfo": MOUNTINFO,
            "/usr/sbin/" + tool: "auto_reset_crashkernel kdump_emergency",
            "/etc/kdump.conf": "path /var/crash\n",
            "/etc/default/kdump-tools": "USE_KDUMP=1\n",
            "/dev/vdb1": "",
            "/dev/vdc": "",
            "/etc/fstab": "LABEL=my/dumps /dumps ext4 defaults,noauto 0 2\n",
            "/proc/swaps": "Filename Type Size Used Priority\n/dev/vdd partition 1 0 -2\n",
            "/sys/class/block/vdc/size": "2048\n",
            KEY: "secret",
            KEY + ".pub": PUBLIC + "\n",
        },
        programs=[tool, "mount.nfs", "ssh"],
    )
    host.modes[KEY] = 0o600
    host.answers.update(dict.fromkeys(ASKED_SSH, PLAIN_SSH))
    host.kinds.update({"/dev/vdb1": "block", "/dev/vdc": "block", "/dev/vdd": "block"})
    host.links.update({"/dev/disk/by-uuid/1234": "/dev/vdb1", "/dev/disk/by-label/my\\x2fdumps": "/dev/vdc"})
    for name, value in changes.items():
        getattr(host, name).update(value)
    return host


def run(host: FakeHost, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    """Return the result of the module."""
    return kdump_target.ensure(host, dict(DEFAULT, **options), check_mode)


def local(directory: str, check_mode: bool = False, create: bool = True, own: bool = True, root: str = "") -> str:
    """Return the command that tries a directory of this host, perhaps below a mount point."""
    return "sh -c " + (write_test.look_script if check_mode else write_test.trial_script)(directory, create, own, root)


def elsewhere(kind: str, source: str, options: str, directory: str, own: bool, check_mode: bool = False) -> str:
    """Return the command that tries a directory in a mount of its own."""
    script = (write_test.look_script if check_mode else write_test.trial_script)(directory, True, own, "/mnt")
    return " ".join(mounted_elsewhere(kind, source, options, script))


def test_a_local_directory_is_made_and_its_device_told() -> None:
    host = machine()
    host.answers[local("/srv/crash")] = MADE
    result = run(host, path="/srv/crash/")
    assert result["changed"] is True
    assert (result["device"], result["directory"], result["dump_directory"]) == ("/dev/vdb1", "/crash", "/srv/crash")
    assert (result["mode"], result["free_bytes"], result["writable"]) == ("0700", 600 * 1024, True)
    (diff,) = result["diff"]
    assert (diff["before"], diff["after"]) == ("/crash: missing\n", "/crash: mode 0700\n")


def test_a_second_run_changes_nothing_and_the_hosts_own_files_name_the_target() -> None:
    host = machine("kdump-tools")
    host.answers[local("/var/crash")] = THERE
    result = run(host)
    assert (result["changed"], result["diff"], result["type"]) == (False, [], "local")


def test_in_check_mode_a_directory_is_only_looked_for() -> None:
    host = machine()
    host.answers[local("/var/crash", check_mode=True)] = "step=make\nexisted=0\nstep=space\n" + DF
    result = run(host, check_mode=True)
    assert (result["changed"], host.written, len(host.commands)) == (True, [], 1)


def test_a_mounted_file_system_is_tried_where_it_is() -> None:
    host = machine()
    host.answers[local("/srv/var/crash", root="/srv")] = MADE
    result = run(host, target={"type": "xfs", "location": "UUID=1234"}, path="/var/crash")
    assert (result["device"], result["directory"]) == ("/dev/vdb1", "/var/crash")
    assert result["dump_directory"] == "/srv/var/crash"


@pytest.mark.parametrize("check_mode, options", [(False, "defaults"), (True, "ro,noload")])
def test_a_file_system_that_is_not_mounted_is_mounted_for_the_trial_alone(check_mode: bool, options: str) -> None:
    host = machine(answers={"blkid -p -o export /dev/vdc": "DEVNAME=/dev/vdc\nTYPE=ext4\nUSAGE=filesystem\n"})
    host.answers[elsewhere("ext4", "/dev/vdc", options, "/mnt/crash", True, check_mode)] = MADE
    result = run(host, check_mode, target={"type": "ext4", "location": "LABEL=my/dumps"}, path="/crash")
    assert (result["changed"], result["device"], result["dump_directory"]) == (True, "/dev/vdc", None)


def test_a_file_system_that_only_the_look_mounts_read_only_can_be_written_to() -> None:
    host = machine(answers={"blkid -p -o export /dev/vdc": "DEVNAME=/dev/vdc\nTYPE=ext4\nUSAGE=filesystem\n"})
    line = elsewhere("ext4", "/dev/vdc", "ro,noload", "/mnt/crash", True, check_mode=True)
    host.answers[line] = (22, "step=make\nplace=/mnt/crash\nexisted=0\nstep=space\n" + DF, "")
    result = run(host, True, target={"type": "ext4", "location": "LABEL=my/dumps"}, path="/crash")
    assert (result["changed"], result["free_bytes"]) == (True, 600 * 1024)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("fstab", ["", "/dev/vdc /dumps ext4 defaults 0 2\n"])
def test_a_file_system_that_the_system_has_mounted_read_only_cannot_be_written_to(check_mode: bool, fstab: str) -> None:
    host = machine(files={"/etc/fstab": fstab})
    host.files["/proc/self/mountinfo"] = MOUNTINFO + "50 22 254:3 / /dumps ro - ext4 /dev/vdc ro\n"
    words = "/dev/vdc is mounted read-only on /dumps.*type: mount -o remount,rw /dumps"
    with pytest.raises(Failure, match=words) as caught:
        run(host, check_mode, target={"type": "ext4", "location": "LABEL=my/dumps"}, path="/crash")
    assert caught.value.details["trouble"] == "directory" and host.commands == []


def test_a_file_system_that_is_mounted_for_writing_as_well_is_tried_there() -> None:
    host = machine()
    host.files["/proc/self/mountinfo"] = MOUNTINFO + (
        "50 22 254:3 / /old ro - ext4 /dev/vdc rw\n51 22 254:3 / /dumps rw - ext4 /dev/vdc rw\n"
    )
    host.answers[local("/dumps/crash", root="/dumps")] = MADE
    result = run(host, target={"type": "ext4", "location": "/dev/vdc"}, path="/crash")
    assert (result["directory"], result["dump_directory"]) == ("/crash", "/dumps/crash")


def test_a_subvolume_that_is_mounted_is_tried_where_it_is() -> None:
    host = machine(files={"/etc/fstab": "/dev/vdc /dumps btrfs subvol=dumps 0 0\n"})
    host.files["/proc/self/mountinfo"] = MOUNTINFO + (
        "50 22 0:30 /dumps /dumps rw - btrfs /dev/vdc rw,subvolid=256,subvol=/dumps\n"
    )
    host.answers[local("/dumps/crash", root="/dumps")] = MADE
    result = run(host, target={"type": "btrfs", "location": "/dev/vdc"}, path="/crash")
    assert (result["directory"], result["dump_directory"]) == ("/dumps/crash", "/dumps/crash")


def test_a_file_system_of_which_only_a_directory_is_mounted_is_mounted_for_the_trial() -> None:
    host = machine(answers={"blkid -p -o export /dev/vdc": "TYPE=ext4\nUSAGE=filesystem\n"})
    host.files["/proc/self/mountinfo"] = MOUNTINFO + "50 22 254:3 /part /part rw - ext4 /dev/vdc rw\n"
    host.answers[elsewhere("ext4", "/dev/vdc", "defaults", "/mnt/crash", True)] = MADE
    assert run(host, target={"type": "ext4", "location": "/dev/vdc"}, path="/crash")["writable"]


@pytest.mark.parametrize("source", ["/dev/vdc", "LABEL=my/dumps", 'LABEL="my/dumps"', "PARTUUID=77", "PARTLABEL=d"])
def test_a_file_system_is_found_in_fstab_by_any_of_its_names(source: str) -> None:
    host = machine(
        files={"/etc/fstab": source + " /dumps ext4 defaults,noauto 0 2\n"},
        answers={"blkid -p -o export /dev/vdc": "TYPE=ext4\nUSAGE=filesystem\n"},
        links={"/dev/disk/by-partuuid/77": "/dev/vdc", "/dev/disk/by-partlabel/d": "/dev/vdc"},
    )
    host.answers[elsewhere("ext4", "/dev/vdc", "defaults", "/mnt/crash", True)] = MADE
    assert run(host, target={"type": "ext4", "location": "LABEL=my/dumps"}, path="/crash")["writable"]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("fstab", "words"),
    [
        ("", "neither mounted nor in /etc/fstab.*'LABEL=my/dumps /kdump ext4 defaults 0 2'"),
        ("# LABEL=my/dumps /dumps ext4 noauto 0 2\n", "neither mounted nor in /etc/fstab"),
        ("/dev/vdc /dumps ext4 defaults 0 2\n", "type: mount /dumps"),
        # kdumpctl looks for noauto behind a comma
        ("/dev/vdc /dumps ext4 noauto 0 2\n", "type: mount /dumps"),
    ],
)
def test_a_file_system_that_kdumpctl_will_not_find_when_it_starts_is_refused(
    check_mode: bool, fstab: str, words: str
) -> None:
    host = machine(
        files={"/etc/fstab": fstab}, answers={"blkid -p -o export /dev/vdc": "TYPE=ext4\nUSAGE=filesystem\n"}
    )
    with pytest.raises(Refused, match=words):
        run(host, check_mode, target={"type": "ext4", "location": "LABEL=my/dumps"}, path="/crash")
    assert len(host.commands) == 1 and host.written == []


def test_a_file_system_that_cannot_be_mounted_fails_with_the_words_of_mount() -> None:
    host = machine(answers={"blkid -p -o export /dev/vdc": "TYPE=xfs\n"})
    words = "mount: /mnt: unknown filesystem type 'xfs'.\n"
    host.answers[elsewhere("xfs", "/dev/vdc", "defaults", "/mnt/crash", True)] = (32, "step=mount\n", words)
    with pytest.raises(Failure, match="/dev/vdc cannot be mounted as xfs: mount: /mnt: unknown filesystem type"):
        run(host, target={"type": "xfs", "location": "/dev/vdc"}, path="/crash")


def test_an_empty_raw_device_is_only_looked_at() -> None:
    host = machine(answers={"blkid -p -o export /dev/vdc": (2, "", "")})
    result = run(host, target={"type": "raw", "location": "/dev/vdc"})
    assert (result["changed"], result["device"], result["directory"]) == (False, "/dev/vdc", None)
    assert (result["free_bytes"], result["writable"], host.written) == (2048 * 512, None, [])


REFUSED = [
    ("kdumpctl", {"target": {"type": "raw", "location": "/dev/vdb1"}}, {}, "it is mounted on /srv"),
    ("kdumpctl", {"target": {"type": "raw", "location": "/dev/vdd"}}, {"/dev/vdd": ""}, "it is in use as swap"),
    (
        "kdumpctl",
        {"target": {"type": "raw", "location": "/dev/vdc"}},
        {"/sys/class/block/vdc/holders/dm-3": ""},
        "it is a part of dm-3",
    ),
    ("kdumpctl", {"target": {"type": "raw", "location": "UUID=none"}}, {}, "there is no such device on this host"),
    ("kdumpctl", {"target": {"type": "ext4", "location": "/dev/null"}}, {"/dev/null": ""}, "it is not a block device"),
    ("kdumpctl", {"target": {"type": "ext4", "location": "UUID=1234"}}, {}, "/dev/vdb1 holds xfs; write the type xfs"),
    ("kdumpctl", {"target": {"type": "nfs", "location": ":server:/export"}}, {}, "target.location: ':server:/export'"),
    ("kdumpctl", {"target": {"type": "ssh", "location": "store"}}, {}, "user@host"),
    ("kdumpctl", {"target": {"type": "ssh", "location": "a@b", "ssh_key": "~/.ssh/k"}}, {}, "nothing expands ~"),
    ("kdumpctl", {"target": {"type": "ssh", "location": "a@b"}, "path": "/tmp"}, {}, "others need /tmp"),
    ("kdumpctl", {"path": "/var/"}, {}, "others need /var"),
    ("kdumpctl", {"path": "/usr/lib"}, {}, "the system itself needs what is in /usr"),
    ("kdumpctl", {"path": "/srv/x/../../etc"}, {}, "it leads elsewhere by . or .."),
    ("kdumpctl", {"path": "/var/crash/.."}, {}, "it leads elsewhere by . or .."),
    ("kdump-tools", {"path": "/proc/self/root"}, {}, "the system itself needs what is in /proc"),
    ("kdump-tools", {}, {"/etc/default/kdump-tools": "KDUMP_COREDIR=/usr/lib\n"}, "what is in /usr"),
    ("kdumpctl", {}, {"/etc/kdump.conf": "path /etc/../srv\n"}, "it leads elsewhere by . or .."),
    ("kdumpctl", {"path": "crash"}, {}, "path: 'crash' is refused"),
    ("kdumpctl", {"timeout": 0}, {}, "timeout: 0 is refused"),
    ("kdump-tools", {"target": {"type": "xfs", "location": "UUID=1234"}}, {}, "target.type: 'xfs' is refused"),
]


@pytest.mark.parametrize("stack, options, files, words", REFUSED)
def test_what_cannot_be_right_is_refused_before_anything_is_tried(
    stack: str, options: Dict[str, Any], files: Dict[str, str], words: str
) -> None:
    host = machine(stack, files=files)
    with pytest.raises(Refused) as refused:
        run(host, **options)
    assert words in refused.value.msg
    assert host.commands == []


@pytest.mark.parametrize("stack", ["kdumpctl", "kdump-tools"])
def test_a_link_to_a_directory_that_others_need_is_refused_before_anything_is_tried(stack: str) -> None:
    host = machine(stack, links={"/var/crash/kdump": "/home"})
    with pytest.raises(Refused, match="path: '/var/crash/kdump' is refused: it leads to /home, and others need /home"):
        run(host, path="/var/crash/kdump")
    assert host.commands == []


def test_a_directory_with_files_of_others_fails_with_one_sentence() -> None:
    host = machine()
    said = "step=make\nplace=/data/photos\nother=./cat.jpg\n"
    host.answers[local("/srv/crash")] = (26, said, "")
    with pytest.raises(Failure) as failure:
        run(host, path="/srv/crash")
    assert failure.value.msg == (
        "/srv/crash on this host is refused: /data/photos is open to other accounts, or belongs to one, and holds "
        "cat.jpg, which is not a dump; name an empty directory, or give this one to whoever writes the dumps and close "
        "it: chmod 0700 /data/photos."
    )
    assert failure.value.details["trouble"] == "directory"


def test_a_raw_device_that_holds_anything_is_refused() -> None:
    for text, words in (("TYPE=ext4\n", "it holds ext4"), ("PTTYPE=gpt\n", "it holds a partition table (gpt)")):
        host = machine(answers={"blkid -p -o export /dev/vdc": text})
        with pytest.raises(Refused) as refused:
            run(host, target={"type": "raw", "location": "/dev/vdc"})
        assert words in refused.value.msg


def test_the_root_directory_is_never_made_private() -> None:
    host = machine(files={"/dev/vda1": ""}, kinds={"/dev/vda1": "block"})
    with pytest.raises(Refused) as refused:
        run(host, target={"type": "ext4", "location": "/dev/vda1"}, path="/var")
    assert "others need /var" in refused.value.msg


EXPORTS = [
    ("kdumpctl", "/web1", "/mnt/web1", "/export/web1"),
    ("kdump-tools", "/var/crash", "/mnt", "/export"),
]


@pytest.mark.parametrize("stack, path, tried, directory", EXPORTS)
def test_an_export_is_tried_where_the_stack_will_dump_to(stack: str, path: str, tried: str, directory: str) -> None:
    host = machine(stack)
    host.answers[elsewhere("nfs", "store:/export", NFS_OPTIONS, tried, False)] = MADE
    result = run(host, target={"type": "nfs", "location": "store:/export"}, path=path)
    assert (result["changed"], result["device"]) == (True, "store:/export")
    assert (result["directory"], result["dump_directory"]) == (directory, None)


def test_the_root_of_a_server_is_an_export_too() -> None:
    host = machine()
    host.answers[elsewhere("nfs", "store:/", NFS_OPTIONS, "/mnt/web1", False)] = MADE
    result = run(host, target={"type": "nfs", "location": "store:/"}, path="/web1")
    assert (result["device"], result["directory"]) == ("store:/", "/web1")


def test_an_export_that_the_system_has_mounted_is_tried_there() -> None:
    mounted = MOUNTINFO + "50 22 0:44 / /net/dumps rw - nfs4 store:/export rw\n"
    host = machine(files={"/proc/self/mountinfo": mounted})
    host.answers[local("/net/dumps/web1", own=False, root="/net/dumps")] = THERE
    result = run(host, target={"type": "nfs", "location": "store:/export/"}, path="/web1")
    assert (result["changed"], result["dump_directory"]) == (False, "/net/dumps/web1")


MOUNT_WORDS = [
    ("mount.nfs: access denied by server while mounting", "does not let this host mount /export", "exportfs -r"),
    (
        "mount.nfs: mounting store:/export failed, reason given by server: No such file or directory",
        "no /export",
        "lists",
    ),
    ("mount.nfs: Connection refused", "no NFS server that this host can talk to listens on store", "start nfs-server"),
    (
        "mount.nfs: Failed to resolve server store: Name or service not known",
        "cannot resolve the name store",
        "address",
    ),
    ("mount.nfs: Connection timed out", "the NFS server store did not answer within 60 s", "2049"),
    ("mount.nfs: Operation on fire", "store:/export cannot be mounted: mount.nfs: Operation on fire", "."),
]


@pytest.mark.parametrize("said, meaning, remedy", MOUNT_WORDS)
def test_an_export_that_cannot_be_mounted_fails_with_one_sentence(said: str, meaning: str, remedy: str) -> None:
    host = machine()
    host.answers[elsewhere("nfs", "store:/export", NFS_OPTIONS, "/mnt/crash", False)] = (32, "step=mount\n", said)
    with pytest.raises(Failure) as failure:
        run(host, target={"type": "nfs", "location": "store:/export"}, path="/crash")
    assert meaning in failure.value.msg and remedy in failure.value.msg
    assert failure.value.details["trouble"] == "mount"


def test_an_export_that_root_may_not_write_to_fails_with_the_servers_words() -> None:
    host = machine("kdump-tools")
    said = "step=mount\nstep=make\nexisted=1\nstep=mode\nbefore=755\n"
    answer = (1, said, "chmod: changing permissions of '/mnt': Operation not permitted\n")
    host.answers[elsewhere("nfs", "store:/export", NFS_OPTIONS, "/mnt", False)] = answer
    with pytest.raises(Failure, match="/export on the NFS server store has the mode 755, and cannot be made private"):
        run(host, target={"type": "nfs", "location": "store:/export"})


def silent(host: FakeHost) -> None:
    """Stand for a command that does not end within its limit."""
    raise Failure("it did not end within 60 seconds and was stopped")


def test_a_server_that_is_gone_fails_within_the_limit() -> None:
    host = machine(answers={elsewhere("nfs", "store:/export", NFS_OPTIONS, "/mnt/crash", False): silent})
    with pytest.raises(Failure) as failure:
        run(host, target={"type": "nfs", "location": "store:/export"}, path="/crash")
    assert failure.value.msg.startswith("the NFS server store did not answer within 60 s")
    assert failure.value.details["trouble"] == "no_answer"


PROGRAMS = [
    ({"type": "nfs", "location": "store:/export"}, "kdumpctl", "mount.nfs", "nfs-utils"),
    ({"type": "nfs", "location": "store:/export"}, "kdump-tools", "mount.nfs", "nfs-common"),
    ({"type": "ssh", "location": "kdump@store"}, "kdumpctl", "ssh", "openssh-clients"),
    ({"type": "ssh", "location": "kdump@store"}, "kdump-tools", "ssh", "openssh-client"),
]


@pytest.mark.parametrize("target, stack, program, package", PROGRAMS)
def test_a_missing_program_is_named_with_its_package(
    target: Dict[str, str], stack: str, program: str, package: str
) -> None:
    host = machine(stack)
    host.programs.remove(program)
    with pytest.raises(Failure) as failure:
        run(host, target=target)
    assert failure.value.msg.startswith("%s is not on this host" % program)
    assert failure.value.details == {"trouble": "program_missing", "package": package}
    predicted = run(host, check_mode=True, target=target)
    assert (predicted["changed"], predicted["writable"], predicted["package"]) == (False, None, package)
    assert predicted["untried"].startswith("%s is not on this host" % program)


SSH = {"type": "ssh", "location": "kdump@store", "ssh_key": KEY}


def login(host: FakeHost, check_mode: bool = False, path: str = "/srv/crash", stack: str = "kdumpctl") -> str:
    """Return the ssh command that the module runs."""
    wish = ProbeOptions(Target("ssh", "kdump@store", KEY, path), stack_named(stack).delivery, True, not check_mode, 60)
    return " ".join(Ssh(host, wish).argv(path))


def test_an_ssh_target_is_tried_with_its_key_alone_and_pinned_host_keys() -> None:
    host = machine()
    line = login(host)
    host.answers[line] = MADE
    result = run(host, target=SSH, path="/srv/crash")
    assert (result["changed"], result["device"], result["directory"]) == (True, None, "/srv/crash")
    for option in ("BatchMode=yes", "StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "IdentityAgent=none"):
        assert "-o %s" % option in line
    for option in ("GSSAPIAuthentication=no", "HostbasedAuthentication=no", "PreferredAuthentications=publickey"):
        assert "-o %s" % option in line
    assert line.startswith("ssh -i %s -F none -o " % KEY)


OTHER_KEYS = (
    "identityfile ~/.ssh/other\nidentityagent /run/agent\ncertificatefile ~/.ssh/c\npkcs11provider /lib/p11.so\n"
)
# what root's configuration says, and what of it leads to the server, by the stack of the host
WAYS = [
    ("kdump-tools", "hostname store.lan\nport 2222\n", ["hostname=store.lan", "port=2222"]),
    ("kdump-tools", "hostname store\nport 22\nproxyjump me@gate\n", ["proxyjump=me@gate"]),
    # the real root file system is there at a crash, and a certificate with it
    ("kdump-tools", OTHER_KEYS, ["certificatefile=~/.ssh/c"]),
    ("kdump-tools", "userknownhostsfile /root/.ssh/dumps\n", ["userknownhostsfile=/root/.ssh/dumps"]),
    ("kdumpctl", "hostname store.lan\nport 2222\n", ["hostname=store.lan", "port=2222"]),
    ("kdumpctl", OTHER_KEYS, []),
    ("kdumpctl", "knownhostscommand /usr/bin/keys\n", []),
]


@pytest.mark.parametrize(("stack", "configured", "kept"), WAYS)
def test_of_roots_configuration_only_the_way_to_the_server_is_taken(
    stack: str, configured: str, kept: List[str]
) -> None:
    host = machine(stack, answers={"ssh -G kdump@store": configured, OF_IMAGE: configured})
    words = login(host, stack=stack).partition(" kdump@store")[0].split()
    taken = [word for word in words if word.partition("=")[0].islower() and "=" in word]
    image = ["globalknownhostsfile=/etc/ssh/ssh_known_hosts", "userknownhostsfile=/root/.ssh/known_hosts"]
    assert sorted(taken) == sorted(kept + (image if stack == "kdumpctl" else []))


# the files of known hosts that ssh would look into, what /etc/ssh/ssh_config names, and which of them the image has
KNOWN_HOSTS = [
    ("userknownhostsfile /root/.ssh/known_hosts /root/.ssh/known_hosts2\n", "", "/root/.ssh/known_hosts"),
    ("userknownhostsfile /root/.ssh/dumps\n", "", "none"),
    ("userknownhostsfile /root/.ssh/dumps\n", "Host *\n\tUserKnownHostsFile ~/.ssh/dumps\n", "/root/.ssh/dumps"),
]


@pytest.mark.parametrize(("configured", "system", "expected"), KNOWN_HOSTS)
def test_on_kdumpctl_only_known_hosts_that_the_image_has_count(configured: str, system: str, expected: str) -> None:
    host = machine(answers={OF_IMAGE: configured}, files={"/etc/ssh/ssh_config": system})
    words = login(host).split()
    assert "userknownhostsfile=%s" % expected in words
    assert "globalknownhostsfile=/etc/ssh/ssh_known_hosts" in words


@pytest.mark.parametrize(
    ("configured", "option"),
    [
        ("hostname store\n", "PubkeyAcceptedKeyTypes=-*-cert-v01@openssh.com"),
        (
            "pubkeyacceptedalgorithms ssh-ed25519-cert-v01@openssh.com,ssh-ed25519,ssh-rsa\n",
            "pubkeyacceptedalgorithms=ssh-ed25519,ssh-rsa",
        ),
    ],
)
def test_on_kdumpctl_no_certificate_lets_in(configured: str, option: str) -> None:
    assert "-o %s" % option in login(machine(answers={OF_IMAGE: configured}))
    assert "-cert-" not in login(machine("kdump-tools"), stack="kdump-tools")


def test_a_configuration_that_ssh_cannot_read_is_the_answer() -> None:
    host = machine(answers={OF_IMAGE: (255, "", "line 3: Bad configuration option: foo\n")})
    with pytest.raises(Failure, match="cannot read its configuration on this host .*Bad configuration option: foo"):
        run(host, target=SSH, path="/srv/crash")


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_login_leaves_known_hosts_as_it_is_and_no_socket(check_mode: bool) -> None:
    line = login(machine(), check_mode=check_mode)
    for option in ("UpdateHostKeys=no", "CheckHostIP=no", "ControlMaster=no", "ControlPath=none"):
        assert "-o %s" % option in line


def test_in_check_mode_the_login_is_tried_and_nothing_made() -> None:
    host = machine()
    host.answers[login(host, check_mode=True)] = "step=make\nexisted=1\nbefore=700\nstep=space\n" + DF
    result = run(host, check_mode=True, target=SSH, path="/srv/crash")
    assert (result["changed"], result["writable"], result["mode"]) == (False, True, "0700")


SSH_WORDS = [
    ("kdump@store: Permission denied (publickey).", "login_refused", "restrict %s" % PUBLIC),
    ("No ED25519 host key is known for store and you have requested strict checking.", "host_key_unknown", "pin it"),
    ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @", "host_key_changed", "ssh-keygen -R store"),
    ("Load key: incorrect passphrase supplied\nPermission denied (publickey).", "passphrase", "without a passphrase"),
    ("ssh: Could not resolve hostname store: Name or service not known", "no_answer", "cannot resolve the name store"),
    (
        "ssh: connect to host store port 22: Connection timed out",
        "no_answer",
        "no ssh server answers on store within",
    ),
    ("Unable to negotiate: no matching cipher found", "login", "no matching cipher found"),
]


@pytest.mark.parametrize("said, trouble, words", SSH_WORDS)
def test_a_login_that_fails_has_one_sentence(said: str, trouble: str, words: str) -> None:
    host = machine()
    host.answers[login(host)] = (255, "", said + "\n")
    with pytest.raises(Failure) as failure:
        run(host, target=SSH, path="/srv/crash")
    assert words in failure.value.msg
    assert failure.value.details["trouble"] == trouble


def test_the_public_key_is_made_of_the_private_one_where_it_is_lost() -> None:
    host = machine(answers={"ssh-keygen -y -P  -f %s" % KEY: "ssh-ed25519 AAAAagain\n"})
    del host.files[KEY + ".pub"]
    host.answers[login(host)] = (255, "", "Permission denied (publickey).\n")
    with pytest.raises(Failure) as failure:
        run(host, target=SSH, path="/srv/crash")
    assert failure.value.details["public_key"] == "ssh-ed25519 AAAAagain"


def test_a_key_that_others_may_read_is_refused_before_ssh_ignores_it() -> None:
    host = machine()
    host.modes[KEY] = 0o640
    with pytest.raises(Failure, match="others than root may read it; chmod 0600"):
        run(host, target=SSH, path="/srv/crash")


def test_a_missing_key_fails_a_real_run_and_is_foretold_in_check_mode() -> None:
    host = machine()
    del host.files[KEY]
    with pytest.raises(Failure, match="ssh-keygen -t ed25519") as failure:
        run(host, target=SSH, path="/srv/crash")
    assert failure.value.details["trouble"] == "key_missing"
    result = run(host, check_mode=True, target=SSH, path="/srv/crash")
    assert (result["untried"].split(";")[0], host.commands) == ("the key %s does not exist" % KEY, [])


def test_a_directory_that_the_account_may_not_make_is_an_own_sentence() -> None:
    host = machine()
    said = "mkdir: cannot create directory '/srv/crash': Permission denied\n"
    host.answers[login(host)] = (1, "step=make\n", said)
    with pytest.raises(Failure, match="/srv/crash on kdump@store cannot be made .*Permission denied"):
        run(host, target=SSH, path="/srv/crash")


def test_the_key_that_the_files_name_is_taken_where_none_is_given() -> None:
    host = machine(files={"/etc/kdump.conf": "ssh kdump@store\nsshkey %s\npath /srv/crash\n" % KEY})
    host.answers[login(host)] = THERE
    assert run(host)["location"] == "kdump@store"


def test_the_module_runs_as_ansible_calls_it(run_module: Callable[..., Dict[str, Any]], tmp_path: Path) -> None:
    directory = tmp_path / "crash"
    result = run_module(kdump_target.main, path=str(directory), _ansible_check_mode=True)
    assert (result["failed"], result["changed"], directory.exists()) == (False, True, False)
    assert result["dump_directory"] == str(directory)
