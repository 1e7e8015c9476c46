#!/usr/bin/python
# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Returns the dumps on a host or a dump server."""

DOCUMENTATION = r"""
module: vmcore_info
short_description: Tell which crash dumps there are and whether each is complete
version_added: "0.1.0"
description:
  - Lists the dumps below a directory, those of C(kdumpctl) and those of C(kdump-tools), the newest first.
  - Says for each of them whether it is complete, by reading what its format promises; that there is a file proves
    nothing, as a capture that was cut off leaves one with a perfect header.
  - Reads why the kernel died out of the log that was saved next to the dump.
  - What cannot be read is a dump of its own whose RV(dumps[].complete) is null, with the reason; the others are judged.
    Only regular files are read; a link to a device or to a file of C(/proc) is not followed.
  - A byte of a name that is not UTF-8 is shown as C(\xff).
  - Fails if the server of a mounted network file system on the way to the dumps does not answer within 30 seconds.
  - Changes nothing. Memory use does not grow with the size of a dump.
author:
  - The crashops.kdump authors (@crashops)
extends_documentation_fragment:
  - crashops.kdump._attributes
options:
  path:
    description:
      - The directory that holds the dumps.
      - If it is left out, it is the directory that the host's own kdump configuration names; of a raw target the local
        one that C(kdumpctl) moves its dumps to.
    type: path
  newest:
    description:
      - Tell of so many dumps at most, counted from the newest.
      - If it is left out, all of them are told of.
    type: int
  after:
    description:
      - Tell only of dumps whose crash is not older than this time, in seconds since the epoch. The
        time in a dump counts even if it is up to a day in the future by this host's clock.
      - If it is left out, dumps of any age are told of.
    type: float
  slack:
    description:
      - So many seconds a crash may be older than O(after), for clocks that were set in between.
      - If it is left out, it is 60.
    type: int
    default: 60
  check:
    description:
      - Whether to read each dump as far as it takes to tell if it is complete. Without that, RV(dumps[].complete) is
        null, and the module is quick whatever the dumps' sizes.
      - If it is left out, each dump that is told of is read.
    type: bool
    default: true
  timeout:
    description:
      - How many seconds the reading of dumps may take. Those that were not read to their end by then have
        RV(dumps[].complete=null) or RV(dumps[].readable=null).
      - If it is left out, it is 300.
    type: int
    default: 300
attributes:
  check_mode:
    support: full
    details: It only reads.
  diff_mode:
    support: none
    details: It changes nothing.
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
seealso:
  - module: crashops.kdump.crash_test
"""

EXAMPLES = r"""
- name: Tell which dumps the host has
  crashops.kdump.vmcore_info:
  register: dumps

- name: Fail if the newest dump is not complete (works in check mode as well)
  ansible.builtin.assert:
    that: dumps.dumps[0].complete is true and dumps.dumps[0].readable is not false
    fail_msg: "{{ dumps.dumps[0].core }}: {{ dumps.dumps[0].reason }}; {{ dumps.dumps[0].readable_reason }}"
  when: dumps.dumps | length > 0

# A host that sends its dumps away has none to look at, and the module fails and says so.
# Look on the server that receives them:
- name: Tell of the newest dump on the dump server
  crashops.kdump.vmcore_info:
    path: /srv/dumps
    newest: 1
  delegate_to: dumps.example.org
"""

