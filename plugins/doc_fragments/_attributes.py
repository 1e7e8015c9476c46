# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The attributes that every module of the collection documents."""


class ModuleDocFragment:
    """Documentation fragments for the collection's own plugins."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return what a real run would change, without changing anything.
  diff_mode:
    description: Returns what changed, or would change in check mode, when in diff mode.
  idempotent:
    description: A second run with the same options, on a machine that nothing else changed, changes nothing.
  platform:
    description: The operating systems that the module works on.
    platforms: posix
"""
