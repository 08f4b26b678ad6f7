"""The checklists of the pathway files: every item that must be answered stops the step that follows it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.domain.builders import DAY, NOW, STARTS, Case
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.checklists.run import Fault, mends
from tracker.domain.facts import ChecklistItem
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.engine import act_blockers, refill_blockers, unmet
from tracker.domain.pathway.needs import checklist_need
from tracker.domain.pathway.wording import sentence_of
from tracker.pathways import catalogue

FILE_OF = {"trial": "itb", "implant": "itb", "refill": "itb", "reoperation": "itb_reoperation"}
#: The step that waits for the whole list, and where it is offered.
DISCHARGES = {
    "trial": ("observation_closed", "trial_observation"),
    "implant": ("implant_discharged", "implant_day"),
    "reoperation": ("reoperation_discharged", "reoperation_day"),
}


def pathway_of(purpose: str) -> Pathway:
    """The pathway whose file has the checklist of a visit."""
    return catalogue.current(FILE_OF[purpose])


def here(purpose: str) -> Case:
    """Somebody who came for the visit this morning, of whom nothing else is known."""
    return Case(f"{purpose}_day").visit(purpose, "arrived")


def answered(case: Case, purpose: str, leaving: str = "", **values: str) -> Case:
    """Everything answered but one item, with some values."""
    visit = case.snapshot.visits(purpose)[-1]
    for rule in pathway_of(purpose).checklists[purpose]:
        if rule.key != leaving and not rule.record:
            value = {"value": values.get(rule.key, "")}
            case.record(ChecklistItem, appointment=visit.appointment, checklist=purpose, item=rule.key, **value)
    return case


def stopping(case: Case, purpose: str, part: str) -> list[Blocker]:
    """What the checklist says at the step that follows a part of it."""
    pathway, snapshot = pathway_of(purpose), case.snapshot
    if purpose == "refill":
        found = refill_blockers(pathway, snapshot, NOW)
    elif part == "before":
        found = act_blockers(pathway, snapshot, purpose, NOW)
    else:
        name, stage = DISCHARGES[purpose]
        step = pathway.transition(name, stage)
        assert step is not None
        found = unmet(step.needs, snapshot, NOW)
    return [blocker for blocker in found if blocker.code.startswith("checklist")]


def items(*stops: str) -> Iterator[tuple[str, ChecklistItemRule]]:
    """The items of all the lists with these stops; the refill's after the fill stop no step."""
    for purpose, name in FILE_OF.items():
        for rule in catalogue.current(name).checklists[purpose]:
            if rule.stop in stops and (purpose, rule.part) != ("refill", "after"):
                yield purpose, rule


@pytest.mark.parametrize(("purpose", "rule"), [pytest.param(p, r, id=f"{p}.{r.key}") for p, r in items("hard", "soft")])
def test_an_open_item_stops_the_step_that_follows(purpose: str, rule: ChecklistItemRule) -> None:
    assert stopping(answered(here(purpose), purpose), purpose, rule.part) == []
    (blocker,) = stopping(answered(here(purpose), purpose, leaving=rule.key), purpose, rule.part)
    assert (blocker.code, blocker.param("left"), blocker.param("first")) == ("checklist_open", "1", rule.label)


@pytest.mark.parametrize(("purpose", "rule"), [pytest.param(p, r, id=f"{p}.{r.key}") for p, r in items("note")])
def test_a_note_may_stay_open(purpose: str, rule: ChecklistItemRule) -> None:
    assert stopping(answered(here(purpose), purpose, leaving=rule.key), purpose, rule.part) == []


def only_open(purpose: str, item: str, case: Case | None = None, **values: str) -> bool:
    """Whether an item that has no answer stops anything."""
    rule = next(each for each in pathway_of(purpose).checklists[purpose] if each.key == item)
    return bool(stopping(answered(case or here(purpose), purpose, leaving=item, **values), purpose, rule.part))


