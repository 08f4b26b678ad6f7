"""The forms about visits and their day, each as a row."""

from tests.support.journey import Journey
from tests.web.cases.scene import COORDINATOR, DESK, NURSE, FormCase, Scene, nothing, visit
from tracker.domain.facts import Appointment
from tracker.domain.words import Role
from tracker.services import appointments


def _cancelled(scene: Scene) -> None:
    journey = scene.journey
    number = journey.visit_for("implant")
    journey.do(COORDINATOR, lambda w, r: appointments.cancel(w, r, appointment=number, reason="infection"))


def _latest_visit(journey: Journey) -> int:
    return journey.look().snapshot.of(Appointment)[-1].appointment


def _implant_date_passes(scene: Scene) -> None:
    world, journey = scene.world, scene.journey
    booked = journey.look().snapshot.booked("implant")
    assert booked is not None
    world.clock.set(booked.starts_at)


_BROKEN_OFF = {"cause": "broken_off", "reason": "bled", "held": "nothing"}
VISIT_FORMS = (
    FormCase(
        name="book", stage="trial_to_book", path="book-visit?purpose=trial", role=COORDINATOR,
        good=lambda s: {"purpose": "trial", "starts": s.moment(5), "minutes": "60"}, ends_in="trial_booked",
        bad={"purpose": "trial", "starts": "soon", "minutes": "61"}, sentence="Type day and time", kept=("soon", "61"),
    ),
    FormCase(
        name="move", stage="implant_booked", path="visit/{}/move", number=visit("implant"), role=COORDINATOR,
        good=lambda s: {"starts": s.moment(9), "minutes": "120", "reason": "theatre full"}, ends_in="implant_booked",
        bad=lambda s: {"starts": s.moment(-3), "minutes": "120", "reason": "theatre full"},
        sentence="This time has passed", kept=("theatre full",),
    ),
    FormCase(
        name="confirm", stage="implant_booked", path="visit/{}/confirm", number=visit("implant"), role=COORDINATOR,
        good={"how": "by phone"},
    ),
    FormCase(
        name="arrive", stage="implant_booked", path="visit/{}/arrive", number=visit("implant"), role=DESK,
        before=_implant_date_passes, good={},
        bad=lambda s: {"arrived_at": s.moment(2)}, sentence="future",
    ),
    FormCase(
        name="arrive on another day", stage="implant_booked", path="visit/{}/arrive", number=visit("implant"),
        role=DESK,
        before=nothing, good={}, said="The visit is on another day",
    ),
    FormCase(
        name="no-show", stage="implant_booked", path="visit/{}/no-show", number=visit("implant"), role=DESK,
        before=_implant_date_passes, good={"reason": "no answer", "cause": "did_not_come"}, ends_in="implant_to_book",
        bad={"cause": "ill"}, sentence="Say what is known",
    ),
    FormCase(
        name="cancel", stage="implant_booked", path="visit/{}/cancel", number=visit("implant"), role=COORDINATOR,
        good=lambda s: {"reason": "infection", "not_before": s.day(30)}, ends_in="implant_to_book",
        bad={"not_before": "13/13/2026"}, sentence="Say why.", kept=("13/13/2026",),
    ),
    FormCase(
        name="break off", stage="implant_day", path="visit/{}/cancel", number=visit("implant"), role=NURSE,
        refused=DESK, ends_in="implant_to_book",
        good={**_BROKEN_OFF, "opened": "some", "unused_pump_model": "SynchroMed II", "unused_pump_serial": "NGP9"},
        bad={**_BROKEN_OFF, "unused_catheter_lot": "A1"}, sentence="each with its serial number or lot",
        kept=("A1", "bled"),
    ),
    FormCase(
        name="complete", stage="trial_day", path="visit/{}/complete", number=visit("trial"), role=NURSE,
        good={},
    ),
    FormCase(
        name="reinstate", stage="implant_booked", path="visit/{}/reinstate", number=_latest_visit, role=COORDINATOR,
        before=_cancelled, good={"reason": "wrong patient"}, ends_in="implant_booked",
        sentence="Say what was wrong",
    ),
    FormCase(
        name="stands", stage="trial_day", path="visit/{}/stands", number=visit("trial"), role=NURSE,
        refused=Role.COORDINATOR, good={"kind": "preparation"}, bad={"kind": "", "happened_at": "noon"},
        sentence="Choose where the patient is", kept=("noon",),
    ),
    FormCase(
        name="arrange", stage="trial_day", path="visit/{}/arrange", number=visit("trial"), role=DESK,
        good={"escort": "named", "escort_name": "Ada, the daughter", "interpreter": "not_needed"},
        bad={"escort": "named", "escort_phone": "303 555 0188"}, sentence="Write down who takes the patient home",
        kept=("303 555 0188",),
    ),
    FormCase(
        name="walk-in", stage="maintained", path="walk-in", role=DESK, good={"purpose": "follow_up", "minutes": "30"},
        bad={"purpose": "follow_up", "minutes": "half"}, sentence="Length", kept=("half",),
    ),
)  # fmt: skip