RETURN = r"""
path:
  description: The directory that was looked in.
  returned: success
  type: str
  sample: /var/crash
now:
  description: The host's clock when it looked, in seconds since the epoch.
  returned: success
  type: float
  sample: 1795464600.25
dumps:
  description: The dumps, the newest first. What cannot be told is null.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Tells this dump from any other, also from an earlier one of the same name.
      type: str
      sample: /var/crash/202611232010/dump.202611232010:51234567:1795464612:1795464580
    directory:
      description: The directory that holds the dump.
      type: str
      sample: /var/crash/202611232010
    core:
      description: The path of the dump itself; null where a crash left only its log.
      type: str
      sample: /var/crash/202611232010/dump.202611232010
    format:
      description: One of C(kdump-compressed), C(flattened), C(elf), C(diskdump), C(unknown), or the compression that
        is around the dump (C(gzip), C(bzip2), C(xz), C(lz4), C(zstd)); null without a dump.
      type: str
      sample: flattened
    complete:
      description: Whether all that the dump promises is in the file, written to its end; null if that cannot be told.
      type: bool
      sample: true
    reason:
      description: How that is known.
      type: str
      sample: all 1221 records and the terminator are in the file; all 31529 pages that it names are in the file
    readable:
      description:
        - Whether what was read of its pages makes sense. Up to 512 pages, spread over the whole dump, must unpack to
          the size of a page. The dump's header, its VMCOREINFO, the kernel's own name and log in its memory, and the
          log next to the dump must name one kernel.
        - The name and the log in the memory are read of x86_64 and aarch64. Pages that are not compressed, as those of
          an ELF core, carry no test. They count as readable if the memory names its kernel and the sample shows no
          hole.
        - Null if that cannot be told, or was not asked for. A dump that is RV(dumps[].complete) and not readable is of
          no use.
      type: bool
      sample: true
    readable_reason:
      description: What was read of the pages, and what not; or what is wrong with them.
      type: str
      sample: >-
        512 of 31529 pages were read; 95 are stored as they are, and only tested for zeros; its memory and the log in it
        name the kernel 6.1.0-41-cloud-amd64
    doubt:
      description:
        - How others than root could have put the dump there; null where nobody else could.
        - M(crashops.kdump.crash_test) takes no dump with a doubt as the proof of a crash on the host's own disk.
          It says nothing on a dump server, which writes for other hosts.
      type: str
      sample: /var/crash/202611232010 belongs to the user 1000 and not to root
    size_bytes:
      description: The size of the dump itself.
      type: int
      sample: 51234567
    mtime:
      description: When the dump itself was last written to, in seconds since the epoch; without one, its log.
      type: float
      sample: 1795464612.5
    crash_time:
      description: When the kernel died by its own clock, in seconds since the epoch; from the dump.
      type: int
      sample: 1795464580
    kernel:
      description: The release of the kernel that died; from the dump.
      type: str
      sample: 6.1.0-41-cloud-amd64
    machine:
      description: Its architecture; from the dump.
      type: str
      sample: x86_64
    nodename:
      description: The name of the host that died; from the dump.
      type: str
      sample: web1
    dump_level:
      description: Which kinds of pages were left out, as a sum of makedumpfile's bits.
      type: int
      sample: 31
    compression:
      description: How the pages are compressed.
      type: str
      sample: zlib
    dmesg:
      description: The path of the kernel's log that was saved with the dump.
      type: str
      sample: /var/crash/202611232010/dmesg.202611232010
    kexec_log:
      description: The path of the capture kernel's log; only C(kdumpctl) leaves one.
      type: str
    panic:
      description: The line of the kernel's log that says why it died.
      type: str
      sample: "Kernel panic - not syncing: sysrq triggered crash"
    dmesg_kernel:
      description: The kernel release that the log names.
      type: str
      sample: 6.1.0-41-cloud-amd64
    files:
      description: The files of this dump.
      type: list
      elements: dict
      contains:
        name:
          description: The file's name without its directory.
          type: str
          sample: dump.202611232010
        size_bytes:
          description: Its size.
          type: int
          sample: 51234567
        mode:
          description: Its permission bits, in octal.
          type: str
          sample: "0600"
commands:
  description: The commands that were run.
  returned: always
  type: list
  elements: list
"""

from typing import Any, Dict, List, Optional

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.crashops.kdump.plugins.module_utils._machine.asking_host import AskingHost
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Refused
from ansible_collections.crashops.kdump.plugins.module_utils._machine.run_module import run_module
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import find_stack
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.whole_numbers import LAST_TIME_S
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores import dmesg, formats, trusted_files
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.dmesg import dmesg_text
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.examine import (
    SAMPLE,
    OpenedDump,
    identity,
    judged,
    look,
)
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.find import find_dumps
from ansible_collections.crashops.kdump.plugins.module_utils._vmcores.header import Unread, Verdict

# an automounter mounts an export at this question
SERVER_TIMEOUT_S = 30
# a clock that lost its time zone is off by up to 14 hours
CLOCKS_DIFFER_S = 86400


