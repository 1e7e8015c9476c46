# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The account on an ssh dump server: its lines of authorized_keys, made of hosts' public keys. Pure functions.

The key is all that a host says here. It is taken only if it is one key and nothing else. The operator alone decides
what may be done with it, and where.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import refusal

RECEIVER = "/usr/local/sbin/crashops-kdump-receive"
KEY = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) ([A-Za-z0-9+/]{32,8192}={0,2})(?: [^\r\n]*)?")
# neither a shell nor sshd makes anything of these characters
DIRECTORY = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*){2,}/?")
# how the role names what it knows of the hosts of a batch; a host could send facts of such names
PRIVATE = "__kdump_"


def public_key(text: Any) -> str | None:
    """Return type and key of a public key that a host sends for its account, None where the text is anything else."""
    match = KEY.fullmatch(str(text or "").strip())
    if match is None:
        return None
    try:
        blob = base64.b64decode(match.group(2), validate=True)
    except binascii.Error:
        return None
    name = match.group(1).encode()
    return (
        "%s %s" % match.group(1, 2) if blob[:4] == len(name).to_bytes(4, "big") and blob[4:].startswith(name) else None
    )


def line(host: str, text: Any, directory: str | None) -> str | None:
    """Return the dump account's line of authorized_keys that lets a host in, None without a valid key.

    With a directory, the host may only write dumps there.
    """
    key = public_key(text)
    if key is None:
        return None
    options = "restrict" if directory is None else 'restrict,command="%s %s"' % (RECEIVER, directory.rstrip("/"))
    return "%s %s kdump@%s" % (options, key, re.sub(r"[^A-Za-z0-9._-]", "_", host))


def batch(hostvars: Mapping[str, Any], hosts: Iterable[str], login: str) -> list[str]:
    """Return the hosts of a batch that want to log in to one account, as the role has noted; facts do not count."""
    found = []
    for host in hosts:
        variables = hostvars.get(host) or {}
        if variables.get("__kdump_wants_login") == login and login and not claims(variables):
            found.append(host)
    return found


def claims(variables: Mapping[str, Any]) -> bool:
    """Return whether a host sent facts with names of the account's notes: it could speak for other hosts."""
    return any(str(name).startswith(PRIVATE) for name in variables.get("ansible_facts") or {})


def directory_refusals(directories: Mapping[str, str]) -> dict[str, str]:
    """Return why the account's hosts have no dump directory of their own: no plain path, or one overlaps another."""
    found = {}
    for host, directory in directories.items():
        if not DIRECTORY.fullmatch(directory) or ".." in directory:
            rule = "it is no path of two or more plain names (letters, digits, and . _ + -)"
            found[host] = refusal("kdump_path", directory, rule, "choose one such as /srv/dumps/%s" % host)
            continue
        inside = [name for name, other in directories.items() if name != host and _overlap(directory, other)]
        if inside:
            rule = "with kdump_ssh_write_only each host needs a directory of its own, and %s has %s"
            remedy = "set kdump_path to one such as '/srv/dumps/{{ inventory_hostname }}'"
            found[host] = refusal("kdump_path", directory, rule % (inside[0], directories[inside[0]]), remedy)
    return found


def _overlap(one: str, other: str) -> bool:
    first, second = one.rstrip("/") + "/", other.rstrip("/") + "/"
    return first.startswith(second) or second.startswith(first)
