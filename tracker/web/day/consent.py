"""The consent beside a checklist: what stands, what was signed, and the way to take it back at the door."""

from dataclasses import dataclass

from flask import url_for

from tracker.domain.access import Permission
from tracker.domain.consent_texts import LANGUAGES
from tracker.domain.dates import in_words
from tracker.domain.own_words import version_words
from tracker.domain.typed_text import isolated
from tracker.domain.words import ConsentState
from tracker.queries.consents import StandingConsent, find_standing
from tracker.queries.day import Visit
from tracker.web.common.case_lines import missing, pathway_of
from tracker.web.common.current import actor
from tracker.web.common.database import read_session


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPanel:
    """What the page says of the consent. Addresses are empty where there is nothing to do, or not for this person."""

    tone: str
    badge: str
    sentence: str
    form_url: str
    sign_url: str
    withdraw_url: str


def consent_panel(visit: Visit) -> ConsentPanel | None:
    """The consent of a visit's procedure; ``None`` for a visit that needs none."""
    if visit.purpose not in pathway_of(visit.pathway, visit.pathway_version).procedures:
        return None
    found = find_standing(read_session(), actor(), visit.case_public_id, visit.purpose)
    is_signed = found is not None and found.state == ConsentState.SIGNED
    holds = found is not None and is_signed and not found.missing
    may, case = actor().may(Permission.CONSENT), visit.case_public_id
    form_id = found.form if found else None
    return ConsentPanel(
        tone="ready" if holds else "critical",
        badge="signed" if holds else "does not hold" if is_signed else "not there",
        sentence=_sentence(found),
        form_url=url_for("cases.signed_consent", public_id=case, form_id=form_id) if form_id else "",
        sign_url=url_for("cases.consent", public_id=case, purpose=visit.purpose) if may and not holds else "",
        withdraw_url=url_for("cases.withdraw_consent", public_id=case, purpose=visit.purpose)
        if may and is_signed
        else "",
    )


def _sentence(found: StandingConsent | None) -> str:
    if found is None:
        return "No consent is signed."
    who = f"{in_words(found.signed_on)} by {isolated(found.signed_by)}"
    if found.state == ConsentState.WITHDRAWN:
        return f"Withdrawn by the patient: {isolated(found.reason)} (signed {who})"
    if found.state == ConsentState.VOID:
        return f"Does not hold any more: {isolated(found.reason)} (signed {who})"
    if found.language is None or found.text_version is None:
        text = ", on a form of another origin"
    else:
        text = f": {LANGUAGES.get(found.language, found.language)}, {version_words(found.text_version)}"
    return " ".join(f"{each}." for each in (f"Signed {who}{text}", *(missing(*said) for said in found.missing)))
