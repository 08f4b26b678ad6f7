"""Of which patients and which time a report is asked: the filter of its page, and what it selects in a history."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import not_

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.reporting.columns import Column, Part, Visits
from tracker.domain.reporting.history import History
from tracker.domain.reporting.rows import Rows, both, either

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
    def whose(self) -> tuple[int | str, ...]:
        """What it asks for beside the period."""
        return (self.clinician, self.payer, self.diagnosis, self.indication, self.version)

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

    def with_own_clinician(self, rows: Rows, clinicians: Column) -> bytes:
        """A 1 for each thing that is selected, of things that each have a clinician of their own; 0: with none, the
        patient's count."""
        picked, wanted = rows.picked(self.chosen), self.clinician
        if not wanted:
            return picked
        with_it, without = bytes(map(wanted.__eq__, clinicians)), bytes(map(not_, clinicians))
        return either(both(with_it, rows.picked(self.whoever_treats)), both(without, picked))

    def of_payer(self, payer: int) -> bytes:
        """A 1 for each case of which the things are selected that have this payer of their own; 0: none, the patient's
        counts."""
        if not self.payer or not payer:
            return self.chosen
        return self.whoever_pays if payer == self.payer else bytes(len(self.chosen))


def select(history: History, asked: Filter) -> Selection:
    """Find the cases of a filter. A reoperation is selected with the case of the pump that it is about.

    :raises LookupError: where a clinician is asked for and the history was read without its visits
    """
    calendar = ClinicCalendar(history.zone)
    fits = _all(history)
    for column, value in (
        ("diagnosis", history.code(asked.diagnosis) if asked.diagnosis else 0),
        ("indication", history.code(asked.indication) if asked.indication else 0),
        ("version", asked.version),
    ):
        if value:
            fits = both(fits, _having(history, column, value))
    treats = _treated_by(history, asked.clinician) if asked.clinician else _all(history)
    pays = _having(history, "payer", asked.payer) if asked.payer else _all(history)
    return Selection(
        chosen=both(both(fits, treats), pays),
        whoever_treats=both(fits, pays),
        whoever_pays=both(fits, treats),
        from_day=asked.from_on.toordinal(),
        until_day=asked.until_on.toordinal(),
        from_s=int(calendar.start_of(asked.from_on).timestamp()),
        until_s=int(calendar.start_of(asked.until_on).timestamp()),
        clinician=asked.clinician,
        payer=asked.payer,
        months=asked.months,
    )


def _all(history: History) -> bytes:
    return b"\1" * len(history.cases.id)


def _having(history: History, column: str, value: int) -> bytes:
    """Which cases belong to a pump's case that has this value."""
    of_case: Column = getattr(history.cases, column)
    return bytes(map(value.__eq__, map(of_case.__getitem__, history.once(owners))))


def owners(history: History) -> Sequence[int]:
    """For each case that of the patient's pump: itself, or what a reoperation is about."""
    return array("i", (case if about < 0 else about for case, about in enumerate(history.cases.about)))


def _treated_by(history: History, clinician: int) -> bytes:
    """Which cases belong to one with a visit booked with a clinician that was not cancelled."""
    visits, cancelled, owner = history.of(Visits), history.code("cancelled"), history.once(owners)
    seen = bytearray(len(owner))
    for case, booked_with, state in zip(visits.case, visits.clinician, visits.state, strict=True):
        if booked_with == clinician and state != cancelled:
            seen[owner[case]] = 1
    return bytes(map(seen.__getitem__, owner))
