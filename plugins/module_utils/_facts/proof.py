# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The proof: whether a real crash has left a dump with this very setup, and what has changed since.

The proof is crash_test's record. Where that does not prove the present setup, a later `kdumpctl test` may, or the
newest dump. Such a dump is complete, of the running kernel, and younger than capture initramfs, configuration and
makedumpfile. Nothing that is older than the last failed test is a proof.
"""

import json
import re
from time import gmtime, strftime
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.tolerant_host import TolerantHost
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.visible_text import shown
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import LAST_TIME_S
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import trusted_files

# of the record: 3 holds what the programs and files of the stack contain, 4 what was in doubt
VERSION = 4
PROOF = "/var/lib/crashops-kdump/proof.json"
# crash_test writes "SECONDS ID" here before it crashes the host, and takes that away if a complete dump is found
TESTS_WITHOUT_DUMP = "/var/lib/crashops-kdump/tests_without_dump"
TEST_LINE = re.compile(r"^(\d{1,11}) \w+$", re.MULTILINE)
# kdump-utils 1.0.51 and later: "success kdump_test_id=SECONDS-NANOSECONDS"; building the image again removes it
KDUMPCTL_STATUS = "/var/lib/kdump/vmcore-creation.status"
# The states of a proof, listed here alone: tests/unit/plugins/test_copies.py holds the copies.
STATES = ("proven", "stale", "never", "unknown")
SOURCES = ("crash_test", "kdumpctl", "dump")
KDUMPCTL_LINE = re.compile(r"(pending|success|fail|manual) kdump_test_id=(\d{1,11})-\d+")
# settings that follow from the others: where the target is mounted now
SEEN = ("dump_directory",)
# file systems and copies keep times in coarser steps than Linux
SAME_TIME_S = 2
DAY_S = 86400
# words of a command line that the boot loader writes, or that name the place of the same system
OF_BOOT_LOADER = ("BOOT_IMAGE=", "initrd=", "ostree=")
# an update changes many files at once
NAMED = 5


class Proof(NamedTuple):
    """What a crash has proved: proven, stale, never or unknown; its time since the epoch; what has changed since.

    dump_bytes: the size of its dump, None where another collector or dump level would write the next one.
    doubts: status and value of the checks that were in doubt before the crash, by id; None where that is not known.
    """

    state: str
    source: Optional[str] = None
    time: Optional[float] = None
    changed: List[str] = []
    panic: Optional[str] = None
    dump_bytes: Optional[int] = None
    ram_bytes: Optional[int] = None
    doubts: Optional[Dict[str, List[Optional[str]]]] = None

    def age_s(self, now: float) -> Optional[int]:
        """Return the age of the proof: how many seconds ago its crash was."""
        return None if self.time is None else max(0, int(now - self.time))


class Setup(NamedTuple):
    """The host's present setup, with which a proof is compared. hostname: the name that the kernel writes into a dump.

    files_time: when the last of the configuration files was changed in any way, such as by mv. own_files: the SHA-256
    of the stack's programs and files, None where one cannot be read. own_time: when the last of them was changed.
    file_system: what holds the dump directory. capture_words: the capture kernel's command line.
    """

    kernel: Optional[str]
    booted: List[str]
    image_path: str
    image_mtime: Optional[float]
    settings: Dict[str, Any]
    collector_mtime: Optional[float]
    files_time: Optional[float] = None
    firmware: Optional[str] = None
    own_files: Dict[str, Optional[str]] = {}
    own_time: Optional[float] = None
    hostname: str = ""
    file_system: Optional[str] = None
    capture_words: List[str] = []


def record_of(
    info: Dict[str, Any], image_mtime: Optional[float], dump: Dict[str, Any], dumps_host: Optional[str] = None
) -> Dict[str, Any]:
    """Return crash_test's record: this kernel, image, reservation and configuration left a complete dump.

    info is what kdump_info returned before the crash, dump a row of vmcore_info. Times are by the host's clock.
    """
    return {
        "version": VERSION,
        "time": dump["crash_time"] or dump["mtime"],
        "kernel": info["kernel"],
        "crashkernel": info["crashkernel"]["booted"],
        "image": {"path": info["image"]["path"], "mtime": image_mtime},
        "settings": {name: value for name, value in info["settings"].items() if name != "ssh_key"},
        "ram_bytes": info["memory"]["ram_bytes"],
        "collector_mtime": info["collector"]["mtime"],
        "firmware": info["firmware"],
        "own_files": info["own_files"],
        "file_system": info["dump_file_system"],
        "capture_words": info["capture_words"],
        "doubts": {check["id"]: [check["doubt"], check["value"]] for check in info["checks"] if check["doubt"]},
        "dump": {name: dump[name] for name in ("id", "core", "format", "size_bytes", "crash_time", "kernel")},
        "dumps_host": dumps_host,
        "panic": dump["panic"],
    }


def read_proof(host: TolerantHost, now: Setup, dumps: List[Any]) -> Proof:
    """Return the best proof on this host: of crash_test, `kdumpctl test`, or the newest dump."""
    failures = _failures(host)
    if failures is None:
        return Proof("unknown")
    failed, words = max(failures, default=(0.0, ""))
    text = host.read(PROOF)
    recorded = None if text is None else _recorded(host, text, now)
    if recorded is not None and recorded.time is not None and recorded.time < failed:
        recorded = recorded._replace(state="stale", changed=[words, *recorded.changed])
    if recorded is not None and recorded.state == "proven":
        return recorded
    # what the recorded crash left next to its record proves no more than the record itself
    proved = recorded.time + SAME_TIME_S if recorded and recorded.time else 0
    tested = max(proved, failed)
    since = max(tested, now.image_mtime or 0, now.collector_mtime or 0, now.files_time or 0, now.own_time or 0)
    others = (_of_kdumpctl(host, since), _of_dump(host.now(), now, since, dumps))
    return next((other for other in others if other is not None), None) or recorded or _none(host)


def _failures(host: TolerantHost) -> Optional[List[Tuple[float, str]]]:
    """Return the time of each test that failed on this host, with words for it; None where that is not known."""
    text = host.read(TESTS_WITHOUT_DUMP)
    times = TEST_LINE.findall(text or "")
    if TESTS_WITHOUT_DUMP in host.unseen:
        return None
    if text is not None and (not times or _doubtful(host, TESTS_WITHOUT_DUMP)):
        return None
    found = [(float(time), "the crash test of %s found no complete dump" % _day(time)) for time in times]
    match = KDUMPCTL_LINE.match(host.read(KDUMPCTL_STATUS) or "")
    if match and match.group(1) == "fail":
        found.append((float(match.group(2)), "kdumpctl test of %s failed" % _day(match.group(2))))
    return found


def _day(seconds: str) -> str:
    return strftime("%Y-%m-%d", gmtime(int(seconds)))


def _recorded(host: Host, text: str, now: Setup) -> Proof:
    """Return what crash_test's record proves; nothing where others than root could have written it."""
    return Proof("unknown") if _doubtful(host, PROOF) else judged(text, now, host.now())


