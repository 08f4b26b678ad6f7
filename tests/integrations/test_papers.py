"""Scans are read by what is in them, and kept whole; what only looks like a scan is refused."""

import stat
import zipfile
import zlib
from base64 import a85encode
from errno import ENOSPC
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf._codecs._codecs import LzwCodec

from tests.support.scans import (
    a_pdf,
    a_pdf_packed,
    a_pdf_that_unpacks_to,
    a_pdf_with,
    a_pdf_with_picture,
    a_picture,
    a_png_of,
    with_comment,
    with_piece,
)
from tracker.domain.attachments import (
    ACTIVE,
    DAMAGED,
    JPEG,
    LOCKED,
    MORE_THAN_ONE,
    NO_PAGES,
    PDF,
    PNG,
    TOO_MANY_DOTS,
    TOO_MUCH_INSIDE,
    WRONG_TYPE,
    PaperRefused,
    digest_of,
)
from tracker.integrations import paper_reading
from tracker.integrations.paper_reading import MOST_DOTS, MOST_PAGES, MOST_UNPACKED, media_type_of
from tracker.integrations.papers import FolderOfPapers, SubprocessReader

SCANS = {"pdf": a_pdf(title="Consent"), "jpeg": a_picture("JPEG"), "png": a_picture("PNG")}
TYPES = {"pdf": PDF, "jpeg": JPEG, "png": PNG}


def a_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<p>")
    return out.getvalue()


REFUSED = {
    "an empty file": (b"", WRONG_TYPE),
    "a text": (b"Consent", WRONG_TYPE),
    "a page": (b"<!doctype html><script>alert(1)</script>", WRONG_TYPE),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', WRONG_TYPE),
    "a gif": (a_picture("GIF"), WRONG_TYPE),
    "a tiff": (a_picture("TIFF"), WRONG_TYPE),
    "a program": (b"MZ\x90\x00" + bytes(200), WRONG_TYPE),
    "an archive": (a_zip(), WRONG_TYPE),
    "a PDF that begins late": (b"\n" + SCANS["pdf"], WRONG_TYPE),
    "a picture and an archive": (SCANS["png"] + a_zip(), MORE_THAN_ONE),
    "a JPEG and an archive": (SCANS["jpeg"] + a_zip(), MORE_THAN_ONE),
    "a PDF and an archive": (SCANS["pdf"] + a_zip(), MORE_THAN_ONE),
    "a picture and a page": (SCANS["png"] + b"<script>alert(1)</script>", MORE_THAN_ONE),
    "a picture and one byte": (SCANS["jpeg"] + b"x", MORE_THAN_ONE),
    "two pictures": (SCANS["jpeg"] + SCANS["jpeg"], MORE_THAN_ONE),
    "a page in a PNG": (with_piece(SCANS["png"], b"tEXt", b"a\0<script>alert(1)</script>"), MORE_THAN_ONE),
    "a page in a JPEG": (with_comment(SCANS["jpeg"], b"<html><body>"), MORE_THAN_ONE),
    "a PDF in a JPEG": (with_comment(SCANS["jpeg"], SCANS["pdf"]), MORE_THAN_ONE),
    "a PDF in a PNG": (with_piece(SCANS["png"], b"tEXt", b"a\0" + SCANS["pdf"]), MORE_THAN_ONE),
    "a film": (with_piece(SCANS["png"], b"acTL", bytes((0, 0, 0, 2, 0, 0, 0, 0))), MORE_THAN_ONE),
    "a page after a PDF": (SCANS["pdf"] + b"<script>alert(1)</script>", MORE_THAN_ONE),
    "half a PNG": (SCANS["png"][:-20], DAMAGED),
    "half a JPEG": (SCANS["jpeg"][:-20], DAMAGED),
    "half a PDF": (SCANS["pdf"][:-20], DAMAGED),
    "a PNG with a wrong sum": (SCANS["png"][:-5] + b"\0" + SCANS["png"][-4:], DAMAGED),
    "only the head of a PNG": (b"\x89PNG\r\n\x1a\n", DAMAGED),
    "only the head of a JPEG": (b"\xff\xd8\xff\xd9", DAMAGED),
    "a bomb": (a_png_of(100_000, 100_000), TOO_MANY_DOTS),
    "a picture of one dot too many": (a_png_of(MOST_DOTS + 1, 1), TOO_MANY_DOTS),
    "a PDF that is a bomb": (a_pdf_that_unpacks_to(MOST_UNPACKED + 1), TOO_MUCH_INSIDE),
    "a PDF with a bomb in it": (a_pdf_with_picture(100_000, 100_000), TOO_MANY_DOTS),
    "a PDF with a program": (a_pdf(script="app.alert(1)"), ACTIVE),
    "a PDF with a file": (a_pdf(attached=b"MZ"), ACTIVE),
    "a PDF that starts one": (a_pdf_with("/S", "/Launch"), ACTIVE),
    "a PDF that starts one from afar": (a_pdf_with("/S", "/Launch", from_afar=True), ACTIVE),
    "a PDF with a file on its page": (a_pdf_with("/EF", "/x"), ACTIVE),
    "a PDF that sends": (a_pdf_with("/S", "/SubmitForm"), ACTIVE),
    "a PDF with a form": (a_pdf_with("/XFA", "/x"), ACTIVE),
    "a PDF with a password": (a_pdf(password="secret"), LOCKED),
    "a PDF without pages": (a_pdf(pages=0), NO_PAGES),
    "a PDF of too many pages": (a_pdf(pages=MOST_PAGES + 1), NO_PAGES),
}


