# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a host's files and programs say: kdump_info answers without a traceback, in text that UTF-8 carries."""

import json
import re
from typing import Any, Callable, Dict, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine import mounts
from ansible_collections.crashops.kdump.plugins.module_utils._service import undo
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown
from ansible_collections.crashops.kdump.plugins.modules import kdump_info
from ansible_collections.crashops.kdump.tests.unit.armed_host import armed_debian, armed_el8, armed_el9, armed_el10
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost
from ansible_collections.crashops.kdump.tests.unit.plugins.modules.test_kdump_info import DEFAULTS
from ansible_collections.crashops.kdump.tests.unit.work_limit import within
from hypothesis import example, given
from hypothesis import strategies as st

LIMIT_S = 4.0
# of a result, whatever a host holds; a usual one has 6000
MOST_BYTES = 10**7
MAKERS = (armed_debian, armed_el8, armed_el9, armed_el10)
PROOF = {
    "time": 1700000000,
    "kernel": "6.1.0-41-amd64",
    "crashkernel": ["384M-:128M"],
    "image": {"path": "/var/lib/kdump/initrd.img-6.1.0-41-amd64", "mtime": 1700000000},
    "dump": {"size_bytes": 5},
    "own_files": {"/etc/kdump.conf": "x"},
    "settings": {"path": "/var/crash"},
}
# what a host can have beside what makes it ready
MORE = {
    "/var/lib/crashops-kdump/proof.json": json.dumps(PROOF),
    "/var/lib/crashops-kdump/undo.json": "{}",
    "/var/lib/kdump/vmcore-creation.status": "success kdump_test_id=1700000000-1\n",
    "/var/crash/202601010101/dmesg.202601010101": "[    0.0] Linux version 6.1.0 (x)\nCPU: 0 Not tainted 6.1.0 #1\n",
    "/proc/swaps": "Filename Type\n/dev/vda2 partition 1 2 3\n",
    "/proc/net/route": "Iface\nens3\t00000000\t0102\n",
    "/etc/fstab": "/dev/vda1 / ext4 rw 0 0\n/dev/vdb1 /srv\\040x ext4 rw 0 0\n",
    "/etc/sysctl.conf": "vm.nr_hugepages = 5\n",
    "/etc/modprobe.d/a.conf": "blacklist virtio_blk\ninstall ext4 /bin/false\n",
    "/etc/dracut.conf.d/2.conf": 'omit_drivers+=" ext4 "\n',
    "/sys/class/watchdog/watchdog0/state": "active\n",
    "/sys/class/watchdog/watchdog0/timeout": "30\n",
    "/sys/kernel/kexec_crash_cma_ranges": "1000-1fff\n",
}
LONG = "9" * 5000
CHANGES = (
    lambda text: re.sub(r"\d+", LONG, text),
    lambda text: re.sub(r"\d", "²", text),
    lambda text: re.sub(r"\d+", "-1", text),
    lambda text: re.sub(r"\d+", "0", text),
    lambda text: re.sub(r"[0-9a-f]{4,}", "f" * 5000, text),
    lambda text: re.sub(r"\b", "\udce9", text),
    lambda text: re.sub(r"\b", "日\\\\040", text),
    lambda text: re.sub(r"\b", "\0", text),
    lambda text: text.replace("\n", " "),
    lambda text: text.replace(" ", "\n"),
    lambda text: text * 50,
    lambda text: text[: len(text) // 2],
)
PIECES = st.one_of(
    st.sampled_from(
        ("", "\n", " ", "=", '"', "'", "\\", "[", "{", "$(", "`", ",", "/", "..", "#", LONG, "\udcff", "\0", "é")
    ),
    st.text(max_size=5),
    st.binary(max_size=5).map(lambda data: data.decode("utf-8", "surrogateescape")),
)
# where, how many characters go, what comes in their place, and how many times
Splices = List[Tuple[int, int, str, int]]
Change = Optional[Callable[[str], str]]
SPLICES = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 8), PIECES, st.sampled_from((1, 1, 1, 2000))), max_size=4
)


def changed(text: str, change: Change, splices: Splices) -> str:
    """Return a text that is changed as a whole, and at some places."""
    text = change(text) if change else text
    for at, gone, piece, times in splices:
        place = at % (len(text) + 1)
        text = text[:place] + piece * times + text[place + gone :]
    return text


def host_with(make: Callable[..., FakeHost], number: int, change: Change, splices: Splices) -> FakeHost:
    """Return a host of which one file, or what one of its programs says, is another."""
    host = make(MORE)
    files = [path for path in sorted(host.files) if isinstance(host.files[path], str)]
    answers = [line for line in sorted(host.answers) if isinstance(host.answers[line], str)]
    place = number % (len(files) + len(answers))
    kept, name = (host.files, files[place]) if place < len(files) else (host.answers, answers[place - len(files)])
    kept[name] = changed(str(kept[name]), change, splices)
    host.answers.setdefault("uname -m", "x86_64\n")
    return host


@given(st.sampled_from(MAKERS), st.integers(0, 1000), st.one_of(st.none(), st.sampled_from(CHANGES)), SPLICES)
# the kernel's release has ten million characters
@example(armed_debian, 592, None, [(0, 0, LONG, 2000), (0, 0, "\x19é", 2000)])
def test_any_file_or_answer_of_a_host_is_judged(
    make: Callable[..., FakeHost], number: int, change: Change, splices: Splices
) -> None:
    host = host_with(make, number, change, splices)
    with within(LIMIT_S):
        result = kdump_info.ensure(host, dict(DEFAULTS), False)
        sent = json.dumps(shown(result), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert 0 < len(sent) < MOST_BYTES


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from((10**400, "\udce9", "x"))),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(sorted(PROOF)), inner)),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(PROOF)), JSON), st.sampled_from(MAKERS))
def test_any_record_of_a_proof_is_judged(values: Dict[str, Any], make: Callable[..., FakeHost]) -> None:
    host = make(dict(MORE, **{"/var/lib/crashops-kdump/proof.json": json.dumps(dict(PROOF, **values))}))
    result = kdump_info.ensure(host, dict(DEFAULTS), False)
    assert result["proof"]["state"] in ("proven", "stale", "never", "unknown")
    assert json.dumps(shown(result), allow_nan=False)


@given(st.one_of(JSON.map(json.dumps), PIECES, st.sampled_from(('{"files": [1]}', '{"files": [{}]}'))))
def test_any_record_of_a_change_is_read_or_is_none(text: str) -> None:
    undo.decoded(text)


@given(st.sampled_from(CHANGES), SPLICES)
def test_any_table_of_mounts_is_read(change: Change, splices: Splices) -> None:
    table = "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n30 22 0:40 / /a\\040b rw - nfs4 store:/x rw\n"
    for mount in mounts.mounts(changed(table, change, splices)):
        assert isinstance(mount.point, str)
