"""Files as spreadsheets save them, and files that are none: rows keep their numbers, and nothing is lost unseen."""

import pytest

from tests.support.importing import MESSY
from tracker.services.referral_file import COLUMNS
from tracker.services.table_file import LARGEST_MB, UnreadableFile, check_size, read_table

TWO = ("name", "notes")


def values(content: bytes) -> list[tuple[int, str, str]]:
    """Number, name and notes of every row."""
    return [(row.number, row.values["name"], row.values["notes"]) for row in read_table(content, TWO).rows]


class TestAFile:
    @pytest.mark.parametrize(
        "content",
        [
            "name,notes\nNúñez,a\n".encode(),
            "name,notes\nNúñez,a".encode(),
            "\ufeffname,notes\r\nNúñez,a\r\n".encode(),
            "name;notes\r\nNúñez;a\r\n".encode(),
            "name\tnotes\nNúñez\ta\n".encode(),
            "notes,name\na,Núñez\n".encode(),
            " Name , NOTES \nNúñez,a\n".encode(),
            "name,notes,other\nNúñez,a,b\n".encode(),
            "name,notes\nNúñez,a,,\n".encode(),
            '"name","notes"\n"Núñez","a"\n'.encode(),
            "name,notes\rNúñez,a\r".encode(),
            "name\tnotes\nNúñez\ta\n".encode("utf-16"),
            "name,notes\nNúñez,a\n".encode("cp1252"),
        ],
    )
    def test_is_read(self, content: bytes) -> None:
        assert values(content) == [(2, "Núñez", "a")]

    def test_keeps_the_numbers_that_a_spreadsheet_shows(self) -> None:
        content = b'name,notes\na,"line one\r\nline two"\n\n , \nb,x\n'
        assert values(content) == [(2, "a", "line one\r\nline two"), (5, "b", "x")]

    def test_with_one_pasted_name_keeps_the_accents_of_all_others(self) -> None:
        content = "name,notes\nNúñez,a\n".encode() + "Mejía,b\n".encode("cp1252")
        table = read_table(content, TWO)
        assert [row.values["name"] for row in table.rows] == ["Núñez", "Mejía"]
        assert [(doubt.row, doubt.field) for doubt in table.doubts] == [(1, "file")]

    def test_of_utf_8_is_beyond_doubt(self) -> None:
        assert read_table(MESSY, COLUMNS).doubts == ()

    @pytest.mark.parametrize(
        ("row", "words"),
        [
            ("a", "This row has 1 cells, the header has 2."),
            ("a,b,c", "This row has 3 cells, the header has 2."),
            ("a,\x00", "This row is damaged"),
        ],
    )
    def test_says_which_row_does_not_fit(self, row: str, words: str) -> None:
        rows = read_table(f"name,notes\n{row}\nb,x\n".encode(), TWO).rows
        assert [each.number for each in rows] == [2, 3]
        assert words in rows[0].misfit
        assert rows[0].values == {}
        assert rows[1].misfit == ""


class TestWhatIsNoTable:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"\xef\xbb\xbf  \r\n", "empty"),
            (b"PK\x03\x04rest of a workbook", "an Excel workbook"),
            (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
            (b"%PDF-1.7", "a PDF"),
            (b"\x89PNG\x00\x00", "not a text file"),
            (b"\xff\xfe\x00", "damaged"),
            (b"name\nAna\n", "These columns are missing: notes."),
            (b"name,notes,name\nAna,a,b\n", "These columns are there twice: name."),
            (b'name,notes\na,b\nc,"d\ne,f\n', "In row 3 a quotation mark opens and is never closed"),
            (b'name,notes\na,"' + b"x" * 140_000 + b'"\n', "after row 1"),
        ],
    )
    def test_is_refused_as_a_whole_with_a_sentence(self, content: bytes, words: str) -> None:
        with pytest.raises(UnreadableFile, match=words):
            read_table(content, TWO)

    def test_is_refused_before_it_is_read_if_it_is_too_large(self) -> None:
        check_size(LARGEST_MB * 1024 * 1024)
        with pytest.raises(UnreadableFile, match="larger than 20 MB"):
            check_size(50 * 1024 * 1024)