class TestReading:
    @pytest.mark.parametrize("kind", SCANS)
    def test_says_what_a_scan_is(self, kind: str) -> None:
        assert media_type_of(SCANS[kind]) == TYPES[kind]

    def test_takes_pictures_as_scanners_and_telephones_make_them(self) -> None:
        grey, progressive = BytesIO(), BytesIO()
        Image.linear_gradient("L").save(grey, "JPEG", quality=60, dpi=(300, 300))
        Image.linear_gradient("L").convert("CMYK").save(
            progressive, "JPEG", progressive=True, exif=b"Exif\0\0" + bytes(8)
        )
        assert {media_type_of(each.getvalue()) for each in (grey, progressive)} == {JPEG}
        black = BytesIO()
        Image.new("1", (2480, 3508)).save(black, "PNG")
        assert media_type_of(black.getvalue()) == PNG
        assert media_type_of(a_pdf(pages=MOST_PAGES)) == PDF
        assert media_type_of(SCANS["pdf"] + b"\r\n") == PDF

    @pytest.mark.parametrize("what", REFUSED)
    def test_refuses(self, what: str) -> None:
        content, sentence = REFUSED[what]
        with pytest.raises(PaperRefused) as refused:
            media_type_of(content)
        assert str(refused.value) == sentence

    @pytest.mark.parametrize(("packed", "filters"), [
        (a85encode(zlib.compress(bytes(40_000))) + b"~>", ("/ASCII85Decode", "/FlateDecode")),
        (zlib.compress(bytes(40_000)).hex().encode() + b">", ("/AHx", "/Fl")),
        (bytes((129, 0)) * 400 + bytes((128,)), ("/RunLengthDecode",)),
        (LzwCodec().encode(bytes(40_000)), ("/LZWDecode",)),
    ], ids=["in letters", "in digits", "runs", "old"])  # fmt: skip
    def test_measures_what_is_packed_in_any_way(
        self, monkeypatch: pytest.MonkeyPatch, packed: bytes, filters: tuple[str, ...]
    ) -> None:
        assert media_type_of(a_pdf_packed(packed, *filters)) == PDF
        monkeypatch.setattr(paper_reading, "MOST_UNPACKED", 39_999)
        with pytest.raises(PaperRefused, match="unpacks to much more"):
            media_type_of(a_pdf_packed(packed, *filters))

    def test_refuses_what_is_packed_twice(self) -> None:
        twice = a_pdf_packed(zlib.compress(zlib.compress(bytes(9))), "/FlateDecode", "/FlateDecode")
        with pytest.raises(PaperRefused, match="unpacks to much more"):
            media_type_of(twice)


