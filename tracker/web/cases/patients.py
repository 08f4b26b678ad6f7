"""How patients come in and are put right: a referral, a pump that is in already, the person's details."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.pathways import catalogue
from tracker.queries.case_detail import get_head, list_contact_lines
from tracker.queries.clinic import get_message_settings
from tracker.services import patients, pumps, referrals
from tracker.services.contact_details import doubts_about
from tracker.services.patients import Reach
from tracker.services.referrals import NewReferral
from tracker.services.work import Work
from tracker.web.cases.acting import calendar, expected_version, path, work_in
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.identity import person_of
from tracker.web.cases.patient_forms import PersonForm, ReferralForm, TakeOverForm
from tracker.web.cases.trial import colleagues
from tracker.web.common.access import permission
from tracker.web.common.current import actor, today
from tracker.web.common.database import read_session, writing


@blueprint.route("/referrals/new", methods=["GET", "POST"])
@permission(Permission.REFER)
def refer() -> ResponseReturnValue:
    """Take in a referral. The same patient on the same pathway is found, not made again."""
    form = ReferralForm()

    def take_in(work: Work) -> tuple[str, str]:
        referred = referrals.refer(work, form.referral(), calendar())
        if referred.is_new:
            said = "Recorded: referral."
        elif referred.is_kept:
            said = (
                "This patient is already there: the case goes on, and what is new was kept."
                " A task on Today says what it is."
            )
        else:
            said = "This patient is already there, and everything of this referral is known: nothing was added."
        return referred.case_public_id, said

    return _come_in(form, "cases/refer.html", take_in)


@blueprint.route("/pumps/take-over", methods=["GET", "POST"])
@permission(Permission.TAKE_OVER_PUMP)
def take_over() -> ResponseReturnValue:
    """Take over a patient whose pump is in already."""
    form = TakeOverForm()
    form.offer_drugs(catalogue.current())
    form.second_by.offer(colleagues(Permission.TAKE_OVER_PUMP))

    def take_in(work: Work) -> tuple[str, str]:
        new = NewReferral(
            person=form.person(),
            received_on=today(),
            indication=form.indication.data,
            payer=form.payer.data,
            notes=form.notes.data,
            source="pump taken over",
        )
        written = pumps.take_over_pump(work, new, form.pump_in_place(), calendar())
        return written.public_id, "Recorded: pump taken over. Book its refill."

    return _come_in(form, "cases/take_over.html", take_in)


def _come_in(form: PersonForm, template: str, take_in: Callable[[Work], tuple[str, str]]) -> ResponseReturnValue:
    _ask_for_texts(form)
    if form.validate_on_submit():
        try:
            with writing() as session:
                public_id, said = take_in(work_in(session))
        except InvalidInput as error:
            form.show_refusal(error)
        else:
            flash(said, "ready")
            _warn_about_reach(form)
            return redirect(url_for("cases.show", public_id=public_id), 303)
    return render_template(template, form=form), 422 if form.is_submitted() else 200


@blueprint.route(path("/identity"), methods=["GET", "POST"])
@permission(Permission.EDIT_PATIENT)
def identity(public_id: str) -> ResponseReturnValue:
    """Correct who the patient is and how to reach them."""
    patient = get_head(read_session(), actor(), public_id).patient
    contacts = list_contact_lines(read_session(), actor(), patient.id)
    form, status, changed, version = PersonForm(), 200, "", patient.version
    form.allow(patient)
    _ask_for_texts(form)
    if not form.is_submitted():
        form.fill_in(patient, contacts)
    else:
        status, version = 422, expected_version()
    if not actor().may(Permission.SEE_CLINICAL):
        form.keep_allergies(patient)
    if form.validate_on_submit():
        kept = [Reach(each.kind, each.as_typed, each.as_typed, each.owner) for each in contacts if _is_kept(each.owner)]
        try:
            with writing() as session:
                patients.change_patient(work_in(session), patient.public_id, version, form.person(kept), today())
        except InvalidInput as error:
            form.show_problems(error.problems)
        except StaleVersion as error:
            status, version = 409, error.current_version
            changed = "Somebody changed this patient meanwhile. Nothing of your form is saved yet. Read it again."
        else:
            flash("Recorded: details of the patient.", "ready")
            _warn_about_reach(form)
            return redirect(url_for("cases.show", public_id=public_id), 303)
    person = person_of(patient, today(), is_clinical=actor().may(Permission.SEE_CLINICAL))
    page = render_template(
        "cases/identity.html", form=form, person_line=person, public_id=public_id, version=version, changed=changed
    )
    return page, status


def _ask_for_texts(form: PersonForm) -> None:
    form.ask_for_texts(sends_texts=get_message_settings(read_session(), actor().clinic_id).sends_texts)


def _warn_about_reach(form: PersonForm) -> None:
    """Say what is doubtful about the numbers and addresses, as an import does."""
    for _kind, doubt in doubts_about(form.person().reach):
        flash(f"{doubt} It is kept as typed: ask for the right one.", "warn")


def _is_kept(owner: str) -> bool:
    """Whether the form does not show contacts of this owner, so that they must not end with it."""
    return owner not in {"patient", "caregiver"}
