"""The hours after a test dose on one page: what is due, the baseline beside now, what went wrong or did not, what is
missing before it can be closed. Nothing is computed from the scores; by what others judge them stands beside them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from tracker.domain.access import Actor, Permission
from tracker.domain.after_dose_alarms import alarming_event, alarming_signs
from tracker.domain.facts import AdverseEvent, Assessment, ChecklistItem, Fact, TrialDose, VitalSigns
from tracker.domain.observation import (
    CLOSING,
    Due,
    DueState,
    after_dose,
    baseline,
    ended_early,
    measure,
    next_due,
    over_at,
    timeline,
)
from tracker.domain.pathway.engine import Offer, offered
from tracker.domain.pathway.trial_wording import ADVERSE_WORDS
from tracker.domain.words import ASKED_ADVERSE, AdverseKind, Happened, ItemState
from tracker.queries.case_detail import OpenedCase
from tracker.web.cases.identity import Person, person_of
from tracker.web.cases.links import Link, Missing, correcting
from tracker.web.cases.observation_forms import Place
from tracker.web.cases.present import missing_lines
from tracker.web.cases.sentences import as_told, civil, number, vital_signs_said
from tracker.web.cases.words import HAPPENED, INSTRUMENTS, ROUTES, SEVERITIES, first_upper
from tracker.web.common.filters import at

TONES = {
    DueState.TAKEN: "ready",
    DueState.MISSED: "critical",
    DueState.NOW: "warn",
    DueState.COMING: "quiet",
    DueState.OVER: "quiet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One due time. ``at`` is the instant in ISO form for the script that counts down; ``is_next``: it is the next."""

    label: str
    time: str
    at: str
    tone: str
    words: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One time at which scores were taken: baseline, or after the dose."""

    title: str
    taken: str
    by: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure with its value in each column; empty where nobody took it."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsLine:
    """Vital signs of one time."""

    time: str
    words: str
    by: str
    correct_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One question about an adverse event, with its answers."""

    label: str
    answers: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PassLine:
    """By what others call a trial passed."""

    whose: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPage:
    """What ``cases/observation.html`` and the chart show. ``dose`` is empty on a blank chart."""

    person: Person
    dose: tuple[tuple[str, str], ...]
    confounder: str
    ended: str
    alarms: tuple[str, ...]
    is_running: bool
    dues: tuple[DueLine, ...]
    columns: tuple[Column, ...]
    rows: tuple[MeasureRow, ...]
    signs: tuple[SignsLine, ...]
    events: tuple[EventLine, ...]
    rules: tuple[PassLine, ...]
    missing: tuple[Missing, ...]
    links: tuple[Link, ...]
    score_url: str
    events_url: str
    chart_url: str
    case_url: str


def present(case: OpenedCase, dose: TrialDose, names: dict[int, str], viewer: Actor, now: datetime) -> ObservationPage:
    """Make the page of one dose. ``names``: what the people of its facts are called, by their ids."""
    snapshot, rule = case.snapshot, case.pathway.observation
    scores, signs = after_dose(snapshot, dose)
    over = over_at(case.pathway, snapshot, dose)
    dues = timeline(rule, dose, (*scores, *signs), now, over) if rule else ()
    sedated = _sedated(case, dose)
    before = baseline(snapshot, dose)
    public_id, is_current = case.head.public_id, dose == snapshot.attempt_dose
    ended = ended_early(snapshot, dose)
    offer = offered(case.pathway, snapshot, now).named(CLOSING) if is_current else None
    return ObservationPage(
        person=person_of(case.head.patient, snapshot.calendar.today(now)),
        dose=_given(dose, names),
        confounder=f"Sedative given{sedated}: it may lower scores by itself." if sedated is not None else "",
        ended=f"Ended early {at(ended.effective_at)[-5:]}: {ended.reason}. Not assessable." if ended else "",
        alarms=_alarms(case, dose, signs) if over is None else (),
        is_running=over is None,
        dues=tuple(_due_line(due, next_due(dues), now) for due in dues),
        columns=_columns(before, scores, dose, names, is_sedated=sedated is not None),
        rows=_rows(before, scores, rule.muscles if rule else ()),
        signs=tuple(
            SignsLine(
                time=at(each.effective_at)[-5:],
                words=vital_signs_said(as_told(each)),
                by=names.get(each.recorded_by or 0, ""),
                correct_url=correcting(case, each.seq, viewer),
            )
            for each in signs
        ),
        events=_events(case, dose, names),
        rules=tuple(PassLine(whose=r.whose, text=r.text, source=_source(r.source, r.approved_by))
                    for r in case.pathway.pass_rules),
        missing=missing_lines(case, offer.blockers, viewer, snapshot.calendar.today(now)) if offer else (),
        links=_links(case, viewer, offer, is_ended=ended is not None) if offer else (),
        score_url=url_for("cases.score", public_id=public_id, dose=dose.seq) if viewer.may(Permission.SCORE) else "",
        events_url=url_for("cases.adverse_events", public_id=public_id, dose=dose.seq)
        if viewer.may(Permission.GIVE_DOSE)
        else "",
        chart_url=url_for("cases.observation_chart", public_id=public_id, dose=dose.seq),
        case_url=url_for("cases.show", public_id=public_id),
    )  # fmt: skip


