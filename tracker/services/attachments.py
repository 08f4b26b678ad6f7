"""Scans of papers: examined before anything is written, then kept with the fact that names them.

The file is written last, when all else of the transaction is in order: a refused form leaves no file behind.
"""

from dataclasses import dataclass

from sqlalchemy import insert, select

from tracker.domain.attachments import ENDINGS, TWO_NAMES, PaperRefused, digest_of, refuse_name, refuse_size
from tracker.domain.errors import InvalidInput
from tracker.persistence.models import Attachment, Case, ConsentRow, DocumentRow
from tracker.services.case_file import CaseFile
from tracker.services.ports import PaperReader, PaperStore

FIELD = "attachment"
_HERE = "This very file is attached to this case already."
_ELSEWHERE = "This very file is attached to another patient's case. Is it the right paper?"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was examined, and where it is to be kept."""

    content: bytes
    digest: str
    media_type: str
    store: PaperStore


def examine(reader: PaperReader, store: PaperStore, *, name: str, content: bytes) -> Paper:
    """Read a file that was sent as the scan of a paper.

    :raises InvalidInput: with a sentence at ``attachment`` for one that is not taken
    """
    try:
        ending = refuse_name(name)
        refuse_size(content)
        media_type = reader.read(content)
        if ending not in ENDINGS[media_type]:
            raise PaperRefused(TWO_NAMES)
    except PaperRefused as refused:
        raise InvalidInput({FIELD: str(refused)}) from refused
    return Paper(content, digest_of(content), media_type, store)


def name_paper(file: CaseFile, paper: Paper | None) -> str | None:
    """Let a fact of this case name the scan; returns what it names it by, ``None`` without one.

    :raises InvalidInput: if a fact that stands names this very file already
    """
    if paper is None:
        return None
    session, case = file.work.session, file.case
    for table in (ConsentRow, DocumentRow):
        other = session.scalars(
            select(Case.id)
            .join(table, (table.clinic_id == Case.clinic_id) & (table.case_id == Case.id))
            .where(table.clinic_id == case.clinic_id, table.attachment == paper.digest, table.superseded_by.is_(None))
            .limit(1)
        ).one_or_none()
        if other is not None:
            raise InvalidInput({FIELD: _HERE if other == case.id else _ELSEWHERE})
    known = session.get(Attachment, (case.clinic_id, case.id, paper.digest))
    if known is None:
        session.execute(
            insert(Attachment).values(
                clinic_id=case.clinic_id,
                case_id=case.id,
                digest=paper.digest,
                media_type=paper.media_type,
                size=len(paper.content),
                stored_at=file.work.now,
                stored_by=file.work.actor.user_id,
            )
        )
    return paper.digest


def keep_paper(file: CaseFile, paper: Paper | None) -> None:
    """Write the file, as the last thing before the transaction ends.

    :raises InvalidInput: where the disk does not take it
    """
    if paper is None:
        return
    try:
        paper.store.keep(file.case.clinic_id, paper.content)
    except OSError as error:
        sentence = "This file could not be stored, and nothing was saved. Try again, or save without it for now."
        raise InvalidInput({FIELD: sentence}) from error
