# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to a made-up machine: modules run here, and are told in which machine's name they answer."""

DOCUMENTATION = """
name: made_up
short_description: Run modules here in the name of a made-up machine
description: The variable made_up names the machine; C(unreachable) is one that does not answer.
author: The crashops.kdump authors
options:
  machine:
    description: The machine.
    vars:
      - name: made_up
  facts:
    description: What a hostile machine adds to the result of each of its modules, as facts; JSON.
    vars:
      - name: made_up_facts
"""

import json
import os
import shlex
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as LocalConnection


class Connection(LocalConnection):
    """The local connection under the name of ssh: no machine is rebooted or crashed that Ansible itself runs on."""

    transport = "ssh"

    def _connect(self) -> Any:
        """Refuse where the machine does not answer."""
        if self.get_option("machine") == "unreachable":
            raise AnsibleConnectionFailure("Failed to connect to the host via ssh: Connection timed out")
        return super()._connect()

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command that knows the machine's name, and note that the machine was asked for something."""
        with open(os.environ["RECORDED"] + ".asked", "a", encoding="utf-8") as stream:
            stream.write(f"{self.get_option('machine')}\n")
        named = f"MADE_UP={shlex.quote(self.get_option('machine') or '')} {cmd}"
        rc, out, err = super().exec_command(named, in_data, sudoable)
        facts = self.get_option("facts")
        if facts and out.lstrip().startswith(b"{"):
            facts = json.loads(facts) if isinstance(facts, str) else facts
            result, _end = json.JSONDecoder().raw_decode(out.decode().lstrip())
            out = json.dumps(dict(result, ansible_facts=facts)).encode()
        return rc, out, err
