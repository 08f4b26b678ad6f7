"""What the reoperation file must ask, beyond what the pathway check proves: see ``itb_scenarios``."""

from collections.abc import Callable
from datetime import timedelta

from tests.domain.builders import DAY, Case
from tests.domain.itb_scenarios import Scenario
from tracker.domain.facts import Authorization, Determination, Document, FollowUp
from tracker.domain.pathway.definition import Pathway


def for_reoperation(stage: str, state: str, pathway: Pathway) -> Case:
    """Somebody for whom everything is ready for today's reoperation, in the visit's state."""
    case = Case(stage).authorized("reoperation").visit("reoperation", state).consented("reoperation")
    return case.document("history_and_physical").document("laboratory").checked(pathway, "reoperation")


def _operated(pathway: Pathway) -> Case:
    return for_reoperation("reoperation_day", "arrived", pathway).determined("reoperation_done", "replacement")


def _healed(_pathway: Pathway) -> Case:
    case = Case("reoperation_recovering").determined("reoperation_done", "replacement")
    case.record(FollowUp, rule="wound_check", about_seq=1, result="healing well")
    return case.record(FollowUp, rule="sutures_out", about_seq=1, result="out")


def _at(stage: str) -> Callable[[Pathway], Case]:
    return lambda _pathway: Case(stage)


def _arrived(pathway: Pathway) -> Case:
    return for_reoperation("reoperation_booked", "arrived", pathway)


def _booked(_pathway: Pathway) -> Case:
    return Case("reoperation_to_book").authorized("reoperation").visit("reoperation")


def _visit(case: Case) -> Case:
    return case.visit("reoperation")


def _ended_authorization(case: Case) -> Case:
    return case.without(Authorization).authorized("reoperation", valid_to=DAY - timedelta(days=1))


SCENARIOS = (
    Scenario("reoperation_booked", "reoperation_day", "document_missing", _arrived,
             lambda c: c.without(Document, kind="history_and_physical"), "history_and_physical"),
    Scenario("reoperation_booked", "reoperation_day", "document_missing", _arrived,
             lambda c: c.without(Document, kind="laboratory"), "laboratory"),
    Scenario("reoperation_to_book", "reoperation_booked", "authorization_out_of_date", _booked, _ended_authorization),
    Scenario("reoperation_to_book", "reoperation_booked", "determined", _booked,
             lambda c: c.determined("reoperation_ended", "removed")),
    Scenario("reoperation_decided", "reoperation_confirmed", "determined", _at("reoperation_decided"),
             lambda c: c.determined("reoperation_ended", "death")),
    Scenario("reoperation_day", "reoperation_discharged", "not_determined", _operated,
             lambda c: c.without(Determination)),
    Scenario("reoperation_recovering", "reoperation_healed", "follow_up_missing", _healed,
             lambda c: c.without(FollowUp, rule="wound_check"), "wound_check"),
    Scenario("reoperation_recovering", "reoperation_healed", "follow_up_missing", _healed,
             lambda c: c.without(FollowUp, rule="sutures_out"), "sutures_out"),
    *(Scenario(stage, step, "visit_stands", _at(stage), _visit) for stage, step in (
        ("reoperation_booked", "coverage_changed"),
        ("reoperation_booked", "reoperation_cancelled"),
        ("reoperation_booked", "reoperation_declined"),
        ("reoperation_to_book", "entered_in_error"),
    )),
)  # fmt: skip
