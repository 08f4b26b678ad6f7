"""Consents: signed for one procedure, withdrawn by the patient, or void because something changed. Each procedure is
asked separately. Signed on the tablet, the text and the drawn signature are kept as they were; signed on paper, the
text is kept where it is one of ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import insert, select

from tracker.domain.access import Permission
from tracker.domain.consent_texts import ConsentText, hash_of
from tracker.domain.errors import InvalidInput, NotFound, Question
from tracker.domain.facts import Consent
from tracker.domain.languages import code_of
from tracker.domain.names import fold, words_of
from tracker.domain.pathway.requirements.consent import ConsentValid
from tracker.domain.pathway.requirements.person import age_on
from tracker.domain.pathway.wording import sentence_of
from tracker.domain.signature import NotASignature, hash_of_strokes, read_strokes
from tracker.domain.words import Assent, ConsentState, Signer, is_word
from tracker.persistence.models import Clinic, ConsentFormRow, Patient
from tracker.queries.consent_texts import known, list_versions, read_text
from tracker.services.attachments import Paper, keep_paper, name_paper
from tracker.services.case_file import CaseFile, open_case
from tracker.services.named import place_problems
from tracker.services.work import CaseRef, Work, Written

#: What stands in the place of a name where the patient signed on paper.
_IS_THE_PATIENT = frozenset({"patient", "self"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signed and who was there. ``relation``: a member of ``Signer``; ``assent``: of ``Assent``, where a child was
    asked; ``clinician_id``: who is to do the procedure. Empty: nobody said."""

    signed_by: str
    relation: str = ""
    assent: str = ""
    witness: str = ""
    interpreter: str = ""
    clinician_id: int | None = None


@dataclass(frozen=True, slots=True)
class TextRef:
    """A version of one of the clinic's texts, or of a shipped one."""

    language: str
    version: int


def record_consent(
    work: Work,
    ref: CaseRef,
    *,
    purpose: str,
    signed_on: date,
    signing: Signing,
    valid_to: date | None = None,
    text: TextRef | None = None,
    paper: Paper | None = None,
) -> Written:
    """Record a consent that was signed on paper. A newer one takes the place of the one that stood. ``text``: which of
    our texts was signed, if it was one; ``paper``: its scan.

    :raises NotFound: if there is no such text
    :raises InvalidInput: for an unknown procedure, a date in the future, or no word on who signed
    """
    file = open_case(work, ref, Permission.CONSENT)
    problems = _signing_problems(file, purpose, signing)
    if signed_on > file.snapshot.calendar.today(work.now):
        problems["signed_on"] = "This date is in the future."
    if valid_to and valid_to < signed_on:
        problems["valid_to"] = "It ends before it was signed."
    if problems:
        raise InvalidInput(problems)
    form, hashes = None, dict[str, object]()
    if text is not None:
        form, hashes = _keep_form(file, _version_of(file, purpose, text), strokes="")
    named = name_paper(file, paper)
    written = _record(file, purpose, signed_on, signing, valid_to=valid_to, form=form, hashes=hashes, attachment=named)
    keep_paper(file, paper)
    return written


def sign_consent(work: Work, ref: CaseRef, *, purpose: str, text: TextRef, signing: Signing, strokes: str) -> Written:
    """Record a consent that is signed here and now, with the text as it is shown and the signature as it was drawn.

    :raises NotFound: if there is no such text
    :raises InvalidInput: for what is no signature, a text that was changed while it was read, or one that the patient
        cannot read and nobody interprets
    """
    file = open_case(work, ref, Permission.CONSENT)
    problems = _signing_problems(file, purpose, signing)
    if "purpose" in problems:
        raise InvalidInput(problems)
    if not signing.relation:
        problems["relation"] = "Say who signs: the patient, or who for them."
    if _language_of(file) != text.language and not signing.interpreter.strip():
        problems["interpreter"] = "The patient speaks another language than this text: name who interprets."
    current = read_text(work.session, file.case.clinic_id, known(purpose, text.language))
    if current.version != text.version:
        problems["strokes"] = "The text was changed while it was read. Read the new one, then sign."
    else:
        problems |= _stroke_problems(strokes)
    if problems:
        raise InvalidInput(problems)
    form, hashes = _keep_form(file, current, strokes=strokes)
    return _record(file, purpose, file.snapshot.calendar.today(work.now), signing, form=form, hashes=hashes)


def withdraw_consent(work: Work, ref: CaseRef, *, purpose: str, reason: str) -> Written:
    """Record that the patient took a consent back. What stood on it is blocked at once.

    :raises NotFound: if there is no signed consent for the procedure
    :raises InvalidInput: without a reason
    """
    return _end(work, ref, purpose, ConsentState.WITHDRAWN, reason=reason, ask="Say what the patient said.")


def void_consent(work: Work, ref: CaseRef, *, purpose: str, reason: str) -> Written:
    """Record that a consent does not hold any more, because what is planned or the patient's state has changed.

    :raises NotFound: if there is no signed consent for the procedure
    :raises InvalidInput: without a reason
    """
    return _end(work, ref, purpose, ConsentState.VOID, reason=reason, ask="Say what has changed.")


def _end(work: Work, ref: CaseRef, purpose: str, state: ConsentState, *, reason: str, ask: str) -> Written:
    file = open_case(work, ref, Permission.CONSENT)
    standing = file.snapshot.consent(purpose)
    if standing is None or standing.state != ConsentState.SIGNED:
        raise NotFound(purpose)
    if not reason.strip():
        raise InvalidInput({"reason": ask})
    file.change(standing, state=state, reason=reason)
    return file.finish(f"consent_{state}")


