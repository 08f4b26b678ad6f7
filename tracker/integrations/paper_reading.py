"""Reads a file that somebody sent as the scan of a paper, wholly, and says what it is: for a process of its own.

A file is taken by what is in it, never by its name. A picture must be whole, alone in its file, and not unpack to more
than a scan has; a PDF must besides be free of programs, other files and passwords. What a reader would have to guess is
refused: a file that is two things at once is one thing to us and another to whoever opens it.
"""

import resource
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image
from pypdf import PdfReader
from pypdf.errors import LimitReachedError
from pypdf.filters import ASCII85Decode, ASCIIHexDecode, LZWDecode, RunLengthDecode
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from tracker.domain.attachments import (
    ACTIVE,
    DAMAGED,
    JPEG,
    LARGEST,
    LOCKED,
    MORE_THAN_ONE,
    NO_PAGES,
    PDF,
    PNG,
    TOO_MANY_DOTS,
    TOO_MUCH_INSIDE,
    WRONG_TYPE,
    PaperRefused,
)

#: A3 at 400 dots per inch, or A4 at 600, has some thirty million.
MOST_DOTS = 50_000_000
MOST_PAGES = 100
MOST_OBJECTS = 20_000
#: In bytes, of all streams of a PDF together.
MOST_UNPACKED = 100_000_000
#: So far programs look for the beginning of a file of their kind.
_SNIFFED = 1024
_MARKUP = (b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"<body")
_ACTIVE_KEYS = frozenset({
    "/AA", "/EF", "/EmbeddedFile", "/EmbeddedFiles", "/JS", "/JavaScript", "/Launch", "/RichMedia", "/XFA",
})  # fmt: skip
_ACTIVE_DEEDS = frozenset({"/GoToE", "/GoToR", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Rendition",
                           "/SubmitForm"})  # fmt: skip
_PNG_HEAD, _PDF_HEAD, _JPEG_HEAD = b"\x89PNG\r\n\x1a\n", b"%PDF-", b"\xff\xd8\xff"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN, _END = 0xDA, 0xD9
_SECONDS, _MEMORY = 10, 1024 * 1024 * 1024


def media_type_of(content: bytes) -> str:
    """What a file is: ``application/pdf``, ``image/jpeg`` or ``image/png``.

    :raises PaperRefused: with the sentence for whoever sent it
    """
    if content.startswith(_PDF_HEAD):
        _refuse_markup(content)
        _read_pdf(content)
        return PDF
    if not content.startswith((_PNG_HEAD, _JPEG_HEAD)):
        raise PaperRefused(WRONG_TYPE)
    is_png = content.startswith(_PNG_HEAD)
    _refuse_markup(content)
    if _PDF_HEAD in content[:_SNIFFED]:
        raise PaperRefused(MORE_THAN_ONE)
    if (_end_of_png if is_png else _end_of_jpeg)(content) != len(content):
        raise PaperRefused(MORE_THAN_ONE)
    _read_picture(content, "PNG" if is_png else "JPEG")
    return PNG if is_png else JPEG


def _refuse_markup(content: bytes) -> None:
    head = content[:_SNIFFED].lower()
    if any(word in head for word in _MARKUP) or zipfile.is_zipfile(BytesIO(content)):
        raise PaperRefused(MORE_THAN_ONE)


def _read_picture(content: bytes, kind: str) -> None:
    """Look at the size that it claims, then unpack it all."""
    Image.MAX_IMAGE_PIXELS = MOST_DOTS
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_DOTS:
                raise PaperRefused(TOO_MANY_DOTS)
            if getattr(picture, "n_frames", 1) != 1:
                raise PaperRefused(MORE_THAN_ONE)
            picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PaperRefused(TOO_MANY_DOTS) from error
    except PaperRefused:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise PaperRefused(DAMAGED) from error


def _end_of_png(content: bytes) -> int:
    """Where the picture ends. Each piece says how long it is, and carries a sum of itself."""
    place = len(_PNG_HEAD)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        piece, place = content[place + 4 : place + 8 + length], place + 12 + length
        if place > len(content) or zlib.crc32(piece).to_bytes(4, "big") != content[place - 4 : place]:
            break
        if piece[:4] == b"acTL":
            raise PaperRefused(MORE_THAN_ONE)
        if piece[:4] == b"IEND":
            return place
    raise PaperRefused(DAMAGED)


def _end_of_jpeg(content: bytes) -> int:
    """Where the picture ends: from marker to marker, and through the lines of the picture between them."""
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:
            break
        marker = content[place + 1]
        if marker == _END:
            return place + 2
        if marker == 0xFF or marker in _STANDALONE:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == _START_OF_SCAN:
            place = _after_lines(content, place)
    if content[place : place + 2] == bytes((0xFF, _END)):
        return place + 2
    raise PaperRefused(DAMAGED)


