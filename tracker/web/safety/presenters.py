"""What must always hold, as sentences: how many break it, of how many, whose cases they are, and what to do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.queries.clinic_jobs import JobState
from tracker.queries.identity import Identity
from tracker.queries.safety import RED, Finding, SafetyCheck, check_of
from tracker.web.common.case_lines import PersonLine, case_url, person_line
from tracker.web.common.filters import ago, at, on, plural
from tracker.web.common.frame import is_scheduler_silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold. ``of``: the count it is held against; ``text`` follows both numbers."""

    id: str
    invariants: tuple[str, ...]
    text: str
    why: str
    of: str = ""
    thing: str = ""


_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
RULES = (
    Rule(
        id="unplanned",
        invariants=("unplanned",),
        of="pumps_in_place",
        thing="pump",
        text="unplanned",
        why="A refill is planned by a visit booked on or before its latest date, or by a named person's dated plan. "
        "A message that was planned or sent never counts. Book the visit.",
    ),
    Rule(
        id="refill",
        invariants=("I1",),
        of="pumps_in_place",
        thing="pump",
        text="without exactly one open refill to-do",
        why="Nobody would be told that the refill is due. Open the case and record what is known of the pump.",
    ),
    Rule(
        id="red",
        invariants=("I11",),
        of="pumps_in_place",
        thing="pump",
        text="whose refill turns red too late, or was closed without a fact",
        why="A refill must be red some days before its latest date, and only a fill, the pump's removal, a transfer or "
        "a death ends it.",
    ),
    Rule(
        id="owner",
        invariants=("next_step",),
        of="cases_open",
        thing="case",
        text="without owner and dated next step",
        why="A case that nobody owns is forgotten. Open it, and take or assign it.",
    ),
    Rule(
        id="todos",
        invariants=("I2",),
        of="cases",
        thing="case",
        text="whose to-dos are not what is due",
        why="Today and the refill list may show something old of them. The scheduler compares every few seconds; if "
        "this stays, tell whoever runs this system.",
    ),
    Rule(
        id="lists",
        invariants=("derived",),
        of="cases",
        thing="case",
        text="that lists show otherwise than they are",
        why="The board may show something old of them. If this stays, tell whoever runs this system.",
    ),
    Rule(
        id="grounds",
        invariants=("I5",),
        of="cases",
        thing="case",
        text="with a pump implanted without trial, consent or authorization on record",
        why="Each implant names the positive trial, the consent and the authorization that held on its day, or the "
        "reviewed deviation.",
    ),
    Rule(
        id="told",
        invariants=("I17",),
        of="cases",
        thing="case",
        text="with something open past its time that nobody was told of",
        why="Every to-do with a ladder is with a named person, or with everybody of a role, on the rung of the day.",
    ),
    Rule(
        id="resting",
        invariants=("I10",),
        of="cases",
        thing="case",
        text="with a message that rests where nobody looks",
        why="Whatever is not finished has a time at which it goes on, or a person's task.",
    ),
    Rule(
        id="messages",
        invariants=("I15",),
        of="cases",
        thing="case",
        text="with a message that is missing, or waits and is not wanted",
        why="Every message that should come exists once, and none waits that should not.",
    ),
    Rule(
        id="copies",
        invariants=("I8",),
        of="reminders",
        thing="message",
        text="that may have reached somebody more than twice",
        why="Look at the ledger of reminders, and tell whoever runs this system.",
    ),
    Rule(
        id="history",
        invariants=("I6",),
        of="events",
        thing="entry",
        text="of the history that do not fit together",
        why="The history was changed from outside. Do not correct anything: tell whoever runs this system.",
    ),
    Rule(
        id="clinic",
        invariants=("counts", "I12"),
        text="faults in the clinic's counts, or references to another clinic",
        why="Tell whoever runs this system.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding: the patient, where a case is meant and the viewer may see patients."""

    tone: str
    person: PersonLine | None
    what: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One sentence. ``more`` says how many are not listed, or why nobody is."""

    id: str
    tone: str
    count: int
    sentence: str
    why: str
    found: tuple[Found, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyPage:
    """What the page shows."""

    tone: str
    checked: str
    asked: str
    scheduler_tone: str
    scheduler: str
    figures: tuple[Figure, ...]
    summary: str
    kit_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentences are made from. ``people`` holds nobody for a viewer who sees no patients."""

    state: JobState
    people: Mapping[str, Identity]
    viewer: Actor
    ticked_at: datetime | None
    now: datetime
    today: date
    zone: str

    @property
    def sees_patients(self) -> bool:
        """Whether the viewer is told whose cases they are."""
        return self.viewer.may(Permission.SEE_PATIENTS)


def present(facts: Facts) -> SafetyPage:
    """Make the page."""
    check = check_of(facts.state)
    is_silent = is_scheduler_silent(facts.ticked_at, facts.now)
    figures = tuple(_figure(rule, check, facts) for rule in RULES) if check else ()
    wrong = sum(figure.count > 0 for figure in figures)
    is_stale = check is None or check.is_stale(facts.now)
    return SafetyPage(
        tone="critical" if is_stale else "ready",
        checked=_checked(check, facts),
        asked=_asked(facts.state, facts.now),
        scheduler_tone="critical" if is_silent else "ready",
        scheduler=f"scheduler silent, last beat {ago(facts.ticked_at, facts.now)}"
        if is_silent
        else f"scheduler alive, last beat {ago(facts.ticked_at, facts.now)}",
        figures=figures,
        summary=f"{plural(wrong, 'thing does', 'things do')} not hold" if wrong else "Everything holds",
        kit_url=url_for("safety.kit") if facts.viewer.may(Permission.MAKE_DOWNTIME_KIT) else "",
    )


def _checked(check: SafetyCheck | None, facts: Facts) -> str:
    if check is None:
        return "not checked yet"
    when = f"checked {ago(check.checked_at, facts.now)}"
    if not check.is_stale(facts.now):
        return when
    usual = plural(max(1, check.interval // timedelta(minutes=1)), "minute")
    return f"{when}: too old, since {at(check.checked_at, facts.zone)}, and due every {usual}"


def _asked(state: JobState, now: datetime) -> str:
    if state.is_running:
        return "Being checked now."
    return f"Asked for {ago(state.asked_at, now)}: begins within two minutes." if state.asked_at else ""


def _figure(rule: Rule, check: SafetyCheck, facts: Facts) -> Figure:
    is_plan = rule.id == "unplanned"
    count = check.counts["pumps_unplanned"] if is_plan else sum(check.failing.get(each, 0) for each in rule.invariants)
    findings = [each for each in check.findings if each.invariant in rule.invariants]
    red = check.counts["pumps_unplanned_red"] if is_plan else 0
    tone = "ready" if not count else "quiet" if is_plan and not red else "critical"
    total = check.counts[rule.of] if rule.of else 0
    things = _many(rule.thing) if total != 1 else rule.thing
    sentence = f"{count:,} of {total:,} {things} {rule.text}" if rule.of else f"{count:,} {rule.text}"
    return Figure(
        id=rule.id,
        tone=tone,
        count=count,
        sentence=f"{sentence}, {red:,} of them critical" if red else sentence,
        why=rule.why,
        found=tuple(_found(each, facts) for each in findings) if facts.sees_patients else (),
        more=_more(count, findings, facts),
    )


def _many(thing: str) -> str:
    return f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"


def _more(count: int, findings: list[Finding], facts: Facts) -> str:
    if not count:
        return ""
    if not facts.sees_patients:
        return "Whose they are is shown to people who see patients."
    cases = len({each.case or each.message for each in findings})
    return f"and {count - cases:,} more: “tracker check” lists all" if count > cases else ""


def _found(finding: Finding, facts: Facts) -> Found:
    identity = facts.people.get(finding.case)
    url = case_url(finding.case) if finding.case else ""
    is_quiet = finding.invariant == "unplanned" and not finding.message.endswith(RED)
    return Found(
        tone="quiet" if is_quiet else "critical",
        person=person_line(identity, facts.today, url=url) if identity else None,
        what=_words(finding.message, facts.today),
        url=url,
    )


def _words(message: str, today: date) -> str:
    """The message with its dates as people write them."""
    return _DATE.sub(lambda found: on(date.fromisoformat(found[0]), today), message)