def refusals(params: Dict[str, Any]) -> List[str]:
    """Return a refusal for each option of vmcore_info that makes no sense."""
    least = (("newest", 1), ("slack", 0), ("timeout", 1))
    rule = "it must be at least %d"
    path, found = params["path"], []
    if path is not None and not path.startswith("/"):
        what = "the path is not absolute" if path.strip() else "it is empty"
        found.append(refusal("path", path, what, "begin it with /, or leave it out"))
    after = params["after"]
    if after is not None and not 0 <= after <= LAST_TIME_S:
        remedy = "give seconds since the epoch, or leave it out"
        found.append(refusal("after", after, "it is no time", remedy))
    return found + [
        refusal(name, params[name], rule % low, "give a larger number or leave it out")
        for name, low in least
        if params[name] is not None and params[name] < low
    ]


def dump_directory(host: Host, path: Optional[str]) -> str:
    """Return the directory in which vmcore_info looks for dumps: the option `path`, or the host's own."""
    if path is not None:
        return path
    settings = find_stack(host).settings()
    if settings.target_type == "raw":
        # kdumpctl moves a dump from the device to there when it starts
        return settings.path
    if settings.dump_directory is None:
        target = "%s %s" % (settings.target_type, settings.target_location)
        rule = "this host's dumps go to another place (%s)" % target
        raise Refused([refusal("path", None, rule, "name the directory, on the host that receives the dumps")])
    return settings.dump_directory


def core_facts(seen: OpenedDump) -> Dict[str, Any]:
    """Return what the beginning of a dump's core says of the dump."""
    core, kind = seen.found.core, None
    if core is not None and seen.read is not None:
        try:
            kind = formats.dump_format(seen.read)
        except Unread:
            kind = "unknown"
    place = {"core": core.path if core else None, "size_bytes": core.facts.size if core else None, "format": kind}
    return dict(seen.header._asdict(), **place)


def opinion(seen: OpenedDump, check: bool, text: str) -> Dict[str, Any]:
    """Return whether a dump is complete and can be read."""
    if not check and seen.read is not None:
        return dict(Verdict(None, formats.NOT_ASKED.readable_reason)._asdict(), **formats.NOT_ASKED._asdict())
    verdict, content = judged(seen, text, SAMPLE)
    return dict(verdict._asdict(), **content._asdict())


def report(host: Host, seen: OpenedDump, check: bool) -> Dict[str, Any]:
    """Return all that vmcore_info says of one dump."""
    found, text = seen.found, dmesg_text(host, seen.found)
    panic = dmesg.panic(text)
    beside = {
        "id": identity(seen),
        "directory": found.directory,
        "mtime": found.mtime or None,
        "dmesg": found.dmesg.path if found.dmesg else None,
        "kexec_log": found.kexec_log.path if found.kexec_log else None,
        "doubt": found.trouble or trusted_files.doubt(host, found.path, found.facts, squashed=True),
        "panic": panic.line if panic else None,
        "dmesg_kernel": dmesg.kernel_release(text),
        "files": [
            {
                "name": file.path.rsplit("/", 1)[1],
                "size_bytes": file.facts.size,
                "mode": "%04o" % file.facts.mode,
            }
            for file in found.files
        ],
    }
    return dict(core_facts(seen), **dict(beside, **opinion(seen, check, text)))


def latest_crash_time(seen: OpenedDump) -> float:
    """Return the latest time at which the kernel can have crashed, where its clock and the one here differ."""
    told = seen.header.crash_time or 0
    return max(seen.crash_time, told) if told <= seen.now + CLOCKS_DIFFER_S else seen.crash_time


def ensure(host: Host, params: Dict[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Return the dumps in the directory; nothing is changed."""
    refused = refusals(params)
    if refused:
        raise Refused(refused)
    host = AskingHost(host, min(params["timeout"], SERVER_TIMEOUT_S))
    directory = dump_directory(host, params["path"])
    now = host.now()
    deadline = now + params["timeout"]
    seen = sorted(
        (look(host, found, deadline) for found in find_dumps(host, directory)), key=lambda one: -one.crash_time
    )
    oldest = None if params["after"] is None else params["after"] - params["slack"]
    wanted = [one for one in seen if oldest is None or latest_crash_time(one) >= oldest]
    dumps = [report(host, one, params["check"]) for one in wanted[: params["newest"]]]
    return {"changed": False, "path": directory, "now": now, "dumps": dumps}


def main() -> None:
    """Run vmcore_info."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path"},
            "newest": {"type": "int"},
            "after": {"type": "float"},
            "slack": {"type": "int", "default": 60},
            "check": {"type": "bool", "default": True},
            "timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    run_module(module, ensure)


if __name__ == "__main__":
    main()