def _after_lines(content: bytes, place: int) -> int:
    """The next marker that is no part of the lines themselves."""
    while (place := content.find(b"\xff", place)) != -1 and place + 1 < len(content):
        if content[place + 1] not in {0x00, *_STANDALONE}:
            return place
        place += 2
    raise PaperRefused(DAMAGED)


def _read_pdf(content: bytes) -> None:
    tail = content[-_SNIFFED:]
    if b"%%EOF" not in tail:
        raise PaperRefused(DAMAGED)
    if tail.rpartition(b"%%EOF")[2].strip(b"\r\n\t \x00"):
        raise PaperRefused(MORE_THAN_ONE)
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise PaperRefused(LOCKED)
    left = MOST_UNPACKED
    for found in _objects(reader):
        if _ACTIVE_KEYS & found.keys() or str(_of(found, "/S")) in _ACTIVE_DEEDS:
            raise PaperRefused(ACTIVE)
        if isinstance(found, StreamObject):
            left -= _unpacked(found, left)
    if not 1 <= len(reader.pages) <= MOST_PAGES:
        raise PaperRefused(NO_PAGES)


def _objects(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary that can be come to from the trailer, each once."""
    waiting: list[PdfObject] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (key := (found.idnum, found.generation)) in seen:
                continue
            seen.add(key)
            direct = found.get_object()
            if direct is None:
                continue
            found = direct
        count += 1
        if count > MOST_OBJECTS:
            raise PaperRefused(TOO_MUCH_INSIDE)
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(found.raw_get(key) for key in found)
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))


def _unpacked(stream: StreamObject, most: int) -> int:
    """How many bytes a stream unpacks to, as far as it is packed in a way that can make much of little.

    :raises PaperRefused: for more than ``most``, a picture of too many dots, or a way of packing that hides how much
    """
    if str(_of(stream, "/Subtype")) == "/Image":
        width, height = (int(str(_of(stream, name) or 0)) for name in ("/Width", "/Height"))
        if width * height > MOST_DOTS:
            raise PaperRefused(TOO_MANY_DOTS)
    filters = _of(stream, "/Filter")
    several = filters if isinstance(filters, ArrayObject) else [filters] if filters else []
    # pypdf has no other way to the bytes as they stand in the file.
    return _unpacked_from(stream._data, [str(each.get_object()) for each in several], most)


def _of(found: DictionaryObject, key: str) -> PdfObject | None:
    """What stands under a key, also where only a reference to it does: ``get`` would give the reference."""
    under = found.raw_get(key) if key in found else None
    return under.get_object() if under is not None else None


def _unpacked_from(packed: bytes, filters: list[str], most: int) -> int:
    while filters and filters[0] in _AS_TEXT:
        packed, filters = _AS_TEXT[filters[0]](packed), filters[1:]
    if _SWELLING & set(filters[1:]):
        raise PaperRefused(TOO_MUCH_INSIDE)
    if not filters or filters[0] not in _SWELLING:
        return len(packed)
    try:
        size = _SIZES[filters[0]](packed, most)
    except LimitReachedError as error:
        raise PaperRefused(TOO_MUCH_INSIDE) from error
    except zlib.error as error:
        raise PaperRefused(DAMAGED) from error
    if size > most:
        raise PaperRefused(TOO_MUCH_INSIDE)
    return size


def _size_of_deflated(packed: bytes, most: int) -> int:
    return len(zlib.decompressobj().decompress(packed, most + 1))


#: Ways of writing a stream in letters, which stand before its packing and make it smaller.
_AS_TEXT: dict[str, Callable[[bytes], bytes]] = {
    "/ASCII85Decode": ASCII85Decode.decode, "/A85": ASCII85Decode.decode,
    "/ASCIIHexDecode": ASCIIHexDecode.decode, "/AHx": ASCIIHexDecode.decode,
}  # fmt: skip
#: Ways of packing that can make very much of little: how much it is, or any number that is more than ``most``.
_SIZES: dict[str, Callable[[bytes, int], int]] = {
    "/FlateDecode": _size_of_deflated,
    "/Fl": _size_of_deflated,
    "/LZWDecode": lambda packed, _most: len(LZWDecode.decode(packed)),
    "/LZW": lambda packed, _most: len(LZWDecode.decode(packed)),
    "/RunLengthDecode": lambda packed, _most: len(RunLengthDecode.decode(packed)),
    "/RL": lambda packed, _most: len(RunLengthDecode.decode(packed)),
}
_SWELLING = _SIZES.keys()


def main() -> None:
    """Read the file from the standard input; say its kind on the first line of the output, or a sentence on the second.

    Whatever else happens to this process, a crash, a full memory, no more time, means that the file cannot be read.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read(LARGEST + 1)
    try:
        said = media_type_of(content)
    except PaperRefused as refused:
        said = f"\n{refused}"
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
