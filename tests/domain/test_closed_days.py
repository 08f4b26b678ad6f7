"""What came up on a day on which the clinic is closed is due that day, not on the open day before: nobody knew then."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.domain.builders import NOW, Case
from tracker.domain.facts import Advisory, Device, Fill, FollowUp, Interrogation, Scan
from tracker.domain.obligations import obligations
from tracker.pathways.catalogue import current

SATURDAY = date(2026, 3, 14)
AT = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
#: The pathway as it is, but whatever is due is due on the day from which its days are counted.
AT_ONCE = replace(
    current(),
    obligations={
        kind: replace(rule, due_days=0, counts_open_days=False) for kind, rule in current().obligations.items()
    },
)


def entered(stage: str) -> Case:
    case = Case(stage)
    case.snapshot = replace(case.snapshot, stage_entered_at=AT)
    return case


def pump(stage: str = "maintained", **values: object) -> Case:
    return Case(stage).record(Device, **values)


def filled(**values: object) -> Case:
    return pump().record(Fill, device=1, **values)


def unreached() -> Case:
    case = Case("referred")
    for _ in range(3):
        case.record(FollowUp, rule="decision_call", about_seq=1, result="not reached", next_on=None, recorded_at=AT)
    return case


#: Every kind that begins when something is known, come up on the Saturday.
CAME_UP: dict[str, Case] = {
    "advisory": pump().record(Advisory, device=1, recorded_at=AT),
    "alarm_date": filled(is_confirmed=False, recorded_at=AT),
    "arrival": Case("evaluation_booked").visit("evaluation", starts=AT, recorded_at=AT, ends_at=NOW),
    "authorization_answer": Case("trial_authorization").authorized(
        "trial", state="requested", answer_due_on=SATURDAY, effective_at=AT
    ),
    "authorization_ask": entered("trial_authorization"),
    "authorization_denied": Case("trial_authorization").authorized("trial", state="denied", effective_at=AT),
    "consent_withdrawn": Case("trial_to_book").consented("trial", state="withdrawn", recorded_at=AT),
    "catheter_out": Case("trial_review").placed("trial_catheter", placed_on=SATURDAY, out_by_on=None),
    "deviation_review": Case("evaluating").determined("deviation", recorded_at=AT),
    "discrepancy": filled(residual_aspirated_ml=9, recorded_at=AT),
    "drug_in_stock": filled(alarm_on=SATURDAY, recorded_at=AT),
    "end_of_service": pump(placed_on=None, recorded_at=AT),
    "ground_lost": Case("implant_decision").determined("outcome", "negative_final", recorded_at=AT),
    "hold_review": Case("trial_to_book").determined("hold", at=AT),
    "next_step": entered("trial_catheter_in"),
    "observation": Case("trial_observation").dosed(AT),
    "pump_after_death": pump("deceased").determined("death", "died", recorded_at=AT),
    "refill_visit": entered("device_review").visit("refill", starts=NOW, recorded_at=AT),
    "replacement": pump(end_of_service_on=SATURDAY, effective_at=AT),
    "scan_decision": pump().record(Scan, device=1, scan_on=SATURDAY, recorded_at=AT),
    "scan_reading": pump().record(Scan, device=1, scan_on=SATURDAY),
    "scan_task": pump(model="SynchroMed II").record(Scan, device=1, scan_on=SATURDAY, recorded_at=AT),
    "transfer": Case("maintained").determined("transfer", "requested", at=AT),
    "unmarked_day": Case("evaluation_booked").visit("evaluation", starts=AT),
    "unreachable": unreached(),
}
#: Kinds that are counted from a day to come, or whose date is never moved.
OF_DAYS_TO_COME = {
    "authorization_expiring", "consent", "consent_physician", "consent_visit", "document", "follow_up", "pump_call",
    "refill", "time_final",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CAME_UP))
def test_what_came_up_on_a_saturday_is_due_that_day(kind: str) -> None:
    (found,) = obligations(AT_ONCE, CAME_UP[kind].snapshot, NOW).of(kind)

    assert (found.anchor_on, found.due_on) == (SATURDAY, SATURDAY)


def test_every_kind_is_asked_that_begins_when_something_is_known() -> None:
    assert CAME_UP.keys() | OF_DAYS_TO_COME == AT_ONCE.obligations.keys()


def test_a_follow_up_is_never_due_before_the_last_one() -> None:
    """Looked at on Saturday, and the next look agreed for that very day."""
    case = Case("trial_catheter_in").placed("trial_catheter", placed_on=SATURDAY - timedelta(days=5))
    assert obligations(AT_ONCE, case.snapshot, NOW).of("follow_up")[0].due_on == date(2026, 3, 10)

    case.record(FollowUp, rule="site_check", about_seq=1, result="clean and dry", next_on=SATURDAY, effective_at=AT)
    assert obligations(AT_ONCE, case.snapshot, NOW).of("follow_up")[0].due_on == SATURDAY


def test_what_the_programmer_said_on_a_saturday_voids_the_date_that_day() -> None:
    case = filled(effective_at=AT - timedelta(days=9))
    case.record(Interrogation, device=1, cause="stopped", alarm_on=None, is_confirmed=False, effective_at=AT)

    assert obligations(AT_ONCE, case.snapshot, NOW).of("alarm_date")[0].due_on == SATURDAY
