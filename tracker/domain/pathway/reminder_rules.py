"""What stands in a pathway file about one message, read into a ``ReminderRule``."""

from tracker.domain.pathway.definition import ReminderRule
from tracker.domain.pathway.source import Source, Table

BEFORE = ("days_before", "useless_hours_before")
AFTER = ("days_after", "useless_hours_after")
KEYS = {
    "kind", "purposes", *BEFORE, *AFTER, "wall_time", "template", "day_template", "visit_template", "channels", "to",
    "open_days", "unless_confirmed",
}  # fmt: skip


def read_reminder(source: Source, name: str, raw: Table) -> ReminderRule:
    """One rule.

    :raises PathwayFileError: for a key that is unknown, missing or of the wrong kind
    """
    at = f"reminders.{name}"
    source.only(raw, KEYS, at)
    days, hours = _when(source, raw, at)
    return ReminderRule(
        name=name,
        kind=source.text_of(raw, "kind", at),
        purposes=frozenset(source.texts_of(raw, "purposes", at)),
        days_before=days,
        wall_time=source.time_of(raw, "wall_time", at),
        template=source.text_of(raw, "template", at),
        useless_hours_before=hours,
        channels=tuple(source.texts_of(raw, "channels", at)),
        to=source.text_of(raw, "to", at, "patient"),
        counts_open_days=source.flag_of(raw, "open_days", at),
        unless_confirmed=source.flag_of(raw, "unless_confirmed", at),
        day_template=source.text_of(raw, "day_template", at, ""),
        visit_template=source.text_of(raw, "visit_template", at, ""),
    )


def _when(source: Source, raw: Table, at: str) -> tuple[int, int]:
    """Days and hours before the visit; negative ones are after it."""
    before, after = ([source.number_of(raw, key, at) for key in keys if key in raw] for keys in (BEFORE, AFTER))
    found = [each for each in before or after if each is not None]
    if len(found) != len(BEFORE) or (before and after) or (after and min(found) < 1):
        source.fail(at, f"needs {' and '.join(BEFORE)}, or {' and '.join(AFTER)} of 1 or more")
    days, hours = found
    return (-days, -hours) if after else (days, hours)
