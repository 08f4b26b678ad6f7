"""What a tablet sends from its queue: once each, in order, by whoever answered, and never dropped."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories.listed import Listed
from tests.factories.rows import a_room
from tests.support.sealing import seal
from tests.support.web import Browser, WebWorld
from tracker.domain.access import Actor
from tracker.domain.task_words import task_words
from tracker.domain.words import Role
from tracker.persistence.models import ChecklistItemRow, Clinic, Event, MembershipRole, ReceivedEntry, StaffTask
from tracker.queries.offline_day import list_undecided

ENTRIES = "/day/entries"


def visit(world: WebWorld, purpose: str = "trial", *, hours: float = 0, room_id: int | None = None) -> str:
    """A patient who has arrived for a procedure: visit 20 of this case."""
    with world.database.writing() as session:
        listed = Listed(session, world.clinic_id, world.clock.now(), world.ids)
        row = listed.case(listed.patient("Okafor", "James"), f"{purpose}_day")
        listed.visit(row, purpose, hours=hours, state="arrived", room_id=room_id)
        return row.public_id


@pytest.fixture
def case(world: WebWorld) -> str:
    """A patient who has arrived for the trial."""
    return visit(world)


def entry(world: WebWorld, case: str, item: str = "identity", *, number: int = 1, **values: Any) -> dict[str, Any]:
    """An answer by the nurse, half an hour ago."""
    made_at = world.clock.now() - timedelta(minutes=30)
    usual = {
        "id": f"{number:032x}", "owner": f"{world.clinic_id}.{world.user_ids[Role.NURSE]}", "case": case,
        "appointment": 20, "item": item, "state": "done", "value": "", "reason": "", "seen": 0, "after": "",
        "made_at": made_at.isoformat(),
    }  # fmt: skip
    return usual | values


def send(browser: Browser, said: dict[str, Any], **fields: str) -> tuple[int, dict[str, Any]]:
    """Send one entry as the tablet does; returns the status and what was answered."""
    if not browser.csrf_token:
        browser.get("/day")
    response = browser.post(ENTRIES, {"entry": json.dumps(said), **fields})
    answered = response.get_json(silent=True) or {}
    answered.pop("at", "")
    return response.status_code, answered


def answers(world: WebWorld) -> list[tuple[str, str, datetime, datetime]]:
    """The answers that stand: item, value, when it was done, when it was written down."""
    with world.database.reading() as session:
        rows = session.scalars(
            select(ChecklistItemRow).where(ChecklistItemRow.superseded_by.is_(None)).order_by(ChecklistItemRow.seq)
        )
        return [(row.item, row.value, row.effective_at, row.recorded_at) for row in rows]


def tasks(world: WebWorld) -> list[tuple[str, str]]:
    """The kinds of the tasks there are, and what they say."""
    with world.database.reading() as session:
        found = session.scalars(select(StaffTask).order_by(StaffTask.id))
        return [(task.kind, task_words(task.kind, task.params)[1]) for task in found]


def received(world: WebWorld) -> list[str]:
    """What became of each entry, in the order of their ids."""
    with world.database.reading() as session:
        return list(session.scalars(select(ReceivedEntry.outcome).order_by(ReceivedEntry.entry_id)))


class TestAnEntry:
    def test_is_written_down_as_made_when_it_was_made(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        assert send(nurse, entry(world, case)) == (200, {"outcome": "saved"})
        now = world.clock.now()
        assert answers(world) == [("identity", "", now - timedelta(minutes=30), now)]

    def test_is_taken_once_however_often_it_is_sent(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        for _ in range(3):
            assert send(nurse, entry(world, case)) == (200, {"outcome": "saved"})
        assert len(answers(world)) == len(received(world)) == 1
        assert tasks(world) == []

    @pytest.mark.parametrize("values", [{"item": "identity"}, {"case": ""}])
    def test_under_a_used_id_is_another_one_and_not_dropped(
        self, world: WebWorld, case: str, values: dict[str, Any]
    ) -> None:
        nurse = world.sign_in(Role.NURSE)
        first = entry(world, case, "xray", value="L2/L3")
        send(nurse, first)
        values = {"case": visit(world, "implant", hours=3)} if "case" in values else values
        for _ in range(2):
            assert send(nurse, first | {"value": "L4/L5"} | values)[1]["outcome"] == "refused"
        assert send(nurse, first) == (200, {"outcome": "saved"})
        assert [value for _, value, _, _ in answers(world)] == ["L2/L3"]
        [(kind, words)] = tasks(world)
        assert kind == "answer_not_taken" and "L4/L5" in words and "under the same number" in words

    @pytest.mark.parametrize("values", [{}, {"made_at": "2026-01-05T09:00:00.123+00:00"}])
    def test_to_the_same_item_under_a_used_id_is_shown_beside_the_one_that_stands(
        self, world: WebWorld, case: str, values: dict[str, Any]
    ) -> None:
        nurse = world.sign_in(Role.NURSE)
        first = entry(world, case, "xray", value="L2/L3")
        send(nurse, first)
        for _ in range(2):
            assert send(nurse, first | {"value": "L4/L5"} | values)[1]["outcome"] == "conflict"
        [(kind, words)] = tasks(world)
        assert kind == "two_answers" and "stands: done: L2/L3" in words and "entered: done: L4/L5" in words

    def test_too_long_under_a_used_id_is_not_dropped_either(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        send(nurse, entry(world, case))
        assert send(nurse, entry(world, case, "xray", value="x" * 201))[1]["outcome"] == "refused"
        assert [kind for kind, _ in tasks(world)] == ["answer_not_taken"]

    def test_may_come_sealed_for_this_server(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        world.give_pin(Role.NURSE)
        nurse.get("/day")
        key = nurse.get("/day/along").get_json()["server_key"]
        sealed = seal(key, json.dumps(entry(world, case)))
        said = nurse.post(ENTRIES, {"sealed": sealed}).get_json()
        assert said == {"outcome": "saved", "at": world.clock.now().isoformat()}
        assert nurse.post(ENTRIES, {"sealed": sealed[:-8] + "AAAAAAA="}).get_json()["outcome"] == "unreadable"
        assert len(answers(world)) == 1

    def test_takes_the_place_of_an_earlier_one_of_the_same_person(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        send(nurse, entry(world, case, "xray", value="L2/L3"))
        # The clock of the tablet was set back by a second between them.
        made_at = (world.clock.now() - timedelta(minutes=30, seconds=1)).isoformat()
        again = entry(world, case, "xray", number=2, value="L3/L4", after=f"{1:032x}", made_at=made_at)
        assert send(nurse, again) == (200, {"outcome": "saved"})
        assert [value for _, value, _, _ in answers(world)] == ["L3/L4"]
        assert tasks(world) == []

    @pytest.mark.parametrize(("minutes", "outcome"), [(0, "saved"), (1, "conflict")])
    def test_takes_the_place_of_an_answer_of_their_own_before_it(
        self, world: WebWorld, case: str, minutes: int, outcome: str
    ) -> None:
        nurse = world.sign_in(Role.NURSE)
        send(nurse, entry(world, case, "xray", value="L2/L3"))
        made_at = world.clock.now() - timedelta(minutes=30 + minutes)
        later = entry(world, case, "xray", number=2, value="L3/L4", made_at=made_at.isoformat())
        assert send(nurse, later)[1]["outcome"] == outcome

    def test_after_one_that_was_not_taken_is_judged_by_itself(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        send(nurse, entry(world, case, "xray"))
        again = entry(world, case, "xray", number=2, value="L3/L4", after=f"{1:032x}")
        assert send(nurse, again) == (200, {"outcome": "saved"})
        assert received(world) == ["refused", "saved"]

    @pytest.mark.parametrize(("ahead", "outcome"), [(119, "saved"), (121, "refused")])
    def test_from_a_clock_that_is_ahead(self, world: WebWorld, case: str, ahead: int, outcome: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        late = (world.clock.now() + timedelta(seconds=ahead)).isoformat()
        assert send(nurse, entry(world, case, made_at=late))[1]["outcome"] == outcome
        assert [done_at for _, _, done_at, _ in answers(world)] == ([world.clock.now()] if outcome == "saved" else [])


class TestARoom:
    def test_is_looked_at_once_for_all_who_are_in_it(self, world: WebWorld) -> None:
        with world.database.writing() as session:
            clinic = session.get(Clinic, world.clinic_id)
            assert clinic is not None
            room_id = a_room(session, clinic).id
        first, other = visit(world, room_id=room_id), visit(world, "implant", hours=3, room_id=room_id)
        nurse = world.sign_in(Role.NURSE)
        assert send(nurse, entry(world, first, "resuscitation")) == (200, {"outcome": "saved"})
        assert [item for item, _, _, _ in answers(world)] == ["resuscitation", "resuscitation"]
        assert send(nurse, entry(world, other, "resuscitation", number=2)) == (200, {"outcome": "saved"})
        assert len(answers(world)) == 2 and tasks(world) == [] and received(world) == ["saved", "saved"]


class TestTwoAnswers:
    def test_the_first_stands_and_a_person_decides(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        first = entry(world, case, "xray", value="L2/L3", owner=f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}")
        send(physician, first)
        status, said = send(nurse, entry(world, case, "xray", number=2, value="L4/L5"))
        assert (status, said["outcome"]) == (200, "conflict") and said["about"].endswith(", Okafor")
        assert [value for _, value, _, _ in answers(world)] == ["L2/L3"]
        [(kind, words)] = tasks(world)
        assert kind == "two_answers"
        assert "stands: done: L2/L3 (Physician Person," in words and "entered: done: L4/L5 (Nurse Person," in words
        assert send(nurse, entry(world, case, "xray", number=2, value="L4/L5"))[1]["outcome"] == "conflict"
        assert len(tasks(world)) == 1

    def test_is_named_at_the_item_until_it_is_decided(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        send(physician, entry(world, case, owner=f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}"))
        send(nurse, entry(world, case, number=2))
        row, other = (rf'id="item-{item}".*?</li>' for item in ("identity", "xray"))
        page = nurse.get(f"/day/visits/{case}/20").get_data(as_text=True)
        [said] = re.findall(row, page, re.DOTALL)
        assert "To be decided, a task for the nurses: " in said
        assert nurse.get(re.findall(r'href="(/tasks/\d+)"', said)[0]).status_code == 200
        assert "To be decided" not in re.findall(other, page, re.DOTALL)[0]
        elsewhere = Actor(world.user_ids[Role.NURSE], world.add_clinic("north"), frozenset({Role.NURSE}), "Nurse")
        with world.database.reading() as session:
            assert list_undecided(session, elsewhere, case, 20) == {}
        with world.database.writing() as session:
            done = {"done_at": world.clock.now(), "done_by": world.user_ids[Role.NURSE], "outcome": "asked: it is so"}
            session.execute(update(StaffTask).values(**done))
        assert "To be decided" not in nurse.get(f"/day/visits/{case}/20").get_data(as_text=True)

    def test_before_somebodys_eyes_is_told_there(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        send(physician, entry(world, case, owner=f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}"))
        made_at = (world.clock.now() - timedelta(seconds=20)).isoformat()
        status, said = send(nurse, entry(world, case, number=2, made_at=made_at), watched="yes")
        assert (status, said["outcome"]) == (422, "not_taken") and "meanwhile" in said["said"]
        assert tasks(world) == [] and received(world) == ["saved"]

    def test_that_waited_is_a_task_whatever_page_is_open(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        send(physician, entry(world, case, owner=f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}"))
        made_at = (world.clock.now() - timedelta(seconds=21)).isoformat()
        assert send(nurse, entry(world, case, number=2, made_at=made_at), watched="yes")[1]["outcome"] == "conflict"
        assert [kind for kind, _ in tasks(world)] == ["two_answers"] and received(world) == ["saved", "conflict"]


class TestWhatIsNotTaken:
    @pytest.mark.parametrize(
        ("values", "why"),
        [
            ({"item": "identity", "state": "overridden", "reason": "in a hurry"}, "A hard stop cannot be overridden"),
            ({"item": "identity", "state": "not_applicable", "reason": "known"}, "This always applies. Do it."),
            ({"item": "iv_line", "state": "not_applicable", "reason": "x"}, "is said by a physician"),
            ({"item": "gown", "state": "not_applicable"}, "Say why."),
            ({"item": "identity", "state": "whatever"}, "Choose done"),
            ({"item": "xray", "value": "x" * 201}, "Use at most 200 characters."),
            ({"item": "nothing"}, "There is no such visit or item any more."),
            ({"appointment": 21}, "There is no such visit or item any more."),
            ({"case": "f" * 32}, "There is no such visit or item any more."),
            ({"item": "discharge"}, "“Test dose” is not answered. Answer it first"),
            ({"item": "discharge", "state": "not_applicable", "reason": "stays"}, "“Test dose” is not recorded"),
            ({"item": "sedation", "value": "09:03", "reason": "early"}, "It is 09:00: 09:03 is in the future."),
        ],
    )
    def test_becomes_a_task_with_what_was_entered(
        self, world: WebWorld, case: str, values: dict[str, Any], why: str
    ) -> None:
        nurse = world.sign_in(Role.NURSE)
        said = entry(world, case) | values
        for _ in range(2):
            assert send(nurse, said)[1]["outcome"] == "refused"
        assert answers(world) == []
        [(kind, words)] = tasks(world)
        assert kind == "answer_not_taken" and why in words
        assert (said["value"] or said["reason"] or "entered: ") in words
        with world.database.reading() as session:
            event = session.scalars(select(Event).where(Event.kind == "entry_set_aside")).one()
        assert event.actor_id == world.user_ids[Role.NURSE]

    def test_because_two_must_read_it_becomes_one_too(self, world: WebWorld) -> None:
        implant = visit(world, "implant")
        said = entry(world, implant, "drug_check", value="L-77")
        assert send(world.sign_in(Role.NURSE), said)[1]["outcome"] == "refused"
        [(_, words)] = tasks(world)
        assert "A second person must read it too." in words and "L-77" in words

    def test_is_told_to_whoever_looks_at_the_item_instead(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        just_now = entry(world, case, "xray", made_at=world.clock.now().isoformat())
        status, said = send(nurse, just_now, watched="yes")
        assert status == 422 and said["problems"] == {"value": "Write down what was read or measured."}
        assert tasks(world) == [] and received(world) == []

    @pytest.mark.parametrize("seconds", [21, -121])
    def test_is_told_to_nobody_alone_where_it_is_not_of_now(self, world: WebWorld, case: str, seconds: int) -> None:
        made_at = (world.clock.now() - timedelta(seconds=seconds)).isoformat()
        said = entry(world, case, "xray", made_at=made_at)
        assert send(world.sign_in(Role.NURSE), said, watched="yes")[1]["outcome"] == "refused"
        assert [kind for kind, _ in tasks(world)] == ["answer_not_taken"] and received(world) == ["refused"]

    def test_by_whoever_lost_the_role_is_kept_too(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        nurse.get("/day")
        with world.database.writing() as session:
            session.execute(
                update(MembershipRole)
                .where(MembershipRole.user_id == world.user_ids[Role.NURSE])
                .values(role=Role.FRONT_DESK)
            )
        said = send(nurse, entry(world, case), watched="yes")[1]
        assert (said["outcome"], said["about"]) == ("refused", ""), "no name for whoever may not see it"
        assert answers(world) == [] and [kind for kind, _ in tasks(world)] == ["answer_not_taken"]


class TestWhoseItIs:
    def test_somebody_elses_waits_for_them(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        assert send(physician, entry(world, case)) == (409, {"outcome": "somebody_elses"})
        assert answers(world) == [] and tasks(world) == [] and received(world) == []
        assert send(nurse, entry(world, case)) == (200, {"outcome": "saved"})

    def test_the_id_of_somebody_elses_opens_nothing(self, world: WebWorld, case: str) -> None:
        physician, nurse = world.sign_in(Role.PHYSICIAN), world.sign_in(Role.NURSE)
        send(nurse, entry(world, case))
        theirs = entry(world, case, "xray", value="L2", owner=f"{world.clinic_id}.{world.user_ids[Role.PHYSICIAN]}")
        assert send(physician, theirs)[0] == 403
        assert len(answers(world)) == 1 and tasks(world) == []

    def test_another_clinics_patient_is_not_found(self, world: WebWorld, case: str) -> None:
        other = world.add_clinic("north")
        nurse = world.sign_in(Role.NURSE, "north")
        owner = f"{other}.{world.clinics['north'][1][Role.NURSE]}"
        assert send(nurse, entry(world, case, owner=owner))[1]["outcome"] == "refused"
        assert answers(world) == []
        with world.database.reading() as session:
            task = session.scalars(select(StaffTask)).one()
        assert (task.clinic_id, task.case_id) == (other, None)

    def test_after_the_session_has_ended_nothing_is_kept_here(self, world: WebWorld, case: str) -> None:
        nurse = world.sign_in(Role.NURSE)
        nurse.get("/day")
        world.clock.advance(hours=1)
        assert send(nurse, entry(world, case))[0] == 303
        assert received(world) == []
        assert send(world.sign_in(Role.NURSE), entry(world, case))[1] == {"outcome": "saved"}


@pytest.mark.parametrize(
    "values",
    [
        {"id": "7"}, {"id": "G" * 32}, {"appointment": "20"}, {"appointment": -1}, {"appointment": True},
        {"made_at": "yesterday"}, {"made_at": "2026-03-17T09:00:00"}, {"made_at": "0001-01-01T00:00:00+23:00"},
        {"made_at": "1999-01-01T00:00:00Z"}, {"value": 7}, {"value": "x" * 2001}, {"seen": 2**40}, {"item": None},
    ],
)  # fmt: skip
def test_nonsense_is_no_entry(world: WebWorld, case: str, values: dict[str, Any]) -> None:
    nurse = world.sign_in(Role.NURSE)
    assert send(nurse, entry(world, case) | values) == (422, {"outcome": "unreadable"})
    for fields in ({"entry": "[]"}, {"sealed": "x"}, {"entry": "[" * 100_000}, {"entry": '{"a":' * 100_000}):
        assert nurse.post(ENTRIES, fields).status_code == 422
    assert received(world) == []


def test_signs_that_nobody_sees_are_taken_out(world: WebWorld, case: str) -> None:
    send(world.sign_in(Role.NURSE), entry(world, case, "xray", value="L2\x00\u202eL3"))
    assert [value for _, value, _, _ in answers(world)] == ["L2L3"]


def test_half_a_sign_is_marked_and_the_rest_kept(world: WebWorld, case: str) -> None:
    nurse = world.sign_in(Role.NURSE)
    whole_and_half = "L2 \U0001f600 \ud83d"
    assert send(nurse, entry(world, case, "xray", value=whole_and_half)) == (200, {"outcome": "saved"})
    assert [value for _, value, _, _ in answers(world)] == ["L2 \U0001f600 \ufffd"]
    late = entry(world, case, state="not_applicable", reason="\udc00", number=2)
    assert send(nurse, late)[0] == 200


def test_a_form_of_another_site_is_refused(world: WebWorld, case: str) -> None:
    nurse = world.sign_in(Role.NURSE)
    nurse.csrf_token = "forged"
    assert send(nurse, entry(world, case))[0] == 400
    assert received(world) == []
