"""What can be recorded about a visit from the day: the one thing that usually comes next, and everything else.

A row shows the one thing alone: sixty rows with everything are three times as heavy, and a list that unfolds moves what
is under the finger. Everything else stands on a page of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from tracker.domain.access import Actor, Permission
from tracker.domain.observation import CLOSING
from tracker.domain.visit_day import HERE, DayState, has_stay
from tracker.domain.words import LIVE_APPOINTMENT, MomentKind, Purpose
from tracker.queries.day import Visit
from tracker.web.common.case_lines import case_url, pathway_of
from tracker.web.common.visit_words import MOMENT_WORDS
from tracker.web.day.presenters import visit_url

#: What usually comes next, said with one press.
_NEXT = {
    DayState.ARRIVED: MomentKind.PREPARATION,
    DayState.PREPARATION: MomentKind.PROCEDURE,
    DayState.PROCEDURE: MomentKind.OBSERVATION,
    DayState.OBSERVATION: MomentKind.READY,
}
_ACTS = (Permission.CHECK_IN, Permission.CHECKLIST, Permission.BOOK, Permission.ARRANGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A button beside a visit: where it posts, with which value of ``kind`` or ``way``, or where it leads."""

    label: str
    url: str
    is_post: bool = True
    name: str = ""
    value: str = ""


class Choice:
    """What one person can record about the visits of one day. ``back`` is the address to come back to."""

    def __init__(self, viewer: Actor, *, is_today: bool, now: datetime, back: str) -> None:
        self._may = {each for each in (*_ACTS, Permission.SEE_CLINICAL) if viewer.may(each)}
        self._acts = bool(self._may.intersection(_ACTS))
        self._is_today, self._now = is_today, now
        self._query = f"?back={quote_plus(back)}"

    def first(self, visit: Visit) -> Step | None:
        """What is usually done next: a press, or the way to the observation of a test dose; ``None`` where that is
        nothing, or nothing for this person."""
        return self._observation(visit) or self._press(visit)

    def _observation(self, visit: Visit) -> Step | None:
        """The way to the observation of a test dose, while the case waits for its end."""
        is_watched = visit.purpose == Purpose.TRIAL and visit.standing.state in HERE
        if not is_watched or Permission.SEE_CLINICAL not in self._may:
            return None
        if not pathway_of(visit.pathway, visit.pathway_version).transition(CLOSING, visit.stage):
            return None
        return Step(label="Observation", url=case_url(visit.case_public_id, "observation"), is_post=False)

    def _press(self, visit: Visit) -> Step | None:
        state, may = visit.standing.state, self._may
        if not self._is_today:
            return None
        if state is DayState.EXPECTED:
            return Step(label="Arrived", url=visit_url(visit, "arrive")) if Permission.CHECK_IN in may else None
        if state not in HERE:
            return None
        may_go = self._may_go(visit)
        if may_go and Permission.CHECK_IN in may:
            return Step(label=self._leaves, url=self._form(visit, "complete"))
        if Permission.CHECKLIST not in may:
            return None
        return self._moment(visit, MomentKind.DISCHARGED if may_go else _NEXT[state])

    def _may_go(self, visit: Visit) -> bool:
        """Whether leaving comes next: a nurse found the patient fit to, or nobody is watched after the visit."""
        stays = has_stay(pathway_of(visit.pathway, visit.pathway_version), visit.purpose)
        return visit.standing.state is DayState.READY or not stays

    @property
    def _leaves(self) -> str:
        return "Discharged" if Permission.SEE_CLINICAL in self._may else "Left"

    def has_more(self, visit: Visit) -> bool:
        """Whether this person can record anything about the visit, of which its own page tells."""
        return self._acts and (visit.standing.state in HERE or visit.state in LIVE_APPOINTMENT)

    def others(self, visit: Visit) -> tuple[Step, ...]:
        """Everything else; what happened is never refused here."""
        state, may = visit.standing.state, self._may
        press = self._press(visit) if self._observation(visit) is not None else None
        found: list[Step] = [] if press is None else [press]
        if state is DayState.EXPECTED and Permission.CHECK_IN in may and visit.starts_at <= self._now:
            found.append(self._link(visit, "Did not come…", "no-show"))
        if state in HERE:
            found += self._of_somebody_here(visit)
        if visit.state in LIVE_APPOINTMENT:
            found += self._of_a_live_visit(visit)
        return tuple(found)

    def _of_somebody_here(self, visit: Visit) -> list[Step]:
        if not self._is_today:
            # Nothing that one press would say of now: each with its time.
            if Permission.CHECKLIST in self._may:
                return [self._link(visit, "Say what became of it…", "stands")]
            return [self._link(visit, f"{self._leaves}…", "complete")] if Permission.CHECK_IN in self._may else []
        if Permission.CHECKLIST not in self._may:
            is_other = Permission.CHECK_IN in self._may and not self._may_go(visit)
            return [self._link(visit, f"{self._leaves}…", "complete")] if is_other else []
        is_before = visit.standing.state is DayState.ARRIVED
        skipped = [self._moment(visit, MomentKind.PROCEDURE)] if is_before else []
        return [*skipped, self._link(visit, "Other, or with its time…", "stands")]

    def _of_a_live_visit(self, visit: Visit) -> list[Step]:
        found: list[Step] = []
        if Permission.BOOK in self._may:
            is_movable = visit.standing.state not in HERE
            found += [self._link(visit, "Move to another time or day…", "move")] if is_movable else []
            found.append(self._link(visit, "Cancel…", "cancel"))
        if Permission.ARRANGE in self._may:
            found.append(self._link(visit, "Escort, interpreter…", "arrange"))
        if Permission.CHECK_IN in self._may and visit.room:
            turn = visit_url(visit, "turn")
            ways = (("Earlier in the room", "earlier"), ("Later in the room", "later"))
            found += [Step(label=label, url=turn, name="way", value=way) for label, way in ways]
        return found

    def _moment(self, visit: Visit, kind: MomentKind) -> Step:
        return Step(label=MOMENT_WORDS[kind], url=self._form(visit, "stands"), name="kind", value=kind)

    def _link(self, visit: Visit, label: str, form: str) -> Step:
        return Step(label=label, url=self._form(visit, form), is_post=False)

    def _form(self, visit: Visit, name: str) -> str:
        return case_url(visit.case_public_id, f"visit/{visit.appointment}/{name}") + self._query
