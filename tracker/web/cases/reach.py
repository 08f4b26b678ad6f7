"""The page "How to reach them": every number and address of a patient, what was agreed there, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.pathways import catalogue
from tracker.queries.case_detail import CaseHead, get_head
from tracker.queries.reach import get_reach
from tracker.queries.reached import read_preferences
from tracker.queries.sending import is_paused
from tracker.services import contact_points
from tracker.services.contact_details import doubts_about
from tracker.services.contact_points import PatientRef
from tracker.services.work import Work
from tracker.web.cases.acting import expected_version, path, work_in
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.fields import CaseForm
from tracker.web.cases.identity import person_of
from tracker.web.cases.reach_forms import EndForm, PointForm, PostalForm, WishesForm
from tracker.web.cases.reach_lines import reach_page
from tracker.web.cases.reach_words import plan_of
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, runtime, today
from tracker.web.common.database import read_session, writing

_CHANGED = "Somebody changed this patient meanwhile. Nothing of your form is saved yet. Read it again."
_POINT = "/reach/<int:point_id>"


@dataclass(frozen=True, slots=True)
class _Forms:
    """The forms of the page. ``sent``: the one that was, with what was typed; ``ending``: which number or address its
    reason is about, 0 where it is none."""

    sent: CaseForm | None
    add: PointForm
    wishes: WishesForm
    postal: PostalForm
    end: EndForm
    ending: int


def _forms(sent: CaseForm | None = None, ending: int = 0) -> _Forms:
    return _Forms(
        sent,
        sent if isinstance(sent, PointForm) else PointForm(formdata=None),
        sent if isinstance(sent, WishesForm) else WishesForm(formdata=None),
        sent if isinstance(sent, PostalForm) else PostalForm(formdata=None),
        sent if isinstance(sent, EndForm) else EndForm(formdata=None),
        ending,
    )


@blueprint.get(path("/reach"))
@permission(Permission.EDIT_PATIENT)
def reach(public_id: str) -> ResponseReturnValue:
    """Show how the patient is reached, and what happens now."""
    head = get_head(read_session(), actor(), public_id)
    return _page(head, _forms(), version=head.patient.version), 200


@blueprint.post(path("/reach/add"))
@permission(Permission.EDIT_PATIENT)
def add_point(public_id: str) -> ResponseReturnValue:
    """Add a number or address."""
    form = PointForm()

    def add(work: Work, ref: PatientRef) -> str:
        contact_points.add_point(work, ref, form.reach())
        return "added"

    return _act(public_id, _forms(form), add)


@blueprint.post(path("/reach/wishes"))
@permission(Permission.EDIT_PATIENT)
def set_wishes(public_id: str) -> ResponseReturnValue:
    """Record the preferred way, the language and the zone."""
    form = WishesForm()
    known = get_head(read_session(), actor(), public_id).patient.language

    def choose(work: Work, ref: PatientRef) -> str:
        try:
            language = form.spoken(known)
        except LookupError as error:
            raise InvalidInput({"other_language": "Say which language."}) from error
        contact_points.set_wishes(work, ref, prefers=form.prefers.data or "", language=language, zone=form.zone.data)
        return "how the patient wants to be reached"

    return _act(public_id, _forms(form), choose)


@blueprint.post(path("/reach/post"))
@permission(Permission.EDIT_PATIENT)
def set_postal_address(public_id: str) -> ResponseReturnValue:
    """Record where letters go."""
    form = PostalForm()

    def record(work: Work, ref: PatientRef) -> str:
        contact_points.set_postal_address(work, ref, address=form.address.data)
        return "the address for letters"

    return _act(public_id, _forms(form), record)


@blueprint.post(path(f"{_POINT}/end"))
@permission(Permission.EDIT_PATIENT)
def end_point(public_id: str, point_id: int) -> ResponseReturnValue:
    """End a number or address, with the reason."""
    form = EndForm()

    def end(work: Work, ref: PatientRef) -> str:
        contact_points.end_point(work, ref, point_id=point_id, reason=form.reason.data)
        return "ended"

    return _act(public_id, _forms(form, point_id), end)


@blueprint.post(path(f"{_POINT}/texts"))
@permission(Permission.EDIT_PATIENT)
def set_texts(public_id: str, point_id: int) -> ResponseReturnValue:
    """Record the agreement to text messages, or its end."""
    is_agreed = request.form.get("agreed") == "yes"

    def record(work: Work, ref: PatientRef) -> str:
        contact_points.set_texts(work, ref, point_id=point_id, is_agreed=is_agreed)
        return "agreed to text messages" if is_agreed else "no longer agrees to text messages"

    return _act(public_id, _forms(CaseForm()), record)


@blueprint.post(path(f"{_POINT}/verified"))
@permission(Permission.EDIT_PATIENT)
def verify_point(public_id: str, point_id: int) -> ResponseReturnValue:
    """Record that somebody there answered to the patient's name."""

    def verify(work: Work, ref: PatientRef) -> str:
        contact_points.verify_point(work, ref, point_id=point_id, how=request.form.get("how", ""))
        return "verified"

    return _act(public_id, _forms(CaseForm()), verify)


