"""One line of a checklist, as the pathway file has it."""

from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.words import Role

#: What an item may ask beside a tick. ``score`` and ``choice`` are one of the item's own choices.
VALUES = frozenset(
    {"", "time", "number", "temperature", "lot", "expiry", "date", "score", "choice", "text", "vital_signs"}
)
STOPS = frozenset({"hard", "soft", "note"})
PARTS = frozenset({"before", "after"})
#: What has a page of its own, on which it is recorded once.
RECORDS = frozenset({"", "catheter_out", "dose", "observation"})
#: The item that says that somebody takes the patient home.
ESCORT = "escort"
#: What is arranged around a visit beforehand, and asked once more on the day by the item of that key.
ARRANGED = frozenset({"anaesthesia", ESCORT})
#: What the patient's record says something about, by the key of the item that asks it on the day.
ON_RECORD = frozenset({"allergies"})


@dataclass(frozen=True, slots=True)
class Condition:
    """When an item is asked; with nothing in it: always.

    ``chosen``: other items of the list, hard stops, each with the choices for which this one is asked; before they are
    answered it is not. What nobody knows rules nothing out. Ages are whole years on the visit's day, both included.
    """

    chosen: tuple[tuple[str, frozenset[str]], ...] = ()
    indication: str = ""
    sex: str = ""
    from_years: int | None = None
    to_years: int | None = None


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How many minutes after another item an item comes: at least, and at most (``None``: however many)."""

    item: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItemRule:
    """One line of a checklist. ``stop``: hard, soft (may be left out with a reason) or note (needs no answer).
    ``is_always``, of a hard one: it can never "not apply".

    ``part``: answered before the act, or after it; ``is_in_room``: in the room, as one of the last before the act, when
    the procedure is said to have begun. ``section`` is its heading; where ``is_aloud``, it is read aloud. ``value`` is
    one of ``VALUES``; ``unit``, ``least`` and ``most`` say what a number may be; ``unusual_to``: up to which one it
    needs a reason; ``is_held_to_reservoir``: more than the pump in the patient holds needs one too. ``stops``: the
    choices with which nothing goes on; ``fever_from``, of a temperature: the degrees Celsius from which nothing
    does. ``is_standing``: where the visit moves to another day the old answer is shown, to be given again;
    ``is_arranged``: what was arranged for the visit is shown so (the key is one of ``ARRANGED``). ``denies``: the
    choice that says that there is nothing of the kind, which the patient's record must not contradict (the key is
    one of ``ON_RECORD``). ``per_room``: looked at once for a room and a day. ``needs``: items that come first.
    ``timed``: what its time is held against. ``override_by``: who alone may leave it out; empty: whoever answers.
    ``names_consent``: the answer names the consent that stands, and counts for no other. ``record``, of a note:
    what is recorded on a page of its own; the list shows it and asks nothing.
    """

    key: str
    label: str
    stop: str
    part: str
    is_always: bool = False
    section: str = ""
    is_aloud: bool = False
    is_in_room: bool = False
    value: str = ""
    unit: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    is_held_to_reservoir: bool = False
    unusual_to: Decimal | None = None
    choices: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    fever_from: int | None = None
    two_person: bool = False
    is_standing: bool = False
    is_arranged: bool = False
    denies: str = ""
    per_room: bool = False
    only: Condition = Condition()
    needs: tuple[str, ...] = ()
    timed: TimeRule | None = None
    override_by: frozenset[Role] = frozenset()
    names_consent: bool = False
    record: str = ""
    source: str = ""
