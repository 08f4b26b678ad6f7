"""Scans of papers: read in a process of their own that may take little time and memory, and kept in a folder."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tracker.domain.attachments import DAMAGED, ENDINGS, PaperRefused, digest_of

_ROOT = Path(__file__).resolve().parents[2]
_READER = (sys.executable, "-m", "tracker.integrations.paper_reading")
_PATIENCE_SECONDS = 30
_UNFINISHED = ".making-"
_KEPT = re.compile(r"(?P<clinic>[0-9]{1,19})/[0-9a-f]{2}/(?P<digest>[0-9a-f]{64})", re.ASCII)


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
        if self.read(clinic_id, digest) is not None:
            return
        self._make_folders(place)
        # A name of its own: two who keep the same file at once must not write into each other's.
        descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=place.parent)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
        _sync(place.parent)

    def read(self, clinic_id: int, digest: str) -> bytes | None:
        """Return a file; ``None`` where it is missing, or is not as it was kept."""
        place = self._place(clinic_id, digest)
        try:
            content = place.read_bytes()
        except OSError:
            return None
        return content if digest_of(content) == digest else None

    def kept(self) -> Iterator[tuple[int, str]]:
        """Yield clinic and digest of every file; see ``PaperStore``."""
        for path in self._files():
            if found := _KEPT.fullmatch(path):
                yield int(found["clinic"]), found["digest"]

    def others(self) -> Iterator[str]:
        """Yield what lies there and is no kept file; see ``PaperStore``."""
        return (path for path in self._files() if not _KEPT.fullmatch(path))

    def _files(self) -> list[str]:
        return sorted(each.relative_to(self._root).as_posix() for each in self._root.rglob("*") if each.is_file())

    def _make_folders(self, place: Path) -> None:
        for folder in (self._root, place.parent.parent, place.parent):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True, parents=folder is self._root)
                _sync(folder.parent)

    def _place(self, clinic_id: int, digest: str) -> Path:
        return self._root / str(int(clinic_id)) / digest[:2] / digest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
