"""What a patient wants of messages: recorded once, with its history, and followed at once."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from tests.factories.rows import a_case, a_clinic, a_member, a_patient
from tests.support.fixed import FixedClock, SeededIds
from tracker.domain.access import Actor
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.words import Role
from tracker.persistence.database import Database
from tracker.persistence.models import Case, Clinic, ContactPoint, Event, Patient, PatientWord
from tracker.persistence.vocabulary import ContactChange
from tracker.queries.reach import PatientReach, Point, get_reach
from tracker.services import contact_points as acts
from tracker.services.contact_changes import Changed, write_changes
from tracker.services.contact_details import email, phone
from tracker.services.contact_points import PatientRef
from tracker.services.patients import Person, Reach, add_further_reach, change_patient, get_patient
from tracker.services.work import Work

MOBILE, ADDRESS = "303 555 0142", "ada@example.org"


class Desk:
    """One patient with one case, and somebody who writes down what they say. ``version`` is the patient's."""

    def __init__(self, database: Database, clock: FixedClock, ids: SeededIds) -> None:
        self.database, self.clock, self.ids = database, clock, ids
        with database.writing() as session:
            clinic = a_clinic(session)
            self.actor = Actor(a_member(session, clinic).id, clinic.id, frozenset({Role.FRONT_DESK}), "User 1")
            patient = a_patient(session, clinic, given_name="Ada", family_name="Lee")
            self.patient_id, self.public_id = patient.id, patient.public_id
            self.case_id = a_case(session, patient).id

    def does(self, act: Callable[..., object], *args: object, version: int | None = None, **values: object) -> None:
        with self.database.writing() as session:
            work = Work(session, self.actor, self.ids, self.clock.now())
            act(work, PatientRef(self.public_id, version or self.patient().version), *args, **values)

    def add(self, reach: Reach) -> Point:
        self.does(acts.add_point, reach)
        return self.reach().standing[-1]

    def reach(self) -> PatientReach:
        with self.database.reading() as session:
            return get_reach(session, self.actor, self.patient_id)

    def patient(self) -> Patient:
        with self.database.reading() as session:
            return session.scalars(select(Patient).where(Patient.id == self.patient_id)).one()

    def rewrite(self, *reach: Reach) -> None:
        """The form of the patient's details, with these numbers and addresses."""
        patient = self.patient()
        names = {"mrn": patient.mrn, "family_name": "Lee", "given_name": "Ada", "birth_on": patient.birth_on}
        with self.database.writing() as session:
            work = Work(session, self.actor, self.ids, self.clock.now())
            person = Person(**names, reach=reach)
            change_patient(work, self.public_id, patient.version, person, self.clock.now().date())

    def done(self) -> list[tuple[str, str, str]]:
        return [(each.what, each.detail, each.by) for each in reversed(self.reach().changes)]


@pytest.fixture
def desk(database: Database, clock: FixedClock, ids: SeededIds) -> Desk:
    return Desk(database, clock, ids)


def agreed(reach: Reach) -> Reach:
    return Reach(reach.kind, reach.value, reach.as_typed, reach.owner, reach.is_possible, texts_agreed=True)


