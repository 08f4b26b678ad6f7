"""Of which patients and which time a report is asked: the filter of its page, and what it selects in a history."""

from dataclasses import dataclass
from datetime import date

from tracker.domain.calendar import ClinicCalendar
from tracker.domain.reporting.columns import Part, Visits
from tracker.domain.reporting.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The days from ``from_on`` until before ``until_on``, and whose. Empty or 0: all of them.

    ``clinician`` and ``payer`` are the ids of their rows; ``diagnosis`` is a ``Condition`` of the evaluation,
    ``indication`` an ``Indication``, ``version`` that of the pathway which the case is on. A clinician's patients are
    those with a visit booked with them that was not cancelled. Where the thing that is counted has a clinician or a
    payer of its own (a visit, a trial, an authorization), that one has to be the one asked for as well.
    """

    from_on: date
    until_on: date
    clinician: int = 0
    payer: int = 0
    diagnosis: str = ""
    indication: str = ""
    version: int = 0

    @property
    def needs(self) -> tuple[type[Part], ...]:
        """What it is selected by, beside the cases."""
        return (Visits,) if self.clinician else ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter as a history understands it. ``from_day`` is the first day, ``until_day`` the one after the last;
    ``from_s`` and ``until_s`` are the instants at which these begin. ``chosen`` has a 1 for each case selected."""

    chosen: bytes
    from_day: int
    until_day: int
    from_s: int
    until_s: int
    clinician: int
    payer: int

    def falls_in(self, day: int) -> bool:
        """Whether a day lies in the period."""
        return self.from_day <= day < self.until_day

    def is_of(self, clinician: int) -> bool:
        """Whether something with a clinician of its own, or none, is asked for."""
        return self.clinician in (0, clinician)

    def is_paid_by(self, payer: int) -> bool:
        """Whether something with a payer of its own is asked for; of what has none the case's payer decides."""
        return self.payer == 0 or payer in (0, self.payer)


def select(history: History, asked: Filter) -> Selection:
    """Find the cases of a filter. A reoperation is selected with the case of the pump that it is about.

    :raises LookupError: where a clinician is asked for and the history was read without its visits
    """
    calendar = ClinicCalendar(history.zone)
    cases = history.cases
    chosen = bytearray(b"\x01" * len(cases.id))
    wanted = [
        (column, value)
        for column, value in (
            (cases.payer, asked.payer),
            (cases.diagnosis, history.code(asked.diagnosis) if asked.diagnosis else 0),
            (cases.indication, history.code(asked.indication) if asked.indication else 0),
            (cases.version, asked.version),
        )
        if value
    ]
    seen = _patients_of(history, asked.clinician) if asked.clinician else frozenset()
    for case in range(len(chosen)):
        owner = owner_of(history, case)
        chosen[case] = all(column[owner] == value for column, value in wanted) and (
            not asked.clinician or owner in seen
        )
    return Selection(
        chosen=bytes(chosen),
        from_day=asked.from_on.toordinal(),
        until_day=asked.until_on.toordinal(),
        from_s=int(calendar.start_of(asked.from_on).timestamp()),
        until_s=int(calendar.start_of(asked.until_on).timestamp()),
        clinician=asked.clinician,
        payer=asked.payer,
    )


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
