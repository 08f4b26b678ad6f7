"""How a story is told: one patient's case, the days that pass, and the plain pieces of work that every story uses."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Concatenate, ParamSpec

from tracker.demo.clinic import DemoClinic
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Circumstances, left_out
from tracker.domain.refill import days_to_alarm
from tracker.domain.words import DocumentKind
from tracker.pathways.catalogue import CURRENT, current
from tracker.services import appointments, checklists, steps, visit_day
from tracker.services.appointments import Slot
from tracker.services.checklists import Answer
from tracker.services.evaluations import record_document
from tracker.services.final_times import mark_time_final
from tracker.services.follow_ups import record_follow_up
from tracker.services.patients import Person
from tracker.services.refills import Filling
from tracker.services.visit_day import Arranged
from tracker.services.work import CaseRef, Work, Written

P = ParamSpec("P")
#: What is chosen and typed in every story.
_CHOSEN = {"allergies": "as on record", "anaesthesia": "local only", "anticoagulants": "takes none"}
_TYPED = {"number": "12", "lot": "B40117", "text": "read and noted", "vital_signs": "112/68, 66, 97, 14", "": ""}

#: How many minutes ago something was done whose time is asked: what comes before an incision, and the incision.
_AGO, _INCISION_AGO = 25, 5

#: A story waits by yielding the instant at which it goes on.
Story = Iterator[datetime]
#: The 90th percentile of a standard normal distribution.
NINETIETH = 1.2816
MINUTES = {"evaluation": 45, "trial": 300, "implant": 180, "reoperation": 120, "refill": 30, "follow_up": 30}
PROCEDURES = ("trial", "implant", "reoperation")
#: How long before a visit the coordinator calls to have it confirmed.
CONFIRMED_BEFORE = timedelta(days=3)
WITH_ESCORT = Arranged(
    escort="named", escort_name="Sister, waits outside", escort_phone="303-555-0177", interpreter="not_needed",
    anaesthesia="local",
)  # fmt: skip


@dataclass(slots=True)
class Teller:
    """One patient's story. ``day`` is the civil day it has come to.

    ``ahead`` counts the days by which visits were booked earlier than wanted (later: below zero) because the clinic is
    closed or full; the next wait makes up for them, so that every story still ends where its part says. ``booked_on``
    is the day of the visit booked last, ``purpose`` what it is for.
    """

    clinic: DemoClinic
    person: Person
    day: date
    ref: CaseRef = field(default_factory=lambda: CaseRef("", 0))
    visit: int = 0
    booked_for: str = ""
    ahead: int = 0
    booked_on: date | None = None

    def at(self, hour: int, minute: int = 0) -> datetime:
        """An instant on the story's day."""
        return self.clinic.calendar.instant(datetime.combine(self.day, time(hour, minute)))

    def after(self, days: int, hour: int = 10) -> datetime:
        """Let days pass; the story goes on at a time of its own on that day."""
        goes_to_visit = self.day + timedelta(days=days) == self.booked_on
        self.day += timedelta(days=days if goes_to_visit else max(0, days + self.ahead))
        self.ahead = self.ahead if goes_to_visit else 0
        return self.at(hour, self.clinic.chance.randrange(60))

    def until(self, visit_on: date, hour: int) -> Story:
        """Wait for the visit booked last; nearly every patient confirms it three days before, when the list of the day
        is made too."""
        if visit_on - self.day > CONFIRMED_BEFORE and self.clinic.chance.random() < 0.92:
            self.day = visit_on - CONFIRMED_BEFORE
            yield self.at(11, self.clinic.chance.randrange(60))
            self.does("coordinator", appointments.confirm, appointment=self.visit)
            if self.booked_for in PROCEDURES:
                self.does("coordinator", mark_time_final, appointment=self.visit)
        yield self.after((visit_on - self.day).days, hour)

    def follow_up(self, who: str, rule: str, about_seq: int, result: str) -> None:
        """Do what the pathway asks for afterwards."""
        self.does(who, record_follow_up, rule=rule, about_seq=about_seq, result=result)

    def tell_who_referred(self) -> None:
        """The letter to who referred the patient goes out."""
        self.does("coordinator", record_document, kind=DocumentKind.REFERRER_LETTER, dated_on=self.day)

    def lasting(self, median: float, ninetieth: float) -> int:
        """Days drawn from the lognormal distribution with this median and 90th percentile."""
        spread = math.log(ninetieth / median) / NINETIETH
        return max(1, round(self.clinic.chance.lognormvariate(math.log(median), spread)))

    def keep(self, written: Written) -> Written:
        """Remember the version that the case has now."""
        self.ref = CaseRef(written.public_id, written.version)
        return written

    def begin(self, public_id: str, version: int) -> None:
        """Take up the case: the coordinators share the patients; every fifth is nobody's yet."""
        self.ref = CaseRef(public_id, version)
        owner = ("coordinator", "coordinator", "lead", "coordinator", "")[int(self.person.mrn) % 5]
        if owner:
            self.does(owner, steps.assign, user_id=self.clinic.user(owner))

    def does(
        self,
        who: str,
        use_case: Callable[Concatenate[Work, CaseRef, P], Written],
        *args: P.args,
        **values: P.kwargs,
    ) -> Written:
        """Let somebody do one thing with this case."""
        return self.keep(self.clinic.does(who, use_case, self.ref, *args, **values))

    def book(self, purpose: str, on: date) -> date:
        """Book a visit on ``on``, or the open day next to it that has a free room, and return that day."""
        rooms = self.clinic.procedure_rooms if purpose in PROCEDURES else self.clinic.clinic_rooms
        length = math.ceil(MINUTES[purpose] / 60)
        for day in self._days(on):
            for hour in range(8, 17 - min(length, 6)):
                for room in rooms:
                    hours = {(room, day, hour + part) for part in range(length)}
                    if not hours & self.clinic.taken:
                        self.clinic.taken |= hours
                        self._book(purpose, datetime.combine(day, time(hour)), room)
                        self.ahead += (on - day).days
                        self.booked_on = day
                        return day
        raise AssertionError("no room is free for two months")

    def _days(self, wanted: date) -> Iterator[date]:
        """The days to try: the wanted one, else the open day next to it, then those after it."""
        before = self.clinic.calendar.open_day_on_or_before(wanted)
        later = [day for ahead in range(60) if self.clinic.is_worked(day := wanted + timedelta(days=ahead))]
        is_nearer = wanted - before <= later[0] - wanted or wanted < self.clinic.today <= later[0]
        if later[0] != wanted and before > self.day and is_nearer:
            yield before
        yield from later

    def _book(self, purpose: str, starts: datetime, room: int) -> None:
        arrives = starts - timedelta(minutes=60 if purpose in PROCEDURES else 15)
        slot = Slot(starts, MINUTES[purpose], arrives, room, self._clinician(purpose, room))
        written = self.does("coordinator", appointments.book, purpose=purpose, slot=slot)
        self.visit, self.booked_for = written.fact_seqs[0], purpose

    def _clinician(self, purpose: str, room: int) -> int | None:
        """Each operates in one room, so that nobody is asked for twice; two share the new patients."""
        if purpose in PROCEDURES:
            return self.clinic.clinicians[self.clinic.procedure_rooms.index(room)]
        return self.clinic.clinicians[int(self.person.mrn) % 2] if purpose == "evaluation" else None

    def arrive(self) -> None:
        """The patient comes for the visit that was booked last, to a procedure with somebody who takes them home."""
        self.does("desk", appointments.arrive, appointment=self.visit)
        if self.booked_for in PROCEDURES:
            self.does("nurse", visit_day.arrange, appointment=self.visit, arranged=WITH_ESCORT)

    def answer(self, checklist: str, part: str, *, leave: int = 0) -> None:
        """The nurse answers one part of the visit's checklist, but for the last ``leave`` items and the notes."""
        lists = {name: items for file in CURRENT for name, items in current(file).checklists.items()}
        asked = [rule for rule in lists[checklist] if rule.part == part and rule.stop != "note"]
        # As it is asked of somebody who has a local anaesthetic and no catheter, whoever they are.
        about = Circumstances(chosen={**_CHOSEN, "modality": "single injection"}, indication="spasticity", sex="male")
        out = left_out(lists[checklist], about)
        rules = [rule for rule in asked if rule.key not in out or rule.only.sex]
        for rule in rules[: len(rules) - leave]:
            self.does("nurse", checklists.answer_item, appointment=self.visit, answer=self._answer(rule))

    def _answer(self, rule: ChecklistItemRule) -> Answer:
        days = {"expiry": 500, "date": 12}.get(rule.value)
        typed = (self.day + timedelta(days=days)).isoformat() if days else _TYPED.get(rule.value, "")
        if rule.value == "time":
            ago = timedelta(minutes=_INCISION_AGO if rule.key == "incision" else _AGO)
            typed = f"{self.clinic.calendar.wall(self.clinic.clock.now() - ago):%H:%M}"
        typed = _CHOSEN.get(rule.key) or (rule.choices[0] if rule.choices else typed)
        return Answer(rule.key, value=typed, second_by=self.clinic.user("nurse2") if rule.two_person else None)

    def filling(self, lasts_days: int, *, reservoir_ml: int, later_by: int = 0, is_known: bool = True) -> Filling:
        """A fill whose alarm comes after about ``lasts_days``, with the date that a programmer would print.

        ``later_by``: the print-out says so many days more than arithmetic allows.
        """
        concentration, volume, alarm = Decimal(2000), Decimal(reservoir_ml), Decimal(2)
        dose = ((volume - alarm) * concentration / lasts_days).quantize(Decimal(1))
        days = days_to_alarm(
            volume_ml=volume, alarm_volume_ml=alarm, concentration_mcg_ml=concentration, daily_dose_mcg=dose
        )
        printed = self.day + timedelta(days=days + later_by) if is_known else None
        return Filling(
            drug="baclofen",
            concentration_mcg_ml=concentration,
            volume_ml=volume,
            daily_dose_mcg=dose,
            alarm_volume_ml=alarm,
            alarm_on=printed,
            alarm_on_again=printed,
            lot=f"B{self.clinic.chance.randrange(10_000, 99_999)}",
            expires_on=self.day + timedelta(days=500),
            second_by=self.clinic.user("nurse2"),
            residual_expected_ml=Decimal("3.0"),
            residual_aspirated_ml=Decimal("3.2"),
        )
