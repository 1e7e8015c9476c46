# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The dump target as an option of the modules that write it, try it, or both. Each says itself what it does with it."""


class ModuleDocFragment:
    """Documentation fragments for the collection's own plugins."""

    DOCUMENTATION = r"""
options:
  target:
    type: dict
    suboptions:
      type:
        description:
          - The kind of target. V(local) is the file system that holds O(path).
          - On Debian and Ubuntu only V(local), V(nfs) and V(ssh) exist.
        type: str
        required: true
        choices: [local, raw, ext2, ext3, ext4, xfs, btrfs, minix, virtiofs, nfs, ssh]
      location:
        description:
          - A device, C(UUID=...) or C(LABEL=...) of a file system or raw device, the tag of a virtiofs share,
            C(host:/export) of an NFS server, C(user@host) of an ssh server.
          - It must be left out with the type V(local), and given with every other.
        type: str
      ssh_key:
        description:
          - The private key for a target of type V(ssh), an absolute path on the host. It is given with no other type.
          - If it is left out, it is the one that the host's own files name, or C(/root/.ssh/kdump_id_rsa).
        type: str
"""
