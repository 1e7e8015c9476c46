# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kexec said is found in the log of EL 8 and 9: of the last attempt alone, and not of one before this run."""

from typing import List, Union

from ansible_collections.crashops.kdump.plugins.module_utils._service import kexec_log
from ansible_collections.crashops.kdump.tests.unit.fake_host import START, FakeHost

LOG = "/var/log/kdump.log"
ATTEMPT = (
    "+ 2026-11-29 20:%02d:10 /bin/kdumpctl@701: /sbin/kexec -s -d -p "
    "'--command-line=BOOT_IMAGE=(hd0,msdos1)/boot/vmlinuz root=LABEL=root ro irqpoll' "
    "--initrd=/boot/initramfs-5.14.0kdump.img /boot/vmlinuz-5.14.0\n"
    "%s\n"
    "+ 2026-11-29 20:%02d:11 /bin/kdumpctl@705: ret=%d\n"
    "+ 2026-11-29 20:%02d:11 /bin/kdumpctl@706: set +x\n"
)


def attempt(minute: int, words: str, status: int = 255) -> str:
    return ATTEMPT % (minute, words, minute, status, minute)


def said(text: Union[str, bytes, None], age: float = -5.0, path: str = LOG) -> List[str]:
    host = FakeHost({} if text is None else {LOG: text}, {})
    host.mtimes[LOG] = START - age
    return kexec_log.said_since(host, path, START)


def test_the_words_of_the_last_attempt_are_found_and_no_trace_of_the_shell() -> None:
    text = attempt(1, "kexec_file_load failed: Invalid argument") + attempt(2, "Try gzip\nCannot load /boot/vmlinuz")
    assert said(text) == ["Try gzip", "Cannot load /boot/vmlinuz"]


def test_an_attempt_that_was_cut_off_has_words_too() -> None:
    assert said(attempt(1, "Cannot load").partition("+ 2026-11-29 20:01:11")[0]) == ["Cannot load"]


def test_a_log_that_this_run_did_not_write_to_says_nothing() -> None:
    assert said(attempt(1, "kexec_file_load failed"), age=60) == []


def test_no_log_and_no_such_file_of_the_stack_say_nothing() -> None:
    assert said(None) == []
    assert said(attempt(1, "kexec_file_load failed"), path="") == []


def test_a_log_without_an_attempt_says_nothing() -> None:
    assert said("+ 2026-11-29 20:01:10 /bin/kdumpctl@701: set +x\n") == []


def test_only_the_end_of_a_log_that_has_grown_for_years_is_read() -> None:
    text = attempt(1, "old words") * 2000 + attempt(2, "kexec_file_load failed: Operation not permitted")
    assert said(text) == ["kexec_file_load failed: Operation not permitted"]


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert said(attempt(1, "Cannot load").encode() + b"\xff\xfe") == ["Cannot load"]
