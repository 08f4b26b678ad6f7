"""What a procedure stands on: the evaluation, documents, and the payers' authorizations."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Authorization, Evaluation
from tracker.queries.clinic import list_payers
from tracker.services import authorizations, evaluations
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.ground_forms import (
    AnswerForm,
    AuthorizationForm,
    DocumentForm,
    EvaluationForm,
    procedures_of,
)
from tracker.web.cases.referred import as_referred
from tracker.web.cases.sentences import civil
from tracker.web.cases.words import AUTHORIZATION_STATES, DOCUMENT_WORDS
from tracker.web.common.access import permission
from tracker.web.common.current import clinic
from tracker.web.common.database import read_session
from tracker.web.common.paper_uploads import PaperInHand, takes_a_paper

_YES_NO = {True: "yes", False: "no"}


@blueprint.route(path("/evaluation"), methods=["GET", "POST"])
@permission(Permission.EVALUATE)
def evaluation(public_id: str) -> ResponseReturnValue:
    """Record the evaluation. What the last one said is filled in, for it is taken over or changed as a whole."""
    case, form = opened(public_id), EvaluationForm()
    if case.snapshot.evaluation is not None and not form.is_submitted():
        _fill_in(form, case.snapshot.evaluation)
    act = Act(
        title="Evaluation",
        submit="Record the evaluation",
        done="evaluation",
        lede="What is not answered stays open and is asked again before the next step.",
        known=as_referred(case),
    )
    return answer(case, form, act, lambda work, ref: evaluations.record_evaluation(work, ref, form.findings()))


def _fill_in(form: EvaluationForm, standing: Evaluation) -> None:
    for field in form:
        if field.type != "CSRFTokenField":
            value = getattr(standing, field.short_name)
            field.data = _YES_NO.get(value, "") if field.type == "YesNoField" else value


@blueprint.route(path("/document"), methods=["GET", "POST"])
@permission(Permission.CONSENT)
@takes_a_paper
def document(public_id: str) -> ResponseReturnValue:
    """Record a paper. ``?kind=`` says which, from the link that was followed."""
    case, form = opened(public_id), DocumentForm()
    paper = PaperInHand(form)
    if not form.is_submitted() and request.args.get("kind", "") in DOCUMENT_WORDS:
        form.kind.data = request.args["kind"]
    act = Act(title="Attach a document", submit="Record the document", done="document", first=paper.examine)
    return answer(
        case,
        form,
        act,
        lambda work, ref: evaluations.record_document(
            work,
            ref,
            kind=form.kind.data,
            dated_on=form.dated_on.data,
            title=form.title.data,
            reference=form.reference.data,
            paper=paper.found,
        ),
    )


def _offer_payers(form: AnswerForm, chosen: int | None) -> None:
    payers = [(each.id, each.name) for each in list_payers(read_session(), clinic().id) if each.is_active]
    form.payer_id.offer(payers)
    if not form.is_submitted():
        form.payer_id.data = chosen


@blueprint.route(path("/authorization"), methods=["GET", "POST"])
@permission(Permission.AUTHORIZE)
def authorization(public_id: str) -> ResponseReturnValue:
    """Ask for an authorization, or record one that came. ``?stage=`` says for what."""
    case, form = opened(public_id), AuthorizationForm()
    form.stage.choices = procedures_of(case.pathway)
    _offer_payers(form, case.head.payer_id)
    if not form.is_submitted() and request.args.get("stage", "") in case.pathway.procedures:
        form.stage.data = request.args["stage"]
    act = Act(title="Prior authorization", submit="Record the prior auth", done="prior auth")
    return answer(
        case,
        form,
        act,
        lambda work, ref: authorizations.ask_authorization(work, ref, stage=form.stage.data, terms=form.terms()),
    )


@blueprint.route(path("/authorization/<seq:seq>"), methods=["GET", "POST"])
@permission(Permission.AUTHORIZE)
def answer_authorization(public_id: str, seq: int) -> ResponseReturnValue:
    """Record the payer's answer, an extension or a withdrawal. What is known is filled in, but not the answer."""
    case, form = opened(public_id), AnswerForm()
    standing = next((each for each in case.snapshot.of(Authorization) if each.seq == seq), None)
    if standing is None:
        raise NotFound(str(seq))
    _offer_payers(form, standing.payer_id)
    if not form.is_submitted():
        _fill_in_terms(form, standing)
    act = Act(
        title=f"Prior authorization for the {standing.stage}",
        submit="Record the answer",
        done=f"prior auth for the {standing.stage}",
        known=[
            ("So far", AUTHORIZATION_STATES[standing.state]),
            ("Number", standing.number or "–"),
            ("Valid", f"{civil(standing.valid_from)} to {civil(standing.valid_to)}"),
        ],
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: authorizations.change_authorization(work, ref, seq=seq, terms=form.terms()),
    )


def _fill_in_terms(form: AnswerForm, standing: Authorization) -> None:
    for name in ("number", "procedure_codes", "units", "asked_on", "answer_due_on", "valid_from", "valid_to"):
        form[name].data = getattr(standing, name)
