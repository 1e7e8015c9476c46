# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The files that a kdumpctl's capture initramfs holds copies of: those that kdumpctl watches, and those it forgets."""

from typing import Any, Dict, List

from ansible_collections.crashops.kdump.plugins.module_utils.kdumpconf import _kdumpconf, _kdumptarget

HOOK_DIRECTORIES = ("pre", "post", "emergency")
# dracut reads them at each build; kdumpctl does not ask whether they have changed
DRACUT_FILES = ("/etc/dracut.conf",)
DRACUT_PATTERN = "/etc/dracut.conf.d/*.conf"
# what dracut's module ssh-client copies beside the key; kdumpctl does not ask after these either
SSH_FILES = ("/root/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts", "/root/.ssh/config", "/etc/ssh/ssh_config")


def watched(host: Any, found: Dict[str, str], version: str, collector: str) -> List[str]:
    """Return the files whose change makes kdumpctl itself build anew, the configuration and the kernel apart."""
    files: List[str] = []
    for name in _kdumptarget.PROGRAMS:
        files.extend(found.get(name, "").split())
    for name in HOOK_DIRECTORIES:
        hooks = [(path, host.stat(path)) for path in host.glob("/etc/kdump/%s.d/*" % name)]
        files.extend(path for path, seen in hooks if seen is not None and seen.mode & 0o111)
    program = host.which(found.get("core_collector", collector).split(" ")[0])
    if program:
        files.append(program)
    if found.get("extra_modules"):
        files.append("/lib/modules/%s/modules.dep" % version)
    return files


def forgotten(host: Any, found: Dict[str, str]) -> List[str]:
    """Return the files that the initramfs is built from without kdumpctl asking whether they have changed."""
    files = list(DRACUT_FILES) + host.glob(DRACUT_PATTERN)
    if _kdumptarget.target(found)[0] != "ssh":
        return files
    named = found.get("sshkey", _kdumpconf.DEFAULT_SSH_KEY)
    key = named if host.stat(named) is not None else _kdumpconf.DEFAULT_SSH_KEY
    return [*files, key, *SSH_FILES]
