"""Moving a case along by hand, pausing it, giving it an owner, ending it, and striking out what was wrong."""

from flask import request
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import NotFound
from tracker.domain.facts import Document, Fact
from tracker.domain.pathway.engine import offered
from tracker.queries.case_detail import OpenedCase, open_pumps_case
from tracker.services import corrections, pumps, steps
from tracker.services.reoperations_struck import is_operation
from tracker.services.work import CaseRef, Work, Written
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.history import names_of
from tracker.web.cases.refill_notices import death_notices, refill_notices
from tracker.web.cases.sentences import as_told, civil, fact_sentence
from tracker.web.cases.step_forms import (
    AskTransferForm,
    AssignForm,
    CloseWatchForm,
    ConfirmedCorrectForm,
    CorrectForm,
    DeathForm,
    HoldForm,
    PlainStepForm,
    ReadCorrectForm,
    ResumeForm,
    StepForm,
    StopTherapyForm,
    SwitchOffForm,
    TakeForm,
    TransferForm,
)
from tracker.web.cases.trial import colleagues
from tracker.web.cases.words import DOCUMENT_WORDS
from tracker.web.common.access import permission
from tracker.web.common.current import actor, now
from tracker.web.common.database import read_session
from tracker.web.common.filters import at
from tracker.web.common.forms import options


def _gone(_work: Work, _ref: CaseRef) -> Written:
    raise NotFound("this step does not begin where the case stands")


def _documents(case: OpenedCase) -> list[tuple[int, str]]:
    return [(each.seq, f"{DOCUMENT_WORDS[each.kind]}, {civil(each.dated_on)}") for each in case.snapshot.of(Document)]


@blueprint.route(path("/take-step"), methods=["GET", "POST"])
@permission(Permission.MOVE_CASE)
def take_step(public_id: str) -> ResponseReturnValue:
    """Take the step named by ``?step=``, with a reason from its list if it has one."""
    case, name = opened(public_id), request.args.get("step", "")
    offer = offered(case.pathway, case.snapshot, now()).named(name)
    edge = offer.transition if offer else case.pathway.transition(name, case.snapshot.stage)
    if edge is None and name in {each.name for each in case.pathway.transitions} and request.method == "POST":
        # The case went on in another tab: the page says what changed, and takes nobody for lost.
        return answer(case, PlainStepForm(), Act(title="This step", submit="", done=""), _gone)
    if edge is None or edge.is_automatic:
        raise NotFound(name)
    form: StepForm | PlainStepForm = StepForm() if edge.reasons else PlainStepForm()
    if isinstance(form, StepForm):
        form.reason.choices = options({reason: reason[:1].upper() + reason[1:] for reason in edge.reasons})
    here, there = case.pathway.stages[edge.source], case.pathway.stages[edge.target]
    act = Act(
        title=edge.label,
        submit=edge.label,
        done=edge.label,
        known=[("From", here.label), ("To", there.label)],
        missing=offer.blockers if offer else (),
        is_danger=not there.is_open,
    )

    def chosen() -> str:
        return str(form.reason.data or "") if isinstance(form, StepForm) else ""

    return answer(case, form, act, lambda work, ref: steps.take_step(work, ref, step=name, reason=chosen()))


@blueprint.route(path("/hold"), methods=["GET", "POST"])
@permission(Permission.HOLD)
def hold(public_id: str) -> ResponseReturnValue:
    """Pause the stage's target until a review date."""
    case, form = opened(public_id), HoldForm()
    act = Act(
        title="Put on hold",
        submit="Put on hold",
        done="on hold",
        lede="Pauses the target of the stage only. Dates of a refill, a catheter or a wound are never paused.",
    )
    return answer(
        case, form, act, lambda work, ref: steps.hold(work, ref, until_on=form.until_on.data, reason=form.reason.data)
    )


@blueprint.route(path("/resume"), methods=["GET", "POST"])
@permission(Permission.HOLD)
def resume(public_id: str) -> ResponseReturnValue:
    """End a hold."""
    case, form = opened(public_id), ResumeForm()
    standing = case.snapshot.hold
    if standing is None:
        raise NotFound("hold")
    known = [("On hold until", civil(standing.until_on)), ("Waited for", standing.reason)]
    act = Act(title="Take off hold", submit="Take off hold", done="off hold", known=known)
    return answer(case, form, act, lambda work, ref: steps.resume(work, ref, reason=form.reason.data))


