# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a guest is described, and its QEMU command line. Pure, except that it looks for a firmware file."""

from pathlib import Path
from typing import NamedTuple

from tools.lab import network
from tools.lab.errors import LabError
from tools.lab.recipes import PRIVATE_MAC

USER_MAC = "52:54:00:4c:41:{number:02x}"
# where distributions put the UEFI firmware: code, and the variables that go with it
FIRMWARE = (
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
)


class Machine(NamedTuple):
    """The hardware of a guest. All of it must be the same again where a snapshot is to be restored."""

    name: str
    number: int
    firmware: str
    memory_mib: int
    cpus: int
    network_port: int
    seed: str | None


class Places(NamedTuple):
    """The files and the ssh port of one running guest."""

    disk: Path
    serial: Path
    qmp: Path
    variables: Path
    ssh_port: int


def firmware_files() -> tuple[str, str]:
    """Return the paths of the UEFI firmware's code and its empty variables."""
    for code, variables in FIRMWARE:
        if Path(code).exists() and Path(variables).exists():
            return code, variables
    raise LabError("no UEFI firmware on this machine; install the package ovmf")


def value(path: Path | str) -> str:
    """Return a path as the value of one of QEMU's options: a single comma would end it."""
    return str(path).replace(",", ",,")


def arguments(machine: Machine, places: Places, accelerator: list[str], snapshot: str | None) -> list[str]:
    """Return QEMU's arguments for a guest, without the program itself."""
    argv = ["-name", machine.name, "-machine", "q35", *accelerator]
    argv += ["-smp", str(machine.cpus), "-m", str(machine.memory_mib), "-display", "none", "-nodefaults"]
    argv += ["-serial", f"file:{places.serial}", "-qmp", f"unix:{places.qmp},server=on,wait=off"]
    argv += ["-device", "virtio-rng-pci"]
    if machine.firmware == "uefi":
        argv += ["-drive", f"if=pflash,format=raw,readonly=on,file={firmware_files()[0]}"]
        # qcow2, as savevm refuses a writable drive that cannot hold a snapshot
        argv += ["-drive", f"if=pflash,format=qcow2,file={value(places.variables)}"]
    argv += ["-drive", f"file={value(places.disk)},if=virtio,format=qcow2,cache=unsafe,discard=unmap"]
    if machine.seed:
        argv += ["-drive", f"file={value(machine.seed)},if=virtio,format=raw,readonly=on"]
    argv += ["-netdev", f"user,id=user,hostfwd=tcp:127.0.0.1:{places.ssh_port}-:22"]
    argv += ["-device", f"virtio-net-pci,netdev=user,mac={USER_MAC.format(number=machine.number)}"]
    argv += ["-netdev", f"socket,id=private,connect={network.ADDRESS}:{machine.network_port}"]
    argv += ["-device", f"virtio-net-pci,netdev=private,mac={PRIVATE_MAC.format(number=machine.number)}"]
    return argv + (["-loadvm", snapshot] if snapshot else [])
