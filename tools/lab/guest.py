# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest of the lab: starts, reaches, crashes, restores and ends it.

Its state is in files, so that any process may take it up.
"""

import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tools.lab import accelerator, keeper, network, qemu, qmp, seed
from tools.lab.cache import new_version
from tools.lab.commands import need, run
from tools.lab.console import last_line
from tools.lab.errors import CommandFailed, GuestLost, LabError
from tools.lab.image import Image, cached_kernel
from tools.lab.progress import Watch, step

# A guest under emulation on a busy machine is slow; one whose console stands still this long hangs.
SILENCE_LIMIT_S = 300
BOOT_LIMIT_S = 1800
PAUSE_S = 1.0
# the name of the snapshot inside the disk of a saved guest
SAVED_TAG = "saved"
# the files that are saved
SAVED_FILES = ("disk.qcow2", "variables.qcow2", "seed.img")
BUILT_PYTHON = "/usr/bin/python3"
# what belongs to one run of QEMU and is not saved
OF_A_RUN = ("pid", "qmp", "ssh_port", "accelerator", "owner")


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Guest:
    """One guest of the lab; `folder` holds its overlay disk, its console and what is needed to reach it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state: dict[str, Any] = json.loads((folder / "guest.json").read_text())

    # -- making ------------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, folder: Path, image: Image, machine: qemu.Machine) -> "Guest":
        """Make the files of a new guest: its disk is an overlay on the image, which itself is never written."""
        folder.mkdir(parents=True, exist_ok=True)
        backing = ["-b", str(image.disk.resolve()), "-F", image.disk_format]
        run([need("qemu-img", "qemu-utils"), "create", "-q", "-f", "qcow2", *backing, str(folder / "disk.qcow2")])
        known_host = image.known_host
        if machine.firmware == "uefi":
            empty = qemu.firmware_files()[1]
            run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", empty, str(folder / "variables.qcow2")])
        if image.seeded:
            known_host = _write_seed(folder, image, machine)
            machine = machine._replace(seed=str(folder / "seed.img"))
        # the lab's own images have one Python; on others Ansible looks for it
        python = BUILT_PYTHON if image.kernel else "auto_silent"
        login = {"user": image.user, "key": str(image.key), "known_host": known_host, "python": python}
        _save(folder, machine, login)
        return cls(folder)

    @classmethod
    def create_from_saved(cls, folder: Path, saved: Path, network_port: int | None = None) -> "Guest":
        """Make a guest, named as its folder, that will start where `save_to` left another one.

        network_port: the network to join; left out: a new one.
        """
        shutil.copytree(saved, folder)
        guest = cls(folder)
        guest._state.update(snapshot=SAVED_TAG)
        guest._state["machine"].update(name=folder.name, network_port=network_port or free_port())
        if guest.machine.seed:
            guest._state["machine"]["seed"] = str(folder / "seed.img")
        guest._write_state()
        return guest

    # -- life --------------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Return the guest's name."""
        return str(self._state["machine"]["name"])

    @property
    def machine(self) -> qemu.Machine:
        """Return the hardware that the guest was made with."""
        return qemu.Machine(**self._state["machine"])

    def start(self, owner: int | None = None) -> None:
        """Start QEMU; the guest ends with the owner, a process id (left out: this process)."""
        # a path of its own and short: the name of a UNIX socket ends after 107 bytes
        control = Path(tempfile.mkdtemp(prefix="lab-"))
        places = qemu.Places(
            self.folder / "disk.qcow2",
            self.folder / "serial.log",
            control / "qmp",
            self.folder / "variables.qcow2",
            # a guest that goes on after a stop is reached as before
            self._state.get("ssh_port") or free_port(),
        )
        network.ensure(self.machine.network_port)
        accel = accelerator.choose(cached_kernel())
        argv = qemu.arguments(self.machine, places, accel, self._state.get("snapshot"))
        owner = owner or os.getpid()
        pid = keeper.start([need("qemu-system-x86_64", "qemu-system-x86"), *argv], self.folder, control, owner)
        # only the first start is from a snapshot: what the guest wrote since is not to be lost
        self._state.pop("snapshot", None)
        self._state.update(pid=pid, qmp=str(places.qmp), ssh_port=places.ssh_port, accelerator=accel[1], owner=owner)
        self._write_state()
        self._write_known_hosts()

    def stop(self) -> None:
        """End QEMU at once, as pulling the plug does."""
        if self.running():
            try:
                qmp.execute(Path(self._state["qmp"]), "quit")
            except LabError:
                os.kill(self._state["pid"], 9)
        if self._state.get("qmp"):
            self._until(lambda: not self.running(), 30, "end")
            shutil.rmtree(Path(self._state["qmp"]).parent, ignore_errors=True)

    def running(self) -> bool:
        """Return whether this guest's QEMU is there; a process id that another program has by now does not count."""
        try:
            words = Path(f"/proc/{self._state.get('pid') or 0}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return qemu.value(self.folder / "disk.qcow2") in " ".join(word.decode(errors="replace") for word in words)

    def reset(self) -> None:
        """Press the guest's reset button."""
        qmp.execute(Path(self._state["qmp"]), "system_reset")

    def inject_nmi(self) -> None:
        """Send the guest a non-maskable interrupt, as a management board's diagnostic button does."""
        qmp.execute(Path(self._state["qmp"]), "inject-nmi")

    # -- snapshots ---------------------------------------------------------------------------------------------------

    def save(self, tag: str) -> None:
        """Keep the running guest's memory and disk inside its overlay."""
        with step(f"saves {self.name} as {tag}"):
            qmp.monitor(Path(self._state["qmp"]), f"savevm {tag}")

    def restore(self, tag: str) -> None:
        """Put the running guest back to where `save` left it, and its clock to now."""
        with step(f"puts {self.name} back to {tag}"):
            qmp.monitor(Path(self._state["qmp"]), f"loadvm {tag}")
            self.wait_for_ssh()
        self.set_clock()

    def save_to(self, saved: Path) -> None:
        """Save the running guest, end it, and keep its files in a folder for `create_from_saved`.

        The folder is new, or that of an older save; any other is refused, as all that is in it would be lost.
        """
        if saved == self.folder or (saved.exists() and not _holds_a_guest_that_is_saved(saved)):
            raise LabError(f"{saved} exists and holds no saved guest; name a folder that does not exist yet")
        self.save(SAVED_TAG)
        self.stop()
        with new_version(saved) as work:
            for path in (self.folder / name for name in SAVED_FILES):
                if path.exists():
                    shutil.copy(path, work / path.name)
            state = {key: value for key, value in self._state.items() if key not in OF_A_RUN}
            (work / "guest.json").write_text(json.dumps(state, indent=1))

    def save_and_go_on(self, saved: Path) -> None:
        """Save the running guest to a folder, and let it go on from there, reached as before."""
        self.save_to(saved)
        self._state["snapshot"] = SAVED_TAG
        self.go_on(self._state["owner"])

    def go_on(self, owner: int | None = None) -> None:
        """Start a guest where it was saved, and set its clock, which still shows that time."""
        self.start(owner)
        self.wait_for_ssh()
        self.set_clock()

    def set_clock(self) -> None:
        """Set the guest's clock to this machine's; after a restore it is in the past."""
        self.ssh(f"date -u -s @{time.time():.0f}")

    # -- reaching it -------------------------------------------------------------------------------------------------

    def ssh_argv(self) -> list[str]:
        """Return the ssh command that reaches the guest, without a command to run there."""
        return ["ssh", "-i", self._state["key"], "-p", str(self._state["ssh_port"]), *self._ssh_options()] + [
            f"{self._state['user']}@127.0.0.1"
        ]

    def ssh(self, command: str, timeout_s: int = 300) -> str:
        """Run a shell command as root in the guest and return what it printed."""
        shell = command if self._state["user"] == "root" else f"sudo -n sh -c {shlex.quote(command)}"
        return run([*self.ssh_argv(), shell], timeout_s=timeout_s)

    def answers(self) -> bool:
        """Return whether a login to the guest by ssh works right now."""
        try:
            argv = [*self.ssh_argv(), "true"]
            # one that is ended here would leave a shared input non-blocking, see run()
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def wait_for_ssh(self, limit_s: int = BOOT_LIMIT_S) -> None:
        """Wait until a login to the guest works; one that is gone or stands still is lost."""
        self._until(self.answers, limit_s, "let anyone in by ssh")

    def boot_id(self) -> str:
        """Return the id of the guest's present boot."""
        return self.ssh("cat /proc/sys/kernel/random/boot_id").strip()

    def wait_for_new_boot(self, before: str, limit_s: int = BOOT_LIMIT_S) -> None:
        """Wait until the guest is up in another boot than `before`, and not in a capture kernel."""

        def is_back() -> bool:
            try:
                seen = self.ssh("cat /proc/sys/kernel/random/boot_id; ls /proc/vmcore 2>/dev/null || true", 30)
            except CommandFailed:
                return False
            return before not in seen and "/proc/vmcore" not in seen

        self._until(is_back, limit_s, "come back")

    def inventory(self) -> dict[str, Any]:
        """Return the guest's variables for an Ansible inventory."""
        # all that is done to a guest is done as root
        become = {} if self._state["user"] == "root" else {"ansible_become": True}
        return {
            "ansible_host": "127.0.0.1",
            "ansible_port": self._state["ssh_port"],
            "ansible_user": self._state["user"],
            "ansible_ssh_private_key_file": self._state["key"],
            "ansible_ssh_common_args": shlex.join(self._ssh_options()),
            "ansible_python_interpreter": self._state.get("python", BUILT_PYTHON),
            "kdump_test_console": str(self.folder / "serial.log"),
            **become,
        }

    def console(self) -> str:
        """Return all that the guest wrote to its serial console."""
        path = self.folder / "serial.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # -- within ------------------------------------------------------------------------------------------------------

    def _until(self, ready: Callable[[], bool], limit_s: int, what: str) -> None:
        """Wait until the guest is ready, within a limit. A console that stays silent is a hang; slowness is not."""
        with step(f"waits for {self.name} to {what}, {limit_s} s at the most") as watch:
            size, grown = -1, time.monotonic()
            while not ready():
                now = len(self.console())
                if now != size:
                    size, grown = now, time.monotonic()
                self._check_alive(watch, what, limit_s, time.monotonic() - grown)
                time.sleep(PAUSE_S)

    def _check_alive(self, watch: Watch, what: str, limit_s: int, silent_s: float) -> None:
        """Raise GuestLost if the guest has ended, is too slow, or is silent for too long."""
        if not self.running() and what != "end":
            raise GuestLost(self.name, f"QEMU ended: {self._qemu_words()}", self.console())
        if watch.elapsed_s() > limit_s:
            raise GuestLost(self.name, f"it did not {what} within {limit_s} s", self.console())
        if silent_s > SILENCE_LIMIT_S:
            raise GuestLost(
                self.name, f"it did not {what}, and its console is silent for {silent_s:.0f} s", self.console()
            )
        watch.beat(last_line(self.console()))

    def _qemu_words(self) -> str:
        log = self.folder / "qemu.log"
        return (log.read_text(errors="replace").strip() if log.exists() else "") or "it said nothing"

    def _ssh_options(self) -> list[str]:
        # the host key of an image from elsewhere is unknown: it is pinned at first sight, for this guest alone
        strict = "yes" if self._state["known_host"] else "accept-new"
        # ssh splits this value at blanks, and replaces words that begin with %
        known = str(self.folder / "known_hosts").replace("%", "%%")
        known = f'"{known}"' if " " in known else known
        options = {"UserKnownHostsFile": known, "GlobalKnownHostsFile": "/dev/null"}
        options |= {"StrictHostKeyChecking": strict, "BatchMode": "yes", "ConnectTimeout": "10", "LogLevel": "ERROR"}
        options |= {"IdentitiesOnly": "yes", "ServerAliveInterval": "15", "ServerAliveCountMax": "8"}
        # without the settings of the person who starts this, such as a jump host for all
        return ["-F", "/dev/null", *(word for name, value in options.items() for word in ("-o", f"{name}={value}"))]

    def _write_known_hosts(self) -> None:
        known = self._state["known_host"]
        if known:
            (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self._state['ssh_port']} {known}\n")

    def _write_state(self) -> None:
        (self.folder / "guest.json").write_text(json.dumps(self._state, indent=1))


def inventory_text(guests: Iterable[Guest]) -> str:
    """Return an Ansible inventory of guests, as JSON."""
    return json.dumps({"all": {"hosts": {guest.name: guest.inventory() for guest in guests}}}, indent=1)


def _holds_a_guest_that_is_saved(folder: Path) -> bool:
    """Return whether a folder was made by `save_to`: a started guest has a process id in its state."""
    path = folder / "guest.json"
    return path.exists() and "pid" not in json.loads(path.read_text())


def _save(folder: Path, machine: qemu.Machine, login: dict[str, Any]) -> None:
    (folder / "guest.json").write_text(json.dumps({"machine": machine._asdict(), **login}, indent=1))


def _write_seed(folder: Path, image: Image, machine: qemu.Machine) -> str:
    """Write the cloud-init seed of a guest, and return the public host key in it."""
    host_key = folder / "host_key"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(host_key)])
    public = host_key.with_suffix(".pub").read_text().strip()
    # out of the key itself: the file with the public key may be elsewhere, or of another key
    login_key = run(["ssh-keygen", "-y", "-P", "", "-f", str(image.key)]).strip()
    files = {
        "user-data": seed.user_data(image.user, login_key, host_key.read_text(), public),
        "meta-data": json.dumps({"instance-id": f"lab-{machine.name}", "local-hostname": machine.name}),
        "network-config": seed.network_config(machine.number, qemu.USER_MAC.format(number=machine.number)),
    }
    seed.write(folder, files)
    return public
