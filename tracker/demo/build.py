"""Playing the months: every story goes on when its time comes, and the scheduler's jobs run in between."""

import heapq
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from tracker.demo.answering import answers
from tracker.demo.cast import FAMILY_NAMES, GIVEN_NAMES, PARTS, PUMP_PARTS
from tracker.demo.clinic import ZONE, DemoClinic, SimulatedClock, open_clinic
from tracker.demo.pump_life import long_followed
from tracker.demo.pump_list import monthly_comparison
from tracker.demo.reaching import wishes
from tracker.demo.telling import Story, Teller
from tracker.demo.way_in import plan_of, way_in
from tracker.domain.calendar import ClinicCalendar
from tracker.runtime import Runtime
from tracker.services.contact_details import email, phone
from tracker.services.patients import Person

MONTHS_DAYS = 275
#: A little after the hour at which most reminders are wanted.
POST_AT = time(10, 5)
SEED = 20
#: Of so many patients so many agreed to text messages.
AGREED_OF, AGREED = 5, 3
LANGUAGES = ("en", "en", "en", "en", "es", "es", "vi")


def build(
    runtime: Runtime,
    clock: SimulatedClock,
    until: datetime,
    *,
    nightly: Callable[[], None],
    morning: Callable[[], None],
    progress: Callable[[int, int], None],
) -> DemoClinic:
    """Play about nine months up to ``until`` into an empty database. ``runtime`` must use ``clock``.

    ``nightly`` runs the scheduler's jobs once; ``morning`` sends what is due, for nobody is written to at night;
    ``progress`` is told the days played and the days in all.
    """
    today = ClinicCalendar(ZONE).today(until)
    begins = today - timedelta(days=MONTHS_DAYS)
    chance = Random(SEED)  # noqa: S311  # a repeatable demonstration, not a secret
    clock.at = ClinicCalendar(ZONE).start_of(begins)
    clinic = open_clinic(runtime, clock, chance, today)
    agenda = _agenda(clinic, today, begins)
    heapq.heappush(agenda, (clock.at, len(agenda), _post(clinic, begins, morning)))
    nights = 0
    while agenda and agenda[0][0] <= until:
        at, number, story = heapq.heappop(agenda)
        while clinic.calendar.start_of(begins + timedelta(days=nights + 1)) <= at:
            nights += 1
            clock.at = clinic.calendar.start_of(begins + timedelta(days=nights))
            nightly()
            progress(nights, MONTHS_DAYS)
        clock.at = at
        later = next(story, None)
        if later is not None:
            heapq.heappush(agenda, (max(later, at), number, story))
    clock.at = until
    nightly()
    progress(MONTHS_DAYS, MONTHS_DAYS)
    return clinic


def _agenda(clinic: DemoClinic, today: date, begins: date) -> list[tuple[datetime, int, Story]]:
    """Every story with the instant at which it begins."""
    stories: list[tuple[Teller, Story]] = []
    for part in PARTS:
        teller = Teller(clinic, _person(clinic.chance, len(stories), today), today)
        plan = plan_of(teller, part)
        teller.day = max(begins + timedelta(days=1), today - timedelta(days=plan.length()))
        stories.append((teller, way_in(teller, plan)))
    for pump in PUMP_PARTS:
        day = today - timedelta(days=pump.filled_days_ago)
        teller = Teller(clinic, _person(clinic.chance, len(stories), today), day)
        stories.append((teller, long_followed(teller, pump)))
    agenda = [(teller.at(7), number, story) for number, (teller, story) in enumerate(stories)]
    agenda.append((clinic.calendar.start_of(begins + timedelta(days=1)), len(agenda), monthly_comparison(clinic)))
    people = [teller for teller, _ in stories]
    for days_ago, story in ((2, wishes(clinic, people)), (1, answers(clinic, people))):
        agenda.append((clinic.calendar.start_of(today - timedelta(days=days_ago)), len(agenda), story))
    heapq.heapify(agenda)
    return agenda


def _post(clinic: DemoClinic, begins: date, morning: Callable[[], None]) -> Story:
    """Every morning what is due is sent."""
    for days in range(1, MONTHS_DAYS + 1):
        yield clinic.calendar.instant(datetime.combine(begins + timedelta(days=days), POST_AT))
        morning()


def _person(chance: Random, number: int, today: date) -> Person:
    """An invented patient."""
    family = FAMILY_NAMES[number % len(FAMILY_NAMES)]
    given = GIVEN_NAMES[(number * 7 + number // len(GIVEN_NAMES)) % len(GIVEN_NAMES)]
    agreed = number % AGREED_OF < AGREED
    reach = [replace(phone(f"303-555-{1000 + number:04d}"), texts_agreed=agreed)]
    if chance.random() < 0.75:
        reach.append(email(f"{given}.{family}@patients.demo.example".lower()))
    return Person(
        mrn=f"{4100 + number * 37:06d}",
        family_name=family,
        given_name=given,
        birth_on=today - timedelta(days=chance.randrange(16 * 365, 78 * 365)),
        sex=chance.choice(("female", "male")),
        language=chance.choice(LANGUAGES),
        allergies="latex" if chance.random() < 0.1 else "",
        city=chance.choice(("Denver", "Boulder", "Aurora", "Golden", "Pueblo")),
        prefers=_prefers(agreed=agreed, has_email=len(reach) > 1),
        reach=tuple(reach),
    )


def _prefers(*, agreed: bool, has_email: bool) -> str:
    if agreed:
        return "sms" if has_email else ""
    return "email" if has_email else "phone"
