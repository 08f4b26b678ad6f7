"""Consents and papers on the case page: what was signed, by whom, whether it stands, and the form itself."""

from tracker.domain.access import Permission
from tracker.domain.facts import Consent, Document
from tracker.domain.words import ConsentState
from tracker.web.cases.links import Link
from tracker.web.cases.sentences import civil
from tracker.web.cases.tables import PageSection, Row, Table, Telling
from tracker.web.cases.words import DOCUMENT_WORDS, PURPOSE_WORDS, SIGNED_AS, first_upper

_BADGES = {
    ConsentState.SIGNED: ("Signed", "ready"),
    ConsentState.WITHDRAWN: ("Withdrawn", "critical"),
    ConsentState.VOID: ("Does not hold", "critical"),
}


def consents(telling: Telling) -> PageSection:
    """Consents and the papers that a procedure stands on."""
    snapshot = telling.case.snapshot
    operation = "reoperation" if telling.case.pathway.beside else "implant"
    signed = Table(
        title="Consents",
        headers=("For", "Signed", "By", "Surgeon", "Witness", "State"),
        rows=tuple(_consent(telling, each) for each in reversed(snapshot.of(Consent))),
        empty="No consent is signed yet. It is better signed days before than on the morning.",
        add=telling.add("Capture consent", "consent", Permission.CONSENT),
    )
    papers = Table(
        title="Documents",
        headers=("Document", "Dated", "Title", "Kept"),
        rows=tuple(
            Row(
                cells=(
                    first_upper(DOCUMENT_WORDS[each.kind]),
                    civil(each.dated_on),
                    each.title or "–",
                    each.reference or "–",
                ),
                links=(*_scan(telling, each.attachment), *telling.correction(each.seq)),
            )
            for each in reversed(snapshot.of(Document))
        ),
        empty=f"No paper is attached. H&P and lab results are asked for before the {operation}.",
        add=telling.add("Attach document", "document", Permission.CONSENT),
    )
    return PageSection(id="consents", label="Consents", tables=(signed, papers))


def _consent(telling: Telling, consent: Consent) -> Row:
    badge, tone = _BADGES[ConsentState(consent.state)]
    links: tuple[Link, ...] = ()
    if consent.form:
        links += telling.link("Form", "signed_consent", Permission.SEE_CLINICAL, form_id=consent.form)
    links += _scan(telling, consent.attachment)
    if consent.state == ConsentState.SIGNED:
        links += telling.link("Withdrawn…", "withdraw_consent", Permission.CONSENT, purpose=consent.purpose)
    return Row(
        cells=(
            first_upper(PURPOSE_WORDS[consent.purpose]),
            civil(consent.signed_on),
            f"{consent.signed_by}{SIGNED_AS.get(consent.relation, '')}",
            telling.names.clinicians.get(consent.clinician_id or 0, "anybody"),
            consent.witness or "–",
        ),
        badge=badge,
        tone=tone,
        links=links,
    )


def _scan(telling: Telling, digest: str | None) -> tuple[Link, ...]:
    return telling.link("Scan", "attachment", Permission.SEE_CLINICAL, digest=digest) if digest else ()
