# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what a module reads, parses and runs on a machine made of dictionaries."""

import inspect
import sys
from types import FrameType
from typing import Any, Callable, Counter, Dict, List, NamedTuple, Optional, Set, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._bootloaders import grub_cfg, grubby_output, zipl
from ansible_collections.crashops.kdump.plugins.module_utils._machine import kernel_modules, mounts
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import conf_lines
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    kernel_cmdline,
    shell_assignments,
    shell_commands,
)
from ansible_collections.crashops.kdump.tests.unit.fake_host import FakeHost

# what goes through the text of a file from its first character to its last
PARSERS: Tuple[Any, ...] = (
    shell_commands.read_script,
    shell_assignments.events,
    conf_lines.entries,
    conf_lines._names,
    mounts.mounts,
    mounts.rows,
    kernel_cmdline.words,
    kernel_modules._loaded,
    kernel_modules._names_of,
    kernel_modules._named,
    grub_cfg.parse_grub_cfg,
    grubby_output.parse_info,
    zipl.parse_zipl_conf,
)


class Run(NamedTuple):
    """What one run did.

    repeated_reads and repeated_programs count what was asked again although nothing had been done in between.
    parses: by parser and text, how often the parser went through it. reads and programs: how many there were in all.
    """

    repeated_reads: Dict[str, int]
    repeated_programs: Dict[str, int]
    parses: Dict[Tuple[str, ...], int]
    reads: int
    programs: int


class _Log:
    """Notes what is asked of a host, and forgets what an act may have changed."""

    def __init__(self, host: FakeHost, reading: Callable[[List[str]], bool]) -> None:
        self.known: Set[str] = set()
        self.repeated_reads: Counter[str] = Counter()
        self.repeated_programs: Counter[str] = Counter()
        self.reads = self.programs = 0
        self._host, self._reading = host, reading
        self._read_bytes, self._run, self._put, self._remove = host.read_bytes, host.run, host._put, host.remove
        host.replace_methods(read_bytes=self.read_bytes, run=self.run, _put=self.put, remove=self.remove)
        self._running = False

    def read_bytes(self, path: str, offset: int = 0, size: int = -1) -> Optional[bytes]:
        if not self._running:
            self.reads += 1
            self.repeated_reads[path] += path in self.known
            self.known.add(path)
        return self._read_bytes(path, offset, size)

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        line = " ".join(argv)
        self.programs += 1
        self.repeated_programs[line] += line in self.known
        self.known.add(line)
        if not self._reading(argv):
            self.known.clear()
        self._running = True
        try:
            return self._run(argv, timeout_s, check)
        finally:
            self._running = False

    def put(self, path: str, content: FileContent) -> None:
        self._forget(path)
        self._put(path, content)

    def remove(self, path: str) -> None:
        self._forget(path)
        self._remove(path)

    def _forget(self, path: str) -> None:
        # a program may answer otherwise by any file; the kernel's files may change at any time
        self.known = {one for one in self.known if one.startswith("/") and one != path}
        self.known = {one for one in self.known if not one.startswith(("/proc/", "/sys/", "/run/"))}


def counted(host: FakeHost, reading: Callable[[List[str]], bool], act: Callable[[], Any]) -> Run:
    """Return what was asked of a host while something ran, none of its texts parsed before."""
    codes = {inspect.unwrap(parser).__code__: parser.__name__ for parser in PARSERS}
    for parser in PARSERS:
        parser.cache_clear()
    parses: Counter[Tuple[str, ...]] = Counter()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in codes:
            names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            texts = [frame.f_locals[name] for name in names]
            parses[(codes[frame.f_code],) + tuple(texts)] += 1

    log, before = _Log(host, reading), sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    again = [
        {what: times for what, times in some.items() if times} for some in (log.repeated_reads, log.repeated_programs)
    ]
    return Run(again[0], again[1], dict(parses), log.reads, log.programs)
