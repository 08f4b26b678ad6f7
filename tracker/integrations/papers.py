"""Scans of papers: read in a process of their own that may take little time and memory, and kept in a folder."""

import os
import subprocess
import sys
from pathlib import Path

from tracker.domain.attachments import DAMAGED, ENDINGS, PaperRefused, digest_of

_ROOT = Path(__file__).resolve().parents[2]
_READER = (sys.executable, "-m", "tracker.integrations.paper_reading")
_PATIENCE_SECONDS = 30
_UNFINISHED = ".making-"


class SubprocessReader:
    """Has each file read by ``paper_reading`` in a new process: what a file does to its reader ends with it."""

    def read(self, content: bytes) -> str:
        """Return the media type of a scan; see ``PaperReader``."""
        try:
            done = subprocess.run(  # noqa: S603  # the program and its arguments are ours; the file is only read
                _READER, input=content, capture_output=True, timeout=_PATIENCE_SECONDS, check=False, cwd=_ROOT, env={}
            )
        except subprocess.TimeoutExpired as error:
            raise PaperRefused(DAMAGED) from error
        kind, _, refused = done.stdout.decode("utf-8", errors="replace").partition("\n")
        if refused:
            raise PaperRefused(refused)
        if done.returncode or kind not in ENDINGS:
            raise PaperRefused(DAMAGED)
        return kind


class FolderOfPapers:
    """Keeps each file under the SHA-256 of what is in it, in a folder for each clinic that only its owner can read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, clinic_id: int, content: bytes) -> None:
        """Write a file to the disk, whole or not at all; see ``PaperStore``."""
        digest = digest_of(content)
        place = self._place(clinic_id, digest)
        if place.exists() and place.read_bytes() == content:
            return
        for folder in (self._root, place.parent.parent, place.parent):
            folder.mkdir(mode=0o700, exist_ok=True, parents=folder is self._root)
        unfinished = place.parent / f"{_UNFINISHED}{digest}"
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(place)
        _sync(place.parent)

    def read(self, clinic_id: int, digest: str) -> bytes | None:
        """Return a file; ``None`` where it is missing, or is not as it was kept."""
        place = self._place(clinic_id, digest)
        try:
            content = place.read_bytes()
        except OSError:
            return None
        return content if digest_of(content) == digest else None

    def _place(self, clinic_id: int, digest: str) -> Path:
        return self._root / str(int(clinic_id)) / digest[:2] / digest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
