# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kdump_config's options as variables: what null makes of one, and whom an error in the result is told of."""

from typing import Any, Dict, List

import pytest
from ansible_collections.crashops.kdump.plugins.module_utils._stacks import variable_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import error_sentences
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import sysconfig_lint, sysconfig_packaged
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.variable_options import CommandLine

PATH = "/etc/sysconfig/kdump"
COMMON = "hugepages hugepagesz slub_debug quiet log_buf_len swiotlb "
MACHINES = ("x86_64", "aarch64", "ppc64le", "s390x")


def line(generation: str = "el9", machine: str = "x86_64") -> CommandLine:
    words, others = (
        sysconfig_packaged.default_words(generation, machine),
        sysconfig_packaged.packaged(generation, machine),
    )
    return variable_options.CommandLine("KDUMP_COMMANDLINE_APPEND", "rd.driver.blacklist", words, True, others)


def edited(text: str, wanted: Dict[str, Any], *host: str) -> str:
    return variable_options.edited(text, {"sysconfig": wanted}, line(*host))


@pytest.mark.parametrize(
    ("generation", "machine", "name", "default"),
    [
        ("el8", "x86_64", "KEXEC_ARGS", "-s"),
        ("el8", "ppc64le", "KEXEC_ARGS", "--dt-no-old-root"),
        ("el9", "ppc64le", "KEXEC_ARGS", "--dt-no-old-root -s"),
        ("current", "ppc64le", "KEXEC_ARGS", "-s"),
        ("el8", "aarch64", "KDUMP_COMMANDLINE_REMOVE", COMMON + "ignition.firstboot"),
        ("el8", "s390x", "KDUMP_COMMANDLINE_REMOVE", COMMON + "prot_virt ignition.firstboot zfcp.allow_lun_scan"),
        ("el9", "x86_64", "KDUMP_COMMANDLINE_REMOVE", COMMON + "cma hugetlb_cma ignition.firstboot"),
        ("current", "x86_64", "KDUMP_COMMANDLINE_REMOVE", COMMON + "hugetlb_cma ignition.firstboot cma"),
        ("current", "ppc64le", "KDUMP_COMMANDLINE_REMOVE", COMMON + "hugetlb_cma ignition.firstboot"),
        ("current", "", "KDUMP_IMG", "vmlinuz"),
        ("current", "x86_64", "VMCORE_CREATION_NOTIFICATION", "yes"),
    ],
)
def test_null_writes_a_default_that_only_the_packages_file_has(
    generation: str, machine: str, name: str, default: str
) -> None:
    expected = 'A=1\n%s="%s"\n' % (name, default)
    for text in ('A=1\n%s="mine"\n' % name, "A=1\n", expected):
        assert edited(text, {name: None}, generation, machine) == expected


@pytest.mark.parametrize("name", ["KDUMP_KERNELVER", "KDUMP_COMMANDLINE", "KDUMP_STDLOGLVL", "KDUMP_IMG_EXT", "OWN"])
def test_null_removes_what_is_the_same_unset(name: str) -> None:
    assert edited("A=1\n%s=x\n" % name, {name: None}) == "A=1\n"
    assert edited("A=1\n", {name: None}) == "A=1\n"


def test_null_removes_the_line_where_no_package_of_the_architecture_is_known() -> None:
    assert edited('A=1\nKEXEC_ARGS="-d"\n', {"KEXEC_ARGS": None}, "current", "riscv64") == "A=1\n"
    assert edited("NOTIFY=1\n", {"VMCORE_CREATION_NOTIFICATION": None}, "el9", "x86_64") == "NOTIFY=1\n"


@pytest.mark.parametrize("generation", ["el8", "el9", "current"])
@pytest.mark.parametrize("machine", MACHINES)
def test_a_file_of_the_packages_defaults_has_no_finding(generation: str, machine: str) -> None:
    names = ["KDUMP_COMMANDLINE_APPEND", *sysconfig_packaged.packaged(generation, machine)]
    text = edited("", dict.fromkeys(names), generation, machine)
    assert sysconfig_lint.lint(text, names, sysconfig_lint.Facts(generation, machine)) == []
    assert all("%s=" % name in text for name in ("KEXEC_ARGS", "KDUMP_COMMANDLINE_REMOVE", "KDUMP_IMG"))


def sentences(text: str, **wanted: Any) -> List[str]:
    after = variable_options.edited(text, wanted, line())
    found = sysconfig_lint.lint(after, variable_options.touched(wanted, line()), sysconfig_lint.Facts())
    return list(
        error_sentences(PATH, variable_options.lines(after), found, variable_options.asked(after, wanted, line()))
    )


def test_an_error_that_an_option_makes_names_the_option_and_its_value() -> None:
    (sentence,) = sentences("A=1\nB=2\n", sysconfig={"KDUMP_STDLOGLVL": 5})
    assert sentence.startswith("sysconfig.KDUMP_STDLOGLVL: 5 is refused: KDUMP_STDLOGLVL is not one of 0, 1, 2, 3, 4")


def test_an_error_that_stands_in_the_file_names_its_line() -> None:
    (sentence,) = sentences("A=1\nKDUMP_SYSLOGLVL=9\n", sysconfig={"KDUMP_STDLOGLVL": 4})
    assert sentence.startswith("%s line 2: 'KDUMP_SYSLOGLVL=9' is refused" % PATH)
    (sentence,) = sentences('KDUMP_COMMANDLINE_APPEND+=" a"\n', commandline_append=["x"])
    assert sentence.startswith("%s line 1: 'KDUMP_COMMANDLINE_APPEND+=\" a\"' is refused" % PATH)