def people_of(facts: Iterable[Fact]) -> set[int]:
    """The ids of everybody whom facts of an observation name."""
    names = ("recorded_by", "second_by", "rater_id")
    found = {getattr(fact, name, None) for fact in facts for name in names}
    return {each for each in found if each is not None}


def _source(source: str, approved_by: str) -> str:
    return f"{source} ({f'approved by {approved_by}' if approved_by else 'not approved by a clinician yet'})"


def _given(dose: TrialDose, names: dict[int, str]) -> tuple[tuple[str, str], ...]:
    amount = f"{number(dose.volume_ml)} mL of {number(dose.concentration_mcg_ml)} mcg/mL"
    who = names.get(dose.recorded_by or 0, "–"), names.get(dose.second_by or 0, "–")
    return (
        ("Injected", at(dose.effective_at)),
        ("Dose", f"{number(dose.dose_mcg)} mcg {dose.drug} = {amount}, {ROUTES.get(dose.route, dose.route)}"),
        ("Lot", f"{dose.lot}, expires {civil(dose.expires_on)}"),
        ("Given and read by", f"{who[0]}, {who[1]}"),
    )


def _sedated(case: OpenedCase, dose: TrialDose) -> str | None:
    """When a sedative was given for this dose, as the checklist says it: `` 09:10``; ``None``: none was."""
    rule = case.pathway.observation
    items = case.snapshot.of(ChecklistItem)
    given = [
        item
        for item in items
        if rule and item.item == rule.sedation_item and item.appointment == dose.appointment
        and item.state == ItemState.DONE
    ]  # fmt: skip
    if not given:
        return None
    return f" {given[-1].value}" if re.fullmatch(r"\d{1,2}:\d{2}", given[-1].value) else ""


def _due_line(due: Due, following: Due | None, now: datetime) -> DueLine:
    # The first minute that lies in it: a time that is typed has no seconds.
    whole = due.at + timedelta(seconds=-due.at.second % 60)
    return DueLine(
        label=f"{due.hours} h",
        time=at(whole)[-5:],
        at=whole.isoformat(),
        tone=TONES[due.state],
        words=_due_words(due, now),
        is_next=due == following,
    )


def _due_words(due: Due, now: datetime) -> str:
    lacks = f", no {' and no '.join(due.lacks)}" if due.lacks else ""
    if due.state == DueState.TAKEN:
        return f"taken {at(due.taken_at)[-5:]}{lacks}"
    if due.state == DueState.MISSED:
        return f"missed: no {' and no '.join(due.lacks)}" + (
            f"; the rest {at(due.taken_at)[-5:]}" if due.taken_at else ""
        )
    if due.state == DueState.OVER:
        return "not due: the observation was over"
    minutes = round(abs((due.at - now).total_seconds()) / 60)
    away = f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
    what = " and ".join(due.lacks) or "all taken"
    return f"{what}: {f'in {away}' if due.at > now else f'since {away}'}"


def _columns(
    before: Sequence[Assessment],
    scores: Sequence[Assessment],
    dose: TrialDose,
    names: dict[int, str],
    *,
    is_sedated: bool,
) -> tuple[Column, ...]:
    raters = {_rater(each) for each in before}
    found = [_column("Baseline", before, names, ())] if before else []
    for taken_at in dict.fromkeys(each.effective_at for each in scores):
        mine = [each for each in scores if each.effective_at == taken_at]
        notes = ("after a sedative",) if is_sedated else ()
        if raters and not {_rater(each) for each in mine} <= raters:
            notes = (*notes, "another rater than at baseline")
        minutes = round((taken_at - dose.effective_at).total_seconds() / 60)
        found.append(_column(f"{minutes // 60} h {minutes % 60:02} after", mine, names, notes))
    return tuple(found)