class TestWhatIsAsked:
    @pytest.mark.parametrize(("anaesthesia", "is_asked"), [("local only", False), ("sedation", True), ("", True)])
    def test_with_sedation_there_is_an_escort_before_it_and_a_score_after_it(
        self, anaesthesia: str, *, is_asked: bool
    ) -> None:
        for item in ("fasting", "escort", "sedation", "recovery", "escort_here"):
            assert only_open("trial", item, anaesthesia=anaesthesia) is is_asked, item

    @pytest.mark.parametrize("modality", ["catheter, taken out after the trial", "catheter, kept for the implant"])
    def test_with_a_trial_catheter_its_label_and_length(self, modality: str) -> None:
        for item in ("catheter_label", "catheter_length", "catheter_dressing"):
            assert only_open("trial", item, modality=modality)
            assert not only_open("trial", item, modality="single injection")

    @pytest.mark.parametrize(("indication", "asked"), [("spasticity", "antispasmodic"), ("pain", "opioids")])
    def test_of_the_medicines_of_the_indication(self, indication: str, asked: str) -> None:
        for item in ("antispasmodic", "opioids"):
            case = here("trial").evaluated(indication=indication)
            assert only_open("trial", item, case) is (item == asked)

    @pytest.mark.parametrize(
        ("sex", "born", "is_asked"),
        [
            ("female", date(DAY.year - 12, DAY.month, DAY.day), True),
            ("female", date(DAY.year - 12, DAY.month, DAY.day + 1), False),
            ("F", date(DAY.year - 56, DAY.month, DAY.day + 1), True),
            ("F", date(DAY.year - 56, DAY.month, DAY.day), False),
            ("male", date(1990, 1, 1), False),
            ("", date(1990, 1, 1), True),
            ("other", date(1990, 1, 1), True),
        ],
    )
    def test_of_a_pregnancy_from_12_to_55_years(self, sex: str, born: date, *, is_asked: bool) -> None:
        case = here("trial").born(born)
        case.snapshot = replace(case.snapshot, sex=sex)
        assert only_open("trial", "pregnancy", case) is is_asked


class TestWhatSpeaksAgainstAnAnswer:
    @pytest.mark.parametrize(("expires", "is_stopped"), [("2026-03-16", True), ("2026-03-17", False)])
    @pytest.mark.parametrize("purpose", sorted(FILE_OF.keys() - {"trial"}))
    def test_a_drug_out_of_date_on_the_day(self, purpose: str, expires: str, *, is_stopped: bool) -> None:
        found = stopping(answered(here(purpose), purpose, drug_expiry=expires), purpose, "before")
        assert [blocker.code for blocker in found] == (["checklist_expired"] if is_stopped else [])
        assert all("Out of date since Mon 16 Mar 2026" in sentence_of(blocker) for blocker in found)

    @pytest.mark.parametrize(
        ("antibiotic", "incision", "said"),
        [
            ("08:00", "09:00", ""),
            ("09:00", "09:00", ""),
            ("07:59", "09:00", "61 min after"),
            ("09:01", "09:00", "1 min before"),
        ],
    )
    def test_an_antibiotic_of_more_than_an_hour_before_the_incision(
        self, antibiotic: str, incision: str, said: str
    ) -> None:
        for purpose in ("implant", "reoperation"):
            case = answered(here(purpose), purpose, antibiotic=antibiotic, incision=incision)
            sentences = [sentence_of(blocker) for blocker in stopping(case, purpose, "before")]
            assert len(sentences) == bool(said) and all(said in sentence for sentence in sentences)
            # Once the pump is in nobody can take it back: the discharge does not wait for it.
            assert stopping(case, purpose, "after") == []

    @pytest.mark.parametrize("purpose", ["trial", "implant"])
    @pytest.mark.parametrize(("csf", "is_stopped"), [("none", True), ("blood-stained", False), ("clear", False)])
    def test_a_choice_that_stops(self, purpose: str, csf: str, *, is_stopped: bool) -> None:
        found = stopping(answered(here(purpose), purpose, csf=csf), purpose, "before")
        assert [blocker.code for blocker in found] == (["checklist_value"] if is_stopped else [])
        assert all(sentence_of(each) == "CSF return: none; with this nothing goes on" for each in found)

    @pytest.mark.parametrize("purpose", ["trial", "implant"])
    @pytest.mark.parametrize(
        ("read", "is_stopped"), [("37.9 °C", False), ("38 °C", True), ("100.3 °F", False), ("100.4 °F", True)]
    )
    def test_a_fever(self, purpose: str, read: str, *, is_stopped: bool) -> None:
        case = answered(here(purpose), purpose)
        (visit,) = case.snapshot.visits(purpose)
        about = {"appointment": visit.appointment, "checklist": purpose, "item": "temperature"}
        case.record(ChecklistItem, **about, value=read)
        found = stopping(case, purpose, "before")
        assert [blocker.code for blocker in found] == (["checklist_fever"] if is_stopped else [])
        assert all(sentence_of(each) == f"Temperature: {read} is a fever, from 38.0 °C" for each in found)

    @pytest.mark.parametrize(("given", "is_stopped"), [("10:00", False), ("10:01", True)])
    def test_a_recovery_score_of_less_than_half_an_hour_after_the_sedative(
        self, given: str, *, is_stopped: bool
    ) -> None:
        # The score is taken at 10:30.
        case = answered(here("trial"), "trial", sedation=given, anaesthesia="sedation")
        assert bool(stopping(case, "trial", "after")) is is_stopped

    def test_is_excused_once_the_act_was_recorded_all_the_same_and_asked_again_of_another(self) -> None:
        case = answered(here("implant"), "implant", drug_expiry="2020-01-31").deviated(
            "implant", "checklist.implant.before"
        )
        rules = pathway_of("implant").checklists["implant"]
        for need in checklist_need("implant", "implant", "before", rules):
            assert need.blockers(case.snapshot, NOW) == ()
        assert stopping(case, "implant", "before") != []


