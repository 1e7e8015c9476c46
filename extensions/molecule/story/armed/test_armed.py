# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What setup leaves on a machine, asked of the machine itself and of none of the collection's code."""

import re


def test_a_capture_kernel_is_loaded(host):
    assert host.file("/sys/kernel/kexec_crash_loaded").content_string.strip() == "1"


def test_the_kernel_reserved_memory(host):
    assert int(host.file("/sys/kernel/kexec_crash_size").content_string) >= 128 * 1024**2


def test_the_booted_kernel_was_given_one_crashkernel_argument(host):
    assert host.file("/proc/cmdline").content_string.count("crashkernel=") == 1


def test_every_ordinary_boot_entry_has_the_booted_value(host):
    booted = re.search(r"crashkernel=\S+", host.file("/proc/cmdline").content_string).group()
    grub = host.file("/boot/grub/grub.cfg").content_string
    lines = [line for line in grub.splitlines() if re.match(r"\s*linux\s", line)]
    ordinary = [line for line in lines if " single" not in line and " recovery" not in line]
    assert ordinary
    assert all(re.findall(r"crashkernel=\S+", line) == [booted] for line in ordinary)


def test_the_service_comes_up_at_boot(host):
    service = host.service("kdump-tools")
    assert service.is_enabled
    assert service.is_running


def test_only_root_may_read_the_dump_directory(host):
    directory = host.file("/var/crash")
    assert directory.is_directory
    assert (directory.user, directory.mode) == ("root", 0o700)


def test_the_files_of_the_package_are_as_it_shipped_them(host):
    # kdump-tools ships its value of crashkernel= in a conffile; an edited one stops every upgrade with a question
    assert "grub.d" not in host.run("dpkg --verify kdump-tools").stdout


def test_no_unit_has_failed(host):
    assert host.run("systemctl --failed --no-legend --plain").stdout == ""
