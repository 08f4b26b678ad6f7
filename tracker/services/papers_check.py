"""Whether what was signed and attached is still there as it was: each scan in its store, each text and signature."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.consent_texts import hash_of
from tracker.domain.signature import hash_of_strokes
from tracker.queries.attachments import KeptForm, all_attached, all_forms
from tracker.services.ports import PaperStore


@dataclass(frozen=True, slots=True)
class PapersReport:
    """How many scans and signed texts there are, and a sentence with the case for each that is not as it was."""

    scans: int
    forms: int
    lost: tuple[tuple[str, str], ...]

    @property
    def is_ok(self) -> bool:
        """Whether all is there as it was."""
        return not self.lost


def check_papers(session: Session, store: PaperStore | None) -> PapersReport:
    """Read every scan and every signed text, and compare each with its hash."""
    scans, forms = list(all_attached(session)), list(all_forms(session))
    lost = [
        (each.case, f"the scan {each.digest[:12]} is missing or was altered")
        for each in scans
        if store is None or store.read(each.clinic_id, each.digest) is None
    ]
    lost += [(each.case, sentence) for each in forms for sentence in _altered(each)]
    return PapersReport(len(scans), len(forms), tuple(lost))


def _altered(form: KeptForm) -> Iterator[str]:
    if hash_of(form.title, form.body) != form.text_hash:
        yield "the text of a signed consent was altered"
    if (hash_of_strokes(form.strokes) if form.strokes else "") != form.strokes_hash:
        yield "the signature of a consent was altered"
