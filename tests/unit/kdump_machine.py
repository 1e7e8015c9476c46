# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up machine for kdump_service: a unit that behaves like systemd's, and a kernel that is armed or not."""

import pathlib
from typing import Any, Dict, List, Optional, Tuple, Type

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Completed
from ansible_collections.crashops.kdump.plugins.modules import kdump_service
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, UPTIME, Answer, FakeHost

FIXTURES = pathlib.Path(__file__).parent / "fixtures"
LOADED, SIZE = "/sys/kernel/kexec_crash_loaded", "/sys/kernel/kexec_crash_size"
LOAD_DISABLED, LOAD_LIMIT = "/proc/sys/kernel/kexec_load_disabled", "/proc/sys/kernel/kexec_load_limit_panic"
KERNEL = "6.1.0-56-amd64"
SHOW = (
    "systemctl show -p LoadState,ActiveState,UnitFileState,InactiveExitTimestampMonotonic,"
    "ActiveEnterTimestampMonotonic,ConditionResult,ConditionTimestampMonotonic,StateChangeTimestampMonotonic,"
    "InactiveExitTimestamp,ActiveEnterTimestamp,StateChangeTimestamp,"
    "ReloadResult,ExecReload %s"
)
JOURNAL = "journalctl --no-pager -b -n 200 -o cat -u %s --since @"
# what systemctl 252 prints, in its own order
SHOWN = (
    "LoadState=%s\nActiveState=%s\nUnitFileState=%s\nActiveEnterTimestampMonotonic=%d\n"
    "InactiveExitTimestampMonotonic=%d\n"
)
JUDGED = "ConditionResult=%s\nConditionTimestampMonotonic=4000000\n"


class JournalHost(FakeHost):
    """A fake host whose journal has lines of the unit by their time; None stands for the time of the attempt."""

    journal: Tuple[Tuple[Optional[float], str], ...] = (
        (START - 480, "error: from eight minutes ago"),
        (None, "Starting kdump"),
        (None, "failed to load kdump kernel"),
    )

    def run(self, argv: List[str], timeout_s: int = 60, check: bool = True) -> Completed:
        line = " ".join(argv)
        if argv[0] != "journalctl":
            return super().run(argv, timeout_s, check)
        self.commands.append(list(argv))
        start, since = line.rpartition("@")[::2]
        assert start + "@" in (JOURNAL % "kdump.service", JOURNAL % "kdump-tools.service"), line
        told = [text for time, text in self.journal if time is None or time >= float(since)]
        return Completed(list(argv), 0, "\n".join(told or ["-- No entries --"]) + "\n", "")


