"""Every kind of to-do told whole: its subject, its four dates, what they count from, whose it is, why, and of what.

Each takes three lines: kind and subject | warn, due, escalate, critical; what its days are counted from | owner |
reason; parameters | device.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.domain.builders import DAY, NOW, Case
from tracker.domain.facts import Advisory, Device, Fill, FollowUp, Interrogation, PumpCall, Scan
from tracker.domain.obligations import Obligation, obligations
from tracker.pathways.catalogue import current

ITB = current()
#: 15:00 in New York, when the times of the next morning are to be final.
AFTERNOON = NOW + timedelta(hours=1)
#: Tuesday in three weeks, 10:00 in New York.
LATER = datetime(2026, 4, 7, 14, 0, tzinfo=UTC)


def pump(stage: str = "maintained", **values: object) -> Case:
    return Case(stage).record(Device, **values)


def filled(**values: object) -> Case:
    return pump().record(Fill, device=1, alarm_on=date(2026, 6, 16), **values)


def followed(case: Case, rule: str, result: str) -> Case:
    return case.record(FollowUp, rule=rule, about_seq=1, result=result, note="", next_on=None)


def unreached() -> Case:
    case = Case("referred")
    for _ in range(3):
        followed(case, "decision_call", "not reached")
    return case


def told(due: Obligation) -> str:
    dates = (due.warn_on, due.due_on, due.escalate_on, due.critical_on)
    days = " ".join(str(day or "-") for day in dates)
    params = " ".join(f"{name}={value}" for name, value in due.params)
    why = f"from {due.anchor_on} | {due.owner} | {due.reason}"
    of = f"{params} | {due.device}".strip()
    return f"{due.kind} {due.subject} | {days}\n{why}\n{of}"


#: What somebody has, the case, and the to-dos of these kinds as they are told.
WHOLE: dict[str, tuple[Case, str]] = {
    "a pump with nothing known": (
        pump(),
        """
        alarm_date device:1 | 2026-03-17 2026-03-17 2026-03-17 2026-03-17
          from 2026-03-17 | nurse | alarm_date_unknown
          | 1
        refill device:1 | 2026-03-17 2026-03-17 2026-03-17 2026-03-17
          from 2026-03-17 | coordinator | alarm_date_unknown
          | 1
        replacement device:1 | 2030-10-08 2030-11-05 2031-02-05 2031-04-04
          from 2031-05-06 | physician | end_of_service_by_age
          ends=2031-05-06 | None
        """,
    ),
    "a pump that stood still": (
        filled(effective_at=NOW - timedelta(days=9)).record(
            Interrogation,
            device=1,
            cause="stopped",
            alarm_on=None,
            is_confirmed=False,
            effective_at=NOW,
            battery_months=None,
        ),
        """
        alarm_date device:1 | 2026-03-17 2026-03-17 2026-03-17 2026-03-17
          from 2026-03-17 | nurse | alarm_date_void
          cause=stopped printed=2026-06-16 | 1
        refill device:1 | 2026-05-11 2026-05-29 2026-06-01 2026-06-05
          from 2026-06-08 | coordinator | refill_by_earliest_known
          filled=2026-03-08 latest=2026-06-08 | 1
        """,
    ),
    "a date read by one person": (
        filled(is_confirmed=False),
        """
        alarm_date device:1 | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-17 | nurse | alarm_date_unconfirmed
          printed=2026-06-16 | 1
        refill device:1 | 2026-05-19 2026-06-05 2026-06-09 2026-06-12
          from 2026-06-16 | coordinator | refill_by_alarm_date
          filled=2026-03-17 latest=2026-06-16 | 1
        """,
    ),
    "an aspirate that differs": (
        filled(residual_expected_ml=Decimal(9), residual_aspirated_ml=Decimal(3)),
        """
        discrepancy fill:2 | 2026-03-17 2026-03-17 2026-03-18 2026-03-19
          from 2026-03-17 | physician | residual_differs
          aspirated=3 expected=9 seq=2 | None
        """,
    ),
    "a pump of unknown age": (
        pump(placed_on=None).record(Fill, device=1, alarm_on=date(2026, 6, 16)),
        """
        end_of_service device:1 | 2026-04-06 2026-04-16 2026-05-15 -
          from 2026-03-17 | nurse | end_of_service_unknown
          | None
        """,
    ),
    "a fill without a date": (
        pump(recorded_at=NOW - timedelta(days=9)).record(Fill, device=1, alarm_on=None, effective_at=NOW),
        """
        alarm_date device:1 | 2026-03-17 2026-03-17 2026-03-17 2026-03-17
          from 2026-03-17 | nurse | alarm_date_unknown
          | 1
        refill device:1 | 2026-03-17 2026-03-17 2026-03-17 2026-03-17
          from 2026-03-17 | coordinator | alarm_date_unknown
          filled=2026-03-17 | 1
        """,
    ),
    "a drug that is ordered": (
        filled().determined("drug_stock", "ordered", about_seq=2),
        """
        drug_in_stock fill:2 | 2026-05-26 2026-06-05 2026-06-09 2026-06-12
          from 2026-06-16 | nurse | drug_ordered
          drug=baclofen | None
        """,
    ),
    "a pump at its end": (
        pump().record(Interrogation, device=1, cause="routine", replacement_indicated=True, battery_months=None),
        """
        replacement device:1 | 2025-11-17 2025-12-15 2026-03-17 2026-05-15
          from 2026-06-15 | physician | end_of_service_indicated
          ends=2026-06-15 | None
        """,
    ),
    "a pump that somebody called about": (
        pump().record(PumpCall, device=1, effective_at=NOW),
        """
        pump_call pump_call:2 | 2026-03-17 2026-03-17 2026-03-17 2026-03-17
          from 2026-03-17 | physician | pump_call
          caller=the daughter seq=2 tone=one | None
        """,
    ),
    "a pump with an advisory": (
        pump().record(Advisory, device=1),
        """
        advisory advisory:2 | 2026-03-17 2026-03-31 2026-04-07 2026-04-14
          from 2026-03-17 | physician | advisory
          number=FA-1 seq=2 text=replace early | None
        """,
    ),
    "a pump of somebody who died": (
        pump("deceased").determined("death", "died"),
        """
        pump_after_death device:1 | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-17 | physician | pump_after_death
          device=1 model=P20 | None
        """,
    ),
    "an MRI": (
        pump(model="SynchroMed II").record(Scan, device=1, scan_on=date(2026, 4, 2)),
        """
        scan_decision scan:2 | 2026-03-19 2026-03-31 2026-04-01 2026-04-01
          from 2026-04-02 | physician | scan_decision
          on=2026-04-02 seq=2 why=refill | None
        scan_reading scan:2 | 2026-04-01 2026-04-02 2026-04-03 2026-04-03
          from 2026-04-02 | nurse | scan_read_after
          on=2026-04-02 seq=2 | None
        scan_task scan:2:read_before | 2026-03-26 2026-04-02 2026-04-02 2026-04-02
          from 2026-04-02 | nurse | scan_read_before
          label=Pump read before the MRI on=2026-04-02 seq=2 task=read_before | None
        """,
    ),
    "a trial catheter": (
        Case("trial_catheter_in").placed("trial_catheter", placed_on=DAY, out_by_on=date(2026, 3, 20)),
        """
        follow_up follow_up:site_check:1 | 2026-03-17 2026-03-18 2026-03-18 2026-03-19
          from 2026-03-18 | nurse | follow_up
          about=1 label=Trial catheter site looked at number=1 rule=site_check | None
        catheter_out device:1 | 2026-03-19 2026-03-20 2026-03-20 2026-03-20
          from 2026-03-20 | physician | catheter_in
          out_by=2026-03-20 | None
        next_step stage:trial_catheter_in:20260317T130000 | 2026-03-18 2026-03-20 2026-03-27 -
          from 2026-03-20 | nurse | next_step
          step=catheter_out | None
        """,
    ),
    "an observation": (
        Case("trial_observation").dosed(),
        """
        observation dose:1 | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-17 | nurse | observation_open
          | None
        """,
    ),
    "a hold": (
        Case("trial_to_book").determined("hold", until_on=date(2026, 4, 2), reason="records"),
        """
        hold_review hold:1 | 2026-03-31 2026-04-02 2026-04-03 -
          from 2026-04-02 | coordinator | on_hold
          hold_reason=records | None
        """,
    ),
    "a transfer": (
        Case("referred").determined("transfer", "requested", until_on=date(2026, 3, 31), reason="Mesa"),
        """
        transfer transfer:1 | 2026-03-27 2026-03-31 2026-04-07 2026-04-14
          from 2026-03-31 | coordinator | transfer_asked
          clinic=Mesa | None
        """,
    ),
    "an implant that is booked": (
        Case("implant_booked")
        .evaluated()
        .outcome("positive")
        .visit("implant", starts=LATER)
        .authorized("implant", valid_to=date(2026, 4, 1))
        .document("laboratory", date(2026, 3, 1)),
        """
        authorization_expiring authorization:4:1 | 2026-03-24 2026-03-27 2026-04-02 2026-04-06
          from 2026-04-07 | coordinator | authorization_out_of_date
          ends=2026-04-01 on=2026-04-07 stage=implant starts= | None
        consent consent:implant:1 | 2026-03-24 2026-03-31 2026-04-03 2026-04-07
          from 2026-04-07 | coordinator | consent_missing
          purpose=implant | None
        document document:history_and_physical:implant:1 | 2026-03-24 2026-03-31 2026-04-03 2026-04-07
          from 2026-04-07 | coordinator | document_missing
          document=history_and_physical | None
        document document:laboratory:implant:1 | 2026-03-24 2026-03-31 2026-04-03 2026-04-07
          from 2026-04-07 | coordinator | document_out_of_date
          dated=2026-03-01 document=laboratory on=2026-04-07 | None
        arrival appointment:3 | 2026-04-02 2026-04-03 2026-04-06 -
          from 2026-04-07 | coordinator | visit_unconfirmed
          appointment=3 on=2026-04-07 purpose=implant | None
        """,
    ),
    "a trial without a consent": (
        Case("trial_booked").visit("trial", starts=LATER),
        """
        consent_visit consent:trial:1 | 2026-01-07 2026-03-23 2026-03-27 -
          from 2026-04-07 | coordinator | consent_visit_not_booked
          purpose=trial visit=consent | None
        consent consent:trial:1 | 2026-03-24 2026-03-31 2026-04-03 2026-04-07
          from 2026-04-07 | coordinator | consent_missing
          purpose=trial | None
        consent_physician consent:trial:1 | 2026-04-03 2026-04-03 2026-04-06 2026-04-07
          from 2026-04-07 | physician | consent_missing
          purpose=trial | None
        """,
    ),
    "a consent taken back": (
        Case("trial_to_book").consented("trial", state="withdrawn", reason="is afraid", recorded_at=NOW),
        """
        consent_withdrawn consent:1 | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-17 | physician | consent_taken_back
          purpose=trial seq=1 why=is afraid | None
        """,
    ),
    "a time that is not final": (
        Case("trial_booked").visit("trial", starts=datetime(2026, 3, 18, 14, tzinfo=UTC)),
        """
        time_final appointment:1 | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-18 | coordinator | time_not_final
          appointment=1 arrives=2026-03-18T10:00 purpose=trial | None
        """,
    ),
    "a denial": (
        Case("implant_authorization").outcome("positive").authorized("implant", state="denied"),
        """
        authorization_denied authorization:2 | 2026-03-17 2026-03-19 2026-03-24 2026-03-31
          from 2026-03-17 | coordinator | authorization_denied
          stage=implant | None
        """,
    ),
    "a question to the payer": (
        Case("trial_authorization").authorized("trial", state="requested", asked_on=date(2026, 3, 10)),
        """
        authorization_answer authorization:1 | 2026-03-19 2026-03-20 2026-03-27 -
          from 2026-03-20 | coordinator | authorization_requested
          stage=trial | None
        """,
    ),
    "a payer nobody asked": (
        Case("trial_authorization"),
        """
        authorization_ask stage:trial:trial_authorization | 2026-03-17 2026-03-19 2026-03-24 -
          from 2026-03-17 | coordinator | authorization_missing
          stage=trial | None
        next_step stage:trial_authorization:20260317T130000 | 2026-03-27 2026-03-31 2026-04-07 -
          from 2026-03-31 | coordinator | next_step
          step=trial_authorized | None
        """,
    ),
    "a day that passed": (
        Case("evaluation_booked").visit("evaluation", starts=datetime(2026, 3, 16, 14, tzinfo=UTC)),
        """
        unmarked_day appointment:1 | 2026-03-16 2026-03-16 2026-03-17 2026-03-18
          from 2026-03-16 | nurse | visit_still_booked
          purpose=evaluation | None
        """,
    ),
    "a deviation": (
        Case("evaluating").deviated("trial", "checklist.trial"),
        """
        deviation_review deviation:1 | 2026-03-17 2026-03-18 2026-03-20 -
          from 2026-03-17 | physician | deviation
          why= | None
        """,
    ),
    "somebody not reached": (
        unreached(),
        """
        unreachable unreachable:1 | 2026-03-17 2026-03-17 2026-03-20 -
          from 2026-03-17 | lead_coordinator | unreachable
          times=3 | None
        """,
    ),
    "a ground that is lost": (
        Case("implant_to_book").outcome("negative_final"),
        """
        ground_lost ground:authorization.implant | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-17 | physician | authorization_missing
          what=authorization.implant | None
        ground_lost ground:trial_result | 2026-03-17 2026-03-17 2026-03-18 2026-03-18
          from 2026-03-17 | physician | ground_lost
          what=trial_result | None
        """,
    ),
    "a wound": (
        followed(
            Case("recovering").record(Device, origin="implanted_here", placed_on=date(2026, 3, 7)),
            "wound_check",
            "concern: physician told",
        ),
        """
        follow_up follow_up:implant_call:1 | 2026-03-07 2026-03-07 2026-03-10 -
          from 2026-03-08 | nurse | follow_up
          about=1 label=Call the day after discharge number=1 rule=implant_call | None
        follow_up follow_up:sutures_out:1 | 2026-03-20 2026-03-20 2026-03-24 -
          from 2026-03-21 | nurse | follow_up
          about=1 label=Sutures or staples out number=1 rule=sutures_out | None
        follow_up follow_up:titration:1 | 2026-03-20 2026-03-20 2026-03-27 -
          from 2026-03-21 | nurse | follow_up
          about=1 label=Titration visit number=1 rule=titration | None
        follow_up follow_up:wound_check:1 | 2026-03-19 2026-03-20 2026-03-23 2026-03-27
          from 2026-03-20 | nurse | follow_up
          about=1 label=Wound check number=2 rule=wound_check | None
        """,
    ),
}


@pytest.mark.parametrize("what", sorted(WHOLE))
def test_is_told_whole(what: str) -> None:
    case, expected = WHOLE[what]
    lines = [line.strip() for line in expected.strip().splitlines()]
    kinds = {line.split()[0] for line in lines[::3]}
    found = [told(due) for due in obligations(ITB, case.snapshot, AFTERNOON).items if due.kind in kinds]

    assert "\n".join(found).splitlines() == lines
