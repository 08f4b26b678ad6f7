"""What the referral said, for the page of the case and for the evaluation."""

from tracker.domain.facts import Referral
from tracker.queries.case_detail import OpenedCase
from tracker.web.cases.sentences import civil
from tracker.web.cases.words import first_upper

Lines = tuple[tuple[str, str], ...]


def referral_lines(case: OpenedCase) -> Lines:
    """Every field of the referral as label and text; what it left out is left out."""
    said = _referral(case)
    if said is None:
        return ()
    return _said(
        ("Urgency", said.urgency),
        ("Received", civil(said.received_on)),
        ("Referred by", said.referred_by),
        ("Specialty", said.specialty),
        ("Referred for", said.indication),
        ("Diagnosis", " · ".join(part for part in (said.diagnosis_code, said.diagnosis) if part)),
        ("Origin of the spasticity", said.spasticity_origin),
        ("Payer", said.payer),
        ("Notes", said.notes),
    )


def as_referred(case: OpenedCase) -> Lines:
    """What the referral gave of the diagnosis, to be read beside the evaluation and never taken over by it."""
    said = _referral(case)
    indication = ("Referred for", case.snapshot.referred_indication or "–")
    if said is None:
        return (indication,)
    return _said(
        indication,
        ("Code, as referred", said.diagnosis_code),
        ("Diagnosis, as referred", said.diagnosis),
        ("Origin, as referred", said.spasticity_origin),
    )


def _referral(case: OpenedCase) -> Referral | None:
    referrals = case.snapshot.of(Referral)
    return referrals[-1] if referrals else None


def _said(*lines: tuple[str, str]) -> Lines:
    return tuple((label, first_upper(text)) for label, text in lines if text)
