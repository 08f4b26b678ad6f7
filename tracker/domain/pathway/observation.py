"""The hours after a test dose as a pathway file says them: when scores and vital signs are due, which muscle groups are
scored, and by what others judge the scores. Nothing here judges: whether a trial is positive a physician decides.
"""

from dataclasses import dataclass
from datetime import date

from tracker.domain.pathway.source import Source, Table


@dataclass(frozen=True, slots=True)
class ObservationRule:
    """When something is due, in whole hours after the injection, and what the forms ask.

    A set of scores belongs to a due time if it was taken at most ``tolerance_minutes`` from it. ``sedation_item``: the
    item of the checklist that says that a sedative was given. Empty ``approved_by``: no clinician has confirmed it.
    """

    score_hours: tuple[int, ...]
    vital_hours: tuple[int, ...]
    tolerance_minutes: int
    muscles: tuple[str, ...]
    sedation_item: str
    source: str
    approved_by: str
    approved_on: date | None

    @property
    def hours(self) -> tuple[int, ...]:
        """All due times, in order."""
        return tuple(sorted({*self.score_hours, *self.vital_hours}))


@dataclass(frozen=True, slots=True)
class PassRule:
    """By what a clinic or a payer calls a trial passed, in words. ``whose`` says whose rule it is."""

    name: str
    whose: str
    text: str
    source: str
    approved_by: str
    approved_on: date | None


_OBSERVATION = {
    "score_hours", "vital_hours", "tolerance_minutes", "muscles", "sedation_item", "source", "approved_by",
    "approved_on",
}  # fmt: skip


def read_observation(source: Source, raw: object) -> ObservationRule | None:
    """The table ``observation`` of a file; ``None`` where it has none.

    :raises PathwayFileError: for a key that is unknown, missing or of the wrong kind, and for due times so close that
        one set of scores would belong to two
    """
    if raw is None:
        return None
    at = "observation"
    if not isinstance(raw, dict):
        source.fail(at, "must be a table")
    source.only(raw, _OBSERVATION, at)
    minutes = source.number_of(raw, "tolerance_minutes", at)
    if minutes is None or minutes < 1:
        source.fail(f"{at}.tolerance_minutes", "must be a whole number of minutes")
    rule = ObservationRule(
        score_hours=_hours(source, raw, "score_hours", at),
        vital_hours=_hours(source, raw, "vital_hours", at),
        tolerance_minutes=minutes,
        muscles=source.texts_of(raw, "muscles", at),
        sedation_item=source.text_of(raw, "sedation_item", at, ""),
        source=source.text_of(raw, "source", at),
        approved_by=source.text_of(raw, "approved_by", at, ""),
        approved_on=_day(raw),
    )
    gaps = (later - earlier for earlier, later in zip(rule.hours, rule.hours[1:], strict=False))
    if any(2 * minutes > gap * 60 for gap in gaps):
        source.fail(f"{at}.tolerance_minutes", "is more than half the time between two due times")
    return rule


def read_pass_rule(source: Source, name: str, raw: Table) -> PassRule:
    """One of the tables ``pass_rules``.

    :raises PathwayFileError: for a key that is unknown, missing or of the wrong kind
    """
    at = f"pass_rules.{name}"
    source.only(raw, {"whose", "text", "source", "approved_by", "approved_on"}, at)
    return PassRule(
        name=name,
        whose=source.text_of(raw, "whose", at),
        text=source.text_of(raw, "text", at),
        source=source.text_of(raw, "source", at),
        approved_by=source.text_of(raw, "approved_by", at, ""),
        approved_on=_day(raw),
    )


def _hours(source: Source, raw: Table, key: str, at: str) -> tuple[int, ...]:
    found = raw.get(key)
    if not isinstance(found, list) or not found or not all(type(each) is int and each > 0 for each in found):
        source.fail(f"{at}.{key}", "must be a list of whole hours")
    return tuple(sorted(set(found)))


def _day(raw: Table) -> date | None:
    found = raw.get("approved_on")
    return found if isinstance(found, date) else None