class TestANumber:
    def test_takes_no_texts_until_somebody_agreed(self, desk: Desk) -> None:
        point = desk.add(phone(MOBILE))
        assert point.texts_agreed_at is None
        desk.does(acts.set_texts, point_id=point.id, is_agreed=True)
        assert desk.reach().standing[0].texts_agreed_at == desk.clock.now()
        desk.does(acts.set_texts, point_id=point.id, is_agreed=False)
        assert desk.reach().standing[0].texts_agreed_at is None
        assert desk.done() == [
            ("added", "", "User 1"), ("texts_agreed", "", "User 1"), ("texts_withdrawn", "", "User 1"),
        ]  # fmt: skip

    def test_that_was_agreed_to_is_added_with_it(self, desk: Desk) -> None:
        assert desk.add(agreed(phone(MOBILE))).texts_agreed_at == desk.clock.now()
        assert [what for what, _, _ in desk.done()] == ["added", "texts_agreed"]

    def test_that_cannot_be_right_is_kept_and_takes_no_texts(self, desk: Desk) -> None:
        point = desk.add(phone("12"))
        assert not point.is_possible
        with pytest.raises(InvalidInput, match="texts"):
            desk.does(acts.set_texts, point_id=point.id, is_agreed=True)
        with pytest.raises(InvalidInput, match="texts_agreed"):
            desk.does(acts.add_point, agreed(phone("13")))

    def test_is_there_once(self, desk: Desk) -> None:
        desk.add(phone(MOBILE))
        with pytest.raises(InvalidInput, match="already"):
            desk.does(acts.add_point, phone("+1 (303) 555-0142"))

    def test_is_ended_with_a_reason_and_stays_in_the_history(self, desk: Desk) -> None:
        point = desk.add(phone(MOBILE))
        with pytest.raises(InvalidInput, match="reason"):
            desk.does(acts.end_point, point_id=point.id, reason="  ")
        desk.does(acts.end_point, point_id=point.id, reason="wrong number")
        assert desk.reach().standing == ()
        assert [each.as_typed for each in desk.reach().ended] == [MOBILE]
        assert desk.done()[-1] == ("ended", "wrong number", "User 1")
        with desk.database.reading() as session:
            assert session.scalars(select(PatientWord.word).where(PatientWord.word == "0142")).all() == []
        with pytest.raises(NotFound):
            desk.does(acts.set_texts, point_id=point.id, is_agreed=True)

    @pytest.mark.parametrize(
        ("reach", "how", "is_known"),
        [
            (phone(MOBILE), "call", True),
            (phone(MOBILE), "message", True),
            (email(ADDRESS), "message", True),
            (email(ADDRESS), "call", False),
            (phone(MOBILE), "guessed", False),
        ],
    )
    def test_is_verified_by_an_answer(self, desk: Desk, reach: Reach, how: str, *, is_known: bool) -> None:
        point = desk.add(reach)
        if not is_known:
            with pytest.raises(InvalidInput, match="how"):
                desk.does(acts.verify_point, point_id=point.id, how=how)
            return
        desk.does(acts.verify_point, point_id=point.id, how=how)
        assert desk.reach().standing[0].verified_at == desk.clock.now()
        assert desk.done()[-1] == ("verified", how, "User 1")


class TestAStop:
    def test_holds_until_the_person_wants_messages_again(self, desk: Desk) -> None:
        point = desk.add(email(ADDRESS))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        assert desk.reach().standing[0].opted_out_at == desk.clock.now()
        with pytest.raises(InvalidInput):
            desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        desk.does(acts.set_messages, point_id=point.id, is_stopped=False)
        assert desk.reach().standing[0].opted_out_at is None
        assert [what for what, _, _ in desk.done()] == ["added", "stopped", "allowed"]

    def test_outlasts_an_end_and_a_number_typed_anew(self, desk: Desk) -> None:
        point = desk.add(agreed(phone(MOBILE)))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        stopped_at = desk.clock.now()
        desk.does(acts.end_point, point_id=point.id, reason="a mistake")
        again = desk.add(agreed(phone("+1 303-555-0142", "caregiver")))
        assert (again.id != point.id, again.opted_out_at) == (True, stopped_at)

    def test_is_for_everybody_who_is_reached_there_and_lifted_one_by_one(self, desk: Desk) -> None:
        mine = desk.add(email(ADDRESS))
        with desk.database.writing() as session:
            theirs = a_patient(session, session.scalars(select(Clinic)).one(), 2)
            other = a_case(session, theirs, 2, reconcile_at=None)
            point = {"kind": "email", "value": "Ada@example.org", "as_typed": "Ada@example.org", "owner": "caregiver"}
            session.add(
                ContactPoint(
                    clinic_id=theirs.clinic_id, id=7, patient_id=theirs.id, is_possible=True,
                    created_at=desk.clock.now(), **point,
                )
            )  # fmt: skip
            other_id, their_id = other.id, theirs.id
        desk.does(acts.set_messages, point_id=mine.id, is_stopped=True)
        with desk.database.reading() as session:
            said = select(ContactPoint.opted_out_at).where(ContactPoint.id == 7)
            assert session.scalars(said).one() == desk.clock.now()
            assert session.scalars(select(Case.reconcile_at).where(Case.id == other_id)).one() == desk.clock.now()
            assert [each.what for each in get_reach(session, desk.actor, their_id).changes] == ["stopped"]
        desk.does(acts.set_messages, point_id=mine.id, is_stopped=False)
        with desk.database.reading() as session:
            assert session.scalars(said).one() is not None
        assert desk.reach().standing[0].opted_out_at is None

    def test_holds_for_an_address_in_other_letters(self, desk: Desk) -> None:
        point = desk.add(email("Ada@example.org"))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        desk.rewrite(email(ADDRESS))
        assert [each.opted_out_at is not None for each in desk.reach().standing] == [True]

    def test_that_was_lifted_does_not_come_back(self, desk: Desk) -> None:
        point = desk.add(phone(MOBILE))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        desk.does(acts.set_messages, point_id=point.id, is_stopped=False)
        desk.does(acts.end_point, point_id=point.id, reason="a mistake")
        assert desk.add(phone(MOBILE)).opted_out_at is None

    def test_that_was_lifted_does_not_come_back_from_the_number_before(self, desk: Desk) -> None:
        first = desk.add(phone(MOBILE))
        desk.does(acts.set_messages, point_id=first.id, is_stopped=True)
        desk.does(acts.end_point, point_id=first.id, reason="a mistake")
        second = desk.add(phone(MOBILE))
        desk.does(acts.set_messages, point_id=second.id, is_stopped=False)
        desk.does(acts.end_point, point_id=second.id, reason="a mistake")
        assert desk.add(phone(MOBILE)).opted_out_at is None

    def test_is_not_lifted_by_an_agreement(self, desk: Desk) -> None:
        point = desk.add(phone(MOBILE))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        desk.does(acts.set_texts, point_id=point.id, is_agreed=True)
        assert desk.reach().standing[0].opted_out_at is not None

    def test_by_an_answer_names_nobody(self, desk: Desk) -> None:
        point = desk.add(phone(MOBILE))
        with desk.database.writing() as session:
            write_changes(
                session, clinic_id=desk.actor.clinic_id, patient_id=desk.patient_id, changed_by=None,
                at=desk.clock.now(), ids=desk.ids, changes=[Changed(ContactChange.STOPPED, point.id)],
            )  # fmt: skip
        assert desk.done()[-1] == ("stopped", "", "")


