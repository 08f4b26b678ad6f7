"""A clinic's calendar: its zone, its open weekdays, its closed days and its closing time, in one statement."""

import json
from datetime import date, time
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import NotFound
from tracker.persistence.models import Clinic, ClosedDay

#: How an engine makes one JSON text of many rows.
_JSON_LIST = {"sqlite": func.json_group_array, "postgresql": func.json_agg}


def _statement(dialect: str) -> Select[Any]:
    closed = select(cast(_JSON_LIST[dialect](ClosedDay.on_date), Text)).where(ClosedDay.clinic_id == Clinic.id)
    closed_on = closed.scalar_subquery().label("closed")
    columns = (Clinic.zone, Clinic.open_weekdays, Clinic.closes_at, closed_on)
    return select(*columns).where(Clinic.id == bindparam("clinic"))


_CALENDAR = {dialect: _statement(dialect) for dialect in _JSON_LIST}


def get_calendar(session: Session, clinic_id: int) -> ClinicCalendar:
    """The calendar by which the clinic's days are counted.

    :raises NotFound: if there is no such clinic
    """
    connection = session.connection()
    row = connection.execute(_CALENDAR[connection.dialect.name], {"clinic": clinic_id}).one_or_none()
    if row is None:
        raise NotFound("no such clinic")
    closed = map(date.fromisoformat, json.loads(row.closed or "[]"))
    closes_at = time.fromisoformat(row.closes_at) if row.closes_at else None
    return ClinicCalendar(row.zone, frozenset(map(int, row.open_weekdays)), frozenset(closed), closes_at)
