# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: no promise is made to code outside it.
"""kdumpctl: /etc/kdump.conf and /etc/sysconfig/kdump of RHEL, its rebuilds and Fedora."""

import re
from typing import Any, Dict, List, Optional, Tuple

from ansible_collections.crashops.kdump.plugins.module_utils import (
    _kdumpconf,
    _kdumplint,
    _kdumpoptions,
    _shellvars,
    _sysconfig,
)
from ansible_collections.crashops.kdump.plugins.module_utils._result import FileChange, Finding
from ansible_collections.crashops.kdump.plugins.module_utils.stacks._base import Image, Settings, Stack

CONF = "/etc/kdump.conf"
SYSCONFIG = "/etc/sysconfig/kdump"
HOOK_DIRECTORIES = ("pre", "post", "emergency")
COLLECTOR = "makedumpfile -l --message-level 7 -d 31"
# what the text of kdumpctl tells of its reader: the newest directive that it knows
GENERATION_MARKS = (("kdump_emergency", "current"), ("auto_reset_crashkernel", "el9"))
# the file holds the default words of its architecture; where it has none, kdumpctl appends nothing
COMMAND_LINE = _sysconfig.CommandLine("KDUMP_COMMANDLINE_APPEND", "rd.driver.blacklist", "")
DRACUT_MOUNT = re.compile(r"""--mount[= ]+["']?([^"']+)""")


