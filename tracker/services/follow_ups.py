"""What was done afterwards: a call, a wound looked at, sutures out, a visit of titration."""

from datetime import date, datetime

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import FollowUp
from tracker.domain.obligations.follow_ups import is_there
from tracker.services.case_file import open_case
from tracker.services.work import CaseRef, Work, Written


def record_follow_up(
    work: Work,
    ref: CaseRef,
    *,
    rule: str,
    about_seq: int,
    result: str,
    note: str = "",
    next_on: date | None = None,
    done_at: datetime | None = None,
) -> Written:
    """Record one follow-up by a rule of the pathway, about the fact it follows.

    ``next_on`` is the day agreed for the next one, where that is not the rule's.

    :raises NotFound: for a rule that the pathway does not have, or a fact that does not stand
    :raises InvalidInput: for a result that the rule does not know, or a next day that has passed
    """
    file = open_case(work, ref, Permission.FOLLOW_UP, effective_at=done_at)
    following = file.pathway.follow_ups.get(rule)
    if following is None or not is_there(file.snapshot, about_seq):
        raise NotFound(f"{rule} {about_seq}")
    problems: dict[str, str] = {}
    if result not in following.results:
        problems["result"] = "Choose what came of it."
    if next_on is not None and next_on < file.snapshot.calendar.today(work.now):
        problems["next_on"] = "This day has passed."
    if next_on is not None and result in following.ends_on:
        problems["next_on"] = "With this result nothing follows. Leave the day empty."
    if problems:
        raise InvalidInput(problems)
    file.record(FollowUp, rule=rule, about_seq=about_seq, result=result, note=note.strip(), next_on=next_on)
    return file.finish("followed_up")
