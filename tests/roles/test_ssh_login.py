# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe's login to a real sshd: what would let it in today and not the capture kernel does not count."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.crashops.kdump.tests.roles import sshd

STACKS = ("kdumpctl", "kdump-tools")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, openssh: Path) -> Iterator[sshd.Server]:
    """Return a running sshd."""
    with sshd.Server(tmp_path_factory.mktemp("server"), openssh).running() as running:
        yield running


@pytest.fixture
def client(tmp_path: Path, server: sshd.Server) -> sshd.Client:
    """Return a machine that the server lets in by nothing yet."""
    server.authorized_keys.write_text("")
    return sshd.Client(tmp_path, server)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Return a folder for sockets, whose paths have 107 characters at most."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def let_in(client: sshd.Client, *public: str) -> None:
    """Let keys in."""
    client.server.authorized_keys.write_text("".join(one + "\n" for one in public))


@pytest.mark.parametrize("stack", STACKS)
def test_the_targets_own_key_lets_in(client: sshd.Client, tmp_path: Path, stack: str) -> None:
    let_in(client, client.public)
    found = client.probe(tmp_path / "dumps", stack)
    assert found["works"], found
    assert (tmp_path / "dumps").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("stack", STACKS)
def test_another_key_of_roots_configuration_is_refused(client: sshd.Client, tmp_path: Path, stack: str) -> None:
    client.configure("IdentityFile ~/.ssh/other")
    let_in(client, client.other)
    assert client.run(*client.ssh_argv(), "true").returncode == 0
    assert client.probe(tmp_path / "dumps", stack)["trouble"] == "login_refused"


@pytest.mark.parametrize("stack", STACKS)
def test_a_shared_connection_left_open_is_refused(
    client: sshd.Client, tmp_path: Path, short_folder: Path, stack: str
) -> None:
    client.configure(f"ControlPath {short_folder}/%C", "ControlMaster auto", "ControlPersist 60")
    let_in(client, client.public)
    assert client.run(*client.ssh_argv(), "true").returncode == 0
    let_in(client)
    assert client.run(*client.ssh_argv(), "true").returncode == 0
    assert client.probe(tmp_path / "dumps", stack)["trouble"] == "login_refused"
    client.run(*client.ssh_argv()[:-1], "-O", "exit", client.location())


@pytest.mark.parametrize("stack", STACKS)
def test_an_agent_is_refused(client: sshd.Client, tmp_path: Path, short_folder: Path, stack: str) -> None:
    socket = short_folder / "agent"
    with subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL) as agent:
        try:
            end = 200
            while not socket.exists() and end:
                end -= subprocess.run(["sleep", "0.05"], check=True).returncode + 1
            client.run("env", f"SSH_AUTH_SOCK={socket}", "ssh-add", "/root/.ssh/other")
            client.configure(f"IdentityAgent {socket}")
            let_in(client, client.other)
            assert client.run(*client.ssh_argv(), "true").returncode == 0
            assert client.probe(tmp_path / "dumps", stack)["trouble"] == "login_refused"
        finally:
            agent.terminate()


@pytest.mark.parametrize(("stack", "works"), [("kdumpctl", False), ("kdump-tools", True)])
def test_a_certificate_counts_where_the_capture_kernel_has_it(
    client: sshd.Client, tmp_path: Path, stack: str, works: bool
) -> None:
    authority = sshd.keygen(client.ssh / "authority")
    own = str(client.ssh / "kdump_id.pub")
    sign = ["ssh-keygen", "-q", "-s", str(client.ssh / "authority"), "-I", "web1", "-n", client.server.account, own]
    subprocess.run(sign, check=True)
    let_in(client, "cert-authority " + authority)
    assert client.run(*client.ssh_argv(), "true").returncode == 0
    assert client.probe(tmp_path / "dumps", stack)["works"] == works


@pytest.mark.parametrize(("stack", "works"), [("kdumpctl", False), ("kdump-tools", True)])
def test_a_configuration_that_dracut_does_not_copy_leads_nowhere(
    client: sshd.Client, tmp_path: Path, stack: str, works: bool
) -> None:
    client.configure(port=False)
    (client.etc / "ssh_config.d").mkdir()
    (client.etc / "ssh_config.d/dumps.conf").write_text(f"Host 127.0.0.1\nPort {client.server.port}\n")
    let_in(client, client.public)
    assert client.run(*client.ssh_argv(), "true").returncode == 0
    assert client.probe(tmp_path / "dumps", stack)["works"] == works


@pytest.mark.parametrize("stack", STACKS)
def test_the_systems_own_configuration_leads_to_the_server(client: sshd.Client, tmp_path: Path, stack: str) -> None:
    client.configure("Host elsewhere", "Port 1", port=False)
    (client.etc / "ssh_config").write_text(f"Host 127.0.0.1\n    Port {client.server.port}\n")
    let_in(client, client.public)
    assert client.probe(tmp_path / "dumps", stack)["works"]


@pytest.mark.parametrize(("stack", "works"), [("kdumpctl", False), ("kdump-tools", True)])
def test_known_hosts_that_the_image_lacks_do_not_count(
    client: sshd.Client, tmp_path: Path, stack: str, works: bool
) -> None:
    client.configure("UserKnownHostsFile ~/.ssh/of_dumps")
    (client.ssh / "known_hosts").rename(client.ssh / "of_dumps")
    let_in(client, client.public)
    assert client.run(*client.ssh_argv(), "true").returncode == 0
    found = client.probe(tmp_path / "dumps", stack)
    assert (found["works"], found.get("trouble")) == (works, None if works else "host_key_unknown")