class KdumpctlStack(Stack):
    """The stack whose tool is kdumpctl."""

    name = "kdumpctl"
    unit = "kdump.service"
    tool = "kdumpctl"
    config_files = (CONF, SYSCONFIG)
    embedded_files = (CONF,)
    loaded_files = config_files
    packages = "kexec-tools (EL 8 and 9) or kdump-utils (EL 10 and Fedora)"

    def generation(self) -> str:
        """Return which reader this kdumpctl has: el8, el9 or current; current where none is installed."""
        text = self.host.read(self.host.which(self.tool) or "")
        if text is None:
            return "current"
        return next((name for mark, name in GENERATION_MARKS if mark in text), "el8")

    def _directives(self) -> Dict[str, str]:
        """Return the directives of kdump.conf as it stands."""
        return _kdumpconf.values(self.host.read(CONF) or "", self.generation())

    def settings(self) -> Settings:
        """Return what the files say; defaults fill what they leave out."""
        found = self._directives()
        kind, location = _target(found)
        path = found.get("path") or _kdumpconf.DEFAULT_PATH
        default = _kdumpconf.flattened(COLLECTOR, kind in ("raw", "ssh"))
        return Settings(
            kind,
            location,
            found.get("sshkey", _kdumpconf.DEFAULT_SSH_KEY) if kind == "ssh" else None,
            path,
            self._dump_directory(kind, location, path),
            found.get("core_collector", default),
            found.get("failure_action", found.get("default", "reboot")),
        )

    def _dump_directory(self, kind: str, location: Optional[str], path: str) -> Optional[str]:
        """Return where the running system sees the dumps: below the mount point of the target."""
        if kind == "local":
            return path.rstrip("/") or "/"
        if kind in ("raw", "ssh"):
            return None
        device = self._device(location or "")
        for line in (self.host.read("/proc/mounts") or "").splitlines():
            words = line.split(" ")
            if len(words) > 2 and device in (words[0], words[0].rstrip("/"), self.host.real_path(words[0])):
                return (words[1].rstrip("/") + "/" + path.strip("/")).rstrip("/")
        return None

    def _device(self, location: str) -> str:
        """Return the device that UUID=, LABEL= or a link names; nfs and virtiofs locations as they are."""
        for key, directory in (("UUID=", "by-uuid"), ("LABEL=", "by-label")):
            if location.startswith(key):
                return self.host.real_path("/dev/disk/%s/%s" % (directory, location[len(key) :].strip("\"'")))
        return self.host.real_path(location) if location.startswith("/") else location.rstrip("/")

    def refusals(self, wanted: Dict[str, Any]) -> List[str]:
        """Return a sentence for each of kdump_config's options that this stack refuses."""
        refused = list(_kdumpoptions.refusals(wanted)) + list(_sysconfig.refusals(wanted))
        if refused:
            return refused
        found = self.findings(wanted)
        conf, sysconfig = self._edited(wanted)
        sentences = list(_kdumpoptions.error_sentences(CONF, conf, found[CONF], wanted))
        return sentences + list(_sysconfig.error_sentences(SYSCONFIG, sysconfig, found[SYSCONFIG]))

    def _edited(self, wanted: Dict[str, Any]) -> Tuple[str, str]:
        """Return both files as the options want them."""
        conf = _kdumpoptions.edited(self.host.read(CONF) or "", wanted, bool(wanted.get("exclusive")))
        return conf, _sysconfig.edited(self.host.read(SYSCONFIG) or "", wanted, COMMAND_LINE)

    def findings(self, wanted: Dict[str, Any]) -> Dict[str, List[Finding]]:
        """Return what the rules say of both files, as kdump_config's options would leave them."""
        conf, sysconfig = self._edited(wanted)
        touched = _sysconfig.touched(wanted, COMMAND_LINE)
        return {
            CONF: _kdumplint.lint(conf, self.generation()),
            SYSCONFIG: list(_sysconfig.oddities(sysconfig, "S1", touched)),
        }

    def file_changes(self, wanted: Dict[str, Any]) -> List[FileChange]:
        """Return the files that change to become as kdump_config's options want them."""
        pairs = zip((CONF, SYSCONFIG), self._edited(wanted))
        changes = [FileChange(path, self.host.read(path), after) for path, after in pairs]
        return [change for change in changes if change.after != (change.before or "")]

    def image(self, kernel: str) -> Image:
        """Return the capture initramfs of a kernel release."""
        version = self._capture_version(kernel)
        kernel_path, path = self._image_paths(version)
        facts = self.host.stat(path)
        if facts is None:
            return Image(path, False, "it does not exist")
        if self._directives().get("force_no_rebuild") == "1":
            return Image(path, True, None)
        newer = []
        for source in [CONF, kernel_path, "/etc/fstab"] + self._embedded(version):
            seen = self.host.stat(source)
            if seen is not None and seen.mtime_ns > facts.mtime_ns:
                newer.append(source)
        return Image(path, True, "it is older than " + ", ".join(newer) if newer else None)

    def _capture_version(self, kernel: str) -> str:
        """Return the kernel release that captures: KDUMP_KERNELVER, or the running one without its debug suffix."""
        chosen = _shellvars.values(self.host.read(SYSCONFIG) or "").get("KDUMP_KERNELVER")
        if chosen:
            return chosen
        plain = re.sub(r"[+-]debug$", "", kernel)
        return plain if self.host.stat("/usr/lib/modules/%s/modules.dep" % plain) else kernel

    def _image_paths(self, version: str) -> Tuple[str, str]:
        """Return where the capture kernel and its initramfs are, by the rules of kdumpctl."""
        machine = (self.host.read("/etc/machine-id") or "").strip()
        entry = "/boot/%s/%s/" % (machine or "none", version)
        flat = "/boot/initramfs-%s" % version
        state = "/var/lib/kdump/initramfs-%skdump.img" % version
        if self.host.stat(flat + ".img"):
            kernel, image = "/boot/vmlinuz-%s" % version, flat + "kdump.img"
        elif self.host.stat(entry + "initrd"):
            kernel, image = entry + "linux", entry + "initrdkdump"
        else:
            return "/boot/vmlinuz-%s" % version, state
        if self.host.stat(image) is None and self.host.stat(state):
            image = state
        return kernel, image

    def _embedded(self, version: str) -> List[str]:
        """Return the files that the initramfs holds copies of, other than the configuration and the kernel."""
        found = self._directives()
        files = []  # type: List[str]
        for name in ("kdump_pre", "kdump_post", "kdump_emergency", "extra_bins"):
            files.extend(found.get(name, "").split())
        for name in HOOK_DIRECTORIES:
            hooks = [(path, self.host.stat(path)) for path in self.host.glob("/etc/kdump/%s.d/*" % name)]
            files.extend(path for path, seen in hooks if seen is not None and seen.mode & 0o111)
        collector = self.host.which(found.get("core_collector", COLLECTOR).split(" ")[0])
        if collector:
            files.append(collector)
        if found.get("extra_modules"):
            files.append("/lib/modules/%s/modules.dep" % version)
        return files

    def start_argv(self, rebuild: bool) -> List[List[str]]:
        """Return the commands that load the capture kernel anew, building its initramfs first if asked."""
        return ([["kdumpctl", "rebuild"]] if rebuild else []) + [["systemctl", "restart", self.unit]]

    def unload_argv(self) -> List[str]:
        """Return the command that unloads the capture kernel, whatever the unit's state."""
        return ["kdumpctl", "stop"]

    def refused_start(self) -> List[str]:
        """Return why the files as they stand keep the stack from starting."""
        return []


def _target(found: Dict[str, str]) -> Tuple[str, Optional[str]]:
    """Return the kind and location of the dump target that the directives name."""
    for kind in _kdumpconf.TARGETS:
        if kind in found:
            return kind, found[kind]
    mount = DRACUT_MOUNT.search(found.get("dracut_args", ""))
    words = mount.group(1).split() if mount else []
    return (words[2], words[0]) if len(words) > 2 else ("local", None)
