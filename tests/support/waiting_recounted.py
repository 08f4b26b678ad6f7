"""Blockers worked out again from the facts, and the days that they cost counted again"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.recounting import Chart, cases
from tests.support.recounts import Found, Recount
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.facts import Correction
from tracker.domain.pathway.engine import offered
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.history import History
from tracker.domain.reporting.waits import why_they_wait
from tracker.pathways import catalogue
from tracker.persistence.facts import load_history
from tracker.persistence.models import BlockerInterval, Event, Patient

#: Transition, code, parameters, from when and until when (``None``: still).
Interval = tuple[str, str, str, datetime, datetime | None]


def rederived(session: Session, chart: Chart, calendar: ClinicCalendar, now: datetime) -> set[Interval]:
    """The intervals of a case, from what was on record after each of its events, and is now."""
    case, facts = chart.case, load_history(session, chart.case.clinic_id, chart.case.id)
    gone = {fact.corrected_seq: fact.seq for fact in facts if isinstance(fact, Correction)}
    birth_on = session.scalars(select(Patient.birth_on).where(Patient.id == case.patient_id)).one()
    pathway = catalogue.load(case.pathway, case.pathway_version)
    mine = Event.clinic_id == case.clinic_id, Event.case_id == case.id
    stage, entered, begun, last = pathway.initial, case.opened_at, defaultdict(lambda: 1), 0
    standing: dict[tuple[str, str, str], datetime] = {}
    found: set[Interval] = set()
    for event in [*session.scalars(select(Event).where(*mine).order_by(Event.seq)), None]:
        at = now if event is None else event.recorded_at
        body = {} if event is None else json.loads(event.body)["body"]
        for move in body.get("moves", ()):
            stage, entered = move["to"], max(entered, event.effective_at)
            for what in move["begins"]:
                begun[what] += 1
        last = max([last, *(fact["seq"] for fact in body.get("facts", ()))])
        written = [fact for fact in facts if fact.seq <= last and not isinstance(fact, Correction)]
        snapshot = Snapshot(
            stage=stage, stage_entered_at=entered, birth_on=birth_on, calendar=calendar,
            trial_attempt=begun["trial"], trial_series=begun["series"], implant_attempt=begun["implant"],
            facts=tuple(_standing(written, {seq for seq, by in gone.items() if by <= last})),
            referred_indication=case.indication,
        )  # fmt: skip
        steps = offered(pathway, snapshot, at)
        blockers = steps.next.blockers if steps.next else ()
        wanted = {(steps.next_name, each.code, json.dumps(dict(each.params), sort_keys=True)) for each in blockers}
        found |= {(*key, standing.pop(key), at) for key in standing.keys() - wanted}
        standing |= dict.fromkeys(wanted - standing.keys(), at)
    return {each for each in found if each[3] < each[4]} | {(*key, since, None) for key, since in standing.items()}


def _standing(facts: Iterable[object], struck: set[int]) -> list[object]:
    """The last version of each thing, without what was struck out."""
    found: dict[tuple[object, ...], object] = {}
    for fact in facts:
        kind = type(fact).__name__
        names = {"ChecklistItem": ("appointment", "item"), "VisitLoss": ("appointment",)}.get(kind, (kind.lower(),))
        key = tuple(getattr(fact, name, fact.seq) for name in names)
        if fact.seq not in struck:
            found.pop((kind, *key), None)
            found[kind, *key] = fact
    return list(found.values())


def stored(session: Session, chart: Chart) -> set[Interval]:
    """The intervals of a case as they are stored."""
    rows = session.scalars(
        select(BlockerInterval).where(
            BlockerInterval.clinic_id == chart.case.clinic_id, BlockerInterval.case_id == chart.case.id
        )
    )
    return {
        (row.transition, row.code, json.dumps(row.params, sort_keys=True), row.from_at, row.until_at) for row in rows
    }


def recount_waits(session: Session, recount: Recount, now: datetime, zone: str) -> Found:
    """Patient-days by code and by who can clear it, from the stored intervals, instant by instant."""
    calendar = ClinicCalendar(zone)
    first, last = calendar.start_of(recount.asked.from_on), min(calendar.start_of(recount.asked.until_on), now)
    days: dict[str, dict[Chart, timedelta]] = defaultdict(dict)
    holds: dict[str, list[Chart]] = defaultdict(list)
    for place, chart in enumerate(recount.chosen()):
        rows = [
            row for row in session.scalars(select(BlockerInterval).where(BlockerInterval.case_id == chart.case.id))
            if _phase(chart, row.transition) not in ("maintenance", "recovery")
        ]  # fmt: skip
        edges = sorted({first, last, *(each for row in rows for each in (row.from_at, row.until_at) if each)})
        for begins, ends in pairwise(edges):
            there = [row for row in rows if row.from_at <= begins and (row.until_at is None or ends <= row.until_at)]
            if not (first <= begins and ends <= last) or not there:
                continue
            names = {f"code {row.code}" for row in there}
            names |= {f"by {'' if row.code == 'not_arrived' else row.clearable_by}" for row in there}
            if len({(row.code, json.dumps(row.params)) for row in there}) == 1:
                names.add(f"alone {there[0].code}")
            for name in {*names, "all"}:
                days[name][place] = days[name].get(place, timedelta()) + (ends - begins)
        for row in rows:
            if row.until_at is None and last == now:
                holds[f"now {row.code}"].append(chart)
    chosen = recount.chosen()
    counted = {
        name: (round(sum(of.values(), timedelta()) / timedelta(days=1), 3), cases(chosen[place] for place in of))
        for name, of in days.items()
    }
    return {"all": (0.0, ()), **counted, **{name: cases(of) for name, of in holds.items()}}


def _phase(chart: Chart, transition: str) -> str:
    pathway = catalogue.load(chart.case.pathway, chart.case.pathway_version)
    sources = [edge.source for edge in pathway.transitions if edge.name == transition]
    usual = [stage for stage in pathway.stages.values() if stage.next == transition]
    return usual[0].phase if usual else pathway.stages[sources[0]].phase


def said_of_waits(history: History, selection: Selection) -> Found:
    """The same of the panel. Where one code is about several things, it is one here if nobody has both at once."""
    said = why_they_wait(history, selection)
    codes: dict[str, tuple[float, tuple[int, ...]]] = {}
    holds: dict[str, tuple[int, ...]] = {}
    for each in said.lost:
        name = f"code {each.code}"
        value, of = codes.get(name, (0.0, ()))
        if each.days.cases:
            codes[name] = (value + each.days.value, tuple(sorted({*of, *each.days.cases})))
        name = f"alone {each.code}"
        value, of = codes.get(name, (0.0, ()))
        if each.alone.cases:
            codes[name] = (value + each.alone.value, tuple(sorted({*of, *each.alone.cases})))
        holds[f"now {each.code}"] = tuple(sorted((*holds.get(f"now {each.code}", ()), *each.now.cases)))
    clearers = {f"by {' '.join(each.by)}": (each.days.value, each.days.cases) for each in said.clearers}
    sums = {"all": (said.days.value, said.days.cases), **codes, **clearers}
    rounded = {name: (round(value, 3), of) for name, (value, of) in sums.items()}
    return {**rounded, **{name: of for name, of in holds.items() if of}}
