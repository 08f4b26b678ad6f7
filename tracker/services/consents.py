"""Consents: signed for one procedure, and withdrawn. Each procedure is asked separately."""

from datetime import date

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Consent
from tracker.domain.words import ConsentState
from tracker.services.case_file import open_case
from tracker.services.named import place_problems
from tracker.services.work import CaseRef, Work, Written


def record_consent(
    work: Work,
    ref: CaseRef,
    *,
    purpose: str,
    signed_on: date,
    signed_by: str,
    witness: str = "",
    valid_to: date | None = None,
    clinician_id: int | None = None,
) -> Written:
    """Record a signed consent. A newer one takes the place of the one that stood. ``clinician_id``: who is to do the
    procedure, where the form names somebody; it holds for nobody else.

    :raises InvalidInput: for an unknown procedure or clinician, a date in the future, or no word on who signed
    """
    file = open_case(work, ref, Permission.CONSENT)
    problems = place_problems(work, None, clinician_id)
    if purpose not in file.pathway.procedures:
        problems["purpose"] = "Choose what it is for."
    if signed_on > file.snapshot.calendar.today(work.now):
        problems["signed_on"] = "This date is in the future."
    if not signed_by.strip():
        problems["signed_by"] = "Say who signed: the patient, or who for them."
    if valid_to and valid_to < signed_on:
        problems["valid_to"] = "It ends before it was signed."
    if problems:
        raise InvalidInput(problems)
    said: dict[str, object] = {
        "signed_on": signed_on,
        "signed_by": signed_by,
        "witness": witness,
        "valid_to": valid_to,
        "reason": "",
        "clinician_id": clinician_id,
    }
    standing = file.snapshot.consent(purpose)
    if standing is None:
        file.record(Consent, purpose=purpose, state=ConsentState.SIGNED, **said)
    else:
        file.change(standing, state=ConsentState.SIGNED, **said)
    return file.finish("consent_signed")


def withdraw_consent(work: Work, ref: CaseRef, *, purpose: str, reason: str) -> Written:
    """Record that the patient took a consent back. What stood on it is blocked at once.

    :raises NotFound: if there is no signed consent for the procedure
    :raises InvalidInput: without a reason
    """
    file = open_case(work, ref, Permission.CONSENT)
    standing = file.snapshot.consent(purpose)
    if standing is None or standing.state != ConsentState.SIGNED:
        raise NotFound(purpose)
    if not reason.strip():
        raise InvalidInput({"reason": "Say what the patient said."})
    file.change(standing, state=ConsentState.WITHDRAWN, reason=reason)
    return file.finish("consent_withdrawn")
