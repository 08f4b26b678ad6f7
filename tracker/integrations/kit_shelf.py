"""A folder of downtime kits: written whole or not at all, readable by its owner alone, sealed where there is a key.

A sealed kit is one tar, encrypted and authenticated with Fernet (AES-128-CBC and HMAC-SHA256, the ``cryptography``
library), so that any machine with the key and that library can open it.
"""

import io
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

#: How a sealed kit's name ends.
SEALED = ".kit"
_UNFINISHED = ".making-"
_KIT = re.compile(r"\d{4}-\d{2}-\d{2}-\d{6}Z(-\d+)?(\.kit)?")
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


class KitError(Exception):
    """A kit cannot be opened; the text says why."""


class FolderShelf:
    """Keeps the ``keep`` newest kits of each clinic in ``root``."""

    def __init__(self, root: Path, *, keep: int, key: str = "") -> None:
        self._root, self._keep = root, keep
        self._fernet = Fernet(key) if key else None

    @property
    def is_sealed(self) -> bool:
        """Whether there is a key."""
        return self._fernet is not None

    @contextmanager
    def prepare(self, clinic: str, name: str, files: Mapping[str, bytes]) -> Iterator[Callable[[], Path]]:
        """Write everything beside its place, to the disk; see ``KitShelf``."""
        if not self._root.exists():
            _own_folder(self._root)
        folder = _own_folder(self._root / clinic)
        unfinished = folder / f"{_UNFINISHED}{name}"
        _remove(unfinished)
        if self._fernet:
            _write(unfinished, self._fernet.encrypt(_packed(files)))
        else:
            _own_folder(unfinished)
            for file, content in files.items():
                _write(unfinished / file, content)
            _sync(unfinished)

        def place() -> Path:
            placed = _free(folder, name, SEALED if self.is_sealed else "")
            unfinished.rename(placed)
            _sync(folder)
            return placed

        try:
            yield place
        finally:
            _remove(unfinished)

    def tidy(self, clinic: str) -> int:
        """Names begin with the time in UTC, so the oldest come first."""
        folder = self._root / clinic
        kits = sorted(path for path in folder.iterdir() if _KIT.fullmatch(path.name))
        for path in (old := kits[: -self._keep]):
            _remove(path)
        return len(old)


def open_sealed(file: Path, key: str, folder: Path) -> list[str]:
    """Unpack a sealed kit into the new ``folder``; returns the names of its files.

    :raises KitError: the key is another one, the file was damaged, or the folder is there already
    """
    try:
        packed = Fernet(key).decrypt(file.read_bytes())
    except InvalidToken as error:
        raise KitError("This key does not open it, or the file is damaged.") from error
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as error:
        raise KitError(f"{folder} is there already.") from error
    names = []
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or not _PLAIN_NAME.fullmatch(member.name):
                raise KitError(f"{member.name} is no file of a kit.")
            _write(folder / member.name, content.read())
            names.append(member.name)
    return names


def _own_folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _free(folder: Path, name: str, suffix: str) -> Path:
    """A place that nothing stands in: two kits may be made in one second."""
    path, number = folder / f"{name}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}{suffix}"
    return path


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
