"""One simulated stretch of days of one clinic, event by event.

Patients are drawn as the clinic's own history says (``StageTimes``: how long a stage lasts, where it leads) except for
what a policy settles: payers' days are multiplied, and a procedure's date is the first free slot. Only slots are
scarce, so only bookings go through the queue of events; between them a patient is followed alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from statistics import fmean, median

from tracker.domain.forecast.arrivals import future_arrivals
from tracker.domain.forecast.stage_times import StageTimes
from tracker.domain.what_if.calendar import SlotCalendar
from tracker.domain.what_if.flow import Booking, Flow
from tracker.domain.what_if.policy import Policy
from tracker.domain.what_if.stream import Stream

#: What a stream of chance is for, beside its patient.
_ARRIVALS, _PATIENT = 0, 1


@dataclass(frozen=True, slots=True)
class Present:
    """A case that is there on day 0: its stage, for how many days, how many days ago it was referred, and which
    procedures it has had."""

    stage: str
    days: int
    referred_days_ago: int
    had: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clinic:
    """What stays the same under any policy. ``times``: of the stages that were ever left; for the others the file's
    target is taken. ``past_arrivals``: referrals per week. ``first_weekday``: of day 0; 0 is Monday."""

    flow: Flow
    times: Mapping[str, StageTimes]
    past_arrivals: Sequence[int]
    present: Sequence[Present]
    first_weekday: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one procedure: how many were ``done``, the median of days since referral at each patient's first, and the mean
    of days from asking for a date to that date, of all dates that were given. ``None``: there was none."""

    done: int
    days_since_referral: float | None
    days_for_a_slot: float | None


@dataclass(slots=True)
class _Patient:
    number: int
    referred: int
    visits: Counter[str] = field(default_factory=Counter)
    had: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Tally:
    done: int = 0
    since_referral: list[int] = field(default_factory=list)
    for_a_slot: list[int] = field(default_factory=list)

    def add(self, patient: _Patient, procedure: str, day: int) -> None:
        self.done += 1
        if procedure not in patient.had:
            self.since_referral.append(day - patient.referred)
            patient.had.add(procedure)

    def outcome(self) -> Outcome:
        return Outcome(
            self.done,
            median(self.since_referral) if self.since_referral else None,
            fmean(self.for_a_slot) if self.for_a_slot else None,
        )


#: The day; a number that makes ties impossible; what is done on that day.
_Event = tuple[int, int, Callable[[int], None]]


def simulate(clinic: Clinic, policy: Policy, *, seed: int, days: int) -> Mapping[str, Outcome]:
    """What came of each procedure within so many days, by its name.

    :raises KeyError: for a policy that leaves out a procedure of the file
    """
    return _Run(clinic, policy, seed, days).outcomes()


class _Run:
    def __init__(self, clinic: Clinic, policy: Policy, seed: int, days: int) -> None:
        self._clinic, self._flow, self._policy, self._seed, self._days = clinic, clinic.flow, policy, seed, days
        self._places = {stage: place for place, stage in enumerate(clinic.flow.ways)}
        self._calendars = {name: SlotCalendar(policy[name], clinic.first_weekday) for name in clinic.flow.procedures}
        self._tallies = {name: _Tally() for name in clinic.flow.procedures}
        self._events: list[_Event] = []
        self._numbers = count()

    def outcomes(self) -> Mapping[str, Outcome]:
        for number, each in enumerate(self._clinic.present):
            patient = _Patient(number, -each.referred_days_ago, had=set(each.had))
            if each.stage in self._flow.bookings:
                self._ask(patient, each.stage, -each.days)
            else:
                self._follow(patient, each.stage, 0, waited=each.days)
        self._arrive()
        while self._events:
            day, _, act = heappop(self._events)
            act(day)
        return {name: tally.outcome() for name, tally in self._tallies.items()}

    def _arrive(self) -> None:
        chance = Stream(self._seed, _ARRIVALS)
        number = len(self._clinic.present)
        for week, arrivals in enumerate(future_arrivals(chance, self._clinic.past_arrivals, -(-self._days // 7))):
            for _ in range(arrivals):
                day = 7 * week + int(7 * chance.random())
                self._follow(_Patient(number, day), self._flow.initial, day)
                number += 1

    def _follow(self, patient: _Patient, stage: str, day: int, *, waited: int = 0) -> None:
        """From entering ``stage`` on that day, or from having ``waited`` in it, to the next booking or the end."""
        while day <= self._days and stage not in self._flow.ends:
            if stage in self._flow.bookings:
                self._ask(patient, stage, day)
                return
            stayed, to = self._stay(patient, stage, waited)
            day, stage, waited = day + stayed, to, 0

    def _stay(self, patient: _Patient, stage: str, waited: int) -> tuple[int, str]:
        """How many more days, and where to."""
        times = self._clinic.times.get(stage)
        if times is None:
            target, to = self._flow.targets[stage]
            more = max(0, target - waited)
        else:
            total, to = times.draw(self._luck(patient, stage), waited=waited or -1)
            more = total - waited
        payer = self._flow.payers.get(stage)
        return (round(more * self._policy[payer].turnaround) if payer else more), to

    def _luck(self, patient: _Patient, stage: str) -> Stream:
        """The same for the same stay of a patient under any policy."""
        patient.visits[stage] += 1
        return Stream(self._seed, _PATIENT, patient.number, self._places[stage], patient.visits[stage])

    def _ask(self, patient: _Patient, stage: str, day: int) -> None:
        """For a date. Dates are given in the order in which they were asked for, before day 0 too."""
        self._plan(day, partial(self._book, patient, self._flow.bookings[stage]))

    def _plan(self, day: int, act: Callable[[int], None]) -> None:
        heappush(self._events, (day, next(self._numbers), act))

    def _book(self, patient: _Patient, booking: Booking, day: int) -> None:
        calendar, policy = self._calendars[booking.procedure], self._policy[booking.procedure]
        slot = calendar.take(day)
        tally = self._tallies[booking.procedure]
        tally.for_a_slot.append(slot - day)
        if slot > self._days:
            return
        luck = self._luck(patient, booking.booked)
        away = self._away(booking, luck)
        if away:
            left = max(0, day) + int(luck.random() * (slot - max(0, day)))
            self._plan(left, partial(self._leave, patient, booking.procedure, slot, away))
        elif luck.random() < policy.lost:
            self._follow(patient, booking.lost, slot)
        else:
            tally.add(patient, booking.procedure, slot)
            self._follow(patient, booking.day, slot)

    def _away(self, booking: Booking, luck: Stream) -> str:
        """Where a patient goes who will have left for good before the day; empty for all the others."""
        times = self._clinic.times.get(booking.booked)
        to = times.draw(luck)[1] if times is not None else booking.day
        return "" if to in {booking.day, booking.lost} else to

    def _leave(self, patient: _Patient, procedure: str, slot: int, to: str, day: int) -> None:
        self._calendars[procedure].give_back(slot)
        self._follow(patient, to, day)
