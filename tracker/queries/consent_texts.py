"""The texts of a clinic's consents: those that are shown to patients, and every version that there was.

Shipped texts are files for each language, procedure and version, and drafts that nobody approved. One that was shown to
a patient is never edited; a change is a new file, or a clinic's new row.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from tracker.domain.consent_texts import ConsentText, WhichText
from tracker.domain.errors import NotFound
from tracker.persistence.models import ConsentTextRow, User

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "consents"
#: In the order of the two procedures of a patient.
PROCEDURES = ("trial", "implant", "reoperation")

_OWN: Select[Any] = (
    select(*ConsentTextRow.__table__.columns, User.name.label("by"))
    .join(User, User.id == ConsentTextRow.written_by)
    .where(ConsentTextRow.clinic_id == bindparam("clinic"))
    .order_by(ConsentTextRow.version.desc())
)
_OF_ONE = _OWN.where(
    ConsentTextRow.procedure == bindparam("procedure"), ConsentTextRow.language == bindparam("language")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextVersion:
    """One version of a text: a clinic's own, with who wrote it, when, and what was shipped then; or a shipped one."""

    text: ConsentText
    written_at: datetime | None = None
    by: str = ""
    shipped_version: int = 0

    @property
    def is_behind(self) -> bool:
        """Whether another text was shipped since this was written."""
        return self.text.is_own and shipped(self.text.which).version > self.shipped_version


@cache
def shipped_texts() -> tuple[WhichText, ...]:
    """Every text that is shipped, by procedure and language."""
    found = {WhichText(path.name.split(".")[0], path.parent.name) for path in FOLDER.glob("*/*.txt")}
    return tuple(sorted(found, key=lambda each: (PROCEDURES.index(each.procedure), each.language)))


@cache
def shipped_versions(which: WhichText) -> tuple[int, ...]:
    """The versions of a text that are shipped, the first one first."""
    files = (FOLDER / which.language).glob(f"{which.procedure}.*.txt")
    return tuple(sorted(int(each.name.split(".")[1]) for each in files))


@cache
def shipped(which: WhichText, version: int | None = None) -> ConsentText:
    """A text as it is shipped, in a version, or in the latest.

    :raises KeyError: for a text or version that does not exist
    """
    versions = shipped_versions(which)
    if not versions or version not in {None, *versions}:
        raise KeyError(f"{which.procedure} in {which.language}")
    number = versions[-1] if version is None else version
    text = (FOLDER / which.language / f"{which.procedure}.{number}.txt").read_text(encoding="utf-8")
    title, _, body = text.partition("\n\n")
    return ConsentText(which=which, version=number, title=title.strip(), body=body.strip())


def known(procedure: str, language: str) -> WhichText:
    """A text that there is.

    :raises NotFound: if there is none
    """
    which = WhichText(procedure, language)
    if which not in shipped_texts():
        raise NotFound(f"no text of {procedure}")
    return which


def languages_of(procedure: str) -> tuple[str, ...]:
    """The codes of the languages that there is a text in."""
    return tuple(each.language for each in shipped_texts() if each.procedure == procedure)


def read_text(session: Session, clinic_id: int, which: WhichText) -> ConsentText:
    """The text that a clinic's patients are shown now, with its fields as they are written."""
    return list_versions(session, clinic_id, which)[0].text


def list_current(session: Session, clinic_id: int) -> tuple[TextVersion, ...]:
    """The texts that count, by procedure and language."""
    own: dict[WhichText, TextVersion] = {}
    for each in map(_version, session.execute(_OWN, {"clinic": clinic_id})):
        own.setdefault(each.text.which, each)
    return tuple(own.get(which) or TextVersion(text=shipped(which)) for which in shipped_texts())


def list_versions(session: Session, clinic_id: int, which: WhichText) -> tuple[TextVersion, ...]:
    """Every version of a text: the clinic's own, the latest first, then the shipped ones."""
    asked = {"clinic": clinic_id, "procedure": which.procedure, "language": which.language}
    own = map(_version, session.execute(_OF_ONE, asked))
    given = (TextVersion(text=shipped(which, number)) for number in reversed(shipped_versions(which)))
    return (*own, *given)


def _version(row: Row[Any]) -> TextVersion:
    text = ConsentText(
        which=WhichText(row.procedure, row.language),
        version=row.version,
        title=row.title,
        body=row.body,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
    )
    return TextVersion(text=text, written_at=row.written_at, by=row.by, shipped_version=row.shipped_version)
