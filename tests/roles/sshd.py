# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sshd on a free port of the loopback, and a root account that logs in to it: nothing of this machine changes.

Server and client each run in a mount namespace of their own, in which made-up files lie over /root, /etc/ssh and
/etc/passwd. A machine without sshd gets it unpacked from Debian's packages; it is not installed.
"""

import contextlib
import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# where ansible_collections lies; Python looks for it only in what it is told
COLLECTIONS = Path(__file__).resolve().parents[5]
PACKAGES = ("openssh-server", "openssh-sftp-server", "libwrap0")
PORT_LIMIT_S = 20
LIMIT_S = 120
# sshd takes the rights of an own user before a login, which a machine without the package has not
USERS = "sshd:x:74:65534::/run/sshd:/usr/sbin/nologin\nkdump:x:0:0::{home}:/bin/sh\n"
CONFIGURATION = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
Subsystem sftp internal-sftp
{more}
"""
# another .ssh in the home of root, in which Python itself may lie
ROOT_HOME = """
mount --rbind /root '{real}' && mount -t tmpfs root /root
for path in '{real}'/* '{real}'/.[!.]*; do
    place=/root/${{path##*/}}
    [ -e "$path" ] || continue
    if [ -d "$path" ]; then mkdir "$place"; else touch "$place"; fi
    mount --rbind "$path" "$place"
done
mkdir -p /root/.ssh && mount --bind '{ssh}' /root/.ssh && cd / || exit
"""
# runs in the client's namespace: tries a target as kdump_target and kdump_info do, and prints what came of it
PROBE = """
import json, sys
from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import Failure
from ansible_collections.crashops.kdump.plugins.module_utils._metrics.program import Machine
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.find import stack_named
from ansible_collections.crashops.kdump.plugins.module_utils._targets.base import ProbeOptions
from ansible_collections.crashops.kdump.plugins.module_utils._targets.ssh import Ssh
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import Target
import subprocess
stack, location, key, path, act = sys.argv[1:]
wish = ProbeOptions(Target("ssh", location, key, path), stack_named(stack).delivery, True, act == "act", 30)
try:
    probe = Ssh(Host(Machine(subprocess.run)), wish).probe()
    print(json.dumps({"works": True, "trial": probe.trial._asdict()}))
except Failure as failure:
    print(json.dumps({"works": False, "trouble": failure.details.get("trouble"), "msg": failure.msg}))
"""


def programs(folder: Path) -> Path:
    """Return the root below which usr/sbin/sshd is: this machine's own, or one that is unpacked in a folder."""
    if shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin"):
        return Path("/")
    for argv in (
        ["apt-get", "-q", "download", *PACKAGES],
        *(["dpkg-deb", "-x", f"{name}_*.deb", "x"] for name in PACKAGES),
    ):
        words = [str(path) for word in argv for path in (sorted(folder.glob(word)) if "*" in word else [word])]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"no sshd: install openssh-server, or mend what {' '.join(words)} says: {done.stderr}")
    return folder / "x"


def apart(over: dict[str, Path | str], line: str, *argv: str) -> list[str]:
    """Return a command that runs in a mount namespace of its own, files and folders over those of the machine."""
    mounts = "".join(f"mount --bind '{source}' '{place}' && " for place, source in over.items())
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", *own, "--mount", "--propagation", "private", "sh", "-c", f"{mounts}{line}", "apart", *argv]


