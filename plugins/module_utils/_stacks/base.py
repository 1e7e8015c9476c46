# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""The questions that both kdump stacks answer; kdumpctl and kdump-tools each do so in a stack.py of their own."""

import abc
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils._machine.host import Host
from ansible_collections.crashops.kdump.plugins.module_utils._machine.results import FileChange
from ansible_collections.crashops.kdump.plugins.module_utils._machine.sysctl_files import SysctlFile
from ansible_collections.crashops.kdump.plugins.module_utils._syntax.finding import Finding
from ansible_collections.crashops.kdump.plugins.module_utils._targets.target import Delivery


class Settings(NamedTuple):
    """What the stack's configuration files say, in one shape for both stacks.

    target_type: one of _targets.target.TYPES, or ftp, which kdump-tools knows and no option here names.
    path: as written. dump_directory: where the running system sees the dumps; None where it does not.
    loading: the variables, if set, by which the capture kernel is loaded: its command line, and options of kexec.
    variables: the other variables, if set, that change how a dump is made; of kdumpctl none.
    """

    target_type: str
    target_location: Optional[str]
    ssh_key: Optional[str]
    path: str
    dump_directory: Optional[str]
    core_collector: str
    failure_action: str
    loading: Dict[str, str]
    variables: Dict[str, str] = {}


class Image(NamedTuple):
    """The capture initramfs: where it is or would be, and why it must be built again (None: it is fresh)."""

    path: str
    exists: bool
    stale_because: Optional[str]


def judged_image(host: Host, path: str, sources: Iterable[str]) -> Image:
    """Return any stack's capture initramfs at a path: stale if missing, or older than one of its sources."""
    image = host.stat(path)
    if image is None:
        return Image(path, False, "it does not exist")
    seen = [(source, host.stat(source)) for source in sources]
    newer = [source for source, facts in seen if facts is not None and facts.mtime_ns > image.mtime_ns]
    return Image(path, True, "it is older than " + ", ".join(newer) if newer else None)


def at(path: str, line: Optional[int]) -> str:
    """Return in words the place in a file of any stack."""
    return "%s line %d" % (path, line) if line else path


class Details(NamedTuple):
    """What checks ask about a stack's files, beyond the settings that both stacks share.

    wrong_links: links to a kernel that does not run, in words.
    auto_reset: what auto_reset_crashkernel says.
    capture_words: the command line that the capture kernel is started with.
    dracut_args: the words that kdump.conf gives dracut. extra_modules: the drivers that dracut is to add.
    """

    capture_kernel: str
    wrong_links: List[str]
    force_no_rebuild: bool
    auto_reset: str
    fence_nodes: Optional[str]
    capture_words: List[str]
    dracut_args: List[str] = []
    extra_modules: List[str] = []


class OwnDirectory(NamedTuple):
    """A directory for dumps alone, and a sentence for the operator on why dumps go there."""

    path: str
    note: str