def _rater(score: Assessment) -> int | None:
    return score.rater_id or score.recorded_by


def _column(title: str, scores: Sequence[Assessment], names: dict[int, str], notes: tuple[str, ...]) -> Column:
    people = dict.fromkeys(names.get(_rater(each) or 0, "") for each in scores)
    times = [each.effective_at for each in scores]
    taken = at(max(times)) if title == "Baseline" else at(max(times))[-5:]
    return Column(title=title, taken=taken, by=", ".join(filter(None, people)), notes=notes)


def _rows(before: Sequence[Assessment], scores: Sequence[Assessment], muscles: Sequence[str]) -> tuple[MeasureRow, ...]:
    times = list(dict.fromkeys(each.effective_at for each in scores))
    measures = dict.fromkeys(measure(each) for each in (*before, *scores))
    order = {muscle: place for place, muscle in enumerate(muscles)}
    instruments = list(INSTRUMENTS)
    in_order = sorted(measures, key=lambda m: (instruments.index(m[0]), order.get(m[1], len(order)), m[1], m[2]))
    at_baseline = {measure(each): each.value for each in before}
    then = {(measure(each), each.effective_at): each.value for each in scores}
    return tuple(
        MeasureRow(
            label=_measure_words(each),
            values=(
                *((at_baseline.get(each, ""),) if before else ()),
                *(then.get((each, taken_at), "") for taken_at in times),
            ),
        )
        for each in in_order
    )


def _measure_words(what: tuple[str, str, str]) -> str:
    instrument, site, side = what
    name = INSTRUMENTS[instrument]
    return f"{Place(site, side).label}" if site and instrument == "ashworth" else name


def _events(case: OpenedCase, dose: TrialDose, names: dict[int, str]) -> tuple[EventLine, ...]:
    answers = [each for each in case.snapshot.of(AdverseEvent) if each.dose_seq == dose.seq]
    found = []
    for kind in AdverseKind:
        mine = [each for each in answers if each.event == kind]
        if not mine and kind not in ASKED_ADVERSE:
            continue
        found.append(
            EventLine(
                label=first_upper(ADVERSE_WORDS[kind]),
                answers=tuple(_answer_words(each, names) for each in mine),
                is_open=not mine,
            )
        )
    return tuple(found)


def _alarms(case: OpenedCase, dose: TrialDose, signs: Sequence[VitalSigns]) -> tuple[str, ...]:
    """What a physician must look at: the latest vital signs, and every severe event."""
    latest = max(signs, key=lambda each: each.effective_at, default=None)
    events = (alarming_event(each) for each in case.snapshot.of(AdverseEvent) if each.dose_seq == dose.seq)
    return (*(alarming_signs(latest) if latest else ()), *filter(None, events))


def _answer_words(answer: AdverseEvent, names: dict[int, str]) -> str:
    when = at(answer.effective_at)[-5:]
    by = names.get(answer.recorded_by or 0, "")
    words = HAPPENED[answer.happened]
    if answer.happened == Happened.YES:
        words = f"{words}, {SEVERITIES[answer.severity].lower()}, since {when}"
    else:
        words = f"{words}, asked {when}"
    return f"{words}{f': {answer.note}' if answer.note else ''} · {by}"


def _links(case: OpenedCase, viewer: Actor, offer: Offer, *, is_ended: bool) -> tuple[Link, ...]:
    found, public_id = [], case.head.public_id
    if offer.is_allowed and offer.may_be_taken_by(viewer.roles):
        url = url_for("cases.take_step", public_id=public_id, step=CLOSING)
        found.append(Link(label="Close the observation", url=url))
    if viewer.may(Permission.GIVE_DOSE) and not is_ended:
        found.append(Link(label="It ended early…", url=url_for("cases.end_observation", public_id=public_id)))
    return tuple(found)


def all_facts(case: OpenedCase, dose: TrialDose | None) -> list[Fact]:
    """Every fact that the page of a dose, or a blank chart, tells of."""
    found: list[Fact] = [*baseline(case.snapshot, dose)]
    found += [each for each in case.snapshot.of(VitalSigns) if each.dose_seq is None]
    if dose is not None:
        scores, signs = after_dose(case.snapshot, dose)
        found += [dose, *scores, *signs, *(e for e in case.snapshot.of(AdverseEvent) if e.dose_seq == dose.seq)]
    return found