class TestTheDay:
    def test_begins_anew_where_the_visit_moved(self) -> None:
        case = answered(here("trial"), "trial")
        (visit,) = case.snapshot.visits("trial")
        moved = replace(visit, starts_at=STARTS + timedelta(days=1))
        case.snapshot = case.snapshot.without(visit.seq).with_fact(moved)
        assert [blocker.code for blocker in stopping(case, "trial", "before")] == ["checklist_open"]

    def test_lasts_to_the_discharge_on_a_later_day(self) -> None:
        case = answered(here("implant"), "implant", leaving="contact_number")
        (visit,) = case.snapshot.visits("implant")
        case.record(
            ChecklistItem, appointment=visit.appointment, checklist="implant", item="contact_number",
            effective_at=NOW + timedelta(days=2), recorded_at=NOW + timedelta(days=2),
        )  # fmt: skip
        assert stopping(case, "implant", "after") == []

    @pytest.mark.parametrize(("room_id", "is_stopped"), [(4, False), (5, True), (None, False)])
    def test_is_that_of_the_room_where_a_room_was_looked_at(self, room_id: int | None, *, is_stopped: bool) -> None:
        case = Case("trial_day").visit("trial", "arrived", room_id=4)
        answered(case, "trial", leaving="resuscitation")
        (visit,) = case.snapshot.visits("trial")
        about = {"appointment": visit.appointment, "checklist": "trial", "item": "resuscitation"}
        case.record(ChecklistItem, **about, room_id=room_id)
        assert bool(stopping(case, "trial", "before")) is is_stopped

    def test_of_a_refill_is_that_of_the_visit_of_the_day(self) -> None:
        case = answered(here("refill"), "refill").visit("refill", starts=STARTS + timedelta(days=60))
        assert stopping(case, "refill", "before") == []
        assert refill_blockers(pathway_of("refill"), case.snapshot, NOW + timedelta(days=60)) != ()
        assert refill_blockers(pathway_of("refill"), case.snapshot, NOW + timedelta(days=9)) == ()


def test_what_a_change_mends_is_what_is_not_wrong_any_more() -> None:
    early, expired = Fault("incision", "checklist_time", ()), Fault("drug_expiry", "checklist_expired", ())
    assert mends((early, expired), (expired,)) == (early,)
    assert mends((early,), (Fault("incision", "checklist_time", (("minutes", "70"),)),)) == ()
    assert mends((), (early,)) == ()
