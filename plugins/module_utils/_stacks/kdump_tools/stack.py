# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The stack of Debian and Ubuntu: kdump-tools, with /etc/default/kdump-tools."""

import re
from typing import Any, Dict, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import kernel_release
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import SysctlFile
from ansible_collections.crashops.kdump.plugins.module_utils._stacks import variable_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import (
    Details,
    Image,
    OwnDirectory,
    Settings,
    Stack,
    judged_image,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import words_of
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import error_sentences
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdump_tools import (
    capture_sysctls,
    lint,
    options,
    own_directory,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    private_directories,
    secret_words,
    shell_variables,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding, refusal
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import DUMPS
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import DEFAULT_SSH_KEY, SERVERS, Delivery

DEFAULTS = "/etc/default/kdump-tools"
STATE = "/var/lib/kdump"
LINKS = (STATE + "/vmlinuz", STATE + "/initrd.img")
SYSCTLS = "/etc/kdump/sysctl.conf"
SEEN_SYSCTLS = STATE + "/latest_sysctls-%s"  # kdump-config's copy of it, by the kernel
HOOK = "/etc/kernel/postinst.d/kdump-tools"
# what the package's own file sets, in each release; without it, check mode would miss what a run is going to refuse
PACKAGED = "USE_KDUMP=1\n"
# The capture kernel boots the real root file system, so that this acts there: kdump-config (1.6.10 to 1.10.9) sets no
# umask, and a dump would be 0644. The running system never starts this unit.
PRIVATE_PATH = "/etc/systemd/system/kdump-tools-dump.service.d/50-crashops-kdump.conf"
PRIVATE_TEXT = """\
# Written by crashops.kdump, option private_dumps: kdump-config itself leaves dumps that everybody may read.
[Service]
UMask=0077
"""
# the package's crashkernel=
GRUB_DROP_IN = "/etc/default/grub.d/kdump-tools.cfg"
CRASHKERNEL = re.compile(r"^[^#\n]*[\s\"']crashkernel=([^\s\"']+)", re.MULTILINE)
DEFAULT_ARGS = "-F -c -d 31"
DEFAULT_FAIL_CMD = "reboot -f"
LOADING = ("KDUMP_CMDLINE", "KDUMP_CMDLINE_APPEND", "KDUMP_KEXEC_ARGS", "KDUMP_KERNEL", "KDUMP_INITRD")
# variable to target type, in the order in which this collection looks for them
TARGET_VARIABLES = (("NFS", "nfs"), ("SSH", "ssh"), ("FTP", "ftp"))
# variables that settings() returns under other names
IN_SETTINGS = ("KDUMP_COREDIR", "MAKEDUMP_ARGS", "KDUMP_FAIL_CMD")
# variables that act before the crash, or after the dump is saved
WITHOUT_EFFECT = ("USE_KDUMP", "KDUMP_SYSCTL", "KDUMP_NUM_DUMPS")
# how kdump-config says what it appends where the file says nothing
OWN_WORDS = re.compile(r'KDUMP_CMDLINE_APPEND:="([^"]*)"')
# what kdump-config takes out of the booted command line, but not out of KDUMP_CMDLINE
REMOVED = re.compile(r"(^| )(crashkernel|hugepages|hugepagesz|abm)=[^ ]*")
# what mkinitramfs reads; an initramfs older than any of it is built again
BUILD_INPUTS = ("/etc/initramfs-tools/*", "/etc/initramfs-tools/conf.d/*", "/etc/initramfs-tools/hooks/*")


class KdumpToolsStack(Stack):
    """The stack of Debian and Ubuntu, whose tool is kdump-config."""

    name = "kdump-tools"
    unit = "kdump-tools.service"
    enabled_by_package = True  # its postinst, by debhelper
    tool = "kdump-config"
    metrics_directory = "/var/lib/prometheus/node-exporter"
    hides_unload = True  # its init script ends with exit 0
    start_rules = ("T18",)
    config_files = (DEFAULTS,)
    # kdump-config compares the second with its copy, and builds the initramfs again where they differ
    loaded_files = (DEFAULTS, SYSCTLS)
    # its capture kernel boots the real root file system, with all programs and sysctls of the running one
    own_programs = ("kdump-config", "kexec", "makedumpfile")
    own_files = (
        "/etc/init.d/kdump-tools",
        "/etc/kernel/postinst.d/kdump-tools",
        "/lib/systemd/system/kdump-tools*.service",
        "/usr/lib/systemd/system/kdump-tools*.service",
        "/etc/systemd/system/kdump-tools*.service",
        "/etc/systemd/system/kdump-tools*.service.d/*.conf",
        "/usr/share/initramfs-tools/hooks/kdump-tools",
        "/usr/share/initramfs-tools/scripts/*/kdump-*",
        "/etc/initramfs-tools/hooks/*",
        "/etc/kdump/*",
        "/etc/sysctl.conf",
        "/etc/sysctl.d/*.conf",
        "/run/sysctl.d/*.conf",
        "/usr/lib/sysctl.d/*.conf",
    )
    estimate_argv = ("kdump-config", "show")
    # the capture kernel boots the system's own root file system, not a small one made for the dump
    runtime_bytes = 64 << 20
    boots_root = True
    builder = "mkinitramfs (package initramfs-tools-core)"
    loads_by_links = True
    makes_dump_directory = True  # kdump-config makes it whenever it is called
    has_own_directory = True
    has_switch = True  # USE_KDUMP
    # the root file systems that the distributions' installers make, and the streams
    known_types = ("ext2", "ext3", "ext4", "xfs", "nfs", "nfs4", "ssh", "ftp")
    unsay = "Set kdump_commandline_remove; if it was booted, set KDUMP_CMDLINE (kdump_sysconfig) to a line without it."
    unsay_taken_over = (
        "Write the words that the capture kernel is to have into KDUMP_CMDLINE (kdump_sysconfig), without these."
    )
    # scripts/init-top/blacklist of initramfs-tools, which does not know rd.driver.blacklist (seen on Debian 12)
    driver_blocking_words = ("blacklist",)
    delivery = Delivery(
        "kdump-tools",
        ("local", *SERVERS),
        nfs_package="nfs-common",
        ssh_package="openssh-client",
        path_below_target=False,
        has_all_of_ssh=True,
    )
    packages = "kdump-tools"

    def _variables(self) -> Dict[str, str]:
        """Return the variables of /etc/default/kdump-tools; empty ones count as unset, as in the scripts."""
        found = shell_variables.values(self.host.read(DEFAULTS) or "")
        return {name: value for name, value in found.items() if value}

    def settings(self) -> Settings:
        """Return what /etc/default/kdump-tools says; defaults fill what it leaves out."""
        found = self._variables()
        kind, location = _target(found)
        # kdump-tools also dumps to a second target, which is not in the settings
        apart = (*LOADING, *IN_SETTINGS, *WITHOUT_EFFECT, *(name for name, its in TARGET_VARIABLES if its == kind))
        path = found.get("KDUMP_COREDIR", DUMPS)
        args = found.get("MAKEDUMP_ARGS", DEFAULT_ARGS)
        failure = found.get("KDUMP_FAIL_CMD", DEFAULT_FAIL_CMD)
        return Settings(
            kind,
            location,
            found.get("SSH_KEY", DEFAULT_SSH_KEY) if kind == "ssh" else None,
            path,
            (path.rstrip("/") or "/") if kind == "local" else None,
            "makedumpfile " + (args if args.startswith("-F") else args + " -F"),
            failure.split(" ")[0] if failure in ("reboot -f", "halt -f", "poweroff -f") else failure,
            {name: found[name] for name in LOADING if name in found},
            secret_words.masked({name: value for name, value in found.items() if name not in apart}),
        )

    def refusals(self, wanted: Dict[str, Any]) -> List[str]:
        """Answer for the kdump-tools stack which of the wanted options it refuses: a sentence for each."""
        refused = list(options.refusals(wanted)) or self._place_refusals(wanted)
        if refused:
            return refused
        judged = self.findings(wanted)[DEFAULTS]
        found = [finding for finding in judged if finding.rule not in lint.OF_HOST]
        text = self._judged(wanted)
        return list(error_sentences(DEFAULTS, variable_options.lines(text), found, options.asked(text, wanted)))

    def _place_refusals(self, wanted: Dict[str, Any]) -> List[str]:
        """Return the kdump-tools stack's refusals of a directory not for dumps; with ssh it is one of the server."""
        target = _target(
            {name: value for name, value in shell_variables.values(self._judged(wanted)).items() if value}
        )[0]
        path, coredir = wanted.get("path"), (wanted.get("sysconfig") or {}).get("KDUMP_COREDIR")
        if path is None and not coredir:
            return []
        option, path = ("sysconfig.KDUMP_COREDIR", str(coredir)) if path is None else ("path", path)
        leads_to = "" if target == "ssh" else self.host.real_path(private_directories.normal(path))
        return list(private_directories.refusals(option, path, leads_to))

    def _edited(self, wanted: Dict[str, Any]) -> str:
        """Return for the kdump-tools stack the text of /etc/default/kdump-tools as wanted."""
        return options.edited(self.host.read(DEFAULTS) or "", wanted, self._own_words(), self._booted())

    def _booted(self) -> str:
        """Return what kdump-config takes over from the running kernel's command line."""
        return REMOVED.sub("", self.host.read("/proc/cmdline") or "")

    def _own_words(self) -> str:
        """Return the words that the kdump-tools stack appends to the command line where its file says nothing."""
        own = OWN_WORDS.search(self.host.read(self.host.which(self.tool) or "") or "")
        return own.group(1) if own else options.DEFAULT_WORDS

    def findings(self, wanted: Dict[str, Any]) -> Dict[str, List[Finding]]:
        """Return the stack's findings in /etc/default/kdump-tools, as kdump_config's options would leave it."""
        touched = variable_options.touched(wanted, options.COMMAND_LINE)
        touched += [setting.name for setting in options.settings(wanted)]
        text = self._judged(wanted)
        return {DEFAULTS: lint.lint(text, touched, self._lacking(text))}

    def _judged(self, wanted: Dict[str, Any]) -> str:
        """Return the text of the kdump-tools stack's file to judge; before the installation, the package's own."""
        if self.host.read(DEFAULTS) is not None:
            return self._edited(wanted)
        return options.edited(PACKAGED, wanted, self._own_words(), self._booted())

    def _lacking(self, text: str) -> List[str]:
        """Return the programs and files that /etc/default/kdump-tools names and the stack's host lacks."""
        program, files = lint.named_things(text)
        lacking = [path for path in files if self.host.stat(path) is None]
        return lacking + ([program] if program and self.host.which(program) is None else [])

    def file_changes(self, wanted: Dict[str, Any]) -> List[FileChange]:
        """Answer for the kdump-tools stack how its files change to hold the wanted options."""
        before, after = self.host.read(DEFAULTS), self._edited(wanted)
        changes = [FileChange(DEFAULTS, before, after)] if after != (before or "") else []
        return changes + self._private_changes(wanted)

    def _private_changes(self, wanted: Dict[str, Any]) -> List[FileChange]:
        """Return how the kdump-tools stack changes the drop-in for its unit that makes dumps private."""
        private, before = wanted.get("private_dumps"), self.host.read(PRIVATE_PATH)
        after = before if private is None else PRIVATE_TEXT if private else None
        return [FileChange(PRIVATE_PATH, before, after)] if after != before else []

    def image(self, kernel: str) -> Image:
        """Return the kdump-tools stack's capture initramfs for a kernel release, and why it is stale."""
        built = "%s/initrd.img-%s" % (STATE, kernel)
        chosen = self._variables().get("KDUMP_INITRD", "%s/initrd.img" % STATE)
        path = built if chosen == "%s/initrd.img" % STATE else chosen
        image = judged_image(self.host, path, self._build_inputs(kernel) if path == built else [])
        if path == built and image.exists and self._has_other_sysctls(kernel):
            return image._replace(stale_because=image.stale_because or "%s has changed" % SYSCTLS)
        return image

    def _has_other_sysctls(self, kernel: str) -> bool:
        """Return whether kdump-config would build the initramfs at the next load, while nothing is loaded.

        It removes the initramfs first where /etc/kdump/sysctl.conf differs from its copy (1.8 and later).
        """
        wanted = self.host.read(SYSCTLS)
        script = self.host.read(self.host.which(self.tool) or "") or ""
        return wanted is not None and "latest_sysctls" in script and wanted != self.host.read(SEEN_SYSCTLS % kernel)

    def _build_inputs(self, kernel: str) -> List[str]:
        """Return the files that the kdump-tools stack's capture initramfs is built from."""
        found = [path for pattern in BUILD_INPUTS for path in self.host.glob(pattern)]
        seen = [(path, self.host.stat(path)) for path in found]
        files = [path for path, facts in seen if facts is not None and facts.kind == "file"]
        return ["/boot/vmlinuz-%s" % kernel, "/lib/modules/%s/modules.dep" % kernel] + files

    def details(self, kernel: str) -> Details:
        """Return what else /etc/default/kdump-tools says for checks, where this kernel release runs."""
        found = self._variables()
        chosen = found.get("KDUMP_KERNEL", LINKS[0])
        path = "/boot/vmlinuz-%s" % kernel if chosen == LINKS[0] else chosen
        words = words_of(found.get("KDUMP_CMDLINE") or self._booted()) + words_of(
            found.get(options.COMMAND_LINE.variable) or self._own_words()
        )
        return Details(path, self._wrong_links(kernel, found), False, "no", None, words)

    def _wrong_links(self, kernel: str, found: Dict[str, str]) -> List[str]:
        """Return the links by which kdump-config would load another kernel's files, in words."""
        links = [LINKS[0]] * ("KDUMP_KERNEL" not in found) + [LINKS[1]] * ("KDUMP_INITRD" not in found)
        pairs = [(link, self.host.real_path(link)) for link in links]
        others = [(link, place) for link, place in pairs if place != link and not place.endswith("-" + kernel)]
        return ["%s leads to %s" % pair for pair in others]

    def estimate_changes(self) -> Optional[str]:
        """Return what the estimate would change: kdump-config makes the dump directory whenever it is called."""
        exists = self.host.stat(self.settings().path) is not None
        return None if exists else "kdump-config would make the dump directory"

    def packaged_crashkernel(self, machine: Optional[str]) -> Optional[str]:
        """Answer for the kdump-tools stack which crashkernel= its package's GRUB drop-in has; the last counts."""
        found = CRASHKERNEL.findall(self.host.read(GRUB_DROP_IN) or "")
        return found[-1] if found else None

    def puts_default_back(self) -> Optional[str]:
        """Return None: no update of kdump-tools changes crashkernel= once it is set."""
        return None

    def capture_sysctls(self) -> List[SysctlFile]:
        """Answer for the kdump-tools stack which files of sysctl.d act in its capture kernel, in order."""
        return capture_sysctls.applied(self.host)

    def own_directory(self, given: Dict[str, Any]) -> Optional[OwnDirectory]:
        """Answer for the kdump-tools stack which directory of their own the dumps get, if one is asked for."""
        return own_directory.own_directory(self.host, self.settings(), given)

    def start_argv(self, rebuild: bool, unload: bool, reload: bool = False) -> List[List[str]]:
        """Return the kdump-tools stack's commands that load the capture kernel again, after a build if asked."""
        kernel = kernel_release(self.host)
        building = [[HOOK, kernel]] if rebuild else []
        if rebuild and self._has_other_sysctls(kernel):
            building.append(["cp", SYSCTLS, SEEN_SYSCTLS % kernel])
        # kdump-config load gives up where something is loaded; only an active unit is stopped by a restart
        return building + ([self.unload_argv()] if unload else []) + [["systemctl", "restart", self.unit]]

    def unload_argv(self) -> List[str]:
        """Return the command by which kdump-config unloads the capture kernel, whatever the unit's state."""
        return ["kdump-config", "unload"]

    def refused_start(self) -> List[str]:
        """Return a sentence where USE_KDUMP in the file keeps kdump-tools from loading anything."""
        value = self._variables().get(options.SWITCH, "")
        if options.integer(value):
            return []
        rule = "the init script loads nothing unless it is an integer other than 0"
        remedy = "set it by kdump_config with sysconfig: {USE_KDUMP: 1}"
        return [refusal("USE_KDUMP in %s" % DEFAULTS, value, rule, remedy)]


def _target(found: Dict[str, str]) -> Tuple[str, Optional[str]]:
    """Return the kind and location of the dump target that the variables of kdump-tools name."""
    for variable, kind in TARGET_VARIABLES:
        if variable in found:
            return kind, found[variable]
    return "local", None
