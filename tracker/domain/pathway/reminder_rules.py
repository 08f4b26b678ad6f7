"""What stands in a pathway file about one message, read into a ``ReminderRule``."""

from datetime import time

from tracker.domain.pathway.definition import ReminderRule
from tracker.domain.pathway.source import Source, Table

KEYS = {
    "kind", "purposes", "days_before", "wall_time", "template", "useless_hours_before", "channels", "to", "open_days",
    "unless_confirmed",
}  # fmt: skip


def read_reminder(source: Source, name: str, raw: Table) -> ReminderRule:
    """One rule.

    :raises PathwayFileError: for a key that is unknown, missing or of the wrong kind
    """
    at = f"reminders.{name}"
    source.only(raw, KEYS, at)
    days = source.number_of(raw, "days_before", at)
    hours = source.number_of(raw, "useless_hours_before", at)
    if days is None or hours is None:
        source.fail(at, "needs days_before and useless_hours_before")
    try:
        wall_time = time.fromisoformat(source.text_of(raw, "wall_time", at))
    except ValueError as error:
        source.fail(f"{at}.wall_time", str(error))
    return ReminderRule(
        name=name,
        kind=source.text_of(raw, "kind", at),
        purposes=frozenset(source.texts_of(raw, "purposes", at)),
        days_before=days,
        wall_time=wall_time,
        template=source.text_of(raw, "template", at),
        useless_hours_before=hours,
        channels=tuple(source.texts_of(raw, "channels", at)),
        to=source.text_of(raw, "to", at, "patient"),
        counts_open_days=source.flag_of(raw, "open_days", at),
        unless_confirmed=source.flag_of(raw, "unless_confirmed", at),
    )
