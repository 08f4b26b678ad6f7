"""Kits on disk: whole or not at all, for their owner alone, the oldest removed, sealed where there is a key."""

import io
import os
import tarfile
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tracker.integrations.kit_shelf import FolderShelf, KitError, open_sealed

KEY, OTHER = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
FILES = {"index.html": b"<p>Okafor</p>", "refills.csv": b"a,b"}
NAME = "2026-11-23-060512Z"


def put(shelf: FolderShelf, name: str = NAME) -> Path:
    with shelf.prepare("riverside", name, FILES) as place:
        return place()


def modes(folder: Path) -> set[str]:
    return {oct(path.stat().st_mode & 0o777) for path in [folder, *folder.rglob("*")] if path.is_dir()}


class TestAKit:
    def test_is_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        placed = put(FolderShelf(tmp_path / "kits", keep=14))
        assert {path.name: path.read_bytes() for path in placed.iterdir()} == FILES
        assert modes(tmp_path / "kits") == {"0o700"}
        assert {oct(path.stat().st_mode & 0o777) for path in placed.iterdir()} == {"0o600"}

    def test_stands_there_whole_or_not_at_all(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shelf, written = FolderShelf(tmp_path, keep=14), []

        def full(handle: int) -> None:
            written.append(handle)
            if len(written) == 2:
                raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            put(shelf)
        assert [path.name for path in (tmp_path / "riverside").iterdir() if not path.name.startswith(".")] == []
        monkeypatch.undo()
        assert put(shelf).name == NAME
        assert [path.name for path in (tmp_path / "riverside").iterdir()] == [NAME]

    def test_that_is_not_placed_leaves_nothing(self, tmp_path: Path) -> None:
        with FolderShelf(tmp_path, keep=14).prepare("riverside", NAME, FILES):
            assert [path.name for path in (tmp_path / "riverside").iterdir()] == [f".making-{NAME}"]
        assert list((tmp_path / "riverside").iterdir()) == []

    def test_of_the_same_second_stands_beside_the_first(self, tmp_path: Path) -> None:
        shelf = FolderShelf(tmp_path, keep=14)
        assert [put(shelf).name, put(shelf).name] == [NAME, f"{NAME}-2"]


class TestOldKits:
    def test_go_and_nothing_else_does(self, tmp_path: Path) -> None:
        shelf = FolderShelf(tmp_path, keep=3)
        for day in range(1, 6):
            put(shelf, f"2026-11-{day:02d}-060512Z")
        (tmp_path / "riverside" / "notes.txt").write_text("ours")
        assert shelf.tidy("riverside") == 2
        left = sorted(path.name for path in (tmp_path / "riverside").iterdir())
        assert left == ["2026-11-03-060512Z", "2026-11-04-060512Z", "2026-11-05-060512Z", "notes.txt"]
        assert shelf.tidy("riverside") == 0


class TestASealedKit:
    def test_opens_with_its_key(self, tmp_path: Path) -> None:
        placed = put(FolderShelf(tmp_path / "kits", keep=14, key=KEY))
        assert placed.name == f"{NAME}.kit" and b"Okafor" not in placed.read_bytes()
        assert oct(placed.stat().st_mode & 0o777) == "0o600"
        assert open_sealed(placed, KEY, tmp_path / "opened") == list(FILES)
        assert (tmp_path / "opened" / "index.html").read_bytes() == FILES["index.html"]
        assert modes(tmp_path / "opened") == {"0o700"}

    def test_does_not_open_with_another_key_or_when_one_byte_was_changed(self, tmp_path: Path) -> None:
        placed = put(FolderShelf(tmp_path / "kits", keep=14, key=KEY))
        with pytest.raises(KitError, match="does not open"):
            open_sealed(placed, OTHER, tmp_path / "opened")
        content = bytearray(placed.read_bytes())
        content[60] = ord("A") if content[60] != ord("A") else ord("B")
        placed.write_bytes(bytes(content))
        with pytest.raises(KitError, match="does not open"):
            open_sealed(placed, KEY, tmp_path / "opened")
        assert not (tmp_path / "opened").exists()

    @pytest.mark.parametrize("name", ["../outside.html", "/tmp/outside.html", "sub/page.html"])
    def test_writes_nowhere_else(self, tmp_path: Path, name: str) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
        sealed = tmp_path / "bad.kit"
        sealed.write_bytes(Fernet(KEY).encrypt(packed.getvalue()))
        with pytest.raises(KitError, match="no file of a kit"):
            open_sealed(sealed, KEY, tmp_path / "opened")
        assert not (tmp_path / "outside.html").exists()

    def test_is_not_unpacked_over_something_else(self, tmp_path: Path) -> None:
        placed = put(FolderShelf(tmp_path / "kits", keep=14, key=KEY))
        with pytest.raises(KitError, match="is there already"):
            open_sealed(placed, KEY, tmp_path)
