"""What is measured and asked after a dose: recordable with its true time, whole, and never one answer for all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.domain.builders import STARTS
from tests.support.journey import Journey
from tests.support.observing import a_score, none_happened
from tests.support.todos import codes
from tracker.domain.errors import AskedBack, InvalidInput, NotFound, Refused
from tracker.domain.facts import AdverseEvent, Assessment, TrialDose, VitalSigns
from tracker.domain.task_words import AFTER_DOSE_ALARM
from tracker.domain.words import Role
from tracker.persistence.models import StaffTask
from tracker.services import observing, trials
from tracker.services.observing import EventAnswer, Measured, Score, Vitals

At = Callable[[str], Journey]
NURSE, THERAPIST, PHYSICIAN = Role.NURSE, Role.THERAPIST, Role.PHYSICIAN
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def dose_of(journey: Journey) -> TrialDose:
    dose = journey.look().snapshot.attempt_dose
    assert dose is not None
    return dose


def measure(journey: Journey, measured: Measured) -> None:
    journey.do(THERAPIST, lambda w, r: observing.record_measurements(w, r, measured))


def answer(journey: Journey, *answers: EventAnswer) -> None:
    seq = dose_of(journey).seq
    journey.do(NURSE, lambda w, r: observing.record_adverse_events(w, r, dose_seq=seq, answers=answers))


def problems(act: Callable[[], None]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        act()
    return caught.value.problems


class TestASetOfScores:
    def test_is_one_entry_with_side_rater_and_vital_signs(self, at: At) -> None:
        journey = at("trial_observation")
        journey.clock.advance(hours=1)
        rater, version = journey.user_ids[PHYSICIAN], journey.version
        scores = (Score("ashworth", "1+", "Knee flexors", "left"), Score("penn_severity", "3"))
        measure(journey, Measured(occasion="after_dose", scores=scores, vitals=Vitals(pulse=61), rater_id=rater))
        assert journey.version == version + 1
        snapshot = journey.look().snapshot
        knee, severity = snapshot.of(Assessment)[-2:]
        assert (knee.site, knee.side, knee.value, knee.rater_id) == ("Knee flexors", "left", "1+", rater)
        assert (severity.instrument, severity.dose_seq) == ("penn_severity", dose_of(journey).seq)
        assert (snapshot.of(VitalSigns)[-1].pulse, snapshot.of(VitalSigns)[-1].systolic) == (61, None)

    @pytest.mark.parametrize(
        ("change", "minutes", "is_asked"),
        [
            ({}, 0, True),
            ({}, 10, True),
            ({}, 11, False),
            ({"scores": (Score("penn", "2"),)}, 1, False),
            ({"vitals": Vitals(pulse=62)}, 1, False),
            ({"scores": (Score("penn", "1"), Score("nrs", "1"))}, 1, False),
            ({"taken_at": "another"}, 1, False),
            ({"taken_at": "the same"}, 1, True),
        ],
    )
    def test_sent_again_is_asked_back(self, at: At, change: dict[str, Any], minutes: int, is_asked: bool) -> None:
        journey = at("trial_observation")
        journey.clock.advance(hours=1)
        usual: dict[str, Any] = {"occasion": "after_dose", "scores": (Score("penn", "1"),), "vitals": Vitals(pulse=61)}
        first = journey.clock.now()
        measure(journey, Measured(**usual))
        journey.clock.advance(minutes=minutes)
        times = {"another": first - 5 * MINUTE, "the same": first.replace(second=0, microsecond=0)}
        given = usual | change | ({"taken_at": times[change["taken_at"]]} if "taken_at" in change else {})

        def send(meant: frozenset[str]) -> None:
            again = Measured(**given)
            journey.do(THERAPIST, lambda w, r: observing.record_measurements(replace(w, meant=meant), r, again))

        count = len(journey.look().snapshot.of(VitalSigns))
        if is_asked:
            wall = journey.look().snapshot.calendar.wall(first)
            with pytest.raises(AskedBack, match=f"The same values stand at {wall:%H:%M}: record them again") as caught:
                send(frozenset())
            assert len(journey.look().snapshot.of(VitalSigns)) == count
            send(frozenset(each.code for each in caught.value.questions))
        else:
            send(frozenset())
        assert len(journey.look().snapshot.of(VitalSigns)) == count + 1

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({}, "scores"),
            ({"scores": (Score("penn", "1+"),)}, "value"),
            ({"scores": (Score("penn_severity", "0"),)}, "value"),
            ({"scores": (Score("ashworth", "1", "Knee", "middle"),)}, "side"),
            ({"vitals": Vitals(saturation=101)}, "saturation"),
            ({"vitals": Vitals(systolic=80, diastolic=120)}, "diastolic"),
            ({"vitals": Vitals(alertness="lively")}, "alertness"),
            ({"scores": (Score("penn", "1"),), "rater_id": 999}, "rater_id"),
        ],
    )
    def test_that_cannot_be_is_refused_at_its_field(self, at: At, values: dict[str, object], field: str) -> None:
        journey = at("trial_observation")
        assert field in problems(lambda: measure(journey, Measured(occasion="after_dose", **values)))  # type: ignore[arg-type]  # fields of Measured

    def test_belongs_to_a_dose_of_this_case(self, at: At) -> None:
        journey = at("trial_observation")
        with pytest.raises(NotFound):
            measure(journey, Measured(occasion="after_dose", scores=(Score("penn", "1"),), dose_seq=999))

    @pytest.mark.parametrize(
        ("taken", "written", "is_asked"),
        [
            (2 * HOUR, 8 * HOUR, False),
            (2 * HOUR, 8 * HOUR + MINUTE, True),
            (2 * HOUR - MINUTE, 9 * HOUR, False),
            (8 * HOUR, 9 * HOUR, True),
        ],
    )
    def test_from_paper_into_the_window_that_is_over_needs_a_second_person(
        self, at: At, taken: timedelta, written: timedelta, is_asked: bool
    ) -> None:
        journey = at("trial_observation")
        given = dose_of(journey).effective_at
        journey.clock.set(given + written)
        score = Measured(occasion="after_dose", scores=(Score("penn", "1"),), taken_at=given + taken)
        if is_asked:
            assert "second_by" in problems(lambda: measure(journey, score))
            score = Measured(
                occasion="after_dose", scores=score.scores, taken_at=score.taken_at, second_by=journey.user_ids[NURSE]
            )
        measure(journey, score)
        assert journey.look().snapshot.of(Assessment)[-1].effective_at == given + taken


class TestAdverseEvents:
    def test_are_answered_one_by_one_and_stay_open_otherwise(self, at: At) -> None:
        journey = at("trial_observation")
        journey.clock.advance(hours=4)
        journey.score("1", "after_dose")
        journey.tick(journey.visit_for("trial"), "after")
        answer(journey, *none_happened()[:-1])
        with pytest.raises(Refused) as caught:
            journey.step("observation_closed", NURSE)
        assert codes(caught.value.blockers) == {"adverse_events_open"}
        answer(journey, none_happened()[-1])
        journey.step("observation_closed", NURSE)
        assert journey.stage == "trial_review"

    def test_that_happened_keep_when_they_began_and_a_later_no_does_not_wipe_them_out(self, at: At) -> None:
        journey = at("trial_observation")
        journey.clock.advance(hours=1)
        answer(journey, EventAnswer(event="nausea", happened="no"))
        journey.clock.advance(hours=1)
        began = journey.clock.now() - 20 * MINUTE
        answer(journey, EventAnswer(event="nausea", happened="yes", severity="moderate", at=began))
        (nausea,) = journey.look().snapshot.of(AdverseEvent)
        assert (nausea.happened, nausea.severity, nausea.effective_at) == ("yes", "moderate", began)
        assert "nausea" in problems(lambda: answer(journey, EventAnswer(event="nausea", happened="no")))

    @pytest.mark.parametrize(
        ("event", "field"),
        [
            (EventAnswer(event="bad luck", happened="no"), "bad luck"),
            (EventAnswer(event="seizure", happened="perhaps"), "seizure"),
            (EventAnswer(event="seizure", happened="yes", at=STARTS), "seizure_severity"),
            (EventAnswer(event="seizure", happened="yes", severity="mild"), "seizure_at"),
            (EventAnswer(event="seizure", happened="no", severity="mild"), "seizure_severity"),
            (EventAnswer(event="seizure", happened="not_known"), "seizure_note"),
            (EventAnswer(event="other", happened="no"), "other"),
        ],
    )
    def test_that_are_not_whole_are_refused_at_their_field(self, at: At, event: EventAnswer, field: str) -> None:
        journey = at("trial_observation")
        now = journey.clock.now()
        whole = EventAnswer(
            event=event.event, happened=event.happened, severity=event.severity, at=now if event.at else None
        )
        assert field in problems(lambda: answer(journey, whole))
        assert "answers" in problems(lambda: answer(journey))

    def test_begin_after_the_dose_and_not_in_the_future(self, at: At) -> None:
        journey = at("trial_observation")
        given = dose_of(journey).effective_at
        for when in (given - MINUTE, journey.clock.now() + MINUTE):
            early = EventAnswer(event="nausea", happened="yes", severity="mild", at=when)
            assert "nausea_at" in problems(lambda early=early: answer(journey, early))  # type: ignore[misc]  # bound by its default

    def test_of_the_minute_of_the_injection_came_after_it(self, at: At) -> None:
        journey = at("trial_day")
        journey.clock.advance(seconds=40)
        journey.go("trial_observation")
        given = dose_of(journey).effective_at
        assert given.second == 40
        answer(journey, EventAnswer(event="seizure", happened="yes", severity="severe", at=given.replace(second=0)))
        assert journey.look().snapshot.of(AdverseEvent)[-1].effective_at == given

    def test_are_asked_even_where_the_observation_ended_early(self, at: At) -> None:
        journey = at("trial_observation")
        journey.do(NURSE, lambda w, r: trials.end_observation(w, r, reason="admitted"))
        journey.tick(journey.visit_for("trial"), "after")
        with pytest.raises(Refused) as caught:
            journey.step("observation_closed", NURSE)
        assert codes(caught.value.blockers) == {"adverse_events_open"}


@pytest.mark.parametrize(
    ("closes", "scored", "missing"),
    [
        (4 * HOUR - timedelta(seconds=1), 2 * HOUR, {"observation_running"}),
        (4 * HOUR, 2 * HOUR, set()),
        (4 * HOUR, 2 * HOUR - MINUTE, {"score_missing"}),
        (9 * HOUR, 8 * HOUR, set()),
        (9 * HOUR, 8 * HOUR + MINUTE, {"score_missing"}),
    ],
)
def test_an_observation_closes_on_the_hour_and_not_before(
    at: At, closes: timedelta, scored: timedelta, missing: set[str]
) -> None:
    journey = at("trial_observation")
    given = dose_of(journey).effective_at
    journey.clock.set(given + scored)
    measure(journey, a_score("1", "after_dose"))
    journey.clock.set(given + closes)
    answer(journey, *none_happened())
    journey.tick(journey.visit_for("trial"), "after")
    if missing:
        with pytest.raises(Refused) as caught:
            journey.step("observation_closed", NURSE)
        assert codes(caught.value.blockers) == missing
        return
    journey.step("observation_closed", NURSE)
    assert journey.stage == "trial_review"


class TestWhatAPhysicianMustSee:
    """Too much of the drug shows as slow breathing and loss of consciousness: nobody waits for a due time then."""

    def told(self, journey: Journey) -> list[tuple[str, object]]:
        with journey.database.reading() as session:
            found = session.scalars(select(StaffTask).where(StaffTask.kind == AFTER_DOSE_ALARM)).all()
            return [(each.owner_role, each.params["signs"]) for each in found]

    @pytest.mark.parametrize(
        ("signs", "said"),
        [
            ({"saturation": 90, "breaths": 8, "systolic": 80, "alertness": "drowsy"}, []),
            ({"saturation": 89}, [("physician", "saturation 89 %")]),
            ({"breaths": 7}, [("physician", "7 breaths a minute")]),
            ({"systolic": 79, "diastolic": 40}, [("physician", "upper pressure 79")]),
            ({"alertness": "not_waking", "saturation": 71}, [("physician", "does not wake, saturation 71 %")]),
        ],
    )
    def test_is_a_task_at_once(self, at: At, signs: dict[str, Any], said: list[tuple[str, object]]) -> None:
        journey = at("trial_observation")
        measure(journey, Measured(occasion="after_dose", vitals=Vitals(**signs)))
        assert self.told(journey) == said

    def test_before_a_dose_is_none(self, at: At) -> None:
        journey = at("trial_day")
        measure(journey, Measured(occasion="baseline", vitals=Vitals(saturation=71)))
        assert self.told(journey) == []

    @pytest.mark.parametrize(("severity", "count"), [("moderate", 0), ("severe", 1)])
    def test_of_a_severe_adverse_event_is_one(self, at: At, severity: str, count: int) -> None:
        journey = at("trial_observation")
        now = journey.clock.now()
        answer(journey, EventAnswer(event="respiratory_depression", happened="yes", severity=severity, at=now))
        assert len(self.told(journey)) == count
