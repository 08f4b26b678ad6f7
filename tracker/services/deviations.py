"""What was really done is always recorded. Where something was missing, it is recorded as a deviation with a reason."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tracker.domain.errors import Refused
from tracker.domain.facts import Determination
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.wording import sentence_of
from tracker.domain.words import DeterminationKind
from tracker.services.case_file import CaseFile

#: The act was recorded before its day had begun on the pathway.
DAY_NOT_BEGUN = "day_not_begun"
#: What was given came from a lot that was no longer in date.
LOT_EXPIRED = "lot_expired"
#: More was taken out of the pump than it holds.
ABOVE_RESERVOIR = "residual_above_reservoir"


def expired_lot(expires_on: date | None, given_on: date) -> tuple[Blocker, ...]:
    """What to say of a lot that had expired on the day it was given; nothing of one that is in date or not dated."""
    if expires_on is None or expires_on >= given_on:
        return ()
    return (Blocker(LOT_EXPIRED, (("expired", expires_on.isoformat()),), requirement=LOT_EXPIRED),)


def above_reservoir(taken_ml: Decimal | None, reservoir_ml: Decimal | None) -> tuple[Blocker, ...]:
    """What to say of more that was taken out of a pump than it holds; nothing where it may hold as much. The reservoir
    on record may be wrong, or not all of it came out of the pump: a physician looks at it."""
    if taken_ml is None or reservoir_ml is None or taken_ml <= reservoir_ml:
        return ()
    params = (("held", f"{reservoir_ml.normalize():f}"), ("taken", f"{taken_ml.normalize():f}"))
    return (Blocker(ABOVE_RESERVOIR, params, requirement=ABOVE_RESERVOIR),)


def day_not_begun(pathway: Pathway, stage: str, purpose: str) -> tuple[Blocker, ...]:
    """What to say of a procedure whose day has not begun in the case's stage; nothing of an act that is none."""
    procedure = pathway.procedures.get(purpose)
    if procedure is None or stage == procedure.day_stage:
        return ()
    return (Blocker(DAY_NOT_BEGUN, (("purpose", purpose),), requirement=DAY_NOT_BEGUN),)


def lacks_reason(found: Sequence[Blocker], reason: str, seen: frozenset[str] | None) -> bool:
    """Whether nobody has said why it was done without what was ``found`` to be missing, or something of it was not
    among the codes that they had ``seen`` (``None``: all)."""
    return bool(found) and (not reason.strip() or (seen is not None and not {each.code for each in found} <= seen))


def require_reason(
    file: CaseFile,
    purpose: str,
    blockers: Sequence[Blocker],
    reason: str,
    *,
    about_seq: int | None = None,
    begun_in: str = "",
    seen: frozenset[str] | None = None,
) -> Determination | None:
    """Record a deviation where something stood in the way of an act that was done all the same.

    The deviation names the requirements that were missing, so that later steps do not wait for them for ever. An act
    that is no procedure of the pathway (a refill) has no day that must have begun. ``begun_in``: another stage in which
    it has. ``seen`` are the codes of what was shown to the person who gave the reason (``None``: all): a reason for
    one thing is none for another that nobody saw.

    :raises Refused: with all that was missing, if nobody says why it was done, or something of it was not shown
    """
    found = list(blockers)
    if file.case.stage != begun_in:
        found += day_not_begun(file.pathway, file.case.stage, purpose)
    if not found:
        return None
    if lacks_reason(found, reason, seen):
        raise Refused(found)
    return file.record(
        Determination,
        kind=DeterminationKind.DEVIATION,
        value=" ".join(dict.fromkeys(blocker.requirement for blocker in found)),
        reason=f"{reason.strip()} (missing: {'; '.join(dict.fromkeys(map(sentence_of, found)))})",
        attempt=file.snapshot.attempt(purpose),
        until_on=None,
        about_seq=about_seq,
        second_by=None,
    )
