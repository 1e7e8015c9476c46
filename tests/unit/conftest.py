# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every unit test may ask for: run_module(main, **options), which calls a module's main as Ansible would.

Also how many texts the fuzz tests make up, and which.
"""

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from ansible.module_utils import basic
from ansible_collections.crashops.kdump.plugins.module_utils._machine import host_lock
from hypothesis import HealthCheck, settings

try:
    from ansible.module_utils.testing import patch_module_args
except ImportError:
    patch_module_args = None  # before ansible-core 2.17

# what a change must pass draws the same texts each time, so that no change fails for what it did not touch
settings.register_profile("same", max_examples=200, deadline=None, derandomize=True)
# `./dev fuzz` draws others each time, and names this profile
settings.register_profile(
    "fuzz", max_examples=2000, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("same")


def _run(main: Callable[[], None], options: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Call main with options, in the way that this ansible-core hands them over."""
    if patch_module_args:
        with patch_module_args(options):
            main()
    else:
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode())
        main()


@pytest.fixture
def run_module(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Dict[str, Any]]:
    """Return run_module(main, **options) -> the module's result; `_ansible_check_mode=True` asks for check mode."""

    def run(main: Callable[[], None], **options: Any) -> Dict[str, Any]:
        monkeypatch.setattr(host_lock, "PATH", str(tmp_path / "lock"))
        options.setdefault("_ansible_remote_tmp", str(tmp_path))
        options.setdefault("_ansible_tmpdir", str(tmp_path))
        with pytest.raises(SystemExit) as ended:
            _run(main, options, monkeypatch)
        result: Dict[str, Any] = json.loads(capsys.readouterr().out)
        result["failed"] = bool(ended.value.code)
        return result

    return run
