"""The history of a case as sentences: who, when it happened, when it was written, and what was struck out later."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.facts import Fact
from tracker.domain.pathway.definition import Pathway
from tracker.domain.typed_text import isolated
from tracker.queries.case_detail import Entry, Names, list_names
from tracker.web.cases.sentences import Told, as_told, fact_sentence, stopped
from tracker.web.common.filters import at

#: Written this long after it happened, an entry says so.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One entry of the history. ``written`` only where it differs; ``struck`` keeps its text readable."""

    when: str
    written: str
    who: str
    text: str
    struck: bool
    details: tuple[str, ...]
    correct_url: str = ""


def names_of(
    session: Session,
    viewer: Actor,
    entries: Iterable[Entry],
    facts: Iterable[Fact] = (),
    also: Iterable[int | None] = (),
) -> Names:
    """What everybody and everything that these speak of is called, in one statement."""
    told: list[Told] = [fact for entry in entries for fact in entry.facts]
    told += [as_told(fact) for fact in facts]
    people = {entry.actor_id for entry in entries} | set(also)
    people |= {each.get(name) for each in told for name in ("recorded_by", "second_by", "teller_id")}
    return list_names(
        session,
        viewer,
        users=_numbers(people),
        clinicians=_numbers(each.get("clinician_id") for each in told),
        rooms=_numbers(each.get("room_id") for each in told),
        payers=_numbers(each.get("payer_id") for each in told),
    )


def _numbers(ids: Iterable[object]) -> set[int]:
    return {number for number in ids if isinstance(number, int)}


def entry_text(entry: Entry, names: Names, pathway: Pathway) -> str:
    """One event in one sentence, without a full stop, with whoever confirmed it with their own PIN."""
    return _what_was_done(entry, names, pathway) + _confirmed(entry, names)


def _confirmed(entry: Entry, names: Names) -> str:
    second, moment = entry.detail.get("second_by_pin"), entry.detail.get("second_at")
    if not isinstance(second, int) or not isinstance(moment, str):
        return ""
    who = isolated(names.users.get(second, "a colleague"))
    return f" ({who} confirmed with their own PIN, {at(datetime.fromisoformat(moment))})"


def _what_was_done(entry: Entry, names: Names, pathway: Pathway) -> str:
    if entry.kind == "step_taken" and entry.moves:
        reason = f": {entry.moves[0]['reason']}" if entry.moves[0]["reason"] else ""
        return f"{_label(pathway, str(entry.moves[0]['step']), str(entry.moves[0]['from']))}{reason}"
    if entry.kind == "assigned":
        owner = entry.detail.get("owner")
        return f"Given to {names.users.get(owner, 'a colleague')}" if owner else "Given back to the role"
    if entry.kind == "escalation_acknowledged":
        said = entry.detail
        return (
            f"Has it ({str(said.get('kind', '')).replace('_', ' ')}), until {said.get('until')}: "
            f"{isolated(str(said.get('outcome')))}"
        )
    if entry.kind == "resumed":
        return "Taken off hold"
    if entry.facts:
        return fact_sentence(entry.facts[0], names)
    return entry.kind.replace("_", " ").capitalize()


def _label(pathway: Pathway, step: str, source: str) -> str:
    edge = pathway.transition(step, source)
    return edge.label if edge else step.replace("_", " ").capitalize()


def sentences_of(entries: Sequence[Entry], names: Names, pathway: Pathway) -> Iterator[str]:
    """What happened, as sentences with who and when, the first first."""
    for entry in reversed(entries):
        who = names.users.get(entry.actor_id or 0, "The system")
        yield f"{isolated(who)}, {at(entry.recorded_at)}: {stopped(entry_text(entry, names, pathway))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an entry is read against: names, labels, every fact told, and who struck which of them out, and why."""

    names: Names
    pathway: Pathway
    told: dict[int, Told]
    struck: dict[int, tuple[Entry, str]]
    correct_url: Callable[[int], str]


def history_lines(
    entries: Sequence[Entry], names: Names, pathway: Pathway, correct_url: Callable[[int], str]
) -> tuple[HistoryLine, ...]:
    """The history, the latest first. ``correct_url`` gives the address that strikes out a fact, or nothing."""
    past = Past(
        names=names,
        pathway=pathway,
        told={int(fact["seq"]): fact for entry in entries for fact in entry.facts},
        struck={
            int(fact["corrected_seq"]): (entry, str(fact["reason"]))
            for entry in entries
            for fact in entry.facts
            if fact["fact"] == "Correction" and entry.kind != "resumed"
        },
        correct_url=correct_url,
    )
    return tuple(_line(entry, past) if not more else _run(entry, more, past) for entry, more in _runs(entries))


def _runs(entries: Sequence[Entry]) -> Iterator[tuple[Entry, int]]:
    """Each entry with how many of its kind follow it directly: a checklist is one line, whoever ticked how often."""
    position = 0
    while position < len(entries):
        first, end = entries[position], position + 1
        while end < len(entries) and _is_ticking(first, entries[end]):
            end += 1
        yield first, end - position - 1
        position = end


def _is_ticking(first: Entry, other: Entry) -> bool:
    return first.actor_id == other.actor_id and _is_a_tick(first) and _is_a_tick(other)


def _is_a_tick(entry: Entry) -> bool:
    """Whether nothing but an item was answered: a deviation that came of it has its own line."""
    is_plain = all(fact["fact"] == "ChecklistItem" for fact in entry.facts)
    return entry.kind == "checklist_answered" and is_plain and not entry.moves


def _run(last: Entry, more: int, past: Past) -> HistoryLine:
    return HistoryLine(
        when=at(last.effective_at),
        written="",
        who=past.names.users.get(last.actor_id or 0, "The system"),
        text=f"Checklist: {more + 1} items answered.",
        struck=False,
        details=(),
    )


def _when(instant: datetime) -> str:
    """A day that was given without a time is kept as its midnight, and reads as the day."""
    return at(instant).removesuffix(" 00:00")


def _line(entry: Entry, past: Past) -> HistoryLine:
    first = int(entry.facts[0]["seq"]) if entry.facts else 0
    by = past.struck.get(first)
    details = [stopped(fact_sentence(fact, past.names)) for fact in entry.facts[1:]]
    details += [f"{_stage(past.pathway, move['from'])} → {_stage(past.pathway, move['to'])}" for move in entry.moves]
    if by is not None:
        who = past.names.users.get(by[0].actor_id or 0, "The system")
        details.insert(0, f"Struck out by {isolated(who)}, {at(by[0].recorded_at)}: {isolated(by[1])}")
    return HistoryLine(
        when=_when(entry.effective_at),
        written=at(entry.recorded_at) if entry.recorded_at - entry.effective_at > LATE else "",
        who=past.names.users.get(entry.actor_id or 0, "The system"),
        text=stopped(_text(entry, past)),
        struck=by is not None,
        details=tuple(details),
        correct_url=past.correct_url(first) if first and by is None else "",
    )


def _text(entry: Entry, past: Past) -> str:
    """A correction names what it struck out; everything else speaks for itself."""
    if entry.kind == "fact_corrected" and entry.facts:
        wrong = past.told.get(int(entry.facts[0]["corrected_seq"]))
        if wrong is not None:
            return f"Struck out: {fact_sentence(wrong, past.names)}. Why: {isolated(str(entry.facts[0]['reason']))}"
    return entry_text(entry, past.names, past.pathway)


def _stage(pathway: Pathway, name: object) -> str:
    stage = pathway.stages.get(str(name))
    return stage.label if stage else str(name).replace("_", " ")
