# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds a guest's disk image from the distribution's packages, without mounting anything."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from tools.lab import disk, recipes, root_tree
from tools.lab.cache import cache_dir, fingerprint, locked, new_entry
from tools.lab.commands import need, run
from tools.lab.errors import LabError
from tools.lab.progress import say, step


class Image(NamedTuple):
    """A disk image that can be booted. kernel and known_host are known only of images that the lab built."""

    disk: Path
    disk_format: str
    firmware: str
    user: str
    key: Path
    kernel: Path | None
    known_host: str | None
    seeded: bool


def lab_key() -> Path:
    """Return the private key that guests of the lab let in; it is made once and never leaves this machine."""
    key = cache_dir() / "lab_key"
    # the public key is written last
    public = key.with_name(f"{key.name}.pub")
    if not public.exists():
        with locked(key.with_name(f"{key.name}.lock")):
            if not public.exists():
                key.unlink(missing_ok=True)
                argv = [need("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-C", "crash-lab"]
                run([*argv, "-f", str(key)])
    return key


def build(name: str) -> Image:
    """Return the image of a recipe, from the cache or newly built (some minutes; needs root and a mirror)."""
    folder = place(name)
    if not folder.exists():
        root_tree.check_machine()
        with step(f"builds the image {name}, about two minutes"), new_entry(folder) as work:
            if work != folder:
                _build_into(work, recipes.RECIPES[name])
                _hand_over(work)
    say(f"image {name}: {folder}")
    return _built(folder)


def place(name: str) -> Path:
    """Return the folder of a recipe's image, which need not be there yet."""
    if name not in recipes.RECIPES:
        raise LabError(f"there is no recipe {name!r}; the lab builds {', '.join(recipes.RECIPES)}, or give it a file")
    return cache_dir() / "images" / f"{name}-{_cache_key(recipes.RECIPES[name])}"


def _hand_over(folder: Path) -> None:
    """Give what sudo has built to the user who called it: it may be in that user's cache."""
    user, group = os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID")
    if user and group:
        for path in (folder, *folder.iterdir()):
            os.chown(path, int(user), int(group))


def cached_kernel() -> Path | None:
    """Return the kernel of any image in the cache; None before the first is built."""
    return next(iter(sorted((cache_dir() / "images").glob("*/vmlinuz"))), None)


def _built(folder: Path) -> Image:
    known = (folder / "host_key.pub").read_text().strip()
    return Image(folder / "disk.qcow2", "qcow2", "bios", "root", lab_key(), folder / "vmlinuz", known, False)


def _cache_key(recipe: recipes.Recipe) -> str:
    """Return the hash of all that an image is made from, including the lab's public key."""
    texts = [recipes.guest_files(recipe.name, _public_key()), recipes.FIRST_GRUB_CFG, recipes.GRUB_MODULES]
    sizes = [disk.SIZE_GIB, disk.FEATURES]
    return fingerprint(recipe, _tree_options(recipe), texts, sizes, recipes.BUILD_VERSION, os.environ.get("LAB_MIRROR"))


def _tree_options(recipe: recipes.Recipe) -> list[str]:
    """Return the options of mmdebstrap for the root tree of an image."""
    packages = [recipe.kernel_package, *(name for name, _why in recipes.PACKAGES)]
    more = [f"--aptopt={recipes.STANDING_STILL}"] if recipe.suite in recipes.UNRELEASED else []
    return root_tree.options_of(recipe.suite, packages, recipes.PREFETCHED, *more)


def _public_key() -> str:
    return lab_key().with_suffix(".pub").read_text()


def _build_into(work: Path, recipe: recipes.Recipe) -> None:
    tree, log = work / "tree", work / "build.log"
    with step(f"  {recipe.name}: fetches and unpacks packages"):
        root_tree.unpack(_tree_options(recipe), tree, log)
    with step(f"  {recipe.name}: writes the disk"):
        release = _furnish(tree, recipe, log)
        shutil.copy(tree / f"boot/vmlinuz-{release}", work / "vmlinuz")
        shutil.copy(tree / "etc/ssh/ssh_host_ed25519_key.pub", work / "host_key.pub")
        disk.write(tree, work / "disk.qcow2", work, log)
    shutil.rmtree(tree)


def _furnish(tree: Path, recipe: recipes.Recipe, log: Path) -> str:
    """Write the guest's own files and its boot loader into the tree; return the kernel's release."""
    for path, text in recipes.guest_files(recipe.name, _public_key()).items():
        place = tree / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_text(text)
    (tree / "root/.ssh").chmod(0o700)
    (tree / "root/.ssh/authorized_keys").chmod(0o600)
    # apt's own stamp of a fresh index, so that nothing fetches it again in the guest
    stamp = tree / "var/lib/apt/periodic/update-success-stamp"
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    run(["chroot", str(tree), "systemctl", "enable", "systemd-networkd"], log=log)
    run(["chroot", str(tree), "ssh-keygen", "-A"], log=log)
    release = sorted(path.name for path in (tree / "boot").glob("vmlinuz-*"))[-1].removeprefix("vmlinuz-")
    _install_grub(tree, release, log)
    return release


def _install_grub(tree: Path, release: str, log: Path) -> None:
    """Make GRUB's core with the guest's own tools, so that it and its modules have one version."""
    grub = tree / "boot/grub"
    shutil.copytree(tree / "usr/lib/grub/i386-pc", grub / "i386-pc", dirs_exist_ok=True)
    text = recipes.FIRST_GRUB_CFG.format(release=release, arguments=recipes.KERNEL_ARGUMENTS)
    (grub / "grub.cfg").write_text(text)
    argv = ["chroot", str(tree), "grub-mkimage", "-O", "i386-pc", "-o", "/boot/grub/i386-pc/core.img"]
    run(argv + ["-p", "(hd0,msdos1)/boot/grub", *recipes.GRUB_MODULES], log=log)
