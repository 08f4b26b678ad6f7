"""Consents: signed on the tablet or on paper, shown and printed as they were signed, withdrawn, and void."""

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.consent_texts import LANGUAGES, ConsentText, WhichText
from tracker.domain.errors import NotFound
from tracker.domain.languages import code_of
from tracker.domain.own_words import version_words
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.person import age_on
from tracker.queries.case_detail import OpenedCase
from tracker.queries.clinic import list_clinicians
from tracker.queries.consent_texts import known, languages_of, list_versions, read_text
from tracker.queries.consents import get_signed_form
from tracker.services import consents
from tracker.services.consents import TextRef
from tracker.web.cases.acting import Act, answer, opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.consent_forms import (
    OTHER_FORM,
    ConsentForm,
    EndConsentForm,
    SignConsentForm,
    VoidConsentForm,
    WithdrawConsentForm,
)
from tracker.web.cases.consent_paper import Paper, blank_paper, signed_paper
from tracker.web.cases.ground_forms import PROCEDURES, procedures_of
from tracker.web.cases.identity import person_of
from tracker.web.cases.links import Link
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, today
from tracker.web.common.database import read_session
from tracker.web.common.forms import options
from tracker.web.common.paper_uploads import PaperInHand, takes_a_paper


@blueprint.route(path("/consent"), methods=["GET", "POST"])
@permission(Permission.CONSENT)
@takes_a_paper
def consent(public_id: str) -> ResponseReturnValue:
    """Record a consent that was signed on paper. ``?purpose=`` says for what."""
    case, form = opened(public_id), ConsentForm()
    paper = PaperInHand(form)
    form.purpose.choices = procedures_of(case.pathway)
    form.text.choices = options({"": OTHER_FORM, **_versions(case)})
    _offer(case, form)
    _choose_purpose(case, form)
    act = Act(
        title="Capture a consent",
        submit="Record the consent",
        done="consent",
        lede="Signed here and now, it is best signed on the tablet. What was signed on paper is recorded below.",
        others=_other_ways(case),
        first=paper.examine,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: consents.record_consent(
            work,
            ref,
            purpose=form.purpose.data,
            signed_on=form.signed_on.data,
            signing=form.signing(),
            valid_to=form.valid_to.data,
            text=form.text_ref(),
            paper=paper.found,
        ),
    )


@blueprint.route(path("/sign-consent"), methods=["GET", "POST"])
@permission(Permission.CONSENT)
def sign_consent(public_id: str) -> ResponseReturnValue:
    """Show the text in the patient's language, and take the signature. ``?purpose=`` says for what, ``?language=`` in
    which language."""
    case, form = opened(public_id), SignConsentForm()
    text = _asked_text(case)
    _offer(case, form)
    read = form.text_version.data or ""
    if not form.is_submitted():
        _choose_clinician(case, form, text.which.procedure)
    elif read != str(text.version):
        form.strokes.data = ""  # it was drawn under another text than the one that stands on the page now
    form.text_version.data = str(text.version)
    act = Act(
        title=text.title,
        submit="Keep this signature",
        done="consent",
        template="cases/sign_consent.html",
        context={
            "paper": blank_paper(text.for_clinic(clinic().name), clinic().name),
            "person": person_of(case.head.patient, today(), is_clinical=False),
            "languages": _language_links(case, text.which, "cases.sign_consent"),
            "paper_url": url_for("cases.consent_form", public_id=public_id, purpose=text.which.procedure,
                                 language=text.which.language),
            "record_url": url_for("cases.consent", public_id=public_id, purpose=text.which.procedure),
        },
    )  # fmt: skip
    return answer(
        case,
        form,
        act,
        lambda work, ref: consents.sign_consent(
            work,
            ref,
            purpose=text.which.procedure,
            text=TextRef(text.which.language, int(read) if read.isascii() and read.isdigit() and len(read) < 9 else 0),
            signing=form.signing(),
            strokes=form.strokes.data or "",
        ),
    )


@blueprint.get(path("/consent-form"))
@permission(Permission.CONSENT)
def consent_form(public_id: str) -> str:
    """Show the text with empty lines, to be printed and signed on paper."""
    case = opened(public_id)
    text = _asked_text(case)
    paper = blank_paper(text.for_clinic(clinic().name), clinic().name)
    return _paper(case, paper, _language_links(case, text.which, "cases.consent_form"))


@blueprint.get(path("/consents/<string(length=32):form_id>"))
@permission(Permission.SEE_CLINICAL)
def signed_consent(public_id: str, form_id: str) -> str:
    """Show a consent as it was signed."""
    case = opened(public_id)
    signed = get_signed_form(read_session(), actor(), case.head.case_id, form_id)
    return _paper(case, signed_paper(signed, clinic().name, clinic().zone))


