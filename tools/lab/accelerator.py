# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses QEMU's accelerator, KVM or TCG, by booting a kernel with it.

/dev/kvm may exist, `-accel kvm` may start, and the guest may still hang in early boot (seen on nested machines).
Only a kernel that comes to its natural end within the limit proves anything.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from tools.lab.cache import cache_dir, fingerprint
from tools.lab.commands import need
from tools.lab.console import gave_up_on_root, kernel_started
from tools.lab.errors import LabError
from tools.lab.progress import step

KVM = ["-accel", "kvm", "-cpu", "host"]
# erms, fsrm: a kernel that finds them clears and copies pages by bytes, which the emulator does one at a time; without
# them it takes words, and is six times faster at it
TCG = ["-accel", "tcg,thread=multi", "-cpu", "max,-erms,-fsrm"]
# with hardware a kernel without a root file system is done in two seconds
PROBE_LIMIT_S = 30


def boots(accel: list[str], kernel: Path, limit_s: int) -> bool:
    """Return whether a kernel, given no root file system, panics as it should within the limit (seconds)."""
    with tempfile.TemporaryDirectory(prefix="lab-probe-") as folder:
        serial = Path(folder) / "serial.log"
        argv = [need("qemu-system-x86_64", "qemu-system-x86"), *accel, "-m", "256", "-display", "none", "-no-reboot"]
        argv += ["-nodefaults", "-serial", f"file:{serial}", "-kernel", str(kernel)]
        argv += ["-append", "console=ttyS0 panic=-1"]
        try:
            subprocess.run(argv, timeout=limit_s, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return False
        text = serial.read_text(errors="replace") if serial.exists() else ""
        return kernel_started(text) and gave_up_on_root(text)


def _kvm_works(kernel: Path) -> bool:
    """Return whether KVM boots the kernel; the answer is kept for this boot of this machine."""
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    note = cache_dir() / f"kvm-{fingerprint(boot_id, os.getuid())}"
    if not note.exists():
        with step(f"tries KVM by booting a kernel, {PROBE_LIMIT_S} s at the most"):
            works = boots(KVM, kernel, PROBE_LIMIT_S)
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text("yes" if works else "no")
    return note.read_text() == "yes"


def choose(kernel: Path | None) -> list[str]:
    """Return QEMU's accelerator arguments: $LAB_ACCEL (kvm or tcg), or KVM where it really boots, or TCG.

    TCG always works. It is taken where there is no kernel for the trial: none is kept until the first image is built.
    """
    wanted, known = os.environ.get("LAB_ACCEL"), {"kvm": KVM, "tcg": TCG}
    if wanted and wanted not in known:
        raise LabError(f"LAB_ACCEL: {wanted!r} is refused: the lab knows kvm and tcg; unset it to let the lab choose")
    if wanted:
        return known[wanted]
    usable = os.access("/dev/kvm", os.R_OK | os.W_OK)
    return KVM if usable and kernel and _kvm_works(kernel) else TCG
