# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the containers that the scenario `containers` runs: python -m tools.lab.containers NAME.

Nothing is pulled: an image is taken that podman has, or that a variable names, or it is built from Debian's packages.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools.lab import podman as podman_here
from tools.lab import root_tree
from tools.lab.cache import cache_dir, fingerprint, new_entry
from tools.lab.commands import need, run
from tools.lab.errors import CommandFailed, LabError
from tools.lab.progress import say, step

# changes when the build itself changes in a way that the other inputs of the cache key do not show
BUILD_VERSION = 1
LIBRARY, ALMA = "docker.io/library", "quay.io/almalinuxorg"


class Platform(NamedTuple):
    """One kind of container.

    image: its name in a registry, for `podman pull`.
    suite: of Debian's packages, from which it can be built here; empty where it cannot.
    old_python: whether the machine that runs it hands its Python 3.6 in, and the container has no other.
    core: the ansible-core that manages it.
    """

    name: str
    title: str
    image: str
    suite: str = ""
    old_python: bool = False
    core: str = "newest"


PLATFORMS = {
    platform.name: platform
    for platform in (
        Platform("deb12", "Debian 12", f"{LIBRARY}/debian:12", "bookworm"),
        Platform("deb13", "Debian 13", f"{LIBRARY}/debian:13", "trixie"),
        # EL 8 has this Python, and only ansible-core 2.16 manages it
        Platform("py36", "Debian 12 whose only Python is 3.6", "", "bookworm", True, "2.16"),
        Platform("el8", "EL 8", f"{ALMA}/8-init:latest", core="2.16"),
        Platform("el9", "EL 9", f"{ALMA}/9-init:latest"),
        Platform("el10", "EL 10", f"{ALMA}/10-init:latest"),
        Platform("fedora", "Fedora", "registry.fedoraproject.org/fedora:latest"),
        Platform("ubuntu22", "Ubuntu 22.04", f"{LIBRARY}/ubuntu:22.04"),
        Platform("ubuntu24", "Ubuntu 24.04", f"{LIBRARY}/ubuntu:24.04"),
        Platform("ubuntu26", "Ubuntu 26.04", f"{LIBRARY}/ubuntu:26.04"),
    )
}
# package, and why a container built here has it
PACKAGES = (
    ("systemd-sysv", "its init"),
    ("dbus", "systemctl talks over it"),
    ("procps", "sysctl"),
    ("iproute2", "kdump-tools names remote dumps by address"),
    ("kmod", "kdump-tools lists modules"),
    ("ca-certificates", "a mirror may be reached over TLS"),
    ("grub2-common", "update-grub, which applies crashkernel="),
    ("grub-pc-bin", "so that grub-mkconfig takes it for a machine that boots"),
)
PYTHON = (("python3", "what Ansible runs modules with"), ("python3-apt", "the apt module needs it"))
# the libraries of an interpreter that comes from elsewhere
LIBRARIES = (("libssl3", "ssl"), ("libffi8", "ctypes"), ("libbz2-1.0", "bz2"), ("liblzma5", "lzma"), ("zlib1g", "zlib"))
# in apt's cache, but not installed
PREFETCHED = ("kdump-tools", "makedumpfile", "kexec-tools", "initramfs-tools-core")
# apt's own stamp of a fresh index, so that nothing fetches it again in the container
STAMP = '"$1"/var/lib/apt/periodic/update-success-stamp'
FRESH_INDEX = f"--customize-hook=mkdir -p $(dirname {STAMP}); touch {STAMP}"
# On top of an image from a registry, which may have no init and no Python.
COMPLETION = """\
FROM {image}
RUN if command -v apt-get; then \\
      apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {deb}; \\
    else dnf install -y systemd procps-ng iproute kmod grubby which python3; fi
CMD ["/sbin/init"]
"""


class NoImage(LabError):
    """There is no image of a platform on this machine; the sentence has the line that brings it."""


def variable(platform: Platform) -> str:
    """Return the variable that names another image or archive for a platform."""
    return f"CONTAINER_{platform.name.upper()}"


