"""A task in words, and what its page says of the letter that may stand in for a call."""

from dataclasses import dataclass

from flask import url_for

from tracker.domain.access import Permission
from tracker.domain.own_words import version_words
from tracker.domain.task_words import task_words
from tracker.domain.typed_text import isolated
from tracker.queries.letters import CALL_TASK, NO_ADDRESS, Letter, ToldVisit
from tracker.queries.tasks import Reachable, TaskDetail
from tracker.services.delivering.bursts import KIND as HELD_BURST
from tracker.services.letters import REFUSALS
from tracker.web.common.case_lines import PersonLine, case_url, owner_words, person_line
from tracker.web.common.current import actor, today
from tracker.web.common.filters import at, day

_LANGUAGES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPart:
    """What a page says of a letter. ``refusal``: why there is none; ``printed``: sentences, the latest first;
    ``reach_url``: where its address is recorded, empty for whoever may not."""

    refusal: str
    needs_address: bool
    printed: tuple[str, ...]
    reach_url: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task as the page shows it. ``visit``: what is told in a call about one."""

    what: str
    why: str
    due: str
    owner: str
    person: PersonLine | None
    task: TaskDetail
    reach: tuple[Reachable, ...]
    visit: str
    is_burst: bool
    letter: LetterPart | None


def has_letter(task: TaskDetail) -> bool:
    """Whether a letter may stand in for what the task asks for."""
    return task.kind == CALL_TASK and task.case_id is not None


def task_page(task: TaskDetail, letter: Letter | None) -> TaskPage:
    """Make the page."""
    what, why = task_words(task.kind, task.params)
    person = person_line(task.patient, today(), url=case_url(task.case_public_id)) if task.patient else None
    return TaskPage(
        what,
        why,
        day(task.due_on, today()),
        owner_words("", task.owner_role),
        person,
        task,
        task.reach,
        _visit(letter.visit) if letter is not None and letter.visit is not None else "",
        task.kind == HELD_BURST,
        letter_part(letter) if letter is not None else None,
    )


def _visit(visit: ToldVisit) -> str:
    on = day(visit.arrives.date(), today())
    if visit.is_time_final:
        return f"{on}, {visit.arrives:%H:%M}"
    return f"{on}; the time is not final, do not tell one"


def letter_part(letter: Letter) -> LetterPart:
    """What a page says of the letter."""
    may_edit = actor().may(Permission.EDIT_PATIENT)
    return LetterPart(
        refusal=REFUSALS.get(letter.why_not, ""),
        needs_address=letter.why_not == NO_ADDRESS,
        printed=tuple(
            f"Printed {at(each.printed_at)} by {isolated(each.by)}: "
            f"{_LANGUAGES.get(each.language, each.language)}, {version_words(each.version)}"
            for each in letter.printed
        ),
        reach_url=url_for("cases.reach", public_id=letter.case_public_id, _anchor="post") if may_edit else "",
    )