@blueprint.post(path(f"{_POINT}/messages"))
@permission(Permission.EDIT_PATIENT)
def set_messages(public_id: str, point_id: int) -> ResponseReturnValue:
    """Stop the messages to a number or address, or allow them again."""
    # Whoever presses says which; a request that says neither stops, which harms nobody.
    is_stopped = request.form.get("stopped") != "no"

    def switch(work: Work, ref: PatientRef) -> str:
        contact_points.set_messages(work, ref, point_id=point_id, is_stopped=is_stopped)
        return "messages stopped" if is_stopped else "messages allowed again"

    return _act(public_id, _forms(CaseForm()), switch)


def _act(public_id: str, forms: _Forms, use_case: Callable[[Work, PatientRef], str]) -> ResponseReturnValue:
    """Carry out one act and go back to the page, or show the page with what was typed and why nothing is saved."""
    head = get_head(read_session(), actor(), public_id)
    version, sent = expected_version(), forms.sent
    if sent is None:
        raise ValueError("an act is sent by a form")
    is_fine = sent.validate()
    if version != head.patient.version:
        return _page(head, forms, version=head.patient.version, changed=_CHANGED), 409
    if not is_fine:
        return _page(head, forms, version=version), 422
    try:
        with writing() as session:
            done = use_case(work_in(session), PatientRef(head.patient.public_id, version))
    except InvalidInput as error:
        sent.show_problems(error.problems)
        return _page(head, forms, version=version), 422
    except StaleVersion as error:
        return _page(head, forms, version=error.current_version, changed=_CHANGED), 409
    flash(f"Recorded: {done}.", "ready")
    for _kind, doubt in doubts_about([sent.reach()]) if isinstance(sent, PointForm) else ():
        flash(f"{doubt} It is kept as typed: ask for the right one.", "warn")
    return redirect(url_for("cases.reach", public_id=public_id), 303)


def _page(head: CaseHead, forms: _Forms, *, version: int, changed: str = "") -> str:
    session, viewer = read_session(), actor()
    found = get_reach(session, viewer, head.patient.id)
    wants = read_preferences(session, viewer.clinic_id, head.patient.id)
    forms.end.reason.id = f"reason-{forms.ending}"
    if forms.sent is not forms.wishes:
        forms.wishes.fill_in(head.patient.prefers, head.patient.language, found.zone)
    if forms.sent is not forms.postal:
        forms.postal.address.data = found.postal_address
    context: dict[str, Any] = {
        "plan": plan_of(catalogue.current().reminders, wants, found, head.patient.language),
        "is_paused": is_paused(session, viewer.clinic_id),
        "has_texter": runtime().texter is not None,
        "page": reach_page(found, today(), clinic().zone),
        "person_line": person_of(head.patient, today(), is_clinical=False),
    }
    return render_template(
        "cases/reach.html", forms=forms, public_id=head.public_id, version=version, changed=changed, **context
    )
