"""What the panels say, laid out as ``recounts`` lays out what it counts."""

from collections.abc import Callable, Iterable

from tests.support.authorizations_recounted import recount_authorizations
from tests.support.pumps_recounted import recount_complications, recount_refills
from tests.support.recounts import Found, Recount, only
from tracker.domain.reporting.authorizations import authorization_report
from tracker.domain.reporting.complications import complication_report
from tracker.domain.reporting.counted import Count
from tracker.domain.reporting.days import days
from tracker.domain.reporting.filters import Selection
from tracker.domain.reporting.flow import flow
from tracker.domain.reporting.grouping import Named
from tracker.domain.reporting.history import History
from tracker.domain.reporting.referrers import referrer_report
from tracker.domain.reporting.refills import refill_report
from tracker.domain.reporting.trials import trial_report
from tracker.domain.reporting.waiting_times import WaitingTimes


def times(found: WaitingTimes) -> dict[str, object]:
    return {
        "came": found.came.cases,
        "left": found.left.cases,
        "waits": found.waits.cases,
        "median": found.median.time,
        "slow": found.slow.time,
        "naive": (found.naive_median, found.naive_slow),
    }


def named(found: Iterable[tuple[str, Count]]) -> dict[str, tuple[int, ...]]:
    return {name: each.cases for name, each in found}


def of_flow(history: History, selection: Selection) -> Found:
    said = flow(history, selection)
    found: Found = {
        f"{cohort.name} {step.name}": (step.reached.cases, named(step.left), step.waits.cases)
        for cohort in (said.everybody, *said.months, *said.referrers)
        for step in cohort.steps
    }
    found |= {
        "to trial": times(said.to_trial),
        "to implant": times(said.to_implant),
        "trial to implant": times(said.trial_to_implant),
    }
    return found | {f"in {stage}": times(each) for stage, each in said.in_stages.items()}


def of_trials(history: History, selection: Selection) -> Found:
    said = trial_report(history, selection)
    groups = [("all", said.everybody)]
    groups += [(f"dose {each.name}", each) for each in said.by_dose]
    groups += [(f"diagnosis {each.name}", each) for each in said.by_diagnosis]
    groups += [(f"clinician {each.name}", each) for each in said.by_clinician]
    found: Found = {
        name: (each.trials.cases, named(each.outcomes), each.positive.part.cases, each.open.cases)
        for name, each in groups
    }
    converted = said.conversion
    found["converted"] = (
        converted.implanted.whole.cases,
        converted.implanted.part.cases,
        tuple(sorted(case for _, each in converted.left for case in each.cases)),
        converted.waits.cases,
    )
    return found | {f"left {(each.stage, each.closed_as, each.reason)}": each.cases.cases for each in said.leaving}


def of_days(history: History, selection: Selection) -> Found:
    said = days(history, selection)
    rows: list[tuple[str, tuple[int, ...]]] = []
    for each in said.purposes:
        rows += [
            (f"{each.purpose} completed", each.came.cases),
            (f"{each.purpose} cancelled", each.cancelled.cases),
            (f"{each.purpose} no_show", each.no_show.cases),
            (f"{each.purpose} booked", each.unmarked.cases),
            (f"{each.purpose} on the day", each.on_the_day.part.cases),
        ]

    def listed(name: str, found: Named) -> None:
        rows.extend((f"{name} {word}", each.cases) for word, each in found)

    listed("cause", said.causes)
    listed("notice", said.notice)
    listed("moved", said.moved)
    used: Found = {
        f"{what} {each.id}": (round(each.hours.value, 6), each.visits.cases, each.days)
        for what, table in (("room", said.rooms), ("clinician", said.clinicians))
        for each in table
    }
    return only(rows) | used


def of_authorizations(history: History, selection: Selection) -> Found:
    said = authorization_report(history, selection)
    found: Found = {}
    for name, each in [("all", said.everything), *((f"{one.payer} {one.stage}", one) for one in said.groups)]:
        counts = (each.asked, each.denied.part, each.won.part, each.expired.part, each.expired.whole)
        found[name] = (tuple(one.cases for one in counts), times(each.turnaround))
    return found


def of_refills(history: History, selection: Selection) -> Found:
    said = refill_report(history, selection)
    counts = (
        ("in time", said.in_time.part), ("late", said.late.part), ("after", said.after.part),
        ("dateless", said.dateless), ("overdue", said.overdue), ("without date", said.without_date),
        ("unplanned", said.unplanned.part), ("followed", said.unplanned.whole),
    )  # fmt: skip
    coming = {f"week {number}": week.refills.cases for number, week in enumerate(said.coming) if week.refills.n}
    return only((name, each.cases) for name, each in counts) | {"intervals": times(said.intervals)} | coming


def of_complications(history: History, selection: Selection) -> Found:
    said = complication_report(history, selection)
    early = (said.early_infection.part.cases, said.early_infection.whole.cases)
    found = only([*((each.kind, each.episodes.cases) for each in said.kinds), ("not yet", said.not_yet.cases)])
    return found | {"years": round(said.years.value, 6), "early": early}


def of_referrers(history: History, selection: Selection) -> Found:
    said = referrer_report(history, selection)
    return {
        each.name: (
            each.referrals.cases,
            each.trials.cases,
            each.implants.cases,
            each.waits.cases,
            each.left.cases,
            each.owed.cases,
            times(each.first_contact),
        )
        for each in (said.everybody, *said.referrers)
    }


#: What each panel says, and what is counted again.
PANELS: dict[str, tuple[Callable[[History, Selection], Found], Callable[[Recount], Found]]] = {
    "flow": (of_flow, Recount.flow),
    "trials": (of_trials, Recount.trials),
    "days": (of_days, Recount.days),
    "authorizations": (of_authorizations, recount_authorizations),
    "refills": (of_refills, recount_refills),
    "complications": (of_complications, recount_complications),
    "referrers": (of_referrers, Recount.referrers),
}