def _doubtful(host: Host, path: str) -> bool:
    """Return whether a proof is in doubt because others than root could have put its file there."""
    facts = host.stat(path)
    return facts is None or trusted_files.doubt(host, path, facts) is not None


def _none(host: TolerantHost) -> Proof:
    """Return the proof of a host without one: never, or unknown where it could not be seen."""
    return Proof("unknown" if PROOF in host.unseen or not host.is_root() else "never")


def judged(text: str, now: Setup, clock: float) -> Proof:
    """Return what the text of crash_test's record proves of the host's present setup."""
    try:
        record = json.loads(text)
        panic = record.get("panic")
        time, size = _number(record["time"], LAST_TIME_S), int(_number(_mapping(record["dump"])["size_bytes"]))
        ram = None if record.get("ram_bytes") is None else int(_number(record["ram_bytes"]))
        changed = _impossible(record, clock) + changes(record, now)
        doubts = None if record.get("doubts") is None else _doubts(_mapping(record["doubts"]))
        likely = size if _same_collector(record, now) else None
    # deeply nested JSON ends in RecursionError
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return Proof("unknown")
    words = panic if isinstance(panic, str) else None
    return Proof("stale" if changed else "proven", "crash_test", time, changed, words, likely, ram, doubts)


def _number(value: Any, most: float = 2.0**63) -> float:
    """Return a number in the record of a proof; raise ValueError for what is negative, infinite or no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise ValueError(value)
    return float(value)


def _mapping(value: Any) -> Dict[str, Any]:
    """Return a mapping in the record of a proof; raise ValueError for anything else, which indexing might let pass."""
    if not isinstance(value, dict):
        raise ValueError(value)
    return value


def _same_collector(record: Dict[str, Any], now: Setup) -> bool:
    """Return whether the collector that wrote the dump of a proof is the present one, with the same dump level."""
    was, command = _mapping(record.get("settings") or {}).get("core_collector"), now.settings.get("core_collector")
    same = was is None or secret_words.masked(was) == secret_words.masked(shown(command))
    return same and _same_time(record.get("collector_mtime"), now.collector_mtime)


def _same_time(then: Any, now: Optional[float]) -> bool:
    """Return whether a file has the time that the record of a proof has for it; a record without one does not say."""
    return not then or (now is not None and abs(_number(then) - now) <= SAME_TIME_S)


def _doubts(rows: Dict[str, Any]) -> Dict[str, List[Optional[str]]]:
    """Return the doubts in the record of a proof; raise ValueError if one is not a status and a value."""
    if not all(isinstance(row, list) and len(row) == 2 for row in rows.values()):
        raise ValueError(rows)
    return rows


def _impossible(record: Dict[str, Any], clock: float) -> List[str]:
    """Return what cannot be in a record: a crash in the future or before its image was built, another kernel's dump."""
    when, built, dump = record["time"], _mapping(record["image"]).get("mtime"), record["dump"]
    found = []
    if not trusted_files.is_possible(when, clock):
        found.append("the crash test lies in the future, by this host's clock")
    if built and _number(built, LAST_TIME_S) > when + DAY_S:
        found.append("the crash test lies before its capture initramfs was built")
    if dump.get("kernel", record["kernel"]) != record["kernel"] or not record["kernel"]:
        found.append("its dump was of the kernel %s" % _word(dump.get("kernel")))
    return found


