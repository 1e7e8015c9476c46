# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of what is hidden in whatever leaves a host."""

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._facts import proof
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import secret_words

# a text, and what everybody may see of it
TEXTS = [
    ("FTP_PASSWORD=hunter2", "FTP_PASSWORD=(hidden)"),
    ('FTP_PASSWORD="hun ter2"', "FTP_PASSWORD=(hidden)"),
    ("FTP_PASSWORD+='hun ter2'more", "FTP_PASSWORD+=(hidden)"),
    ("FTP_PASSWORD=hun\\ ter2 USE_KDUMP=1", "FTP_PASSWORD=(hidden) USE_KDUMP=1"),
    (': "${FTP_PASSWORD:=hunter2}" next', ': "${FTP_PASSWORD:=(hidden)}" next'),
    (": ${FTP_PASSWORD:=hunter2}", ": ${FTP_PASSWORD:=(hidden)}"),
    (": ${FTP_PASSWORD='hunter2 3'}", ": ${FTP_PASSWORD=(hidden)}"),
    ("x=${FTP_PASSWORD-hunter2}", "x=${FTP_PASSWORD-(hidden)}"),
    ("quiet rd.iscsi.password=hunter2 ro", "quiet rd.iscsi.password=(hidden) ro"),
    ("rd.iscsi.in.password=a=b,c", "rd.iscsi.in.password=(hidden)"),
    ('"rd.iscsi.password=hun ter2" ro', '"rd.iscsi.password=(hidden)" ro'),
    ('rd.iscsi.password="hun ter2" ro', "rd.iscsi.password=(hidden) ro"),
    ('A="irqpoll rd.iscsi.password=hunter2"', 'A="irqpoll rd.iscsi.password=(hidden)"'),
    ('A="rd.iscsi.password=\\"hun\\" x"', 'A="rd.iscsi.password=(hidden)"'),
    ("netroot=iscsi:me:hunter2:you:hunter3@10.0.0.1::::iqn", "netroot=iscsi:(hidden)@10.0.0.1::::iqn"),
    ("root=cifs://me:hunter2@store/share", "root=cifs://me:(hidden)@store/share"),
    ("inst.ks=https://hunter2@store/a and ssh://me@store", "inst.ks=https://(hidden)@store/a and ssh://me@store"),
    ("https://hunter2:x-oauth-basic@store/a@b", "https://(hidden)@store/a@b"),
    ("systemd.set_credential=luks:hunter2 ro", "systemd.set_credential=luks:(hidden) ro"),
    ("//store/x /x cifs username=me,password=hunter2,vers=3", "//store/x /x cifs username=me,password=(hidden)"),
    ("//store/x /x cifs username=me,pass=hunter2", "//store/x /x cifs username=me,pass=(hidden)"),
    ("cifspass=hunter2", "cifspass=(hidden)"),
    ("dhchap_secret=DHHC-1:00:x:", "dhchap_secret=(hidden)"),
    ("curl --password hunter2 -o x", "curl --password (hidden) -o x"),
    ('{"password": "hunter2", "a": 1}', '{"password": (hidden) "a": 1}'),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n",
     "-----BEGIN OPENSSH PRIVATE KEY-----(hidden)-----END OPENSSH PRIVATE KEY-----\n"),
]  # fmt: skip
# what holds no secret
PLAIN = [
    "rd.iscsi.username=me rd.luks.key=/etc/key rd.znet=qeth,0.0.1",
    "FTP_PASSWORD= next",
    "a password in a task ends up in logs",
    "compass=north bypass=1",
    "ssh kdump@store",
    "netroot=iscsi:@10.0.0.1::3260::iqn.2009-06.dracut:target0",
    "status pass: 12",
    "the check password_in_clear: warn",
    "nfs server:/export/pass",
    "FTP_PASSWORD: '(hidden)' is refused",
]


@pytest.mark.parametrize("text, seen", TEXTS)
def test_secret_in_a_text_is_hidden(text: str, seen: str) -> None:
    assert secret_words.hidden(text) == seen
    assert secret_words.hidden(seen) == seen


@pytest.mark.parametrize("text", PLAIN)
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert secret_words.hidden(text) == text


def test_secret_in_a_file_is_hidden_to_the_end_of_its_value_and_lines_keep_their_numbers() -> None:
    text = "A=1\nFTP_PASSWORD='hunter2\nhunter3'\n#FTP_PASSWORD=old hunter4\nFTP_PASSWORD = hunter5\nB=2\n"
    assert secret_words.hidden_in_file(text) == (
        "A=1\nFTP_PASSWORD=(hidden)\n\n#FTP_PASSWORD=(hidden)\nFTP_PASSWORD =(hidden)\nB=2\n"
    )


def test_secrets_in_a_result_are_hidden_at_every_depth() -> None:
    result = {
        "sysconfig": {"FTP_PASSWORD": "hunter2", "FTP_USER": "me", "ROOT_PASSWORD": 12345, "TOKEN": ""},
        "words": [["kexec", "--append=rd.iscsi.password=hunter2"], ("a", 1)],
        "dropped": None,
        "password": True,
    }
    assert secret_words.masked(result) == {
        "sysconfig": {"FTP_PASSWORD": "(hidden)", "FTP_USER": "me", "ROOT_PASSWORD": "(hidden)", "TOKEN": ""},
        "words": [["kexec", "--append=rd.iscsi.password=(hidden)"], ["a", 1]],
        "dropped": None,
        "password": True,
    }


LONG = ["password=\"'", "password=a ", "iscsi:", "a.", "://", "--password ", "${PASSWORD:=", "export ", "a:b://"]


@pytest.mark.parametrize("word", LONG)
def test_long_line_is_read_in_one_go(word: str) -> None:
    text = word * 20000
    assert secret_words.hidden_in_file(text + " rd.iscsi.password=hunter2").count("hunter2") == 0


def test_proof_that_holds_no_secret_still_proves_a_setup_that_has_one() -> None:
    words = "rd.iscsi.password=hunter2 quiet"
    setup = proof.Setup("6.1.0", ["256M"], "/boot/image", None, {"arguments": words}, None)
    record = {"kernel": "6.1.0", "crashkernel": ["256M"], "image": {"path": "/boot/image"}}
    assert proof.changes(dict(record, settings={"arguments": "rd.iscsi.password=(hidden) quiet"}), setup) == []
    (changed,) = proof.changes(dict(record, settings={"arguments": "rd.iscsi.password=(hidden)"}), setup)
    assert "(hidden) quiet" in changed and "hunter2" not in changed
