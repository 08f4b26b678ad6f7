"""History cannot be changed, by whatever statement, and no pump goes unwatched."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    Table,
    Text,
    delete,
    func,
    not_,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.factories.facts import WRITTEN, make
from tests.factories.rows import BEGAN, a_clinic, a_member, a_patient, an_obligation
from tracker.domain import facts
from tracker.domain.facts import Fact
from tracker.domain.own_words import LAST_SHIPPED
from tracker.persistence.chain import append_event
from tracker.persistence.database import Database
from tracker.persistence.fact_tables import FACT_ROWS, table_of
from tracker.persistence.facts import insert_fact, supersede
from tracker.persistence.models import (
    Case,
    ContactPoint,
    ContactPointChange,
    MessageWords,
    Obligation,
    PumpComparison,
    PumpWatch,
)
from tracker.persistence.types import Exact, UTCDateTime

#: A visit, a device and a dose, and what facts need that refer to them or stand beside them.
GROUND = (make(facts.Appointment, 1), make(facts.Device, 2, kind="catheter"), make(facts.TrialDose, 3))
REFERRING: dict[type[Fact], dict[str, object]] = {
    facts.Appointment: {"starts_at": WRITTEN, "ends_at": WRITTEN + timedelta(hours=1)},
    facts.Device: {"kind": "catheter"},
    facts.ChecklistItem: {"appointment": 1},
    facts.VisitMoment: {"appointment": 1},
    facts.Arrangement: {"appointment": 1},
    facts.VisitLoss: {"appointment": 1},
    facts.AdverseEvent: {"dose_seq": 3},
    facts.Fill: {"device": 2},
    facts.Interrogation: {"device": 2},
    facts.FollowUp: {"about_seq": 2},
    facts.PumpCall: {"device": 2},
    facts.Scan: {"device": 2},
    facts.Advisory: {"device": 2},
    facts.Correction: {"corrected_seq": 1},
}
KINDS = sorted(FACT_ROWS, key=lambda kind: kind.__name__)


def store(session: Session, case: Case, *written: Fact) -> None:
    """Facts of the case."""
    for fact in written:
        insert_fact(session, case.clinic_id, case.id, fact)


def a_fact(kind: type[Fact], seq: int) -> Fact:
    """A fact of ``kind`` that ``GROUND`` is enough for."""
    return make(kind, seq, **REFERRING.get(kind, {}))


def another(column: Column[Any]) -> object:
    """A value that the column does not hold."""
    if isinstance(column.type, Boolean):
        return not_(func.coalesce(column, False))
    others: dict[type, object] = {
        BigInteger: 99,
        Integer: 99,
        Text: "other",
        Date: date(2001, 1, 1),
        UTCDateTime: BEGAN,
        Exact: Decimal(7),
    }
    return others[type(column.type)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
class TestFact:
    def store_fourth(self, database: Database, case: Case, kind: type[Fact]) -> Table:
        with database.writing() as session:
            store(session, case, *GROUND, a_fact(kind, 4))
        return table_of(kind)

    def test_cannot_be_deleted(self, database: Database, case: Case, kind: type[Fact]) -> None:
        table = self.store_fourth(database, case, kind)

        with pytest.raises(IntegrityError, match="cannot be changed"), database.writing() as session:
            session.execute(delete(table).where(table.c.seq == 4))

    @pytest.mark.parametrize("also", [{}, {"superseded_by": 9}], ids=["alone", "while superseded"])
    def test_cannot_be_edited_in_any_column(
        self, database: Database, case: Case, kind: type[Fact], also: dict[str, object]
    ) -> None:
        table = self.store_fourth(database, case, kind)

        for column in table.c:
            if column.name != "superseded_by":
                edit = update(table).where(table.c.seq == 4).values({column: another(column), **also})
                with pytest.raises(IntegrityError, match="only be superseded"), database.writing() as session:
                    session.execute(edit)

    def test_is_superseded_once_and_for_all(self, database: Database, case: Case, kind: type[Fact]) -> None:
        table = self.store_fourth(database, case, kind)
        with database.writing() as session:
            supersede(session, case.clinic_id, case.id, kind, 4, by=5)

        for other in (None, 6):
            with pytest.raises(IntegrityError, match="only be superseded"), database.writing() as session:
                session.execute(update(table).where(table.c.seq == 4).values(superseded_by=other))


class TestEvent:
    @pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'other'", "DELETE FROM events"])
    def test_cannot_be_changed(self, database: Database, case: Case, statement: str) -> None:
        with database.writing() as session:
            append_event(
                session,
                clinic_id=case.clinic_id,
                case_id=case.id,
                case_version=1,
                kind="case_opened",
                actor_id=None,
                effective_at=WRITTEN,
                recorded_at=WRITTEN,
                body={},
            )

        with pytest.raises(IntegrityError, match="events cannot be changed"), database.writing() as session:
            session.execute(text(statement))


class TestPumpWatch:
    def watched(self, session: Session, case: Case) -> Obligation:
        store(session, case, make(facts.Device, 1))
        obligation = an_obligation(session, case)
        session.add(PumpWatch(clinic_id=case.clinic_id, case_id=case.id, device=1, obligation_id=obligation.id))
        session.flush()
        return obligation

    def test_needs_an_obligation_that_is_open_when_the_transaction_ends(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            obligation = self.watched(session, case)

        closed = {"is_open": False, "closed_at": WRITTEN, "closed_by": "fill:2"}
        with pytest.raises(IntegrityError), database.writing() as session:
            session.execute(update(Obligation).where(Obligation.id == obligation.id).values(closed))

    def test_may_pass_to_the_next_obligation_within_a_transaction(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            first = self.watched(session, case)
            first.is_open, first.closed_at, first.closed_by = False, WRITTEN, "fill:2"
            session.flush()
            following = an_obligation(session, case, 2)
            session.get_one(PumpWatch, (case.clinic_id, case.id, 1)).obligation_id = following.id

        with database.reading() as session:
            assert session.get_one(PumpWatch, (case.clinic_id, case.id, 1)).obligation_id == following.id

    @pytest.mark.parametrize("wrong", [{"kind": "replacement"}, {"device": 2, "subject": "device:2"}])
    def test_takes_no_obligation_of_another_kind_or_device(
        self, database: Database, case: Case, wrong: dict[str, object]
    ) -> None:
        with database.writing() as session:
            store(session, case, make(facts.Device, 1, kind="catheter"), make(facts.Device, 2, kind="catheter"))
            obligation = an_obligation(session, case, **wrong)

        with pytest.raises(IntegrityError), database.writing() as session:
            session.add(PumpWatch(clinic_id=case.clinic_id, case_id=case.id, device=1, obligation_id=obligation.id))

    def test_is_required_at_commit_on_postgresql(self, postgresql_database: Database, engine_case: Case) -> None:
        with pytest.raises(IntegrityError, match="no open refill obligation"), postgresql_database.writing() as session:
            store(session, engine_case, make(facts.Device, 1))

    def test_cannot_be_taken_from_a_pump_in_place_on_postgresql(
        self, postgresql_database: Database, engine_case: Case
    ) -> None:
        with postgresql_database.writing() as session:
            self.watched(session, engine_case)

        with pytest.raises(IntegrityError, match="no open refill obligation"), postgresql_database.writing() as session:
            session.execute(text("DELETE FROM pump_watch"))

    @pytest.mark.parametrize(
        "ending",
        [{"kind": "death", "value": ""}, {"kind": "transfer", "value": "completed"}],
        ids=["death", "transfer"],
    )
    def test_ends_with_the_patient_s_care_here_and_begins_again_when_that_is_struck_out(
        self, postgresql_database: Database, engine_case: Case, ending: dict[str, object]
    ) -> None:
        with postgresql_database.writing() as session:
            self.watched(session, engine_case)
            store(session, engine_case, make(facts.Determination, 2, **ending))
            session.execute(text("DELETE FROM pump_watch"))

        with pytest.raises(IntegrityError, match="no open refill obligation"), postgresql_database.writing() as session:
            supersede(session, engine_case.clinic_id, engine_case.id, facts.Determination, 2, by=3)


class TestAChangeOfHowAPatientIsReached:
    @pytest.mark.parametrize("statement", [delete(ContactPointChange), update(ContactPointChange).values(detail="x")])
    def test_stays_as_it_was_written(self, database: Database, statement: Any) -> None:
        with database.writing() as session:
            clinic = a_clinic(session, 1)
            person, patient = a_member(session, clinic, 1), a_patient(session, clinic)
            change = {"patient_id": patient.id, "changed_at": BEGAN, "changed_by": person.id, "what": "language"}
            session.add(ContactPointChange(clinic_id=1, id=1, **change))
        with pytest.raises(IntegrityError, match="cannot be changed"), database.writing() as session:
            session.execute(statement)

    def test_is_about_a_number_of_its_own_patient(self, database: Database) -> None:
        with database.writing() as session:
            clinic = a_clinic(session, 1)
            hers, his = a_patient(session, clinic, 1), a_patient(session, clinic, 2)
            point = {"kind": "phone", "value": "+1", "as_typed": "1", "owner": "patient", "is_possible": True}
            session.add(ContactPoint(clinic_id=1, id=7, patient_id=hers.id, created_at=BEGAN, **point))
            his_id = his.id
        change = ContactPointChange(
            clinic_id=1, id=1, patient_id=his_id, point_id=7, changed_at=BEGAN, what="stopped", detail=""
        )
        with pytest.raises(IntegrityError), database.writing() as session:
            session.add(change)


class TestAComparisonOfPumps:
    @pytest.mark.parametrize("statement", [delete(PumpComparison), update(PumpComparison).values(agreed=9)])
    def test_stays_as_it_was_written(self, database: Database, statement: Any) -> None:
        counts = dict.fromkeys(("agreed", "not_listed", "not_followed", "different", "unreadable", "tasks"), 0)
        with database.writing() as session:
            person = a_member(session, a_clinic(session, 1), 1)
            session.add(
                PumpComparison(
                    clinic_id=1, id=1, compared_at=BEGAN, compared_by=person.id, name="list", size_bytes=1,
                    digest="0" * 64, reasons={}, note="", **counts,
                )
            )  # fmt: skip
        with pytest.raises(IntegrityError, match="cannot be changed"), database.writing() as session:
            session.execute(statement)


class TestTheWordsOfAMessage:
    WORDS: ClassVar[dict[str, object]] = {
        "template": "arrival", "language": "en", "channel": "sms", "subject": "", "body": "x", "shipped_version": 2,
        "written_at": BEGAN,
    }  # fmt: skip

    def write(self, database: Database, **values: object) -> None:
        with database.writing() as session:
            person = a_member(session, a_clinic(session, 1), 1)
            session.add(MessageWords(clinic_id=1, written_by=person.id, **{**self.WORDS, "version": 1001, **values}))

    @pytest.mark.parametrize("statement", [delete(MessageWords), update(MessageWords).values(body="y")])
    def test_stay_as_they_were_written(self, database: Database, statement: Any) -> None:
        self.write(database)
        with pytest.raises(IntegrityError, match="cannot be changed"), database.writing() as session:
            session.execute(statement)

    @pytest.mark.parametrize("wrong", [{"version": LAST_SHIPPED}, {"channel": "phone"}, {"body": ""}])
    def test_are_told_apart_from_shipped_ones_and_never_empty(
        self, database: Database, wrong: dict[str, object]
    ) -> None:
        with pytest.raises(IntegrityError):
            self.write(database, **wrong)