class TestTheReader:
    @pytest.mark.parametrize("kind", SCANS)
    def test_says_the_same_from_a_process_of_its_own(self, kind: str) -> None:
        assert SubprocessReader().read(SCANS[kind]) == TYPES[kind]

    @pytest.mark.parametrize("what", ["a PDF with a program", "a bomb", "half a PDF", "an empty file"])
    def test_refuses_with_the_same_sentence(self, what: str) -> None:
        content, sentence = REFUSED[what]
        with pytest.raises(PaperRefused) as refused:
            SubprocessReader().read(content)
        assert str(refused.value) == sentence

    @settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.sampled_from(sorted(SCANS)), st.data())
    def test_survives_what_is_damaged_anywhere(self, kind: str, data: st.DataObject) -> None:
        whole = bytearray(SCANS[kind])
        for _ in range(4):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        try:
            assert SubprocessReader().read(bytes(whole)) in TYPES.values()
        except PaperRefused as refused:
            assert str(refused).endswith(".")  # noqa: PT017  # both are fine: it may have met what does not matter


class TestTheFolder:
    def test_keeps_a_file_under_its_hash_for_its_owner_alone(self, tmp_path: Path) -> None:
        store, digest = FolderOfPapers(tmp_path / "papers"), digest_of(SCANS["pdf"])
        store.keep(7, SCANS["pdf"])
        store.keep(7, SCANS["pdf"])
        (file,) = (each for each in (tmp_path / "papers").rglob("*") if each.is_file())
        assert file == tmp_path / "papers" / "7" / digest[:2] / digest
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert {stat.S_IMODE(each.stat().st_mode) for each in file.parents[:3]} == {0o700}
        assert store.read(7, digest) == SCANS["pdf"]

    def test_says_that_a_file_is_missing_altered_or_another_clinics(self, tmp_path: Path) -> None:
        store, digest = FolderOfPapers(tmp_path), digest_of(SCANS["pdf"])
        assert store.read(7, digest) is None
        store.keep(7, SCANS["pdf"])
        assert store.read(8, digest) is None
        file = tmp_path / "7" / digest[:2] / digest
        file.write_bytes(SCANS["pdf"] + b" ")
        assert store.read(7, digest) is None
        store.keep(7, SCANS["pdf"])
        assert store.read(7, digest) == SCANS["pdf"], "kept again, it is whole again"

    def test_leaves_nothing_half_written_where_the_disk_is_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, digest = FolderOfPapers(tmp_path), digest_of(SCANS["pdf"])
        (tmp_path / "7" / digest[:2]).mkdir(parents=True)

        def is_full(_descriptor: int) -> None:
            raise OSError(ENOSPC, "No space left on device")

        with monkeypatch.context() as full:
            full.setattr("tracker.integrations.papers.os.fsync", is_full)
            with pytest.raises(OSError, match="No space left"):
                store.keep(7, SCANS["pdf"])
        assert store.read(7, digest) is None and list(store.kept()) == list(store.others()) == []

    def test_tells_what_is_kept_from_what_was_begun_or_put_there(self, tmp_path: Path) -> None:
        store, digest = FolderOfPapers(tmp_path), digest_of(SCANS["pdf"])
        assert list(FolderOfPapers(tmp_path / "nothing").kept()) == []
        store.keep(7, SCANS["pdf"])
        (tmp_path / "7" / digest[:2] / ".making-x").write_bytes(b"%PD")
        (tmp_path / "notes.txt").write_text("ours")
        assert list(store.kept()) == [(7, digest)]
        assert list(store.others()) == [f"7/{digest[:2]}/.making-x", "notes.txt"]
