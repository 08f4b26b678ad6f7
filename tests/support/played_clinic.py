"""A clinic of which a forecast and a simulation have something to say: a referral a week, all the same way."""

from datetime import date, timedelta

from tests.support.histories import AS_OF, Told
from tests.support.web import WebWorld
from tracker.domain.reporting.columns import Stays
from tracker.domain.reporting.history import History
from tracker.queries.clinic_history.making import Made
from tracker.services.clinic_histories import pack, store

WEEKS = 70
#: Days in each stage; in a booked one at least, until the next of its weekdays.
STAYS = (
    ("referred", 4), ("evaluation_booked", 20), ("evaluating", 8), ("trial_authorization", 12), ("trial_to_book", 3),
    ("trial_booked", 10), ("trial_day", 0), ("trial_observation", 1), ("trial_review", 3), ("implant_decision", 5),
    ("implant_authorization", 14), ("implant_to_book", 2), ("implant_booked", 12), ("implant_day", 1),
    ("recovering", 999),
)  # fmt: skip
WEEKDAYS = {"trial_booked": 1, "implant_booked": 2}
MONDAY = AS_OF.date() - timedelta(days=AS_OF.date().weekday())


def played_clinic(weeks: int = WEEKS) -> History:
    """Trials on Tuesdays, implants on Wednesdays. Every tenth patient misses the first trial, and one of five is never
    authorized for the implant. Payers take up to three days more or less."""
    told = Told()
    for number in range(weeks):
        _case(told, number, MONDAY - timedelta(weeks=weeks - number))
    return told.history()


def _case(told: Told, number: int, day: date) -> None:
    case = told.case(referred_on=day, payer=31 if number % 3 else 32)
    stays = list(STAYS)
    if number % 10 == 9:
        stays[5:5] = [("trial_booked", 10), ("trial_to_book", 4)]
    for stage, days in stays:
        longer = (number * 3) % 7 - 3 if stage.endswith("authorization") else 0
        left = day + timedelta(days=days + longer)
        if stage in WEEKDAYS:
            left += timedelta(days=(WEEKDAYS[stage] - left.weekday()) % 7)
        is_stuck = stage == "implant_authorization" and number % 5 == 4
        has_left = left <= AS_OF.date() and not is_stuck and stage != "recovering"
        told.add(Stays, case=case, stage=stage, entered_on=day, left_on=left if has_left else 0)
        if not has_left:
            return
        day = left


def fill_played(world: WebWorld, weeks: int = WEEKS) -> History:
    """The same in the database, as the scheduler would have stored it."""
    history = played_clinic(weeks)
    with world.database.writing() as session:
        store(session, world.clinic_id, Made(history, 1), pack(history))
    return history