def changes(record: Dict[str, Any], now: Setup) -> List[str]:
    """Return what has changed since the recorded crash; what the record does not hold is not compared."""
    # the record went through run_module, which leaves out secrets and bytes that are not UTF-8
    record, now = secret_words.masked(record), Setup(**shown(secret_words.masked(now._asdict())))
    image = _mapping(record["image"])
    pairs = [
        ("the kernel", record["kernel"], now.kernel),
        ("crashkernel=", record["crashkernel"], now.booted),
        ("the path of the capture initramfs", image["path"], now.image_path),
    ]
    if record.get("firmware") and now.firmware:
        pairs.append(("the firmware", record["firmware"], now.firmware))
    if record.get("file_system") and now.file_system:
        pairs.append(("the file system of the dump directory", record["file_system"], now.file_system))
    was = dict(_mapping(record.get("target") or {}), **_mapping(record.get("settings") or {}))
    for name in sorted(set(was) - set(SEEN)):
        pairs += _setting_pairs(name, was[name], now.settings.get(name))
    found = ["%s was %s and is %s" % (what, _word(old), _word(new)) for what, old, new in pairs if old != new]
    times = [
        ("the capture initramfs was built again", image.get("mtime"), now.image_mtime),
        ("makedumpfile was updated", record.get("collector_mtime"), now.collector_mtime),
    ]
    found += [what for what, old, new in times if not _same_time(old, new)]
    return found + _word_changes(record, now) + _own_changes(record, now)