class Stack(abc.ABC):
    """One way in which distributions run kdump: kdumpctl or kdump-tools.

    Subclasses answer. Nothing here touches the machine by itself.
    """

    # -- the tool and its files
    name = ""  # kdumpctl | kdump-tools
    unit = ""  # the systemd unit
    tool = ""  # the program that controls it
    packages = ""  # what to install, in words
    metrics_directory = ""  # where the node_exporter of its distributions reads files of metrics
    brings_grubby = False  # whether its packages bring grubby, which sets kernel arguments
    enabled_by_package = False  # whether installing the package enables the unit; RHEL and Fedora differ in that
    has_switch = False  # whether a variable switches it off as a whole
    config_files: Tuple[str, ...] = ()  # the first one must be there for the stack to work
    embedded_files: Tuple[str, ...] = ()  # those of them that the capture initramfs is built from
    loaded_files: Tuple[str, ...] = ()  # those that are read when the capture kernel is loaded
    own_programs: Tuple[str, ...] = ()  # what loads the capture kernel and writes the dump, by name
    # the other files that decide it, as shell patterns; the configuration is compared by value
    own_files: Tuple[str, ...] = ()
    start_rules: Tuple[str, ...] = ()  # the rules of findings whose errors make the tool's start, or its build, fail
    reloads = False  # whether the unit can load what is built again without the checks of a start
    hides_unload = False  # whether the stop of the unit succeeds though nothing could be unloaded
    kexec_log = ""  # the file with what kexec said, where the journal does not have it
    loads_by_links = False  # whether it loads by links, which may lead to another kernel than the running one

    # -- the system that saves the dump
    boots_root = False  # whether it boots the host's own root file system, or else runs from its initramfs alone
    builder = ""  # the program that builds the initramfs, in words
    built_by_dracut = False
    tells_cluster = False  # whether it tells a cluster that it dumps
    driver_blocking_words: Tuple[str, ...] = ()  # words of its command line that only its initramfs reads
    usual_words: Tuple[str, ...] = ()  # beginnings of words that take memory, and that its own defaults have
    usual_sysctls: Tuple[str, ...] = ()  # keys that are on anyway in the kernels of its distributions
    unsay = ""  # how to take a word off its command line
    unsay_taken_over = ""  # the same for words that it takes over from the running kernel

    # -- where dumps go
    delivery: Delivery
    known_types: Tuple[str, ...] = ()  # the file systems and streams that it is known to dump to
    doubtful_types: Mapping[str, str] = {}  # what more is known of other file systems
    makes_dump_directory = False  # whether the tool makes the dump directory at the crash
    # whether setup gives dumps a directory of their own, where every user may write to the default one
    has_own_directory = False

    # -- how much memory to reserve
    estimate_argv: Tuple[str, ...] = ()  # the command that says it
    estimate_counts_default = False  # whether its answer is never less than the vendor's default
    default_argv: Tuple[str, ...] = ()  # the command that says the vendor's crashkernel=, where the tool has one
    runtime_bytes = 0  # what the capture system needs besides its kernel, drivers and initramfs

    def __init__(self, host: Host) -> None:
        self.host = host

    def installed(self) -> bool:
        """Return whether the stack's tool (kdumpctl or kdump-config) is on the machine."""
        return self.host.which(self.tool) is not None

    def generation(self) -> Optional[str]:
        """Let every stack answer how its tool reads its file: el8, el9 or current; None where there is only one way."""
        return None

    @abc.abstractmethod
    def settings(self) -> Settings:
        """Return what the stack's configuration files say; defaults fill what they leave out."""

    @abc.abstractmethod
    def refusals(self, wanted: Dict[str, Any]) -> List[str]:
        """Return a sentence for each of kdump_config's options that this stack refuses."""

    @abc.abstractmethod
    def file_changes(self, wanted: Dict[str, Any]) -> List[FileChange]:
        """Let every stack answer how its files change to hold the wanted options."""

    @abc.abstractmethod
    def findings(self, wanted: Dict[str, Any]) -> Dict[str, List[Finding]]:
        """Let every stack answer what its rules find in each of its files, as the wanted options would leave it."""

    @abc.abstractmethod
    def image(self, kernel: str) -> Image:
        """Return the capture initramfs of a kernel release."""

    @abc.abstractmethod
    def details(self, kernel: str) -> Details:
        """Return what else the stack's files say for checks, where this kernel release runs."""

    @abc.abstractmethod
    def start_argv(self, rebuild: bool, unload: bool, reload: bool = False) -> List[List[str]]:
        """Let every stack answer which commands load the capture kernel again, after its initramfs is built if asked.

        unload: what is loaded goes first, because the start of a unit that is not active would leave it.
        reload: what is built is loaded by a reload of the unit, for a stack that `reloads`.
        """

    @abc.abstractmethod
    def unload_argv(self) -> List[str]:
        """Return the command that unloads the capture kernel, whatever the state of the unit."""

    @abc.abstractmethod
    def estimate_changes(self) -> Optional[str]:
        """Let every stack answer what its estimate would change on the host; None where it only reads."""

    @abc.abstractmethod
    def packaged_crashkernel(self, machine: Optional[str]) -> Optional[str]:
        """Let every stack answer which crashkernel= its package brings for an architecture; None for none."""

    @abc.abstractmethod
    def puts_default_back(self) -> Optional[str]:
        """Let every stack answer why an update will put back the vendor's crashkernel=; None where none will."""

    @abc.abstractmethod
    def capture_sysctls(self) -> List[SysctlFile]:
        """Return the files of sysctl.d that act in the capture kernel, in the order of reading."""

    def own_directory(self, given: Dict[str, Any]) -> Optional[OwnDirectory]:
        """Return a stack's directory for dumps alone, if the role's variables ask for it; None where dumps stay."""
        return None

    def start_errors(self) -> List[str]:
        """Let every stack answer which errors in its files end a start after the old kernel is unloaded."""
        found = [(path, one) for path, some in sorted(self.findings({}).items()) for one in some]
        errors = [(path, one) for path, one in found if one.severity == "error" and one.rule in self.start_rules]
        return ["%s: %s; %s." % (at(path, one.line), one.message, one.remedy) for path, one in errors]

    @abc.abstractmethod
    def refused_start(self) -> List[str]:
        """Let every stack answer which settings in its files keep it from loading anything: a sentence for each."""
