"""The observation chart on paper: filled as far as something is on record, blank otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.facts import Assessment, Fact, TrialDose, VitalSigns
from tracker.domain.observation import after_dose, baseline, measure
from tracker.domain.pathway.trial_wording import ADVERSE_WORDS
from tracker.domain.words import ASKED_ADVERSE, Instrument
from tracker.queries.case_detail import OpenedCase
from tracker.web.cases.observation_forms import Place
from tracker.web.cases.words import ALERTNESS, INSTRUMENTS, SIDES, first_upper
from tracker.web.common.filters import at


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartColumn:
    """One time of the chart: when it is due, and when and by whom it was taken; empty where it is written by hand.

    ``signs``: pressure, pulse, saturation, breaths, how awake.
    """

    title: str
    due: str
    taken: str
    by: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartRow:
    """One measure with a cell for each column."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What the chart shows, beside what the page says of the dose."""

    columns: tuple[ChartColumn, ...]
    rows: tuple[ChartRow, ...]
    events: tuple[str, ...]
    printed: str


#: Lines whose muscle group is written by hand.
_TO_WRITE = [("", "", ""), ("", " ", "")]


@dataclass(frozen=True, slots=True)
class _Set:
    """What was taken for one time of the chart."""

    title: str
    due: str
    scores: tuple[Assessment, ...]
    signs: tuple[VitalSigns, ...]


def chart_of(case: OpenedCase, dose: TrialDose | None, names: Mapping[int, str], now: datetime) -> Chart:
    """Make the chart of a dose; ``None``: a blank one, with the baseline if there is one."""
    earlier = [each for each in case.snapshot.of(VitalSigns) if each.dose_seq is None]
    sets = [_Set("Baseline", "", baseline(case.snapshot, dose), tuple(earlier[-1:])), *_sets(case, dose)]
    values = [{measure(each): each.value for each in found.scores} for found in sets]
    return Chart(
        columns=tuple(_column(found, names) for found in sets),
        rows=tuple(
            ChartRow(label=_words(what), values=tuple(column.get(what, "") for column in values))
            for what in _measures(case, values)
        ),
        events=tuple(first_upper(ADVERSE_WORDS[each]) for each in ASKED_ADVERSE),
        printed=at(now),
    )


def _column(found: _Set, names: Mapping[int, str]) -> ChartColumn:
    facts = (*found.scores, *found.signs)
    people = dict.fromkeys(names.get(getattr(each, "rater_id", None) or each.recorded_by or 0, "") for each in facts)
    return ChartColumn(
        title=found.title,
        due=found.due,
        taken=_taken(found, facts),
        by=", ".join(filter(None, people)),
        signs=_signs(found.signs[-1]) if found.signs else ("",) * 5,
    )


def _taken(found: _Set, facts: tuple[Fact, ...]) -> str:
    if not facts:
        return ""
    first = at(min(each.effective_at for each in facts))
    return first if found.title == "Baseline" else first[-5:]


def _signs(signs: VitalSigns) -> tuple[str, ...]:
    pressure = (signs.systolic, signs.diastolic)
    measured = (signs.pulse, signs.saturation, signs.breaths)
    return (
        "" if pressure == (None, None) else "/".join("–" if each is None else str(each) for each in pressure),
        *("" if each is None else str(each) for each in measured),
        ALERTNESS.get(signs.alertness, ""),
    )


def _sets(case: OpenedCase, dose: TrialDose | None) -> list[_Set]:
    """The due times, and after them what was taken at none of these."""
    rule = case.pathway.observation
    if rule is None:
        return []
    if dose is None:
        return [_Set(f"{hours} h", "", (), ()) for hours in rule.hours]
    scores, signs = after_dose(case.snapshot, dose)
    found, tolerance = [], timedelta(minutes=rule.tolerance_minutes)
    taken = (*scores, *signs)
    near = {fact.seq for fact in taken for each in rule.hours if abs(fact.effective_at - _due(dose, each)) <= tolerance}
    for hours in rule.hours:
        due = _due(dose, hours)
        mine = tuple(each for each in scores if abs(each.effective_at - due) <= tolerance)
        theirs = tuple(each for each in signs if abs(each.effective_at - due) <= tolerance)
        found.append(_Set(f"{hours} h", at(due)[-5:], mine, theirs))
    for moment in sorted({fact.effective_at for fact in taken if fact.seq not in near}):
        mine = tuple(each for each in scores if each.effective_at == moment)
        found.append(_Set("between", "", mine, tuple(each for each in signs if each.effective_at == moment)))
    return found


def _due(dose: TrialDose, hours: int) -> datetime:
    return dose.effective_at + timedelta(hours=hours)


def _measures(case: OpenedCase, values: list[dict[tuple[str, str, str], str]]) -> list[tuple[str, str, str]]:
    """What was measured of muscle groups, and lines for two more; every one of the pathway where none was. Then the
    other scales."""
    rule = case.pathway.observation
    usual = [(Instrument.ASHWORTH.value, muscle, side) for muscle in (rule.muscles if rule else ()) for side in SIDES]
    measured = dict.fromkeys(what for column in values for what in column)
    muscles = [each for each in measured if each[0] == Instrument.ASHWORTH]
    others = dict.fromkeys((each.value, "", "") for each in Instrument if each is not Instrument.ASHWORTH)
    others |= dict.fromkeys(each for each in measured if each[0] != Instrument.ASHWORTH)
    return [*(sorted(muscles, key=_in_order_of(usual)) + _TO_WRITE if muscles else usual), *others]


def _in_order_of(usual: list[tuple[str, str, str]]) -> Callable[[tuple[str, str, str]], tuple[int, str, str]]:
    return lambda each: (usual.index(each) if each in usual else len(usual), *each[1:])


def _words(what: tuple[str, str, str]) -> str:
    instrument, site, side = what
    if instrument == Instrument.ASHWORTH:
        return Place(site, side).label if site else "Ashworth"
    return INSTRUMENTS.get(instrument, "")
