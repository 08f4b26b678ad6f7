"""Every fact is a table, field for column, and comes back as it went in."""

from dataclasses import fields

import pytest

from tests.factories.facts import make
from tracker.domain import facts
from tracker.domain.facts import Fact
from tracker.persistence.database import Database
from tracker.persistence.fact_tables import FACT_ROWS, table_of
from tracker.persistence.facts import insert_fact, load_history, load_live, supersede
from tracker.persistence.models import Case

KINDS = sorted(FACT_ROWS, key=lambda kind: kind.__name__)


def one_of_each() -> list[Fact]:
    """A fact of every kind that refers to the others rightly."""
    return [
        make(facts.Referral, 1),
        make(facts.Evaluation, 2),
        make(facts.Document, 3),
        make(facts.Authorization, 4),
        make(facts.Consent, 5),
        make(facts.Appointment, 6),
        make(facts.ChecklistItem, 7, appointment=6),
        make(facts.TrialDose, 8, appointment=6),
        make(facts.Assessment, 9, occasion="after_dose", dose_seq=8),
        make(facts.Determination, 10),
        make(facts.Device, 11, kind="catheter", outcome_seq=10, consent_seq=5, authorization_seq=4),
        make(facts.Fill, 12, device=11),
        make(facts.Interrogation, 13, device=11),
        make(facts.FollowUp, 14, about_seq=8),
        make(facts.PumpCall, 15, device=11),
        make(facts.Scan, 16, device=11),
        make(facts.Advisory, 17, device=11),
        make(facts.DeviceLabel, 18),
        make(facts.VisitMoment, 19, appointment=6),
        make(facts.Arrangement, 20, appointment=6),
        make(facts.VisitLoss, 21, appointment=6),
        make(facts.VitalSigns, 22, dose_seq=8),
        make(facts.AdverseEvent, 23, dose_seq=8),
        make(facts.Correction, 24, corrected_seq=3),
    ]


class TestFactTables:
    def test_hold_every_fact_of_the_domain(self) -> None:
        defined = {each for each in vars(facts).values() if isinstance(each, type) and issubclass(each, Fact)}

        assert set(FACT_ROWS) == defined - {Fact}

    @pytest.mark.parametrize("kind", KINDS)
    def test_have_the_fields_of_the_fact_as_columns_and_the_case(self, kind: type[Fact]) -> None:
        columns = set(table_of(kind).c.keys()) - {"clinic_id", "case_id"}

        assert columns == {field.name for field in fields(kind)}

    @pytest.mark.parametrize("kind", KINDS)
    def test_may_be_empty_where_the_field_may_be_none(self, kind: type[Fact]) -> None:
        nullable = {column.name for column in table_of(kind).c if column.nullable}

        assert nullable == {field.name for field in fields(kind) if "None" in str(field.type)}


class TestFacts:
    def test_come_back_as_they_went_in(self, database: Database, case: Case) -> None:
        written = one_of_each()
        with database.writing() as session:
            for fact in written:
                insert_fact(session, case.clinic_id, case.id, fact)

        with database.reading() as session:
            assert load_history(session, case.clinic_id, case.id) == tuple(written)
            assert load_live(session, case.clinic_id, case.id) == tuple(written[:-1])

    def test_that_were_superseded_stand_only_in_the_history(self, database: Database, case: Case) -> None:
        with database.writing() as session:
            insert_fact(session, case.clinic_id, case.id, make(facts.Authorization, 1, state="requested"))
            supersede(session, case.clinic_id, case.id, facts.Authorization, 1, by=2)
            insert_fact(session, case.clinic_id, case.id, make(facts.Authorization, 2, authorization=1))

        with database.reading() as session:
            assert [fact.seq for fact in load_live(session, case.clinic_id, case.id)] == [2]
            history = load_history(session, case.clinic_id, case.id)
            assert [(fact.seq, fact.superseded_by) for fact in history] == [(1, 2), (2, None)]

    @pytest.mark.parametrize("seq", [1, 9])
    def test_cannot_be_superseded_unless_they_stand(self, database: Database, case: Case, seq: int) -> None:
        with database.writing() as session:
            insert_fact(session, case.clinic_id, case.id, make(facts.Consent, 1))
            supersede(session, case.clinic_id, case.id, facts.Consent, 1, by=2)

            with pytest.raises(LookupError):
                supersede(session, case.clinic_id, case.id, facts.Consent, seq, by=10)
