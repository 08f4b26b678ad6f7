"""What every use case has in common: one version, one event, one entry of who; the role, the version and the time."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.support.journey import Journey, a_finding
from tracker.domain.errors import InvalidInput, NotFound, StaleVersion
from tracker.domain.facts import Appointment
from tracker.domain.words import Role
from tracker.persistence.chain import verify_chain
from tracker.persistence.models import AccessEntry, Event, StageCount, StageVisit
from tracker.services import (
    evaluations,
    steps,
)
from tracker.services.work import CaseRef

At = Callable[[str], Journey]


class TestEveryWrite:
    def test_leaves_one_version_one_event_and_one_entry(self, at: At) -> None:
        journey = at("evaluating")
        before = self.counts(journey)
        written = journey.do(Role.PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding()))
        after = self.counts(journey)
        assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1]
        assert journey.look().head.version == written.version

    def counts(self, journey: Journey) -> list[int]:
        with journey.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Event, AccessEntry)]

    def test_keeps_the_clinics_chain_whole(self, at: At) -> None:
        journey = at("maintained")
        with journey.database.reading() as session:
            report = verify_chain(session, journey.clinic_id)
        assert report.is_whole
        assert report.events > 30

    def test_keeps_stays_and_counts_in_step_with_the_stage(self, at: At) -> None:
        journey = at("maintained")
        with journey.database.reading() as session:
            open_stays = session.scalars(select(StageVisit.stage).where(StageVisit.left_at.is_(None))).all()
            counted = session.execute(select(StageCount.stage, StageCount.n).where(StageCount.n > 0)).all()
        assert open_stays == ["maintained"]
        assert [tuple(row) for row in counted] == [("maintained", 1)]

    def test_from_an_older_version_changes_nothing(self, at: At) -> None:
        journey = at("evaluating")
        journey.version -= 1
        with pytest.raises(StaleVersion) as caught:
            journey.do(Role.PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding()))
        assert caught.value.current_version == journey.version + 1
        assert journey.look().snapshot.evaluation is None

    def test_in_another_clinic_finds_nothing(self, at: At) -> None:
        journey = at("evaluating")
        with pytest.raises(NotFound):
            journey.do(
                Role.COORDINATOR, lambda w, _r: steps.assign(w, CaseRef("f" * 32, journey.version), user_id=None)
            )

    def test_happened_never_in_the_future(self, at: At) -> None:
        journey = at("evaluating")
        later = journey.clock.now() + timedelta(minutes=1)
        with pytest.raises(InvalidInput):
            journey.do(
                Role.PHYSICIAN,
                lambda w, r: evaluations.record_evaluation(w, r, a_finding(), effective_at=later),
            )

    def test_may_be_written_later_than_it_happened(self, at: At) -> None:
        journey = at("evaluating")
        earlier = journey.clock.now()
        journey.clock.advance(hours=5)
        journey.do(Role.PHYSICIAN, lambda w, r: evaluations.record_evaluation(w, r, a_finding(), effective_at=earlier))
        found = journey.look().snapshot.evaluation
        assert found is not None
        assert (found.effective_at, found.recorded_at) == (earlier, journey.clock.now())

    def test_that_fails_leaves_no_trace(self, at: At) -> None:
        journey = at("implant_booked")
        before = self.counts(journey)
        visits = journey.look().snapshot.of(Appointment)
        with pytest.raises(InvalidInput):
            journey.book("follow_up", journey.calendar.wall(visits[-1].starts_at))
        assert self.counts(journey) == before
        assert journey.look().snapshot.of(Appointment) == visits