def _signing_problems(file: CaseFile, purpose: str, signing: Signing) -> dict[str, str]:
    problems: dict[str, str] = {}
    if purpose not in file.pathway.procedures:
        problems["purpose"] = "Choose what it is for."
    if not signing.signed_by.strip():
        problems["signed_by"] = "Say who signed: the patient, or who for them."
    if signing.relation and not is_word(signing.relation, Signer):
        problems["relation"] = "Choose who signed from the list."
    if (who := fold(signing.interpreter)) and who == fold(signing.signed_by):
        problems["interpreter"] = "Whoever signs does not interpret for themselves: name somebody else."
    if signing.assent and not is_word(signing.assent, Assent):
        problems["assent"] = "Choose what the child said from the list."
    return problems | place_problems(file.work, None, signing.clinician_id)


def _stroke_problems(strokes: str) -> dict[str, str]:
    try:
        read_strokes(strokes)
    except NotASignature as error:
        return {"strokes": str(error)}
    return {}


def _language_of(file: CaseFile) -> str:
    patient = select(Patient.language).where(
        Patient.clinic_id == file.case.clinic_id, Patient.id == file.case.patient_id
    )
    return code_of(file.work.session.scalars(patient).one())


def _version_of(file: CaseFile, purpose: str, text: TextRef) -> ConsentText:
    versions = list_versions(file.work.session, file.case.clinic_id, known(purpose, text.language))
    found = next((each.text for each in versions if each.text.version == text.version), None)
    if found is None:
        raise NotFound(f"no version {text.version}")
    return found


def _keep_form(file: CaseFile, text: ConsentText, *, strokes: str) -> tuple[str, dict[str, object]]:
    """Keep the text as it was read; returns its public id, and the hashes for the event."""
    work, public_id = file.work, file.work.ids.public_id()
    clinic = select(Clinic.name).where(Clinic.id == file.case.clinic_id)
    shown = text.for_clinic(work.session.scalars(clinic).one())
    text_hash = hash_of(shown.title, shown.body)
    strokes_hash = hash_of_strokes(strokes) if strokes else ""
    work.session.execute(
        insert(ConsentFormRow).values(
            clinic_id=file.case.clinic_id,
            case_id=file.case.id,
            public_id=public_id,
            procedure=text.which.procedure,
            language=text.which.language,
            text_version=text.version,
            title=shown.title,
            body=shown.body,
            approved_by=text.approved_by,
            text_hash=text_hash,
            strokes=strokes,
            strokes_hash=strokes_hash,
            made_at=work.now,
            made_by=work.actor.user_id,
        )
    )
    return public_id, {"text_hash": text_hash, "strokes_hash": strokes_hash}


def _record(
    file: CaseFile,
    purpose: str,
    signed_on: date,
    signing: Signing,
    *,
    valid_to: date | None = None,
    form: str | None,
    hashes: dict[str, object],
    attachment: str | None = None,
) -> Written:
    said: dict[str, object] = {
        "state": ConsentState.SIGNED,
        "signed_on": signed_on,
        "valid_to": valid_to,
        "signed_by": signing.signed_by.strip(),
        "relation": signing.relation,
        "assent": signing.assent,
        "witness": signing.witness.strip(),
        "interpreter": signing.interpreter.strip(),
        "clinician_id": signing.clinician_id,
        "form": form,
        "attachment": attachment,
        "reason": "",
    }
    standing = file.snapshot.consent(purpose)
    if standing is None:
        file.record(Consent, purpose=purpose, **said)
    else:
        file.change(standing, **said)
    file.ask(*_about_the_signer(file, purpose))
    return file.finish("consent_signed", **hashes)


def _about_the_signer(file: CaseFile, purpose: str) -> Iterator[Question]:
    """What would stop the procedure for who signed, asked while they are still here; a child's "no" is an answer."""
    signed = file.snapshot.consent(purpose)
    needs = (need for edge in file.pathway.transitions for need in edge.needs)
    rule = next((each for each in needs if isinstance(each, ConsentValid) and each.purpose == purpose), None)
    if signed is None:
        return
    yield from _about_their_name(file, signed)
    if rule is None:
        return
    of_age = rule.of_age_years
    if (
        signed.relation == Signer.REPRESENTATIVE
        and of_age
        and age_on(file.snapshot.birth_on, signed.signed_on) < of_age
    ):
        sentence = (
            f"The patient is younger than {of_age}, and a representative of an adult signed: who signs for a child?"
        )
        yield Question("relation", signed.relation, sentence, "It was signed so all the same")
    day = max(file.snapshot.day_of(purpose) or signed.signed_on, signed.signed_on)
    for found in rule.of_the_signer(file.snapshot.birth_on, signed, day):
        sentence = sentence_of(found)
        if found.code == "assent_missing":
            yield Question("assent", "not asked", sentence, "Nobody asked the child")
        elif found.code != "assent_declined":
            yield Question("relation", signed.relation, sentence, "It was signed so all the same")


def _about_their_name(file: CaseFile, signed: Consent) -> Iterator[Question]:
    """Whether it was the patient who signed, where the name is somebody else's in every word."""
    if signed.relation not in {Signer.SELF, Signer.EMANCIPATED_MINOR}:
        return
    patient = file.work.session.get_one(Patient, (file.case.clinic_id, file.case.patient_id))
    if words_of(signed.signed_by) & {*words_of(patient.given_name, patient.family_name), *_IS_THE_PATIENT}:
        return
    sentence = "The patient has another name. If somebody else signed, say who they are to the patient."
    # The yes is for this name alone, and its code is written down where no name is.
    about = sha256(fold(signed.signed_by).encode()).hexdigest()[:12]
    yield Question("signed_by", about, sentence, "The patient signed with this name")
