"""The answers of checklists that count for visits: of their day, of their room where a room was looked at,
and of the consent that stands where one was read again."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from tracker.domain.words import ItemState
from tracker.persistence.models import AppointmentRow, ChecklistItemRow, ConsentRow

#: Whether an answer that names a consent names the one that stands; one that names none counts as it is.
IS_OF_STANDING_CONSENT = or_(
    ChecklistItemRow.about_seq.is_(None),
    select(ConsentRow.seq)
    .where(
        ConsentRow.clinic_id == ChecklistItemRow.clinic_id,
        ConsentRow.case_id == ChecklistItemRow.case_id,
        ConsentRow.seq == ChecklistItemRow.about_seq,
        ConsentRow.superseded_by.is_(None),
    )
    .correlate(ChecklistItemRow)
    .exists(),
)


def answers_that_count(session: Session, is_wanted: ColumnElement[bool]) -> dict[tuple[int, int], dict[str, str]]:
    """For the visits that ``is_wanted`` selects, by case and visit: each item that has an answer, with its value;
    empty where it has none, does not apply or was left out."""
    rows = session.execute(
        select(
            ChecklistItemRow.case_id,
            ChecklistItemRow.appointment,
            ChecklistItemRow.item,
            ChecklistItemRow.state,
            ChecklistItemRow.value,
            ChecklistItemRow.effective_at,
            ChecklistItemRow.room_id,
            AppointmentRow.starts_at,
            AppointmentRow.zone,
            AppointmentRow.room_id.label("visits_room"),
        )
        .join(
            AppointmentRow,
            and_(
                AppointmentRow.clinic_id == ChecklistItemRow.clinic_id,
                AppointmentRow.case_id == ChecklistItemRow.case_id,
                AppointmentRow.appointment == ChecklistItemRow.appointment,
            ),
        )
        .where(
            is_wanted,
            AppointmentRow.superseded_by.is_(None),
            ChecklistItemRow.superseded_by.is_(None),
            IS_OF_STANDING_CONSENT,
        )
    )
    found: dict[tuple[int, int], dict[str, str]] = {}
    for row in rows:
        zone = ZoneInfo(row.zone)
        is_of_day = row.effective_at.astimezone(zone).date() >= row.starts_at.astimezone(zone).date()
        if is_of_day and row.room_id in (None, row.visits_room):
            value = row.value if row.state == ItemState.DONE else ""
            found.setdefault((row.case_id, row.appointment), {})[row.item] = value
    return found