class TestTheFormOfThePatientsDetails:
    def test_keeps_what_was_said_of_a_number_that_is_only_written_in_another_way(self, desk: Desk) -> None:
        point = desk.add(agreed(phone(MOBILE)))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        desk.rewrite(phone("(303) 555-0142"))
        (now,) = desk.reach().points
        assert (now.id, now.as_typed) == (point.id, "(303) 555-0142")
        assert now.opted_out_at is not None and now.texts_agreed_at is not None
        assert desk.done()[-1] == ("rewritten", "", "User 1")

    def test_brings_no_stopped_address_back_into_use(self, desk: Desk) -> None:
        point = desk.add(email(ADDRESS))
        desk.does(acts.set_messages, point_id=point.id, is_stopped=True)
        desk.rewrite()
        desk.rewrite(email(ADDRESS))
        assert [each.opted_out_at is not None for each in desk.reach().standing] == [True]

    def test_agrees_for_nobody_to_texts(self, desk: Desk) -> None:
        desk.add(phone(MOBILE))
        desk.rewrite(phone(MOBILE), phone("303 555 0177"))
        assert [each.texts_agreed_at for each in desk.reach().standing] == [None, None]


class TestAFurtherReferral:
    def further(self, desk: Desk, *reach: Reach) -> tuple[Reach, ...]:
        with desk.database.writing() as session:
            work = Work(session, desk.actor, desk.ids, desk.clock.now())
            return add_further_reach(work, get_patient(work, desk.public_id), reach)

    def test_brings_an_agreement_for_a_number_that_is_known(self, desk: Desk) -> None:
        desk.add(phone(MOBILE))
        said = agreed(phone(MOBILE))
        assert self.further(desk, said) == (said,)
        assert desk.reach().standing[0].texts_agreed_at == desk.clock.now()
        assert desk.done()[-1][0] == "texts_agreed"
        assert self.further(desk, said) == ()

    def test_brings_none_for_an_ended_one_or_somebody_elses(self, desk: Desk) -> None:
        desk.does(acts.end_point, point_id=desk.add(phone("303 555 0177")).id, reason="gone")
        desk.add(phone(MOBILE, "caregiver"))
        assert self.further(desk, agreed(phone("303 555 0177")), agreed(phone(MOBILE))) == ()
        assert [each.texts_agreed_at for each in desk.reach().points] == [None, None]


