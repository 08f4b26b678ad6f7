"""Every write leaves an event with its author.

The use cases are found, not listed: a new one fails here until it is known how it is recorded.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.facts import make
from tests.safety.by_chance import BY_CHANCE
from tests.safety.conftest import ClinicAt
from tests.safety.people_acts import OF_PEOPLE
from tests.safety.reaching import REACHING
from tests.safety.reply_acts import REPLIES
from tests.safety.tablet_acts import TABLET
from tests.stateful.acts import ACTS
from tests.support.journey import a_person
from tests.support.web import WebWorld, email_of
from tracker import services
from tracker.domain.access import Actor
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Device
from tracker.domain.pump_comparison import Listed
from tracker.domain.words import Role
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Absence, Case, Clinic, Escalation, Event, Obligation, Patient, StaffTask, User
from tracker.services import (
    advisories,
    clinic_setup,
    downtime,
    held_bursts,
    message_settings,
    patients,
    pins,
    preparation_sheets,
    pump_calls,
    pump_comparisons,
    safety,
    sending,
    task_endings,
    wall_view,
)
from tracker.services.advisories import Affected
from tracker.services.escalating import answers, duties
from tracker.services.members import Administration
from tracker.services.room_checks import check_room
from tracker.services.work import Work

#: The machine's patients come by these.
BEGINNINGS = {"referrals.refer", "pumps.take_over_pump"}
#: Pieces that a use case is made of: they read, or what they write is part of its event.
PIECES = {
    "beginning.begin", "case_file.file_of", "case_file.open_case", "clinic_events.tell_clinic",
    "import_lookups.followed_pump", "named.payer_problems", "named.person_problems", "named.place_problems",
    "named.reader_problems", "patients.add_patient", "patients.add_reach", "patients.find_same",
    "patients.get_patient", "payers.payer_named", "pumps.waiting_case", "patients.add_further_reach",
    "implants.look_at_implant", "interrogations.look_at_reading", "offline_entries.keep_second",
    "offline_entries.settle_second",
    "further_referrals.keep_further", "referrals.begin_case", "referrals.case_of", "reach_doubts.ask_about_reach",
    "referrals.find_or_add", "reach_doubts.ask_about_call_back", "same_serial.holders_of",
    "replying.answers.ask_staff", "task_endings.hold_open_task", "contact_changes.note_changes",
    "offline_entries.about_of", "offline_entries.take_entry", "patients.index_patient", "patients.points_of",
}  # fmt: skip

#: A question to the machine: nothing of a patient or of the clinic is written, and it is forgotten after a day.
QUESTIONS = {"what_if.ask_for_more"}


def use_cases() -> Iterator[str]:
    """Every public function of the services that is handed a ``Work`` or an ``Administration``."""
    for found in pkgutil.walk_packages(services.__path__, "tracker.services."):
        module = importlib.import_module(found.name)
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == found.name and not name.startswith("_"):
                first = next(iter(inspect.signature(function).parameters.values()), None)
                if first is not None and first.annotation in (Work, Administration):
                    yield f"{found.name.removeprefix('tracker.services.')}.{name}"


Doing = Callable[[Work], object]


def _version(work: Work) -> int:
    return work.session.scalars(select(Clinic.version).where(Clinic.id == work.actor.clinic_id)).one()


def _change_clinic(work: Work) -> object:
    return clinic_setup.change_clinic(
        work, expected_version=_version(work), zone="America/Denver", open_weekdays="1234",
        arrive_minutes_before=60, phone="555-0100",
    )  # fmt: skip


def _change_room(work: Work) -> object:
    number = clinic_setup.add_room(work, name="Old room")
    return clinic_setup.change_room(work, room_id=number, expected_version=1, name="New room", is_active=True)


def _change_payer(work: Work) -> object:
    number = clinic_setup.add_payer(work, name="Old payer")
    return clinic_setup.change_payer(work, payer_id=number, expected_version=1, name="New payer", is_active=True)


def _change_clinician(work: Work) -> object:
    number = clinic_setup.add_clinician(work, name="Dr Old", kind="nurse")
    return clinic_setup.change_clinician(
        work, clinician_id=number, expected_version=1, name="Dr New", kind="nurse", user_id=None, is_active=True
    )


def _open_day(work: Work) -> object:
    clinic_setup.close_day(work, on_date=date(2027, 1, 1), label="New Year")
    return clinic_setup.open_day(work, on_date=date(2027, 1, 1))


def _change_patient(work: Work) -> object:
    patient = work.session.scalars(select(Patient)).one()
    return patients.change_patient(work, patient.public_id, patient.version, a_person(city="Mesa"), NOW.date())


def _change_messages(work: Work) -> object:
    return message_settings.change_messages(
        work, expected_version=_version(work), sends_texts=True, quiet_from="20:00", quiet_until="09:00",
        message_name="Riverside",
    )  # fmt: skip


def _change_sheets(work: Work) -> object:
    return preparation_sheets.change_sheets(work, expected_version=_version(work), texts={"en": "Come with somebody"})


def _set_sending(work: Work) -> object:
    return sending.set_sending(work, expected_version=_version(work), is_paused=True)


def _decide_burst(work: Work) -> object:
    task = StaffTask(
        clinic_id=work.actor.clinic_id, id=2, kind="held_burst", key="held_burst:1", params={"messages": 0},
        owner_role="lead_coordinator", due_on=work.now.date(), opened_at=work.now,
    )  # fmt: skip
    work.session.add(task)
    work.session.flush()
    return held_bursts.decide_burst(work, task_id=2, decision="send")


def _end_task(work: Work) -> object:
    task = StaffTask(
        clinic_id=work.actor.clinic_id, id=1, kind="call", key="k", params={}, owner_role="nurse",
        due_on=NOW.date(), opened_at=work.now, outcome="",
    )  # fmt: skip
    work.session.add(task)
    work.session.flush()
    return task_endings.end_task(work, task_id=1, outcome="called")


def _call_of_unknown(work: Work) -> object:
    return pump_calls.record_call_of_unknown(
        work, ClinicCalendar("America/Denver"), caller="a neighbour", phone="555-0100", words="it beeps"
    )


def _put_number_right(work: Work) -> object:
    task_id = pump_calls.record_call_of_unknown(
        work, ClinicCalendar("America/Denver"), caller="a neighbour", phone="no idea", words="it beeps"
    )
    return pump_calls.put_number_right(work, task_id=task_id, phone="303 555 0188")


def _open_advisory(work: Work) -> object:
    case = work.session.scalars(select(Case)).one()
    case.last_seq += 1
    catheter = make(Device, case.last_seq, kind="catheter", recorded_at=work.now, effective_at=work.now)
    insert_fact(work.session, case.clinic_id, case.id, catheter)
    return advisories.open_for_all(work, [Affected(case.public_id, case.last_seq)], number="FA-1", text="replace")


def _acknowledge(work: Work) -> object:
    case, today = work.session.scalars(select(Case)).one(), NOW.date()
    mine = {"clinic_id": work.actor.clinic_id, "case_id": case.id, "opened_at": work.now, "anchor_on": today}
    obligation = Obligation(
        **mine, id=1, kind="alarm_date", subject="device:1", owner_role="nurse", is_open=True, climbs_on=today
    )
    work.session.add(obligation)
    work.session.flush()
    work.session.add(Escalation(**mine, id=1, obligation_id=1, rung=0, who="nurse", level=0, role="nurse",
                                is_planned=False))  # fmt: skip
    work.session.flush()
    return answers.acknowledge(work, escalation_id=1, outcome="called", until_on=today + timedelta(days=1))


def _days(work: Work) -> dict[str, Any]:
    return {"user_id": work.actor.user_id, "from_on": NOW.date(), "until_on": NOW.date()}


def _end_absence(work: Work) -> object:
    duties.add_absence(work, **_days(work))
    return duties.end_absence(work, absence_id=work.session.scalars(select(Absence.id)).one())


def _put_on_call(work: Work) -> object:
    return duties.put_on_call(work, **{**_days(work), "user_id": _nurse(work)})


def _take_off_call(work: Work) -> object:
    _put_on_call(work)
    return duties.take_off_call(work, on_date=NOW.date(), position=1)


def _name_people(work: Work) -> object:
    return duties.name_people(work, role=Role.NURSE, user_id=_nurse(work), cover_user_id=None, expected_version=0)


def _nurse(work: Work) -> int:
    return work.session.scalars(select(User.id).where(User.email_key == email_of(Role.NURSE))).one()


#: A pump that nobody knows.
PUMP_LIST = pump_comparisons.PumpList("theirs.csv", b"mrn\n7\n", [Listed(row=2, mrn="7")])


def _compare_pumps(work: Work) -> object:
    pump_comparisons.open_tasks(work, PUMP_LIST, round_id=0, reasons={}, today=NOW.date())
    return pump_comparisons.record_comparison(work, PUMP_LIST, round_id=0, reasons={}, note="")


ONE_BY_ONE: dict[str, Doing] = {
    "advisories.open_for_all": _open_advisory,
    "escalating.answers.acknowledge": _acknowledge,
    "escalating.duties.add_absence": lambda work: duties.add_absence(work, **_days(work)),
    "escalating.duties.end_absence": _end_absence,
    "escalating.duties.name_people": _name_people,
    "escalating.duties.put_on_call": _put_on_call,
    "escalating.duties.take_off_call": _take_off_call,
    "clinic_setup.add_clinician": lambda work: clinic_setup.add_clinician(work, name="Dr A", kind="nurse"),
    "clinic_setup.add_payer": lambda work: clinic_setup.add_payer(work, name="Payer A"),
    "clinic_setup.add_room": lambda work: clinic_setup.add_room(work, name="Room A"),
    "clinic_setup.change_clinic": _change_clinic,
    "clinic_setup.change_clinician": _change_clinician,
    "clinic_setup.change_payer": _change_payer,
    "clinic_setup.change_room": _change_room,
    "clinic_setup.close_day": lambda work: clinic_setup.close_day(work, on_date=date(2027, 1, 1), label="New Year"),
    "clinic_setup.open_day": _open_day,
    **REACHING,
    **TABLET,
    "downtime.kits.ask_for_kit": downtime.ask_for_kit,
    "message_settings.change_messages": _change_messages,
    "preparation_sheets.change_sheets": _change_sheets,
    "patients.change_patient": _change_patient,
    "pins.set_pin": lambda work: pins.set_pin(work, pin_hash="x"),
    "pump_calls.record_call_of_unknown": _call_of_unknown,
    "pump_calls.put_number_right": _put_number_right,
    "pump_comparisons.open_tasks": lambda work: pump_comparisons.open_tasks(
        work, PUMP_LIST, round_id=0, reasons={}, today=NOW.date()
    ),
    "pump_comparisons.record_comparison": _compare_pumps,
    "room_checks.check_room": lambda w: check_room(w, room_id=clinic_setup.add_room(w, name="A"), item="resuscitation"),
    "safety.ask_for_check": safety.ask_for_check,
    "held_bursts.decide_burst": _decide_burst,
    "sending.set_sending": _set_sending,
    "task_endings.end_task": _end_task,
    "wall_view.end_wall_address": wall_view.end_wall_address,
    "wall_view.make_wall_address": wall_view.make_wall_address,
}


class TestEveryUseCase:
    def test_is_known_here(self) -> None:
        known = {*BY_CHANCE, *BEGINNINGS, *PIECES, *QUESTIONS, *ONE_BY_ONE, *OF_PEOPLE, *REPLIES}
        found = set(use_cases())
        assert found - known == set(), "say in this file how these are recorded"
        assert known - found == set(), "these are gone: take them out of this file"

    def test_of_a_case_is_done_by_the_state_machine(self) -> None:
        assert sorted(BY_CHANCE.values()) == sorted(ACTS)


def _everybody(world: WebWorld) -> Actor:
    return Actor(world.user_ids[Role.MANAGER], world.clinic_id, frozenset(Role), "Manager Person")


def _new_events(world: WebWorld, after: int) -> list[tuple[str, int | None]]:
    with world.database.reading() as session:
        found = session.execute(select(Event.kind, Event.actor_id).where(Event.seq > after).order_by(Event.seq))
        return [(row.kind, row.actor_id) for row in found]


def _last_seq(world: WebWorld) -> int:
    with world.database.reading() as session:
        return max(session.scalars(select(Event.seq)), default=0)


class TestTheEvent:
    @pytest.mark.parametrize("name", ONE_BY_ONE)
    def test_of_a_use_case_names_its_author(self, clinic_at: ClinicAt, name: str) -> None:
        world, _ = clinic_at("referred")
        before, actor = _last_seq(world), _everybody(world)
        with world.database.writing() as session:
            ONE_BY_ONE[name](Work(session, actor, world.ids, world.clock.now()))
        found = _new_events(world, before)
        assert found and all(author == actor.user_id for _, author in found)

    @pytest.mark.parametrize("name", REPLIES)
    def test_of_a_reply_says_what_was_answered(self, clinic_at: ClinicAt, name: str) -> None:
        world, _ = clinic_at("referred")
        before, actor = _last_seq(world), _everybody(world)
        act, kind = REPLIES[name]
        with world.database.writing() as session:
            act(Work(session, actor, world.ids, world.clock.now()))
        assert (kind, actor.user_id) == _new_events(world, before)[-1]

    @pytest.mark.parametrize("name", OF_PEOPLE)
    def test_of_what_is_done_to_people_names_its_author(self, clinic_at: ClinicAt, name: str) -> None:
        world, _ = clinic_at("referred")
        before, actor = _last_seq(world), _everybody(world)
        with world.database.writing() as session:
            OF_PEOPLE[name](Administration(session, world.clinic_id, actor, world.ids, world.clock.now()))
        found = _new_events(world, before)
        assert found and all(author == actor.user_id for _, author in found)
