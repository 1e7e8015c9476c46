# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the NoCloud seed disk that lets the lab into an image that expects cloud-init."""

import json
from pathlib import Path

from tools.lab.commands import need, run
from tools.lab.recipes import PRIVATE_ADDRESS, PRIVATE_MAC


def user_data(user: str, public_key: str, host_key: str, host_public_key: str) -> str:
    """Return cloud-init's user-data: a login without password, and a host key that the lab knows beforehand."""
    login = {"name": user, "ssh_authorized_keys": [public_key], "shell": "/bin/bash"}
    if user != "root":
        login["sudo"] = "ALL=(ALL) NOPASSWD:ALL"
    keys = {"ed25519_private": host_key, "ed25519_public": host_public_key}
    # JSON is YAML, and quotes the keys' line ends without a thought
    return "#cloud-config\n" + json.dumps(
        {"users": [login], "disable_root": user != "root", "ssh_keys": keys}, indent=1
    )


def network_config(number: int, user_mac: str) -> str:
    """Return cloud-init's network-config: DHCP on QEMU's network, a fixed address on the private one."""
    cards = {
        "user": {"match": {"macaddress": user_mac}, "dhcp4": True},
        "private": {
            "match": {"macaddress": PRIVATE_MAC.format(number=number)},
            "addresses": [PRIVATE_ADDRESS.format(number=number) + "/24"],
        },
    }
    return json.dumps({"version": 2, "ethernets": cards}, indent=1)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the seed: a FAT disk labelled CIDATA, made by mtools as it needs neither a mount nor a loop device."""
    seed = folder / "seed.img"
    run([need("mformat", "mtools"), "-C", "-i", str(seed), "-f", "1440", "-v", "CIDATA", "::"])
    for name, text in files.items():
        (folder / name).write_text(text)
        run([need("mcopy", "mtools"), "-i", str(seed), str(folder / name), f"::{name}"])
    return seed