class TestTheWishes:
    def test_are_recorded_with_what_was_chosen(self, desk: Desk) -> None:
        desk.does(acts.set_wishes, prefers="sms", language=" es ", zone="Asia/Kathmandu")
        patient = desk.patient()
        assert (patient.prefers, patient.language, patient.zone) == ("sms", "es", "Asia/Kathmandu")
        assert [(what, detail) for what, detail, _ in desk.done()] == [
            ("prefers", "sms"), ("language", "es"), ("zone", "Asia/Kathmandu"),
        ]  # fmt: skip

    def test_may_be_for_a_letter(self, desk: Desk) -> None:
        desk.does(acts.set_wishes, prefers="letter", language="", zone="")
        assert desk.patient().prefers == "letter"

    def test_that_are_the_same_change_nothing(self, desk: Desk) -> None:
        desk.does(acts.set_wishes, prefers="", language="", zone="America/New_York")
        assert (desk.patient().version, desk.patient().zone, desk.done()) == (1, None, [])

    @pytest.mark.parametrize(
        ("values", "field"),
        [({"prefers": "pigeon"}, "prefers"), ({"zone": "Mars/Olympus"}, "zone"), ({"language": "x" * 81}, "language")],
    )
    def test_that_cannot_be_are_refused(self, desk: Desk, values: dict[str, str], field: str) -> None:
        with pytest.raises(InvalidInput, match=field):
            desk.does(acts.set_wishes, **{"prefers": "", "language": "", "zone": "", **values})


class TestTheAddressForLetters:
    def test_is_kept_in_lines_and_every_one_stays_in_the_history(self, desk: Desk) -> None:
        desk.does(acts.set_postal_address, address=" 12  Main Street \r\n\r\nDenver, CO 80202\n")
        assert desk.reach().postal_address == "12 Main Street\nDenver, CO 80202"
        desk.does(acts.set_postal_address, address="")
        assert desk.reach().postal_address == ""
        assert [(what, detail) for what, detail, _ in desk.done()] == [
            ("postal_address", "12 Main Street, Denver, CO 80202"), ("postal_address", ""),
        ]  # fmt: skip

    def test_that_is_the_same_changes_nothing(self, desk: Desk) -> None:
        desk.does(acts.set_postal_address, address=" ")
        assert (desk.patient().version, desk.done()) == (1, [])

    @pytest.mark.parametrize("address", ["a\nb\nc\nd\ne\nf", "x" * 61])
    def test_that_fits_on_no_envelope_is_refused(self, desk: Desk, address: str) -> None:
        with pytest.raises(InvalidInput, match="fit on an envelope"):
            desk.does(acts.set_postal_address, address=address)
        desk.does(acts.set_postal_address, address="\n".join("abcde"))
        desk.does(acts.set_postal_address, address="x" * 60)


ACTS: list[tuple[Callable[..., object], dict[str, object]]] = [
    (acts.end_point, {"reason": "gone"}),
    (acts.set_texts, {"is_agreed": True}),
    (acts.verify_point, {"how": "call"}),
    (acts.set_messages, {"is_stopped": True}),
]


class TestEveryAct:
    @pytest.mark.parametrize(("act", "values"), ACTS)
    def test_counts_the_version_and_has_the_case_looked_at(
        self, desk: Desk, act: Callable[..., object], values: dict[str, object]
    ) -> None:
        point = desk.add(phone(MOBILE))
        with desk.database.writing() as session:
            session.execute(update(Case).values(reconcile_at=None))
        desk.does(act, point_id=point.id, **values)
        with desk.database.reading() as session:
            assert session.scalars(select(Case.reconcile_at)).one() == desk.clock.now()
            told = session.scalars(select(Event.body).where(Event.kind == "reach_changed")).all()
        assert desk.patient().version == 3
        assert len(told) == 2 and not any("0142" in each for each in told)

    @pytest.mark.parametrize(("act", "values"), ACTS)
    def test_of_an_older_form_is_refused(
        self, desk: Desk, act: Callable[..., object], values: dict[str, object]
    ) -> None:
        point = desk.add(phone(MOBILE))
        with pytest.raises(StaleVersion):
            desk.does(act, version=1, point_id=point.id, **values)
        assert [what for what, _, _ in desk.done()] == ["added"]

    @pytest.mark.parametrize(("act", "values"), ACTS)
    def test_about_another_patients_number_finds_nothing(
        self, desk: Desk, act: Callable[..., object], values: dict[str, object]
    ) -> None:
        point = desk.add(phone(MOBILE))
        with desk.database.writing() as session:
            clinic_id = session.scalars(select(ContactPoint.clinic_id)).one()
            other = Patient(
                clinic_id=clinic_id, id=9, public_id="9" * 32, mrn="M9", family_name="Roe", given_name="Jo",
                name_key="roe jo", birth_on=desk.patient().birth_on, created_at=desk.clock.now(),
            )  # fmt: skip
            session.add(other)
        with desk.database.writing() as session, pytest.raises(NotFound):
            act(
                Work(session, desk.actor, desk.ids, desk.clock.now()),
                PatientRef("9" * 32, 1),
                point_id=point.id,
                **values,
            )
