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
    """How many scans and signed texts there are, and a sentence with the case for each that is not as it was.

    ``unnamed``: files in the store that no record names, by their path in it. Nothing is wrong with the records: an
    upload is under way, or was cut off before it was recorded.
    """

    scans: int
    forms: int
    lost: tuple[tuple[str, str], ...]
    unnamed: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether all is there as it was."""
        return not self.lost


def check_papers(session: Session, store: PaperStore | None) -> PapersReport:
    """Read every scan and every signed text, and compare each with its hash."""
    named: set[tuple[int, str]] = set()
    lost: list[tuple[str, str]] = []
    scans = forms = 0
    for each in all_attached(session):
        scans += 1
        named.add((each.clinic_id, each.digest))
        if store is None or store.read(each.clinic_id, each.digest) is None:
            lost.append((each.case, f"the scan {each.digest[:12]} is missing or was altered"))
    for form in all_forms(session):
        forms += 1
        lost += [(form.case, sentence) for sentence in _altered(form)]
    return PapersReport(scans, forms, tuple(lost), tuple(_unnamed(store, named)) if store else ())


def _unnamed(store: PaperStore, named: set[tuple[int, str]]) -> Iterator[str]:
    for clinic_id, digest in store.kept():
        if (clinic_id, digest) not in named:
            yield f"{clinic_id}/{digest[:2]}/{digest}"
    yield from store.others()


def _altered(form: KeptForm) -> Iterator[str]:
    if hash_of(form.title, form.body) != form.text_hash:
        yield "the text of a signed consent was altered"
    if (hash_of_strokes(form.strokes) if form.strokes else "") != form.strokes_hash:
        yield "the signature of a consent was altered"
