"""What people decide about a case: the implant, a waiver, an earlier benefit, what follows from a deviation."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Consent, Determination, Fact, Fill, Interrogation
from tracker.domain.pathway.alarm_date import expected_at
from tracker.domain.pathway.waivers import waivable
from tracker.domain.words import ConsentState, DeterminationKind
from tracker.queries.case_detail import OpenedCase
from tracker.services import decisions
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import with_blank
from tracker.web.cases.sentences import number
from tracker.web.cases.trial import colleagues
from tracker.web.cases.trial_forms import DecisionForm, EarlierBenefitForm, ReviewForm, WaiveForm
from tracker.web.cases.words import DOCUMENT_WORDS, OUTCOME_WORDS, PURPOSE_WORDS, first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import actor
from tracker.web.common.filters import at

_WAIVED = {"trial_result": "The trial itself", "authorization": "Prior auth for the {}", "document": "{}"}


@blueprint.route(path("/decision"), methods=["GET", "POST"])
@permission(Permission.RECORD_DECISION)
def decision(public_id: str) -> ResponseReturnValue:
    """Record whether the patient goes on to the implant."""
    case, form = opened(public_id), DecisionForm()
    outcome = case.snapshot.standing_positive
    known = [("Trial", f"{OUTCOME_WORDS[outcome.value]}, {at(outcome.effective_at)}")] if outcome else []
    act = Act(title="Decision on the implant", submit="Record the decision", done="decision", known=known)
    return answer(
        case,
        form,
        act,
        lambda work, ref: decisions.record_decision(work, ref, decision=form.decision.data, reason=form.reason.data),
    )


def requirement_label(key: str) -> str:
    """What a waiver is called: the requirement that a pathway file names by its key."""
    kind, _, part = key.partition(".")
    text = _WAIVED.get(kind, key.replace("_", " ").replace(".", ": "))
    return first_upper(text.format({**PURPOSE_WORDS, **DOCUMENT_WORDS}.get(part, part)))


@blueprint.route(path("/waive"), methods=["GET", "POST"])
@permission(Permission.WAIVE)
def waive(public_id: str) -> ResponseReturnValue:
    """Sign a waiver of something that this person may waive for this patient."""
    case, form = opened(public_id), WaiveForm()
    allowed = waivable(case.pathway, case.snapshot.indication, actor().roles)
    form.requirement.choices = with_blank({key: requirement_label(key) for key in allowed})
    form.second_by.offer(colleagues())
    if not form.is_submitted() and request.args.get("requirement", "") in allowed:
        form.requirement.data = request.args["requirement"]
    act = Act(
        title="Waive a requirement",
        submit="Sign the waiver",
        done="waiver",
        lede="The step goes on without it, with both names. It can be struck out again.",
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: decisions.waive(
            work,
            ref,
            requirement=form.requirement.data,
            reason=form.reason.data,
            second_by=form.second_by.data,
        ),
    )


@blueprint.route(path("/earlier-benefit"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def earlier_benefit(public_id: str) -> ResponseReturnValue:
    """Document that the therapy has helped this patient before."""
    case, form = opened(public_id), EarlierBenefitForm()
    act = Act(
        title="Earlier benefit",
        submit="Document the benefit",
        done="earlier benefit",
        lede="A pump from elsewhere, or an earlier one: what shows that the therapy helped.",
    )
    return answer(
        case, form, act, lambda work, ref: decisions.document_earlier_benefit(work, ref, finding=form.finding.data)
    )


def _to_review(case: OpenedCase, found: Determination | Fill | Interrogation | Consent) -> list[tuple[str, str]]:
    if isinstance(found, Fill):
        return [
            ("Expected in the pump", f"{number(found.residual_expected_ml)} mL"),
            ("Taken out", f"{number(found.residual_aspirated_ml)} mL"),
        ]
    if isinstance(found, Interrogation):
        expected_ml = expected_at(case.snapshot, found.device, found.effective_at)
        return [("Expected in the pump", f"{number(expected_ml)} mL"), ("Read", f"{number(found.reservoir_ml)} mL")]
    if isinstance(found, Consent):
        return [("For", PURPOSE_WORDS[found.purpose]), ("What the patient said", found.reason)]
    return [("Why it was done", found.reason)]


#: What a physician reviews, by the fact.
_REVIEWS: dict[type[Fact], str] = {
    Determination: "Review a deviation",
    Fill: "Review an aspirate that differs",
    Interrogation: "Review a volume that differs",
    Consent: "A consent was taken back: decide",
}


@blueprint.route(path("/review/<seq:seq>"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def review(public_id: str, seq: int) -> ResponseReturnValue:
    """Review what was done against the plan, or decide about a consent that was taken back."""
    case, form = opened(public_id), ReviewForm()
    deviations = case.snapshot.determinations(DeterminationKind.DEVIATION)
    withdrawn = (each for each in case.snapshot.of(Consent) if each.state == ConsentState.WITHDRAWN)
    snapshot = case.snapshot
    fills, readings = snapshot.of(Fill), snapshot.of(Interrogation)
    done: tuple[Determination | Fill | Interrogation | Consent, ...] = (*deviations, *fills, *readings, *withdrawn)
    found = next((each for each in done if each.seq == seq), None)
    if found is None:
        raise NotFound(str(seq))
    act = Act(
        title=_REVIEWS[type(found)],
        submit="Record the review",
        done="review",
        known=[("Done", at(found.effective_at)), *_to_review(case, found)],
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: decisions.review_deviation(work, ref, seq=seq, finding=form.finding.data),
    )