def podman(*words: str) -> str:
    """Run podman and return what it printed."""
    return run([need("podman", "podman"), *words])


def has(reference: str) -> bool:
    """Return whether podman has an image."""
    argv = [need("podman", "podman"), "image", "exists", reference]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def image(name: str) -> str:
    """Return the name of a local image that a container of a platform can run, with an init and a Python."""
    if name not in PLATFORMS:
        raise LabError(f"there is no container {name!r}; there are: {', '.join(PLATFORMS)}")
    platform = PLATFORMS[name]
    chosen = os.environ.get(variable(platform))
    if chosen:
        return _complete(platform, _of_archive(platform, Path(chosen)) if Path(chosen).is_file() else chosen)
    if platform.image and has(platform.image):
        return _complete(platform, platform.image)
    if platform.suite:
        return _built(platform)
    raise NoImage(
        f"no image of {platform.title} is here; to run it: podman pull {platform.image} && ./dev test containers-{name}"
        f" (or name an image or an archive in {variable(platform)})"
    )


def _of_archive(platform: Platform, archive: Path) -> str:
    """Return the name of an image that an archive of `podman save`, or of a root tree, was loaded as."""
    stat = archive.stat()
    tag = f"localhost/crashops-{platform.name}:{fingerprint(str(archive), stat.st_size, stat.st_mtime_ns)}"
    if not has(tag):
        with step(f"loads {archive}"):
            try:
                loaded = podman("load", "--quiet", "--input", str(archive))
                podman("tag", loaded.strip().rpartition(": ")[2], tag)
            except CommandFailed:
                # no image with layers, so a root tree
                podman("import", str(archive), tag)
    return tag


def _complete(platform: Platform, reference: str) -> str:
    """Return the name of an image with an init and a Python, made of this one unless it has both."""
    settings = podman_here.settings(reference, cache_dir() / "containers")
    probe = "command -v apt-get dnf >/dev/null; test -x /sbin/init && command -v python3 && command -v systemctl"
    argv = [need("podman", "podman"), "run", "--rm", "--network=none", "--entrypoint=/bin/sh", reference, "-c", probe]
    if subprocess.run(argv, capture_output=True, check=False, env=os.environ | settings).returncode == 0:
        return reference
    known = podman("image", "inspect", "--format", "{{.Id}}", reference).strip()
    tag = f"localhost/crashops-{platform.name}:{fingerprint(known, COMPLETION, PACKAGES, PYTHON)}"
    if not has(tag):
        names = " ".join(name for name, _why in PACKAGES + PYTHON)
        with step(f"installs an init and a Python into {reference}"), tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "Containerfile").write_text(COMPLETION.format(image=reference, deb=names))
            words = [f"{name}={value}" for name, value in settings.items()]
            run(["env", *words, need("podman", "podman"), "build", "--pull=never", "--tag", tag, folder])
    return tag


def _built(platform: Platform) -> str:
    """Return the name of an image that is built from Debian's packages, or taken from the cache."""
    packages = [name for name, _why in PACKAGES + (LIBRARIES if platform.old_python else PYTHON)]
    options = root_tree.options_of(platform.suite, packages, PREFETCHED, FRESH_INDEX)
    key = fingerprint(platform, options, BUILD_VERSION, os.environ.get("LAB_MIRROR"))
    tag = f"localhost/crashops-{platform.name}:{key}"
    folder = cache_dir() / "containers" / f"{platform.name}-{key}"
    if not folder.exists():
        root_tree.check_machine()
        with step(f"builds a root tree of {platform.title}, about a minute"), new_entry(folder) as work:
            if work != folder:
                root_tree.unpack(options, work / "root.tar", work / "build.log")
    if not has(tag):
        with step(f"imports {platform.title}"):
            podman("import", "--change", 'CMD ["/sbin/init"]', str(folder / "root.tar"), tag)
    return tag


def main() -> int:
    """Print the name of a platform's image: 0 done, 1 failed, 4 no image is here."""
    try:
        print(image(sys.argv[1]))
    except NoImage as missing:
        say(str(missing))
        return 4
    except LabError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