@blueprint.route(path("/assign"), methods=["GET", "POST"])
@permission(Permission.ASSIGN)
def assign(public_id: str) -> ResponseReturnValue:
    """Give the case to somebody, or back to the role."""
    case, form = opened(public_id), AssignForm()
    form.owner.offer([*colleagues(), (actor().user_id, actor().name)], nobody="Nobody: whoever has the role")
    act = Act(
        title="Who takes care of this case",
        submit="Give the case",
        done="owner of the case",
        known=[("Now", case.head.owner_name or "nobody in person")],
    )
    return answer(case, form, act, lambda work, ref: steps.assign(work, ref, user_id=form.owner.data))


@blueprint.route(path("/take"), methods=["GET", "POST"])
@permission(Permission.ASSIGN)
def take(public_id: str) -> ResponseReturnValue:
    """Take the case oneself."""
    case, form, me = opened(public_id), TakeForm(), actor().user_id
    act = Act(title="Take this case", submit="Take this case", done="you take care of this case")
    return answer(case, form, act, lambda work, ref: steps.assign(work, ref, user_id=me))


@blueprint.route(path("/death"), methods=["GET", "POST"])
@permission(Permission.CLOSE)
def death(public_id: str) -> ResponseReturnValue:
    """Record that the patient died."""
    case, form = opened(public_id), DeathForm()
    form.second_by.offer(colleagues())
    form.document_seq.offer(_documents(case))
    act = Act(
        title="The patient died",
        submit="Record the death",
        done="the patient died",
        lede="All messages stop, the visits that are booked are cancelled, and the case closes. If it is struck out, "
        "somebody opens the case again, and what was cancelled is booked anew.",
        is_danger=True,
        after=lambda _written: death_notices(case),
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: steps.record_death(
            work,
            ref,
            died_on=form.died_on.data,
            source=form.source.data,
            second_by=form.second_by.data,
            document_seq=form.document_seq.data,
        ),
    )


@blueprint.route(path("/ask-transfer"), methods=["GET", "POST"])
@permission(Permission.CLOSE)
def ask_transfer(public_id: str) -> ResponseReturnValue:
    """Record that another clinic is asked to take the patient over."""
    case, form = opened(public_id), AskTransferForm()
    act = Act(title="Transfer asked for", submit="Record that it is asked for", done="transfer asked for")
    return answer(
        case,
        form,
        act,
        lambda work, ref: steps.ask_transfer(work, ref, to_clinic=form.to_clinic.data, until_on=form.until_on.data),
    )


@blueprint.route(path("/transfer"), methods=["GET", "POST"])
@permission(Permission.CLOSE)
def transfer(public_id: str) -> ResponseReturnValue:
    """Record that another clinic has taken the patient over."""
    case, form = opened(public_id), TransferForm()
    form.second_by.offer(colleagues())
    form.document_seq.offer(_documents(case))
    act = Act(
        title="Transferred to another clinic",
        submit="Record the transfer",
        done="transfer",
        lede="With a pump in place: only once the first refill was done there. Closing the case is its own step.",
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: steps.record_transfer(
            work,
            ref,
            to_clinic=form.to_clinic.data,
            second_by=form.second_by.data,
            document_seq=form.document_seq.data,
        ),
    )


