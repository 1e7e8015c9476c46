# Copyright (c) 2026, The crashops.kdump authors
# GNU General Public License v3.0-or-later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads an image of a whole system for ./dev test vm --image: ./dev fetch NAME ADDRESS [SHA256].

Without a SHA256, https alone says whose file it is. So such an image may run as a guest, and nothing else.
"""

import hashlib
import urllib.error
import urllib.request
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO

from tools.dev.given_images import NAME
from tools.dev.log import Log, is_ending
from tools.dev.outcome import StepFailed
from tools.dev.places import IMAGES

LIMIT_S = 60


def fetch(name: str, address: str, sha256: str, log: Log) -> Path:
    """Download an image, and return its path; one that is there is taken again if its SHA256 is the wanted one."""
    if not NAME.fullmatch(name):
        raise StepFailed(
            f"{name!r} is no name of an image: use small letters, digits and dashes, such as el9; the first is a letter"
        )
    if not address.startswith("https://"):
        raise StepFailed(f"{address!r} is no address that can be trusted: it must begin with https://")
    target = IMAGES / f"{name}.qcow2"
    if sha256 and target.exists() and _sha256(target) == sha256:
        return target
    IMAGES.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    _download(address, part)
    found = _sha256(part)
    log.say(f"{address} has the SHA-256 {found}")
    if sha256 and found != sha256:
        part.unlink()
        raise StepFailed(f"{address} has the SHA-256 {found}, expected {sha256}; nothing was kept")
    part.rename(target)
    return target


class _StaysWithHttps(urllib.request.HTTPRedirectHandler):
    """Follows a server elsewhere, but only by https: the first address alone would say nothing."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """Return the request of the new address, or refuse it."""
        if not newurl.startswith("https://"):
            raise StepFailed(f"{req.full_url} leads to {newurl}, which is no address that can be trusted")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str, target: Path) -> None:
    """Download a file; a server that says nothing for LIMIT_S seconds has failed."""
    opener = urllib.request.build_opener(_StaysWithHttps)
    try:
        with opener.open(address, timeout=LIMIT_S) as source, target.open("wb") as stream:
            _copy(source, stream)
    except (OSError, urllib.error.URLError) as error:
        target.unlink(missing_ok=True)
        raise StepFailed(f"{address} cannot be downloaded: {error}") from None


def _copy(source: HTTPResponse, stream: IO[bytes]) -> None:
    """Copy an answer to its end. Where the run is ended, stop at once: an image has gigabytes."""
    while block := source.read1(1 << 20):
        if is_ending():
            raise InterruptedError("the run was ended")
        stream.write(block)
    # reading in blocks raises nothing where an answer ends before its last byte
    if source.length:
        raise OSError(f"it ended {source.length} bytes too early")


def _sha256(path: Path) -> str:
    """Return the SHA-256 of a large file."""
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
