"""A small clinic of which every report has something to say: made row by row, without a database."""

from collections.abc import Sequence
from datetime import date, timedelta

from tests.support.histories import Told, noon
from tracker.domain.reporting.columns import (
    Authorizations,
    Blockers,
    Complications,
    Fills,
    Moves,
    Pumps,
    RefillsDue,
    Reminders,
    Stays,
    Trials,
    Visits,
)
from tracker.domain.reporting.history import History

FIRST_DAY = date(2025, 6, 2)
#: A name and a reason that a spreadsheet, a page or an address must not take for something else.
NASTY = '=2+5 <b>"Clinic"</b>'
STAGES = ("referred", "evaluating", "trial_authorization", "trial_booked", "trial_observation", "implant_decision")
CLINICIANS, ROOM, PAYERS = (11, 12), 21, (31, 32)


def told_clinic(ids: Sequence[int]) -> History:
    """One case for each id; how far each comes, and what happens to it, follows from its place."""
    told = Told()
    for place, case_id in enumerate(ids):
        _case(told, place, case_id)
    return told.history()


def _case(told: Told, place: int, case_id: int) -> None:
    referred_on = FIRST_DAY + timedelta(days=7 * place)
    reach = place % 7
    is_closed = place % 5 == 4 and reach < 6
    case = told.case(
        id=case_id,
        stage="declined" if is_closed else "maintained" if reach == 6 else STAGES[min(reach, 5)],
        indication=("spasticity", "pain")[place % 3 == 2],
        diagnosis=("spinal_cord_injury", "stroke", "")[place % 3],
        payer=PAYERS[place % 2],
        referrer=(NASTY, "Dr. Ito", "")[place % 3],
        referred_on=referred_on,
        closed_on=referred_on + timedelta(days=60) if is_closed else 0,
        reason="does not want surgery" if is_closed else "",
        letter_on=referred_on + timedelta(days=40) if place % 2 else 0,
    )
    _stays(told, case, referred_on, reach, is_closed=is_closed)
    _waits(told, case, referred_on, place)
    _visits(told, case, referred_on, place)
    if reach >= 4:
        _trial(told, case, referred_on, place)
    if reach == 6:
        _pump(told, case, referred_on + timedelta(days=50), place)


def _stays(told: Told, case: int, referred_on: date, reach: int, *, is_closed: bool) -> None:
    stages = [*STAGES[: min(reach, 5) + 1], *(("recovering", "maintained") if reach == 6 else ())]
    for number, stage in enumerate(stages):
        entered = referred_on + timedelta(days=8 * number)
        is_last = number == len(stages) - 1
        left = 0 if is_last and not is_closed else entered + timedelta(days=8)
        told.add(Stays, case=case, stage=stage, entered_on=entered, left_on=left)


def _waits(told: Told, case: int, referred_on: date, place: int) -> None:
    for code, of, by, days in (
        ("authorization_requested", "implant", "coordinator", 20 + place),
        ("consent_missing", "trial", "nurse physician", 9),
        ("not_arrived", "trial", "front_desk nurse", 3),
    ):
        begins = noon(referred_on + timedelta(days=5))
        is_open = place % 4 == 0 and code == "authorization_requested"
        told.add(
            Blockers, case=case, code=code, of=of, by=by, phase="trial",
            from_s=begins, until_s=0 if is_open else begins + timedelta(days=days),
        )  # fmt: skip


def _visits(told: Told, case: int, referred_on: date, place: int) -> None:
    state = ("completed", "no_show", "cancelled", "completed", "booked")[place % 5]
    day = referred_on + timedelta(days=30)
    visit = told.add(
        Visits, case=case, number=1, purpose=("trial", "evaluation")[place % 2], state=state, on=day, minutes=90,
        booked_on=referred_on + timedelta(days=4), lost_on=day if state in {"no_show", "cancelled"} else 0,
        cause=("did_not_come" if state == "no_show" else "ill" if state == "cancelled" else ""),
        clinician=CLINICIANS[place % 2], room=ROOM if place % 3 else 0, moves=place % 2, answered=place % 2,
    )  # fmt: skip
    if place % 2:
        told.add(Moves, case=case, visit=visit, moved_on=day - timedelta(days=6), from_on=day - timedelta(days=2))
    told.add(
        Reminders, case=case, visit=visit, kind="arrival", channel=("sms", "email")[place % 2],
        state=("delivered", "accepted", "undelivered")[place % 3], tried_on=day - timedelta(days=3),
        taken=int(place % 3 < 2),
    )  # fmt: skip
    told.add(
        Authorizations, case=case, number=1, stage="trial", payer=PAYERS[place % 2], state="requested",
        since_on=referred_on + timedelta(days=10), asked_on=referred_on + timedelta(days=10),
    )  # fmt: skip
    if place % 6:
        told.add(
            Authorizations, case=case, number=1, stage="trial", payer=PAYERS[place % 2],
            state="denied" if place % 4 == 3 else "granted", since_on=referred_on + timedelta(days=20 + place),
            asked_on=referred_on + timedelta(days=10), valid_to=referred_on + timedelta(days=120),
        )  # fmt: skip


def _trial(told: Told, case: int, referred_on: date, place: int) -> None:
    day = referred_on + timedelta(days=34)
    told.add(
        Trials, case=case, attempt=1, series=1, clinician=CLINICIANS[place % 2], given_on=day, outcome_on=day,
        dose_ng=(50_000, 75_000)[place % 2], outcome=("positive", "positive", "negative_final", "")[place % 4],
    )  # fmt: skip


def _pump(told: Told, case: int, day: date, place: int) -> None:
    told.add(Pumps, case=case, device=1, origin="implanted_here", from_on=day)
    for number in range(3):
        filled = day + timedelta(days=40 * number)
        told.add(
            Fills, case=case, device=1, kind="initial" if number == 0 else "refill", filled_on=filled,
            latest_on=filled + timedelta(days=(5, 1, -2)[(place + number) % 3]),
        )  # fmt: skip
    told.add(
        RefillsDue, case=case, device=1, latest_on=day + timedelta(days=150), is_planned=place % 2, interval=60,
    )  # fmt: skip
    if place % 2:
        told.add(Complications, case=case, kind="infection", source="step", on=day + timedelta(days=20))
