"""A sheet that was stored says what it said, without the cases."""

import json
import zlib
from dataclasses import replace
from itertools import product

import pytest

from tests.domain.report_sheets.test_sheets import FILTERS, sheet
from tracker.domain.report_sheets.catalogue import PANELS
from tracker.domain.report_sheets.sheet import Sheet
from tracker.domain.report_sheets.small import without_small_numbers
from tracker.domain.report_sheets.stored import packed_sheet, unpacked_sheet
from tracker.web.charts.chart import placed


def again(name: str, asked: str, *, with_patients: bool = True) -> Sheet:
    found = unpacked_sheet(packed_sheet(sheet(name, asked), FILTERS[asked]), with_patients=with_patients)
    assert found is not None and found[1] == FILTERS[asked]
    return found[0]


@pytest.mark.parametrize(("name", "asked"), list(product(PANELS, ("everybody", "nobody"))))
def test_says_the_same(name: str, asked: str) -> None:
    told, read = sheet(name, asked), again(name, asked)
    assert (read.name, read.answer, read.spark) == (told.name, told.answer, told.spark)
    for one, other in zip(told.sections, read.sections, strict=True):
        assert replace(one, table=other.table, drawing=None) == replace(other, drawing=None)
        assert (one.drawing and placed(one.drawing)) == (other.drawing and placed(other.drawing))
        assert one.table.columns == other.table.columns
        for row, kept in zip(one.table.rows, other.table.rows, strict=True):
            assert (row.key, row.label, row.is_total) == (kept.key, kept.label, kept.is_total)
            assert [(cell.value, cell.is_open) for cell in row.cells] == [(c.value, c.is_open) for c in kept.cells]
            assert not [cell for cell in kept.cells if cell.cases]


@pytest.mark.parametrize(("name", "asked"), list(product(PANELS, ("everybody", "nobody"))))
def test_says_to_everybody_what_is_not_small(name: str, asked: str) -> None:
    read, told = again(name, asked, with_patients=False), without_small_numbers(sheet(name, asked))
    assert (read.answer, read.spark) == (told.answer, told.spark)
    assert [each.table for each in read.sections] == [each.table for each in told.sections]
    assert [each.drawing and placed(each.drawing) for each in read.sections] == [
        each.drawing and placed(each.drawing) for each in told.sections
    ]


def test_of_another_form_is_not_read() -> None:
    assert unpacked_sheet(first(json.dumps([0, {}, {}])), with_patients=True) is None


@pytest.mark.parametrize("what", [{"is": "Popen", "args": "x"}, {"is": "Spark", "title": "", "values": []}, 3])
def test_that_is_none_is_refused(what: object) -> None:
    with pytest.raises(ValueError, match="sheet"):
        unpacked_sheet(first(json.dumps([2, what, what])), with_patients=True)


def first(text: str) -> bytes:
    """A body whose first sheet is this text."""
    body = zlib.compress(text.encode())
    return len(body).to_bytes(4) + body
