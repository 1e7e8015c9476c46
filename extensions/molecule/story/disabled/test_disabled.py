# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What disable leaves on a machine after its reboot."""


def test_the_memory_is_free_again(host):
    assert host.file("/sys/kernel/kexec_crash_size").content_string.strip() == "0"


def test_no_capture_kernel_is_loaded(host):
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "0"


def test_no_boot_entry_asks_for_memory(host):
    assert "crashkernel=" not in host.file("/boot/grub/grub.cfg").content_string
    assert "crashkernel=" not in host.file("/proc/cmdline").content_string


def test_the_service_stays_off(host):
    assert not host.service("kdump-tools").is_enabled


def test_the_dumps_are_still_there(host):
    assert host.run("find /var/crash -type f -name 'dump.*'").stdout.strip()