class Server:
    """sshd, with what its account lets in as the text of `authorized_keys`."""

    def __init__(self, folder: Path, root: Path, more: str = "") -> None:
        self.folder = folder
        self.root = root
        self.home = folder / "account"
        self.home.mkdir()
        self.account = "kdump" if os.geteuid() == 0 else getpass.getuser()
        self.authorized_keys = folder / "authorized_keys"
        self.authorized_keys.touch()
        keygen(folder / "host_key")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        text = CONFIGURATION.format(port=self.port, folder=folder, more=more)
        (folder / "sshd_config").write_text(text, encoding="utf-8")
        (folder / "passwd").write_text(Path("/etc/passwd").read_text() + USERS.format(home=self.home))

    @contextlib.contextmanager
    def running(self) -> "Iterator[Server]":
        """Run sshd until the end of the block."""
        sshd = [str(self.root / "usr/sbin/sshd"), "-D", "-e", "-f", str(self.folder / "sshd_config")]
        line = 'mount -t tmpfs run /run && mkdir -m 0755 /run/sshd && exec "$@"'
        root = os.geteuid() == 0
        argv = apart({"/etc/passwd": self.folder / "passwd"}, line, *sshd) if root else sshd
        libraries = ":".join(str(path) for path in (self.root / "usr/lib").glob("*-linux-gnu"))
        env = dict(os.environ, LD_LIBRARY_PATH=libraries) if self.root != Path("/") else dict(os.environ)
        with (
            open(self.folder / "log", "w", encoding="utf-8") as log,
            subprocess.Popen(argv, stderr=log, env=env) as process,
        ):
            try:
                self._await(process)
                yield self
            finally:
                process.terminate()

    def _await(self, process: Any) -> None:
        """Wait until sshd listens."""
        end = time.monotonic() + PORT_LIMIT_S
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError("sshd does not listen: " + self.log())

    def log(self) -> str:
        """Return what sshd said."""
        return (self.folder / "log").read_text(encoding="utf-8")


class Client:
    """A machine's root that logs in to a server: its home, and the system's configuration of ssh."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.ssh = folder / "home/.ssh"
        self.ssh.mkdir(parents=True, mode=0o700)
        self.etc = folder / "etc-ssh"
        self.etc.mkdir()
        (self.etc / "ssh_config").write_text("Include /etc/ssh/ssh_config.d/*.conf\n")
        host_key = " ".join((server.folder / "host_key.pub").read_text().split()[:2])
        (self.ssh / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {host_key}\n127.0.0.1 {host_key}\n")
        self.configure()
        self.key = "/root/.ssh/kdump_id"
        self.public = keygen(self.ssh / "kdump_id")
        self.other = keygen(self.ssh / "other")

    def configure(self, *lines: str, port: bool = True) -> None:
        """Write root's own configuration of ssh."""
        text = "\n".join([f"Port {self.server.port}"] * port + list(lines)) + "\n"
        (self.ssh / "config").write_text(text, encoding="utf-8")

    def run(self, *argv: str, stdin: bytes = b"") -> Any:
        """Run a command as this machine's root."""
        env = {name: value for name, value in os.environ.items() if name != "SSH_AUTH_SOCK"}
        env.update(HOME="/root", PYTHONPATH=str(COLLECTIONS))
        (self.folder / "real").mkdir(exist_ok=True)
        line = ROOT_HOME.format(real=self.folder / "real", ssh=self.ssh)
        command = apart({"/etc/ssh": self.etc}, line + 'exec "$@"', *argv)
        return subprocess.run(command, input=stdin, capture_output=True, timeout=LIMIT_S, check=False, env=env)

    def ssh_argv(self) -> list[str]:
        """Return how kdumpctl's capture kernel calls ssh."""
        return ["ssh", "-i", self.key, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", self.location()]

    def location(self) -> str:
        """Return the target."""
        return f"{self.server.account}@127.0.0.1"

    def probe(self, path: Path | str, stack: str = "kdumpctl", act: bool = True) -> dict[str, Any]:
        """Return what the product finds when it tries the target."""
        done = self.run(
            sys.executable, "-c", PROBE, stack, self.location(), self.key, str(path), "act" if act else "look"
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        return dict(json.loads(done.stdout))


def keygen(path: Path) -> str:
    """Make a key pair and return its public half."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)], check=True)
    return path.with_name(path.name + ".pub").read_text(encoding="utf-8").strip()