@blueprint.route(path("/withdraw-consent"), methods=["GET", "POST"])
@permission(Permission.CONSENT)
def withdraw_consent(public_id: str) -> ResponseReturnValue:
    """Record that the patient takes a consent back."""
    case, form = opened(public_id), WithdrawConsentForm()
    _offer_ends(case, form)
    act = Act(
        title="The patient withdraws a consent",
        submit="Withdraw the consent",
        done="consent withdrawn",
        lede="The procedure cannot go on until a new consent is signed, and a physician decides what follows. "
        "The signed form stays in the history.",
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: consents.withdraw_consent(work, ref, purpose=form.purpose.data, reason=form.reason.data),
    )


@blueprint.route(path("/void-consent"), methods=["GET", "POST"])
@permission(Permission.CONSENT)
def void_consent(public_id: str) -> ResponseReturnValue:
    """Record that a consent does not hold any more, because something else is planned or true now."""
    case, form = opened(public_id), VoidConsentForm()
    _offer_ends(case, form)
    act = Act(
        title="A consent does not hold any more",
        submit="Record that it does not hold",
        done="consent void",
        lede="The patient did not take it back, but agreed to something else than is planned now. It is asked anew.",
        is_danger=True,
    )
    return answer(
        case,
        form,
        act,
        lambda work, ref: consents.void_consent(work, ref, purpose=form.purpose.data, reason=form.reason.data),
    )


def _offer(case: OpenedCase, form: ConsentForm | SignConsentForm) -> None:
    """Who could do it; and what a child said, where the patient is one."""
    people = [(each.id, each.name) for each in list_clinicians(read_session(), clinic().id) if each.is_active]
    form.clinician_id.offer(people, "not said")
    if not _is_child(case):
        del form.assent


def _is_child(case: OpenedCase) -> bool:
    needs = [need for each in case.pathway.procedures.values() for need in each.needs if isinstance(need, ConsentValid)]
    age = age_on(case.head.patient.birth_on, today())
    return any(age < need.of_age_years for need in needs)


def _choose_clinician(case: OpenedCase, form: SignConsentForm, purpose: str) -> None:
    visit = case.snapshot.booked(purpose)
    form.clinician_id.data = visit.clinician_id if visit else None


def _choose_purpose(case: OpenedCase, form: ConsentForm | EndConsentForm) -> None:
    if not form.is_submitted() and request.args.get("purpose", "") in case.pathway.procedures:
        form.purpose.data = request.args["purpose"]


def _offer_ends(case: OpenedCase, form: EndConsentForm) -> None:
    form.purpose.choices = procedures_of(case.pathway)
    _choose_purpose(case, form)


def _asked_text(case: OpenedCase) -> ConsentText:
    """The text that the address asks for, with its fields as they are written.

    :raises NotFound: if the pathway has no such procedure, or there is no text in this language
    """
    purpose = request.args.get("purpose", "")
    if purpose not in case.pathway.procedures:
        raise NotFound("no such procedure")
    spoken, given = code_of(case.head.patient.language), languages_of(purpose)
    language = request.args.get("language") or (spoken if spoken in given else given[0])
    return read_text(read_session(), clinic().id, known(purpose, language))


def _versions(case: OpenedCase) -> dict[str, str]:
    """Every version of the texts of this pathway, as the options of a field."""
    found: dict[str, str] = {}
    for purpose in case.pathway.procedures:
        for language in languages_of(purpose):
            for each in list_versions(read_session(), clinic().id, WhichText(purpose, language)):
                label = f"{LANGUAGES[language]}, {version_words(each.text.version)}"
                found.setdefault(f"{language}.{each.text.version}", label)
    return found


def _language_links(case: OpenedCase, which: WhichText, endpoint: str) -> Sequence[Link]:
    return [
        Link(
            label=LANGUAGES[language],
            url=url_for(endpoint, public_id=case.head.public_id, purpose=which.procedure, language=language),
        )
        for language in languages_of(which.procedure)
        if language != which.language
    ]


def _other_ways(case: OpenedCase) -> Sequence[Link]:
    asked = request.args.get("purpose", "")
    found = []
    for purpose in [asked] if asked in case.pathway.procedures else case.pathway.procedures:
        name, public_id = PROCEDURES[purpose].lower(), case.head.public_id
        on_tablet = url_for("cases.sign_consent", public_id=public_id, purpose=purpose)
        on_paper = url_for("cases.consent_form", public_id=public_id, purpose=purpose)
        found += [Link(label=f"Sign the {name} consent on this tablet", url=on_tablet)]
        found += [Link(label=f"Print the {name} form", url=on_paper)]
    return found


def _paper(case: OpenedCase, paper: Paper, languages: Sequence[Link] = ()) -> str:
    person = person_of(case.head.patient, today(), is_clinical=False)
    back = url_for("cases.show", public_id=case.head.public_id, _anchor="consents")
    return render_template("cases/consent_form.html", paper=paper, person=person, back_url=back, languages=languages)