class Machine:
    """A fake host with a unit that behaves like systemd's and a kernel that has a capture kernel or not."""

    host_class: Type[JournalHost] = JournalHost

    def __init__(
        self,
        stack: str,
        *,
        armed: bool = False,
        active: Optional[bool] = None,
        enabled: bool = True,
        masked: bool = False,
        arms: bool = True,
    ) -> None:
        self.tools = stack == "kdump-tools"
        self.unit = stack_unit(stack)
        self.active = armed if active is None else active
        self.enabled, self.masked, self.arms = enabled, masked, arms
        self.image = "/var/lib/kdump/initrd.img-" + KERNEL if self.tools else "/boot/initramfs-%skdump.img" % KERNEL
        config = "/etc/default/kdump-tools" if self.tools else "/etc/kdump.conf"
        name = "kdump-tools-1.8.1.default" if self.tools else "kdump-utils-1.0.61.conf"
        files = {
            LOADED: "%d\n" % armed,
            SIZE: "268435456\n",
            "/proc/sys/kernel/osrelease": KERNEL + "\n",
            config: (FIXTURES / name).read_text(),
            "/boot/initramfs-%s.img" % KERNEL: "",
            self.image: "",
        }
        self.config = config
        programs = ["kdump-config", "dpkg"] if self.tools else ["kdumpctl", "makedumpfile"]
        self.host = self.host_class(files, self._answers(), {"/var/crash": 0o700}, programs)
        for path in files:
            self.host.mtimes[path] = START - 1000
        self.until_boot = False  # whether the unit is enabled or masked in /run alone
        self.began = UPTIME - 100.0
        self.finished = self.began + 5
        self.changed = 0.0  # when the unit was reloaded
        self.reload_result = "ReloadResult=success\n"
        self.arms_at: Optional[float] = None  # when the start that the boot began will be done
        self.idle = "inactive"  # what systemd calls the unit where it is not active
        self.condition: Optional[str] = None
        self.loaded: Optional[str] = files[config] if armed else None  # the configuration that is in memory

    def _answers(self) -> Dict[str, Answer]:
        unit = self.unit
        rebuild = "/etc/kernel/postinst.d/kdump-tools " + KERNEL if self.tools else "kdumpctl rebuild"
        return {
            SHOW % unit: lambda host: self._show(),
            "systemctl restart %s" % unit: lambda host: self._restart(),
            "systemctl reload %s" % unit: lambda host: self._reload(),
            "systemctl start %s" % unit: lambda host: None if self.active else self._restart(),
            "systemctl stop %s" % unit: lambda host: self._stop(),
            "systemctl enable %s" % unit: lambda host: self._set(enabled=True, until_boot=False),
            "systemctl disable %s" % unit: lambda host: self._set(enabled=False),
            "systemctl mask %s" % unit: lambda host: self._set(masked=True, until_boot=False),
            # it removes links in /etc alone
            "systemctl unmask %s" % unit: lambda host: self._set(masked=self.until_boot),
            "systemctl unmask --runtime %s" % unit: lambda host: self._set(masked=not self.until_boot),
            rebuild: lambda host: self._build(),
            "kdump-config unload" if self.tools else "kdumpctl stop": lambda host: self._arm(0),
        }

    def _show(self) -> str:
        load = "masked" if self.masked else "loaded"
        state = "masked" if self.masked else "enabled" if self.enabled else "disabled"
        state += "-runtime" if self.until_boot and (self.masked or self.enabled) else ""
        if self.arms_at is not None and self.host.monotonic() >= self.arms_at:
            self.arms_at, self.active = None, True
            self._arm(int(self.arms))
        active = "activating" if self.arms_at else "active" if self.active else self.idle
        began, finished = (self.began, self.finished) if self.active else (0, 0)
        shown = SHOWN % (load, active, state, int(finished * 1e6), int(began * 1e6))
        shown += "StateChangeTimestampMonotonic=%d\n" % int(max(finished, self.changed if self.active else 0) * 1e6)
        shown += self.reload_result
        return shown + (JUDGED % self.condition if self.condition else "")

    def _set(self, **facts: bool) -> None:
        for name, value in facts.items():
            setattr(self, name, value)

    def _arm(self, loaded: int) -> None:
        left = int(self.host.files.get(LOAD_LIMIT, "-1"))
        if left == 0 or self.host.files.get(LOAD_DISABLED) == "1\n":
            return
        if left > 0:
            self.host.files[LOAD_LIMIT] = "%d\n" % (left - 1)
        self.host.files[LOADED] = "%d\n" % loaded
        self.loaded = self.host.files[self.config] if loaded else None

    def _build(self) -> Any:
        self.host.clock += 30
        self.host.write(self.image, "new")

    def _restart(self) -> Any:
        self.host.clock += 5
        if self.active:
            self._stop()
        self.began = self.host.monotonic()
        if self.loaded is not None:
            # both tools end well over what somebody loaded by hand, and leave it as it is
            self.finished, self.active = self.began, True
            return
        if self.image not in self.host.files:
            self._build()
        self.host.clock += 6
        self.finished = self.host.monotonic()
        self.active = True
        self._arm(int(self.arms))

    def _reload(self) -> Any:
        assert self.active and not self.tools
        self.host.clock += 6
        self._arm(0)
        self._arm(int(self.arms))
        self.changed = self.host.monotonic()
        return None if self.arms else (1, "", "Job for kdump.service failed")

    def _stop(self) -> None:
        self.active = False
        self._arm(0)

    def run(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        params = {"state": None, "enabled": None, "masked": None, "rebuild": "auto", "timeout": 600}
        self.host.commands = []
        return kdump_service.ensure(self.host, dict(params, **options), check_mode)

    def commands(self) -> List[str]:
        """Return the commands that were run, the one that reads left out."""
        lines = [" ".join(argv) for argv in self.host.commands]
        return [line for line in lines if line != SHOW % self.unit]


def stack_unit(stack: str) -> str:
    return "kdump-tools.service" if stack == "kdump-tools" else "kdump.service"
