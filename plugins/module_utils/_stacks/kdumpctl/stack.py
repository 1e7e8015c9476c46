# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The stack of RHEL, its rebuilds and Fedora: kdumpctl, with /etc/kdump.conf and /etc/sysconfig/kdump."""

import re
from typing import Any, Dict, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.kernel_files import kernel_release
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import SysctlFile
from ansible_collections.crashops.kdump.plugins.module_utils._stacks import variable_options
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.base import (
    Details,
    Image,
    Settings,
    Stack,
    judged_image,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.capture_cmdline import edited_words, words_of
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.file_errors import error_sentences
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl import (
    capture_sysctls,
    conf_host_facts,
    conf_lines,
    conf_lint,
    conf_options,
    conf_target,
    crashkernel_default,
    dracut_options,
    initramfs_sources,
    sysconfig_lint,
    sysconfig_packaged,
)
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.boot_files import Capture, capture
from ansible_collections.crashops.kdump.plugins.module_utils._stacks.kdumpctl.conf_host_facts import Surroundings
from ansible_collections.crashops.kdump.plugins.module_utils._syntax import (
    makedumpfile,
    private_directories,
    shell_variables,
)
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.private_directories import DUMPS
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import (
    DEFAULT_SSH_KEY,
    TYPES,
    Delivery,
)

CONF = "/etc/kdump.conf"
SYSCONFIG = "/etc/sysconfig/kdump"
COLLECTOR = "makedumpfile -l --message-level 7 -d 31"
# the newest directive in the text of kdumpctl shows its generation. This holds in each of kexec-tools 2.0.25 and 2.0.26
# of EL 8 and EL 9, and kdump-utils 1.0.42 to 1.0.61.
GENERATION_MARKS = (("kdump_emergency", "current"), ("auto_reset_crashkernel", "el9"))
LOADING = ("KDUMP_COMMANDLINE", "KDUMP_COMMANDLINE_APPEND", "KDUMP_COMMANDLINE_REMOVE", "KDUMP_KERNELVER", "KEXEC_ARGS")
# what kdumpctl removes where the file says nothing, and what prepare_cmdline of kdump-lib.sh removes always
OWN_REMOVED = "hugepages hugepagesz slub_debug"
ALWAYS_REMOVED = (
    "crashkernel", "panic_on_warn", "root", "rd.lvm.lv", "rd.luks.uuid", "rd.dm.uuid", "rd.md.uuid", "fcoe", "netroot",
    "rd.iscsi.initiator", "iscsi_initiator",
)  # fmt: skip
# what kdumpctl and mkdumprd themselves refuse when they start or build; the other rules are about the dump itself
START_RULES = (
    "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "R20", "R21",
    "R22", "R23", "R26", "R27", "R28", "R29", "R31", "R32", "R33", "R38",
)  # fmt: skip
UNSUPPORTED = "kdump's list of targets does not support it"
# in the text of a kdumpctl whose estimate builds nothing: RHEL 8 and 9
ESTIMATE_ONLY_READS = "kdumpctl estimate: kdump initramfs is not built yet"
# the file holds the default words of its architecture; where it has none, kdumpctl appends nothing
COMMAND_LINE = variable_options.CommandLine("KDUMP_COMMANDLINE_APPEND", "rd.driver.blacklist", "", written=True)


class KdumpctlStack(Stack):
    """The stack of RHEL, its rebuilds and Fedora, whose tool is kdumpctl."""

    name = "kdumpctl"
    unit = "kdump.service"
    tool = "kdumpctl"
    metrics_directory = "/var/lib/node_exporter/textfile_collector"  # where its own examples look
    config_files = (CONF, SYSCONFIG)
    embedded_files = (CONF,)
    reloads = True
    start_rules = START_RULES
    loaded_files = config_files
    # sysctl.d is not among them: kdumpctl deletes it from its initramfs
    own_programs = ("kdumpctl", "mkdumprd", "kexec", "makedumpfile")
    own_files = (
        "/usr/lib/kdump/*",
        "/usr/lib/dracut/modules.d/*kdumpbase/*",
        "/usr/lib/systemd/system/kdump.service",
        "/etc/systemd/system/kdump.service",
        "/etc/systemd/system/kdump.service.d/*.conf",
    )
    # that of EL 8 and 9; later ones leave kexec's words to the journal
    kexec_log = "/var/log/kdump.log"
    estimate_argv = ("kdumpctl", "estimate")
    estimate_counts_default = True
    default_argv = ("kdumpctl", "get-default-crashkernel")
    runtime_bytes = 16 << 20
    delivery = Delivery(
        "kdumpctl",
        TYPES,
        nfs_package="nfs-utils",
        ssh_package="openssh-clients",
        path_below_target=True,
        has_all_of_ssh=False,
    )
    built_by_dracut = True
    # modules.d/90kernel-modules/parse-kernel.sh of dracut
    driver_blocking_words = ("rd.driver.blacklist", "rdblacklist")
    builder = "dracut"
    tells_cluster = True
    # supported-kdump-targets.txt of kdump-utils, with the streams of kdump.conf
    known_types = ("ext2", "ext3", "ext4", "xfs", "nfs", "nfs4", "virtiofs", "raw", "ssh")
    doubtful_types = dict(
        dict.fromkeys(("gfs2", "glusterfs", "fuse.glusterfs"), UNSUPPORTED),
        btrfs=UNSUPPORTED + ", and a subvolume may not be found",
    )
    usual_sysctls = ("kernel.panic_on_oops",)
    usual_words = ("swiotlb=",)
    unsay = "Set kdump_commandline_remove; if it was booted, name it in KDUMP_COMMANDLINE_REMOVE (kdump_sysconfig)."
    unsay_taken_over = "Add such words to KDUMP_COMMANDLINE_REMOVE (kdump_sysconfig)."
    brings_grubby = True
    packages = "kexec-tools (EL 8 and 9) or kdump-utils (EL 10 and Fedora)"

    def _script(self) -> Optional[str]:
        """Return the text of the program kdumpctl; None where it is not installed."""
        return self.host.read(self.host.which(self.tool) or "")

    def generation(self) -> str:
        """Answer for the kdumpctl stack how old its tool is: el8, el9 or current; current where none is installed."""
        text = self._script()
        if text is None:
            return "current"
        return next((name for mark, name in GENERATION_MARKS if mark in text), "el8")

    def _directives(self) -> Dict[str, str]:
        """Return the directives of kdump.conf as it stands."""
        return conf_lines.values(self.host.read(CONF) or "", self.generation())

    def _variables(self) -> Optional[Dict[str, str]]:
        """Return the variables of /etc/sysconfig/kdump as it stands; None without that file."""
        text = self.host.read(SYSCONFIG)
        return None if text is None else shell_variables.values(text)

    def settings(self) -> Settings:
        """Return what kdump.conf and /etc/sysconfig/kdump say; defaults fill what they leave out."""
        found = self._directives()
        kind, location = conf_target.target(found)
        path = found.get("path") or DUMPS
        default = makedumpfile.flattened(COLLECTOR, kind in ("raw", "ssh"))
        return Settings(
            kind,
            location,
            found.get("sshkey", DEFAULT_SSH_KEY) if kind == "ssh" else None,
            path,
            conf_target.dump_directory(self.host, kind, location, path),
            found.get("core_collector", default),
            found.get("failure_action", found.get("default", "reboot")),
            {name: value for name, value in sorted((self._variables() or {}).items()) if name in LOADING and value},
        )

    def refusals(self, wanted: Dict[str, Any]) -> List[str]:
        """Answer for the kdumpctl stack which of the wanted options it refuses: a sentence for each."""
        refused = list(conf_options.refusals(wanted)) + list(variable_options.refusals(wanted))
        refused = refused or self._place_refusals(wanted)
        if refused:
            return refused
        conf, sysconfig = self._edited(wanted)
        # what another task may still make, such as the dump directory, is a finding and no reason to refuse
        host = self._around(conf, sysconfig).without_what_may_come()
        found = conf_lint.lint(conf, self.generation(), host)
        asked = conf_options.asked(conf, wanted)
        sentences = list(error_sentences(CONF, conf_lines.lines(conf), found, asked, conf_options.WRONG_IF_TYPED))
        found = [finding for finding in self._shell_findings(wanted) if finding.rule not in sysconfig_lint.OF_HOST]
        asked = variable_options.asked(sysconfig, wanted, COMMAND_LINE)
        return sentences + list(error_sentences(SYSCONFIG, variable_options.lines(sysconfig), found, asked))

    def _place_refusals(self, wanted: Dict[str, Any]) -> List[str]:
        """Return the kdumpctl stack's refusals of a directory not for dumps; other targets have it below their root."""
        target = conf_target.target(conf_lines.values(self._edited(wanted)[0], self.generation()))[0]
        given = [("path", wanted.get("path")), ("directives.path", (wanted.get("directives") or {}).get("path"))]
        found = [(option, str(path)) for option, path in given if path is not None and target in ("local", "ssh")]
        sentences: List[str] = []
        for option, path in found:
            leads_to = self.host.real_path(private_directories.normal(path)) if target == "local" else ""
            sentences += private_directories.refusals(option, path, leads_to)
        return sentences

    def _edited(self, wanted: Dict[str, Any]) -> Tuple[str, str]:
        """Return for the kdumpctl stack the texts of its two files, kdump.conf and /etc/sysconfig/kdump, as wanted."""
        script = self._script()
        renames = script is None or "failure_action" in script
        conf = conf_options.edited(self.host.read(CONF) or "", wanted, bool(wanted.get("exclusive")), renames)
        host = self.generation(), self._machine()
        text = self.host.read(SYSCONFIG) or ""
        default, packaged = sysconfig_packaged.default_words(*host), sysconfig_packaged.packaged(*host)
        line = COMMAND_LINE._replace(
            default=default, packaged=packaged, inherited=self._inherited(shell_variables.values(text))
        )
        return conf, variable_options.edited(text, wanted, line)

    def _machine(self) -> str:
        """Return the architecture of the kdumpctl stack's host, by the running kernel's release."""
        return sysconfig_packaged.machine_of(kernel_release(self.host))

    def _around(self, conf: str, sysconfig: str) -> Surroundings:
        """Return for the kdumpctl stack what its findings need of the host; nothing before kdumpctl is installed."""
        script, version = self._script(), self._version_of(shell_variables.values(sysconfig), kernel_release(self.host))
        if script is None:
            return Surroundings()
        return conf_host_facts.surroundings(self.host, conf_lines.values(conf, self.generation()), script, version)

    def _shell_findings(self, wanted: Dict[str, Any]) -> List[Finding]:
        """Return the kdumpctl stack's own part of its findings: those in /etc/sysconfig/kdump as it would be."""
        touched = variable_options.touched(wanted, COMMAND_LINE)
        text = self._edited(wanted)[1]
        release = shell_variables.values(text).get("KDUMP_KERNELVER", "")
        lacking = (release,) if release and self.host.stat("/usr/lib/modules/%s" % release) is None else ()
        return sysconfig_lint.lint(text, touched, sysconfig_lint.Facts(self.generation(), self._machine(), lacking))

    def findings(self, wanted: Dict[str, Any]) -> Dict[str, List[Finding]]:
        """Return the stack's findings in kdump.conf and in /etc/sysconfig/kdump, as the options would leave them."""
        conf, sysconfig = self._edited(wanted)
        found = conf_lint.lint(conf, self.generation(), self._around(conf, sysconfig))
        return {CONF: found, SYSCONFIG: self._shell_findings(wanted)}

    def file_changes(self, wanted: Dict[str, Any]) -> List[FileChange]:
        """Answer for the kdumpctl stack how its two files change to hold the wanted options."""
        pairs = zip((CONF, SYSCONFIG), self._edited(wanted))
        changes = [FileChange(path, self.host.read(path), after) for path, after in pairs]
        return [change for change in changes if change.after != (change.before or "")]

    def image(self, kernel: str) -> Image:
        """Answer for the kdumpctl stack which capture initramfs a kernel release has, and why it is stale."""
        version = self._capture_version(kernel)
        kernel_path, path = self._capture(version)
        found = self._directives()
        if found.get("force_no_rebuild") == "1":
            return judged_image(self.host, path, [])
        sources = [CONF, kernel_path, "/etc/fstab"] + initramfs_sources.watched(self.host, found, version, COLLECTOR)
        return judged_image(self.host, path, sources + initramfs_sources.forgotten(self.host, found))

    def _capture_version(self, kernel: str) -> str:
        """Return the kernel release that the kdumpctl stack captures with."""
        return self._version_of(self._variables() or {}, kernel)

    def _version_of(self, variables: Dict[str, str], kernel: str) -> str:
        """Return the release that the kdumpctl stack captures with: KDUMP_KERNELVER, or the running non-debug one."""
        chosen = variables.get("KDUMP_KERNELVER")
        if chosen:
            return chosen
        plain = re.sub(r"[+-]debug$", "", kernel)
        return plain if self.host.stat("/usr/lib/modules/%s/modules.dep" % plain) else kernel

    def _capture(self, version: str) -> Capture:
        """Return for the kdumpctl stack the paths of its capture kernel and initramfs."""
        return capture(self.host, self._variables(), version, self.generation())

    def details(self, kernel: str) -> Details:
        """Return what else kdump.conf and /etc/sysconfig/kdump say for checks, where this kernel release runs."""
        found = self._directives()
        return Details(
            capture_kernel=self._capture(self._capture_version(kernel)).kernel,
            wrong_links=[],
            force_no_rebuild=found.get("force_no_rebuild") == "1",
            auto_reset=found.get("auto_reset_crashkernel", "yes"),
            fence_nodes=found.get("fence_kdump_nodes"),
            capture_words=self._capture_words(),
            dracut_args=dracut_options.split_words(found.get("dracut_args", "")),
            extra_modules=found.get("extra_modules", "").split(),
        )

    def _capture_words(self) -> List[str]:
        """Return the command line of the kdumpctl stack's capture kernel, without what kdumpctl adds by itself."""
        variables = self._variables() or {}
        return self._inherited(variables) + words_of(variables.get(COMMAND_LINE.variable, ""))

    def _inherited(self, variables: Dict[str, str]) -> List[str]:
        """Return what the stack's kdumpctl takes over from the running kernel's command line."""
        booted = variables.get("KDUMP_COMMANDLINE") or self.host.read("/proc/cmdline") or ""
        removed = words_of(variables.get("KDUMP_COMMANDLINE_REMOVE", OWN_REMOVED)) + list(ALWAYS_REMOVED)
        return words_of(edited_words(booted, [], removed))

    def estimate_changes(self) -> Optional[str]:
        """Answer for the kdumpctl stack what its estimate would change: a recent one may build the initramfs again."""
        if ESTIMATE_ONLY_READS in (self._script() or ""):
            return None
        return "kdumpctl estimate may build the capture initramfs"

    def packaged_crashkernel(self, machine: Optional[str]) -> Optional[str]:
        """Answer for the kdumpctl stack which crashkernel= its own files bring; None where they lack it."""
        return crashkernel_default.listed(self.host, machine)

    def puts_default_back(self) -> Optional[str]:
        """Answer for the kdumpctl stack why it will put the vendor's crashkernel= back; None if it will not."""
        if self.host.read(CONF) is None:
            return None
        is_put_back = crashkernel_default.is_put_back(self.host, self.generation(), self._directives())
        return "%s does not say auto_reset_crashkernel no" % CONF if is_put_back else None

    def capture_sysctls(self) -> List[SysctlFile]:
        """Answer for the kdumpctl stack which files of sysctl.d act in its capture kernel, in order."""
        return capture_sysctls.applied(self.host)

    def start_argv(self, rebuild: bool, unload: bool, reload: bool = False) -> List[List[str]]:
        """Return the kdumpctl stack's commands that load the capture kernel again, and build its initramfs if asked."""
        # kdumpctl start succeeds and leaves what is loaded; only an active unit is stopped by a restart
        unloading = [self.unload_argv()] if unload else []
        # a start unloads first, and then checks for a minute, waits for the server of the target, or builds once more
        # (force_rebuild): a reload only unloads and loads
        loading = [["systemctl", "reload" if reload else "restart", self.unit]]
        return ([["kdumpctl", "rebuild"]] if rebuild else []) + unloading + loading

    def unload_argv(self) -> List[str]:
        """Return the command by which kdumpctl unloads the capture kernel, whatever the unit's state."""
        return ["kdumpctl", "stop"]

    def refused_start(self) -> List[str]:
        """Return an empty list: no setting in kdumpctl's files keeps it from loading."""
        return []
