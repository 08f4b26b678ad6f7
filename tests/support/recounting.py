"""What happened to each case, read from the chain of events alone: other code than what the reports count with.

An event holds the facts that were written with it and the steps that were taken. What stands is folded from these.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import Case, Event

ZONE = ZoneInfo("America/Denver")
#: Facts of which a later one with the same value of this takes an earlier one's place.
VERSIONED = {
    "Appointment": "appointment",
    "Authorization": "authorization",
    "Device": "device",
    "VisitLoss": "appointment",
}


def day_of(text: str) -> date:
    """The clinic's day of an instant of an event."""
    return datetime.fromisoformat(text).astimezone(ZONE).date()


def as_date(text: object) -> date | None:
    """A civil day of an event."""
    return date.fromisoformat(str(text)) if text else None


@dataclass
class Chart:
    """One case as its events tell it. ``place`` is its place among all cases by id; ``stays`` are stage, days of
    entering and of leaving (``None``: not left), and the reason of the step into it."""

    case: Case
    place: int = -1
    owner: "Chart | None" = None
    facts: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    stays: list[list[object]] = field(default_factory=list)

    def read(self, event: Event) -> None:
        """Take in the next event."""
        body = json.loads(event.body)["body"]
        for fact in body.get("facts", ()):
            self.facts.append((fact["fact"], fact))
        if not self.stays:
            first = "referred" if self.case.pathway == "itb" else "reoperation_decided"
            self.stays.append([first, day_of(json.loads(event.body)["effective_at"]), None, ""])
        for move in body.get("moves", ()):
            entered = max(self.stays[-1][1], day_of(json.loads(event.body)["effective_at"]))
            self.stays[-1][2] = entered
            self.stays.append([move["to"], entered, None, move["reason"]])

    @property
    def struck(self) -> set[object]:
        return {fact["corrected_seq"] for kind, fact in self.facts if kind == "Correction"}

    def of(self, kind: str) -> list[dict[str, object]]:
        """What stands of a kind, oldest first."""
        key = VERSIONED.get(kind)
        rows = [fact for name, fact in self.facts if name == kind]
        if key:
            rows = list({fact[key]: fact for fact in rows}.values())
        return [fact for fact in rows if fact["seq"] not in self.struck]

    def versions(self, kind: str) -> list[list[dict[str, object]]]:
        """Every version of what stands, by what it is a version of."""
        found: dict[object, list[dict[str, object]]] = defaultdict(list)
        for name, fact in self.facts:
            if name == kind:
                found[fact[VERSIONED[kind]]].append(fact)
        return [rows for rows in found.values() if rows[-1]["seq"] not in self.struck]

    def said(self, kind: str) -> list[dict[str, object]]:
        """What was determined of a kind and stands."""
        return [fact for fact in self.of("Determination") if fact["kind"] == kind]

    @property
    def stage(self) -> str:
        return str(self.stays[-1][0])

    @property
    def referred_on(self) -> date:
        referrals = self.of("Referral")
        return as_date(referrals[-1]["received_on"]) if referrals else self.stays[0][1]

    @property
    def closed_on(self) -> date | None:
        """``recorded`` days and days of stages are the same in what these tests play."""
        return self.stays[-1][1] if self.case.closed_at else None

    def first(self, stages: Iterable[str]) -> date | None:
        """The day on which it first came into one of these stages."""
        wanted = set(stages)
        return next((stay[1] for stay in self.stays if stay[0] in wanted), None)

    @property
    def diagnosis(self) -> str:
        about = self.owner or self
        found = about.of("Evaluation")
        return str(found[-1]["condition"]) if found else ""


def charts(session: Session, clinic_id: int) -> list[Chart]:
    """Every case of a clinic that was not entered in error, by id."""
    cases = session.scalars(select(Case).where(Case.clinic_id == clinic_id).order_by(Case.id)).all()
    found = {case.id: Chart(case) for case in cases}
    for event in session.scalars(select(Event).where(Event.clinic_id == clinic_id).order_by(Event.seq)):
        if event.case_id is not None:
            found[event.case_id].read(event)
    kept = [chart for chart in found.values() if chart.stage != "entered_in_error"]
    for place, chart in enumerate(kept):
        chart.place = place
        chart.owner = found.get(chart.case.about_case_id or 0)
    return kept


def cases(of: Iterable[Chart]) -> tuple[int, ...]:
    """As a count names them."""
    return tuple(sorted(chart.place for chart in of))


def waited(times: Sequence[tuple[Chart, int, str]]) -> dict[str, object]:
    """Waiting times by the product of the shares that went on, day by day."""

    def quantile(share: float) -> int | None:
        left = 1.0
        for day in sorted({days for _, days, _ in times}):
            at_risk = sum(days >= day for _, days, _ in times)
            came = sum(days == day and ended == "came" for _, days, ended in times)
            left *= 1 - came / at_risk
            if left <= 1 - share + 1e-9:
                return day
        return None

    def naive(share: float) -> int | None:
        came = sorted(days for _, days, ended in times if ended == "came")
        return next((days for place, days in enumerate(came, 1) if place >= share * len(came) - 1e-9), None)

    named = {name: cases(chart for chart, _, ended in times if ended == name) for name in ("came", "left", "waits")}
    return {**named, "median": quantile(0.5), "slow": quantile(0.9), "naive": (naive(0.5), naive(0.9))}
