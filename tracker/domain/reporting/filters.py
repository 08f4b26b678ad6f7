"""Of which patients and which time a report is asked: the filter of its page, and what it selects in a history."""

from dataclasses import dataclass
from datetime import date
from operator import and_

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.reporting.columns import Part, Visits
from tracker.domain.reporting.history import History

#: How far ahead is looked where nothing else is asked for.
USUAL_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The days from ``from_on`` until before ``until_on``, and whose. Empty or 0: all of them.

    ``clinician`` and ``payer`` are the ids of their rows; ``diagnosis`` is a ``Condition`` of the evaluation,
    ``indication`` an ``Indication``, ``version`` that of the pathway which the case is on. A clinician's patients are
    those with a visit booked with them that was not cancelled. What has a clinician or a payer of its own (a visit, a
    trial, an authorization) is asked for by that one, whoever's patient it is. ``months``: how far ahead is looked,
    where that is asked.
    """

    from_on: date
    until_on: date
    clinician: int = 0
    payer: int = 0
    diagnosis: str = ""
    indication: str = ""
    version: int = 0
    months: int = USUAL_MONTHS

    @property
    def needs(self) -> tuple[type[Part], ...]:
        """What it is selected by, beside the cases."""
        return (Visits,) if self.clinician else ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter as a history understands it. ``from_day`` is the first day, ``until_day`` the one after the last;
    ``from_s`` and ``until_s`` are the instants at which these begin. ``chosen`` has a 1 for each case selected;
    ``whoever_treats`` and ``whoever_pays`` for those selected by everything but the clinician, or the payer."""

    chosen: bytes
    whoever_treats: bytes
    whoever_pays: bytes
    from_day: int
    until_day: int
    from_s: int
    until_s: int
    clinician: int
    payer: int
    months: int

    def falls_in(self, day: int) -> bool:
        """Whether a day lies in the period."""
        return self.from_day <= day < self.until_day

    def has_with(self, case: int, clinician: int) -> bool:
        """Whether something of a case with a clinician of its own is selected; 0: with none, the patient's counts."""
        if not self.clinician or not clinician:
            return bool(self.chosen[case])
        return clinician == self.clinician and bool(self.whoever_treats[case])

    def has_paid_by(self, case: int, payer: int) -> bool:
        """The same for a payer."""
        if not self.payer or not payer:
            return bool(self.chosen[case])
        return payer == self.payer and bool(self.whoever_pays[case])


def select(history: History, asked: Filter) -> Selection:
    """Find the cases of a filter. A reoperation is selected with the case of the pump that it is about.

    :raises LookupError: where a clinician is asked for and the history was read without its visits
    """
    calendar, cases = ClinicCalendar(history.zone), history.cases
    wanted = [
        (column, value)
        for column, value in (
            (cases.diagnosis, history.code(asked.diagnosis) if asked.diagnosis else 0),
            (cases.indication, history.code(asked.indication) if asked.indication else 0),
            (cases.version, asked.version),
        )
        if value
    ]
    seen = _patients_of(history, asked.clinician) if asked.clinician else frozenset()
    owners = [owner_of(history, case) for case in range(len(cases.id))]
    fits = bytes(all(column[owner] == value for column, value in wanted) for owner in owners)
    treats = bytes(not asked.clinician or owner in seen for owner in owners)
    pays = bytes(asked.payer in (0, cases.payer[owner]) for owner in owners)
    return Selection(
        chosen=_both(_both(fits, treats), pays),
        whoever_treats=_both(fits, pays),
        whoever_pays=_both(fits, treats),
        from_day=asked.from_on.toordinal(),
        until_day=asked.until_on.toordinal(),
        from_s=int(calendar.start_of(asked.from_on).timestamp()),
        until_s=int(calendar.start_of(asked.until_on).timestamp()),
        clinician=asked.clinician,
        payer=asked.payer,
        months=asked.months,
    )


def _both(one: bytes, other: bytes) -> bytes:
    return bytes(map(and_, one, other))


def owner_of(history: History, case: int) -> int:
    """The case of the patient's pump: a case itself, or what a reoperation is about."""
    about = history.cases.about[case]
    return case if about < 0 else about


def _patients_of(history: History, clinician: int) -> frozenset[int]:
    visits, cancelled = history.of(Visits), history.code("cancelled")
    return frozenset(
        owner_of(history, case)
        for case, booked_with, state in zip(visits.case, visits.clinician, visits.state, strict=True)
        if booked_with == clinician and state != cancelled
    )