@blueprint.route(path("/stop-therapy"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def stop_therapy(public_id: str) -> ResponseReturnValue:
    """Record that the therapy is stopped while the pump stays in."""
    case, form = opened(public_id), StopTherapyForm()
    form.second_by.offer(colleagues())
    act = Act(
        title="Therapy stopped, pump left in",
        submit="Record that the therapy is stopped",
        done="therapy stopped",
        lede="The pump stays in, and so does its refill date.",
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: steps.record_therapy_stopped(
            work, ref, reason=form.reason.data, second_by=form.second_by.data
        ),
    )


@blueprint.route(path("/device/<seq:device>/switched-off"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def switch_off(public_id: str, device: int) -> ResponseReturnValue:
    """Record what became of the pump of somebody who died, where it stays in."""
    case, form = opened(public_id), SwitchOffForm()
    part = next((each for each in case.snapshot.devices_in_place if each.device == device), None)
    if part is None:
        raise NotFound(str(device))
    act = Act(
        title="Pump of somebody who died",
        submit="Record that it is switched off",
        done="pump switched off",
        lede="A pump must not be cremated. Was it taken out? Then record its removal.",
        known=[("Pump", f"{part.model}{', serial ' + part.serial if part.serial else ''}")],
        is_danger=True,
    )
    return answer(
        case, form, act, lambda work, ref: pumps.switch_off_pump(work, ref, device=device, reason=form.reason.data)
    )


@blueprint.route(path("/close-watch"), methods=["GET", "POST"])
@permission(Permission.DECIDE_OUTCOME)
def close_watch(public_id: str) -> ResponseReturnValue:
    """Record that nobody needs to watch for withdrawal any more."""
    case, form = opened(public_id), CloseWatchForm()
    act = Act(title="Watch for withdrawal closed", submit="Close the watch", done="watch for withdrawal closed")
    return answer(case, form, act, lambda work, ref: steps.close_withdrawal_watch(work, ref, reason=form.reason.data))


@blueprint.route(path("/correct/<seq:seq>"), methods=["GET", "POST"])
@permission(Permission.CORRECT)
def correct(public_id: str, seq: int) -> ResponseReturnValue:
    """Strike out what was wrong. It stays in the history; what stood on it is blocked or due at once."""
    return _strike(public_id, seq)


@blueprint.route(path("/correct-clinical/<seq:seq>"), methods=["GET", "POST"])
@permission(Permission.CORRECT_CLINICAL)
def correct_clinical(public_id: str, seq: int) -> ResponseReturnValue:
    """Strike out a dose, a score, a device or a fill: for those who treat."""
    return _strike(public_id, seq)


_OF_ENTRY = "It stays readable in the history. The case stays where it is; what stood on this entry is asked again."
_OF_OPERATION = (
    "It stays readable in the history. In the case of the pump the devices stand again as before: what was taken out "
    "is in place again, what was put in and filled is struck out too, and the refill is due as before. A refill visit "
    "that was cancelled with the pump stays cancelled."
)


def _correct_form(case: OpenedCase, fact: Fact) -> CorrectForm:
    """The form asks for whoever else must confirm it, beside the first person or in an office."""
    reader = corrections.reader_of(case.pathway, case.snapshot, fact)
    if reader is not None:
        read = ReadCorrectForm()
        read.second_by.offer(colleagues(reader))
        return read
    if corrections.needs_second(case.snapshot, fact):
        confirmed = ConfirmedCorrectForm()
        confirmed.second_by.offer(colleagues())
        confirmed.document_seq.offer(_documents(case))
        return confirmed
    return CorrectForm()


def _strike(public_id: str, seq: int) -> ResponseReturnValue:
    case = opened(public_id)
    fact = next((each for each in case.snapshot.facts if each.seq == seq), None)
    if fact is None or isinstance(fact, corrections.NOT_HERE):
        raise NotFound(str(seq))
    form = _correct_form(case, fact)
    of_the_pump = open_pumps_case(read_session(), actor(), case) if is_operation(fact) else case
    told = as_told(fact)
    names = names_of(read_session(), actor(), (), [fact])
    who = names.users.get(fact.recorded_by or 0, "The system")
    act = Act(
        title="Strike out an entry",
        submit="Strike it out",
        done="entry struck out. Record now what is right",
        lede=_OF_OPERATION if is_operation(fact) else _OF_ENTRY,
        known=[("Entry", fact_sentence(told, names)), ("Written", f"{at(fact.recorded_at)} by {who}")],
        is_danger=True,
        after=lambda _written: refill_notices(of_the_pump),
    )

    def use_case(work: Work, ref: CaseRef) -> Written:
        confirmed = {name: form[name].data for name in ("second_by", "document_seq") if name in form}
        return corrections.strike(work, ref, seq=seq, reason=form.reason.data, **confirmed)

    return answer(case, form, act, use_case)
