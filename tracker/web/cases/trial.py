"""The trial of a case: dose ordered and given, catheter, scores, observation, and the physician's outcome."""

from collections.abc import Mapping

from flask import url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.facts import Assessment
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import act_blockers
from tracker.domain.words import DeterminationKind, DeviceKind
from tracker.queries.case_detail import OpenedCase
from tracker.queries.colleagues import list_colleagues
from tracker.services import trials
from tracker.services.dose_check import check_dose
from tracker.web.cases.acting import Act, Check, answer, opened, path, seen_blockers
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.sentences import civil, number
from tracker.web.cases.trial_forms import (
    AbortForm,
    CatheterOutForm,
    EndObservationForm,
    GiveDoseForm,
    OrderDoseForm,
    OutcomeForm,
    TrialCatheterForm,
)
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import INSTRUMENTS, OCCASIONS, first_upper
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now
from tracker.web.common.database import read_session
from tracker.web.common.filters import at
from tracker.web.common.second_person import confirmation


def colleagues(holding: Permission | None = None) -> list[tuple[int, str]]:
    """Everybody of the clinic but this person; ``holding``: who may do it too, and so can read it as the second."""
    found = list_colleagues(read_session(), actor(), holding=holding)
    return [each for each in found if each[0] != actor().user_id]


def _doses(case: OpenedCase) -> list[tuple[str, str]]:
    """What the physician ordered, and the doses of this series, to read from and never to copy."""
    order = case.snapshot.determination(DeterminationKind.DOSE_ORDER)
    given = [f"{number(dose.dose_mcg)} mcg, {at(dose.effective_at)}" for dose in case.snapshot.doses]
    return [
        ("Ordered", f"{order.value} mcg, {at(order.effective_at)}" if order else "nothing yet"),
        ("Given in this series", "; ".join(given) or "nothing yet"),
    ]


def _scores(case: OpenedCase) -> list[tuple[str, str]]:
    """Every set of scores, by when it was taken, and by what others call a trial passed."""
    sets: dict[tuple[str, str], list[str]] = {}
    for score in case.snapshot.of(Assessment):
        what = ", ".join(filter(None, (score.site, score.side))) or INSTRUMENTS[score.instrument]
        taken = (first_upper(OCCASIONS[score.occasion]), at(score.effective_at))
        sets.setdefault(taken, []).append(f"{what} {score.value}")
    found = [(f"{occasion}, {when}", "; ".join(values)) for (occasion, when), values in sets.items()]
    return found + [(f"Passed, says: {rule.whose}", f"{rule.text} ({rule.source})") for rule in case.pathway.pass_rules]


