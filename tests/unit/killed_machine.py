# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up machines on which a module can be killed at any of its writes and commands."""

import os
from typing import Any, List, Optional

from ansible_collections.crashops.kdump.plugins.module_utils._machine import replace_files
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import CHANGING, Completed
from ansible_collections.crashops.kdump.plugins.module_utils._machine.replace_files import FileContent
from ansible_collections.crashops.kdump.tests.unit.fake_boot import DebianHost, GrubbyHost, OstreeHost
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, FakeHost
from ansible_collections.crashops.kdump.tests.unit.kdump_machine import LOADED, JournalHost, Machine

BAD_BUILD, BAD_LOAD = "bad-build", "bad-load"


class Killed(BaseException):
    """The module ends here. No `except` and no `finally` of a real process would run any more."""


class Kill(FakeHost):
    """Part of a fake host: counts the points at which a module can be killed, and kills it at one of them."""

    points = 0
    kill_at = 0
    busy = False

    def kill(self, at: int) -> None:
        """Kill the module at its point number `at`; 0: at none."""
        self.points, self.kill_at = 0, at

    def point(self) -> None:
        """End the module here if its point has come. What a command does by itself goes on."""
        if self.busy:
            return
        self.clock += 1
        self.points += 1
        if self.points == self.kill_at:
            raise Killed

    def _put(self, path: str, content: FileContent) -> None:
        """Put a file in place; a module that is killed just before leaves it under its other name."""
        try:
            self.point()
        except Killed:
            if content.text is not None:
                self.files["%s/%sdead" % (os.path.dirname(path), replace_files.PREFIX)] = content.text
            raise
        super()._put(path, content)

    def copy(self, source: str, destination: str, mode: int) -> None:
        """Copy a file; a module that is killed just before leaves half of it under its other name."""
        try:
            self.point()
        except Killed:
            self.files["%s/%sdead" % (os.path.dirname(destination), replace_files.PREFIX)] = "hal"
            raise
        super().copy(source, destination, mode)

    def remove(self, path: str) -> None:
        """Remove a file."""
        if path in self.files:
            self.point()
        super().remove(path)

    def make_directory(self, path: str, mode: int) -> None:
        """Make a directory."""
        self.point()
        super().make_directory(path, mode)

    def set_mtime(self, path: str, mtime_ns: Optional[int] = None) -> None:
        """Set the time of a file."""
        self.point()
        super().set_mtime(path, mtime_ns)

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        """Run a command. Its module can be killed before it, or while it runs: it goes on to its end by itself."""
        if os.path.basename(argv[0]) not in CHANGING or argv[1:2] in (["show"], ["--info=ALL"], ["--default-index"]):
            return super().run(argv, timeout_s, check)
        self.point()
        self.busy = True
        try:
            return super().run(argv, timeout_s, check)
        finally:
            self.busy = False
            self.point()


class KillGrubby(Kill, GrubbyHost):
    """A host whose entries grubby writes."""


class KillUpdateGrub(Kill, DebianHost):
    """A host whose entries update-grub writes."""


class KillOstree(Kill, OstreeHost):
    """A host that boots images."""


class KillHost(Kill, JournalHost):
    """The host of a KilledMachine. It can boot again, unlike its model."""

    booted = START - UPTIME

    def monotonic(self) -> float:
        """Return the time since the last boot."""
        return self.clock - self.booted


class KilledMachine(Machine):
    """A machine whose tools judge what they load, and whose capture initramfs says what it was built from.

    BAD_BUILD in kdump.conf ends a build, and BAD_LOAD in either file ends a load.
    """

    host_class = KillHost
    host: KillHost

    def __init__(self, stack: str) -> None:
        super().__init__(stack, armed=True)
        self.files = [self.config] if self.tools else [self.config, "/etc/sysconfig/kdump"]
        for path in self.files:
            self.host.files[path] = self.text(path, "good-0")
            self.host.mtimes[path] = START - 1000
        self.host.files[self.image] = self.image_of_now()
        self.loaded = self.now()

    def text(self, path: str, word: str) -> str:
        """Return the text of a file with a word that says how good it is."""
        first = {"/etc/kdump.conf": "path /var/crash", "/etc/sysconfig/kdump": "KEXEC_ARGS=-s"}
        return "# %s\n%s\n" % (word, first.get(path, "USE_KDUMP=1"))

    def now(self) -> str:
        """Return what the configuration says now."""
        return "".join(self.host.files[path] for path in self.files)

    def image_of_now(self) -> str:
        """Return the initramfs as it is built now; kdump-tools builds in nothing of its configuration."""
        return "built" if self.tools else "built from " + self.host.files[self.config]

    def is_armed(self) -> bool:
        return bool(self.host.files[LOADED] == "1\n")

    def _arm(self, loaded: int) -> None:
        good = bool(loaded) and BAD_LOAD not in self.now() and self.image in self.host.files
        self.host.files[LOADED] = "%d\n" % good
        self.loaded = self.now() if good else None

    def _build(self) -> Any:
        self.host.clock += 30
        if BAD_BUILD in self.host.files[self.config] and not self.tools:
            # dracut has begun to write over the old one
            self.host.write(self.image, "hal")
            return 1, "", "mkdumprd: failed to make kdump initrd"
        self.host.write(self.image, self.image_of_now())
        return None

    def _restart(self) -> Any:
        self.host.clock += 5
        self._stop() if self.active else None
        self.began = self.host.monotonic()
        if self.loaded is None:
            failed = self._build() if self._lacks_image() else None
            if failed:
                return failed
            self.host.clock += 6
            self._arm(1)
        self.finished = self.host.monotonic()
        # the init script of kdump-tools ends well whatever it has loaded
        self.active = self.is_armed() or self.tools
        return None if self.active else (1, "", "Job for kdump.service failed")

    def _lacks_image(self) -> bool:
        """Return whether a start builds the initramfs: kdumpctl compares times, kdump-tools does not."""
        image, conf = self.host.stat(self.image), self.host.stat(self.config)
        assert conf is not None
        return image is None or (not self.tools and conf.mtime_ns > image.mtime_ns)

    def _reload(self) -> Any:
        self.host.clock += 6
        self._arm(0)
        self._arm(1)
        self.changed = self.host.monotonic()
        self.active = self.is_armed()
        return None if self.active else (1, "", "Job for kdump.service failed")

    def boot(self) -> None:
        """Boot the machine, which starts the unit."""
        self.host.clock += 60
        self.host.booted = self.host.clock - 5
        self.active, self.changed, self.loaded = False, 0.0, None
        self.host.files[LOADED] = "0\n"
        self.host.busy = True
        self._restart()
        self.host.busy = False

    def left(self) -> List[str]:
        """Return what lies about that only a run under way may need."""
        own = [path for path in self.host.files if path.startswith("/var/lib/crashops-kdump/")]
        return own + [path for path in self.host.files if replace_files.PREFIX in path]
