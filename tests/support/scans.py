"""Scans of papers as a scanner makes them, and files that only look like one."""

import zlib
from functools import cache
from io import BytesIO

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

#: Two thousand of the longest that a test asks for are 25 MB unpacked: to pack more takes a second at every start.
_MOST_LINES = 2_000


def a_picture(kind: str = "PNG", colour: int = 200, size: tuple[int, int] = (40, 30)) -> bytes:
    """A small picture; ``colour`` makes another one of it."""
    out = BytesIO()
    Image.new("RGB", size, (colour % 256, colour // 256 % 256, 90)).save(out, kind)
    return out.getvalue()


def a_pdf(*, title: str = "", pages: int = 1, script: str = "", password: str = "", attached: bytes = b"") -> bytes:
    """A PDF of empty pages, with whatever it must not hold."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if title:
        writer.add_metadata({"/Title": title})
    if script:
        deed = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(deed)
    if attached:
        writer.add_attachment("other.bin", attached)
    if password:
        writer.encrypt(password)
    return _written(writer)


def a_pdf_that_unpacks_to(size: int) -> bytes:
    """A PDF of some kilobytes whose page takes ``size`` bytes when it is drawn."""
    return _with_stream(zlib.compress(bytes(size), 9), {"/Filter": NameObject("/FlateDecode")})


def a_pdf_packed(packed: bytes, *filters: str) -> bytes:
    """A PDF whose page is packed in other ways, one in the other."""
    return _with_stream(packed, {"/Filter": ArrayObject(NameObject(each) for each in filters)})


def a_pdf_with_picture(width: int, height: int) -> bytes:
    """A PDF whose picture claims to have so many dots."""
    return _with_stream(
        zlib.compress(b"0"),
        {"/Filter": NameObject("/FlateDecode"), "/Subtype": NameObject("/Image"), "/Width": NumberObject(width),
         "/Height": NumberObject(height)},
    )  # fmt: skip


def a_pdf_with(key: str, value: str, *, from_afar: bool = False) -> bytes:
    """A PDF whose page has an entry that does something; ``from_afar``: the entry refers to the word."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    word = NameObject(value)
    page[NameObject("/Annots")] = DictionaryObject({NameObject(key): writer._add_object(word) if from_afar else word})
    return _written(writer)


@cache
def a_png_of(width: int, height: int) -> bytes:
    """A small PNG that claims to have so many dots, and has them, all alike, as far as ``_MOST_LINES`` go."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
    line = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _ in range(min(height, _MOST_LINES))) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _piece(b"IHDR", head) + _piece(b"IDAT", packed) + _piece(b"IEND", b"")


def with_piece(png: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with one more piece after its head."""
    return png[:33] + _piece(kind, content) + png[33:]


def with_comment(jpeg: bytes, comment: bytes) -> bytes:
    """A JPEG with a comment at its beginning."""
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def _piece(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")


def _with_stream(packed: bytes, entries: dict[str, object]) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    stream = StreamObject()
    stream._data = packed
    for key, value in entries.items():
        stream[NameObject(key)] = value
    page[NameObject("/Contents")] = writer._add_object(stream)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