@blueprint.route(path("/order-dose"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def order_dose(public_id: str) -> ResponseReturnValue:
    """Order the next test dose. The field is empty, and the approved doses are only named when another is typed."""
    case, form = opened(public_id), OrderDoseForm()
    act = Act(title="Order a test dose", submit="Order the dose", done="test dose ordered", known=_doses(case))
    return answer(case, form, act, lambda work, ref: trials.order_dose(work, ref, dose_mcg=form.dose_mcg.data))


@blueprint.route(path("/give-dose"), methods=["GET", "POST"])
@permission(Permission.GIVE_DOSE)
def give_dose(public_id: str) -> ResponseReturnValue:
    """Check a test dose before it is injected; record one that was given, by the book or as a deviation."""
    case, form = opened(public_id), GiveDoseForm()
    readers = dict(colleagues(Permission.GIVE_DOSE))
    form.offer(case.pathway.drugs)
    form.second_by.offer(readers.items())
    act = Act(
        title="Test dose: check and record",
        submit="Record the dose as given",
        done="test dose given",
        treats=True,
        lands=lambda written: url_for("cases.observation", public_id=written.public_id, dose=written.facts[0].seq),
        lede="Check it before the injection, record it afterwards. A failed puncture is no dose: record that the trial "
        "was broken off instead.",
        known=_doses(case),
        missing=act_blockers(case.pathway, case.snapshot, "trial", now()),
        check=_check_before_injecting(case, form, readers),
        fields="cases/_dose_fields.html",
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: trials.give_dose(
            work, ref, form.given(seen_blockers()), given_at=instant_of(form.given_at.data, clinic().zone)
        ),
    )


def _check_before_injecting(case: OpenedCase, form: GiveDoseForm, readers: Mapping[int, str]) -> Check:
    """The look at the syringe that two people take together, while it can still be put away."""

    def find() -> tuple[Blocker, ...]:
        given, second = form.given(frozenset()), confirmation()
        problems = given.problems(actor().user_id)
        if second is None or second.user_id != given.second_by:
            problems.setdefault("pin", "The second person confirms with their own PIN.")
        if problems:
            raise InvalidInput(problems)
        typed = instant_of(form.given_at.data, clinic().zone)
        return check_dose(case, given, min(typed or now(), now()))

    def go() -> str:
        given = form.given(frozenset())
        amount = f"{number(given.dose_mcg)} mcg = {number(given.volume_ml)} mL of {number(given.concentration_mcg_ml)}"
        return (
            f"May be injected: {amount} mcg/mL {given.drug}, as ordered. Checked {at(now())[-5:]} with "
            f"{readers[given.second_by or 0]}; nothing is recorded yet."
        )

    return Check(
        label="Check before injecting",
        find=find,
        stop="Stop: do not inject.",
        go=go,
        read=lambda: f"{form.given(frozenset()).syringe}|{form.given_at.data or ''}",
    )


@blueprint.route(path("/trial-catheter"), methods=["GET", "POST"])
@permission(Permission.GIVE_DOSE)
def trial_catheter(public_id: str) -> ResponseReturnValue:
    """Record a temporary catheter."""
    case, form = opened(public_id), TrialCatheterForm()
    act = Act(title="Trial catheter placed", submit="Record the catheter", done="trial catheter placed")
    return answer(
        case,
        form,
        act,
        lambda work, ref: trials.place_trial_catheter(
            work, ref, out_by_on=form.out_by_on.data, model=form.model.data, lot=form.lot.data
        ),
    )


@blueprint.route(path("/catheter-out"), methods=["GET", "POST"])
@permission(Permission.GIVE_DOSE)
def catheter_out(public_id: str) -> ResponseReturnValue:
    """Record that the temporary catheter was taken out."""
    case, form = opened(public_id), CatheterOutForm()
    inside = [each for each in case.snapshot.devices_in_place if each.kind == DeviceKind.TRIAL_CATHETER]
    known = [("In since", f"{civil(each.placed_on)}, out by {civil(each.out_by_on)}") for each in inside]
    act = Act(
        title="Trial catheter taken out", submit="Record the removal", done="trial catheter taken out", known=known
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: trials.remove_trial_catheter(work, ref, tip_intact=form.tip.data == "intact"),
    )


@blueprint.route(path("/abort-trial"), methods=["GET", "POST"])
@permission(Permission.GIVE_DOSE)
def abort_trial(public_id: str) -> ResponseReturnValue:
    """Record that the trial was broken off before a dose reached the patient."""
    case, form = opened(public_id), AbortForm()
    act = Act(title="Trial broken off", submit="Record that it was broken off", done="trial broken off")
    return answer(
        case,
        form,
        act,
        lambda work, ref: trials.abort_trial(work, ref, why=form.why.data, reason=form.reason.data),
    )


@blueprint.route(path("/end-observation"), methods=["GET", "POST"])
@permission(Permission.GIVE_DOSE)
def end_observation(public_id: str) -> ResponseReturnValue:
    """Record that the observation ended early."""
    case, form = opened(public_id), EndObservationForm()
    dose = case.snapshot.attempt_dose
    act = Act(
        title="Observation ended early",
        submit="Record the early end",
        done="observation ended early",
        home=url_for("cases.observation", public_id=public_id, dose=dose.seq) if dose else "",
        lede="Nobody will have seen the whole effect: the trial can then only be not assessable, or aborted.",
        known=_doses(case),
    )
    return answer(case, form, act, lambda work, ref: trials.end_observation(work, ref, reason=form.reason.data))


@blueprint.route(path("/outcome"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def outcome(public_id: str) -> ResponseReturnValue:
    """Record the outcome of the trial."""
    case, form = opened(public_id), OutcomeForm()
    act = Act(
        title="Outcome of the trial",
        submit="Record the outcome",
        done="outcome of the trial",
        known=[*_doses(case)[1:], *_scores(case)],
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: trials.record_outcome(work, ref, outcome=form.outcome.data, reason=form.reason.data),
    )
