"""A payer's authorization for one stage: asked for, decided, extended. Every change is a version."""

from dataclasses import dataclass
from datetime import date

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, NotFound
from tracker.domain.facts import Authorization
from tracker.domain.words import AuthorizationState, is_word
from tracker.services.case_file import CaseFile, open_case
from tracker.services.named import payer_problems
from tracker.services.work import CaseRef, Work, Written


@dataclass(frozen=True, slots=True)
class Terms:
    """What a payer was asked for, or answered. ``valid_to`` is the last day that is covered."""

    state: str
    payer_id: int | None = None
    number: str = ""
    procedure_codes: str = ""
    units: int | None = None
    asked_on: date | None = None
    answer_due_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reason: str = ""

    def problems(self, today: date) -> dict[str, str]:
        """What cannot be taken, as a sentence per field."""
        found: dict[str, str] = {}
        if not is_word(self.state, AuthorizationState):
            found["state"] = "Choose what the payer said."
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            found["valid_to"] = "It ends before it begins."
        if self.state == AuthorizationState.GRANTED and not self.number.strip():
            found["number"] = "A granted authorization has a number."
        if self.state == AuthorizationState.GRANTED and self.valid_to is None:
            found["valid_to"] = "Say until when it is valid."
        if self.units is not None and self.units < 1:
            found["units"] = "At least one unit."
        if self.asked_on and self.asked_on > today:
            found["asked_on"] = "This date is in the future."
        if self.state in (AuthorizationState.DENIED, AuthorizationState.WITHDRAWN) and not self.reason.strip():
            found["reason"] = "Say why; the appeal needs it."
        return found


def ask_authorization(work: Work, ref: CaseRef, *, stage: str, terms: Terms) -> Written:
    """Begin an authorization for a stage: asked for, or already answered.

    :raises InvalidInput: for terms that cannot be taken, or a stage that needs no authorization
    """
    file = open_case(work, ref, Permission.AUTHORIZE)
    if stage not in file.pathway.procedures:
        raise InvalidInput({"stage": "Choose what it is for."})
    _check(file, terms)
    file.record(Authorization, stage=stage, **_values(terms))
    return file.finish(f"authorization_{terms.state}")


def change_authorization(work: Work, ref: CaseRef, *, seq: int, terms: Terms) -> Written:
    """Record the payer's answer, an extension or a withdrawal as the next version.

    :raises NotFound: if no such version stands
    :raises InvalidInput: for terms that cannot be taken
    """
    file = open_case(work, ref, Permission.AUTHORIZE)
    standing = next((each for each in file.snapshot.of(Authorization) if each.seq == seq), None)
    if standing is None:
        raise NotFound(str(seq))
    _check(file, terms)
    file.change(standing, **_values(terms))
    return file.finish(f"authorization_{terms.state}")


def _check(file: CaseFile, terms: Terms) -> None:
    problems = terms.problems(file.snapshot.calendar.today(file.work.now)) | payer_problems(file.work, terms.payer_id)
    if problems:
        raise InvalidInput(problems)


def _values(terms: Terms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