def _word_changes(record: Dict[str, Any], now: Setup) -> List[str]:
    """Return what has changed in the capture kernel's command line since the crash that is the proof."""
    if record.get("capture_words") is None:
        return []
    was, words = [_lasting_words(words) for words in (record["capture_words"], now.capture_words)]
    known, booted = set(was), set(words)
    got, lost = [word for word in words if word not in known], [word for word in was if word not in booted]
    said = ["%s %s" % (verb, _word(some)) for verb, some in (("got", got), ("lost", lost)) if some]
    changed = " and ".join(said) or "has its words in another order"
    return ["the command line of the capture kernel " + changed] * (was != words)


def _lasting_words(words: List[str]) -> List[str]:
    """Return the words of a command line without those that the boot loader adds: a proof does not depend on them."""
    return [word for word in words if not word.startswith(OF_BOOT_LOADER)]


def _setting_pairs(name: str, old: Any, new: Any) -> List[Tuple[str, Any, Any]]:
    """Return a setting's name with what it was and is; of variables, the same for each variable."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [(variable, old.get(variable), new.get(variable)) for variable in sorted({**old, **new})]
    return [(name.replace("_", " "), old, new)]


def _own_changes(record: Dict[str, Any], now: Setup) -> List[str]:
    """Return which programs and files of the stack have changed since the crash that is the proof."""
    was = record.get("own_files")
    if was is None:
        # a proof of an earlier version holds no content, so only the times speak: a new label or mode counts as well
        later = now.own_time is not None and now.own_time > _number(record["time"]) + SAME_TIME_S
        return [
            "the programs of kdump or their files may have been changed since (the proof does not hold them)"
        ] * later
    was = _mapping(was)
    same = [path for path in was if path in now.own_files and None in (was[path], now.own_files[path])]
    changed = [path for path in was if path not in same and now.own_files.get(path) != was[path]]
    words = ["%s %s" % (path, "was changed" if path in now.own_files else "is gone") for path in sorted(changed)]
    words += ["%s is new" % path for path in sorted(set(now.own_files) - set(was))]
    return words if len(words) <= NAMED else words[:NAMED] + ["%d more files were changed" % (len(words) - NAMED)]


def _of_kdumpctl(host: Host, since: float) -> Optional[Proof]:
    """Return the proof of this setup that `kdumpctl test` left, None where it did not succeed."""
    match = KDUMPCTL_LINE.match(host.read(KDUMPCTL_STATUS) or "")
    if not match or match.group(1) != "success":
        return None
    time = float(match.group(2))
    believed = time > since and trusted_files.is_possible(time, host.now()) and not _doubtful(host, KDUMPCTL_STATUS)
    return Proof("proven", "kdumpctl", time) if believed else None


def _of_dump(clock: float, now: Setup, since: float, dumps: List[Any]) -> Optional[Proof]:
    """Return the proof by the newest dump, None unless the running kernel and this very setup made it.

    Root alone could have put the dump there. All that was read of it makes sense, it names no other host, and its time
    is possible.
    """
    if not dumps or not now.image_mtime or not now.kernel:
        return None
    dump = dumps[0]
    of_host = dump.nodename in (None, now.hostname)
    if dump.doubt or not of_host or not trusted_files.is_possible(dump.crash_time, clock):
        return None
    # a log that lost its beginning does not tell how the kernel was booted
    as_booted = dump.crashkernel is None or dump.crashkernel == now.booted
    whole = dump.complete and dump.readable
    if whole and dump.kernel == now.kernel and as_booted and dump.time > since:
        return Proof("proven", "dump", dump.time, [], dump.panic, dump.size)
    return None


def _word(value: Any) -> str:
    """Return a value that changed since the proof, in words for a sentence."""
    if isinstance(value, dict):
        value = ["%s=%s" % pair for pair in sorted(value.items())]
    return " ".join(value) or "none" if isinstance(value, list) else "none" if value is None else str(value)
