"""Alarming signs: a physician has them at once, as a task of their own; the page says so to whoever is at the bed."""

from collections.abc import Sequence

from tracker.domain.facts import Fact
from tracker.domain.words import Role
from tracker.services.case_file import CaseFile
from tracker.services.staff_tasks import opening


def call_physician(file: CaseFile, kind: str, fact: Fact, signs: Sequence[str]) -> None:
    """Open a task of ``kind`` about what ``fact`` says; nothing where there are no alarming ``signs``."""
    if not signs:
        return
    calendar, work = file.snapshot.calendar, file.work
    seen = f"{calendar.wall(fact.effective_at):%H:%M}"
    work.session.execute(
        opening(
            work.session,
            clinic_id=file.case.clinic_id,
            case_id=file.case.id,
            kind=kind,
            key=f"{kind}:{file.case.id}:{fact.seq}",
            params={"signs": ", ".join(signs), "at": seen},
            owner=Role.PHYSICIAN,
            due_on=calendar.today(work.now),
            now=work.now,
            ids=work.ids,
        )
    )
