"""A sheet as it is stored, for pages that nobody should wait for: compressed JSON, without the cases behind numbers.

It is stored twice: as those read it who may see patients, and as everybody else does. Which numbers are too small to be
shown is judged by the cases, which are not there any more when it is read.

Every class is written with its name, so that nothing but these classes can be read.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from tracker.domain.report_sheets import drawing, sheet
from tracker.domain.report_sheets.sheet import Kind, Sheet
from tracker.domain.report_sheets.small import without_small_numbers
from tracker.domain.reporting.filters import Filter

#: Of how sheets are stored. One of another form is not read, but counted anew.
FORM = 2
#: How many bytes say how long the first of the two is.
_LENGTH = 4
_CLASSES: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        drawing.Bar, drawing.Bars, drawing.Columns, drawing.Curve, drawing.Curves, drawing.Funnel, drawing.FunnelStep,
        drawing.Legend, drawing.Lines, drawing.Segment, drawing.Series, drawing.Spark, sheet.Cell, sheet.Column,
        sheet.Row, sheet.Section, sheet.Sheet, sheet.Table, Filter,
    )
}  # fmt: skip
#: Who stands behind a cell is left out.
_BEHIND = {(sheet.Cell, "cases"), (sheet.Cell, "parts")}
_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    kind: tuple(each.name for each in fields(kind) if (kind, each.name) not in _BEHIND) for kind in _CLASSES.values()
}


def packed_filter(asked: Filter) -> bytes:
    """A filter alone."""
    return _packed(asked)


def unpacked_filter(body: bytes) -> Filter | None:
    """The same again; ``None`` for one of another form.

    :raises ValueError: for what is no such thing
    """
    read = _unpacked(body)
    if read is None:
        return None
    if not isinstance(read[0], Filter):
        raise ValueError("this is no filter")
    return read[0]


def packed_sheet(told: Sheet, asked: Filter) -> bytes:
    """A sheet for both kinds of readers, and what it was asked for."""
    whole = _packed(replace(told, ids=()), asked)
    return len(whole).to_bytes(_LENGTH) + whole + _packed(without_small_numbers(told), asked)


def unpacked_sheet(body: bytes, *, with_patients: bool) -> tuple[Sheet, Filter] | None:
    """The same again for one kind: those who may see patients, or all others. ``None`` for one of another form.

    :raises ValueError: for what is no such thing
    """
    ends = _LENGTH + int.from_bytes(body[:_LENGTH])
    read = _unpacked(body[_LENGTH:ends] if with_patients else body[ends:])
    if read is None:
        return None
    told, asked = read
    if not isinstance(told, Sheet) or not isinstance(asked, Filter):
        raise ValueError("this is no sheet")
    return told, asked


def _packed(*values: object) -> bytes:
    text = json.dumps([FORM, *map(_written, values)], separators=(",", ":"))
    return zlib.compress(text.encode(), 1)


def _unpacked(body: bytes) -> list[object] | None:
    read = json.loads(zlib.decompress(body))
    if not isinstance(read, list) or not read or read[0] != FORM:
        return None
    return [_read(each) for each in read[1:]]


def _written(value: object) -> object:
    kind = type(value)
    names = _FIELDS.get(kind)
    if names is not None:
        written = {name: _written(getattr(value, name)) for name in names}
        if isinstance(value, sheet.Cell):
            # Of a row's hundred thousand cases the page shows none.
            written |= {"cases": (), "is_listed": value.is_open}
        return {"is": kind.__name__, **written}
    if isinstance(value, date):
        return {"is": "date", "on": value.isoformat()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    return value


def _read(value: object) -> object:
    if isinstance(value, list):
        return tuple(_read(each) for each in value)
    if not isinstance(value, dict):
        return value
    name = value.pop("is", "")
    if name == "date":
        return date.fromisoformat(value["on"])
    if name not in _CLASSES:
        raise ValueError(f"{name} is nothing that a sheet holds")
    if name == "Column":
        value["kind"] = Kind(value["kind"])
    return _CLASSES[name](**{field: _read(each) for field, each in value.items()})
