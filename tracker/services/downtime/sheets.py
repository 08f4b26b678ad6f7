"""What stands on the paper, as words: dates with their weekday, figures with their unit, nothing left to look up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.dates import in_words
from tracker.domain.pathway.wording import PURPOSE_WORDS, ROLE_WORDS, sentence
from tracker.domain.task_words import task_words
from tracker.domain.words import Role
from tracker.pathways import catalogue
from tracker.queries.day import Visit
from tracker.queries.downtime import CriticalLine, PumpLine
from tracker.queries.identity import Identity

REFILL_HEADERS = (
    "Latest refill date",
    "Whole days left",
    "Patient",
    "Born",
    "MRN",
    "Phones",
    "Drug",
    "Concentration, mcg/mL",
    "Dose, mcg/day",
    "Reservoir, mL",
    "Last filled",
    "Booked visit",
)
VISIT_HEADERS = ("Day", "Time", "Patient", "Born", "MRN", "Phones", "For", "State", "Room", "With", "Allergies")
CRITICAL_HEADERS = ("Urgency", "Due", "What", "Why", "Patient", "Born", "MRN", "Phones", "Owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillRow:
    """One pump. ``tone``: critical, warn (nothing is planned) or empty."""

    tone: str
    cells: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSheet:
    """One visit with its empty checklist."""

    time: str
    cells: tuple[str | int, ...]
    items: tuple[ChecklistItemRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet:
    """The visits of one day."""

    name: str
    title: str
    visits: tuple[VisitSheet, ...]

    @property
    def rows(self) -> list[tuple[str | int, ...]]:
        """The visits as a table of this one day."""
        return [visit.cells[1:] for visit in self.visits]


def refill_rows(pumps: Sequence[PumpLine], today: date, zone: str) -> list[RefillRow]:
    """Unknown dates first, then by latest refill date."""
    ordered = sorted(pumps, key=lambda pump: (pump.latest_on or date.min, pump.patient.name))
    return [
        RefillRow(
            tone="critical" if pump.is_critical and not pump.is_planned else "" if pump.is_planned else "warn",
            cells=(
                day(pump.latest_on) if pump.latest_on else "UNKNOWN",
                (pump.latest_on - today).days if pump.latest_on else "unknown",
                *_who(pump.patient, pump.phones),
                pump.drug or "unknown",
                amount(pump.concentration_mcg_ml),
                amount(pump.daily_dose_mcg),
                amount(pump.reservoir_ml),
                day(pump.filled_on) if pump.filled_on else "unknown",
                _booked(pump, zone),
            ),
        )
        for pump in ordered
    ]


def day_sheet(visits: Sequence[tuple[Visit, tuple[str, ...]]], name: str, on: date, zone: str) -> DaySheet:
    """The visits of a day that are still to come, each with its telephone numbers."""
    sheets = []
    for visit, phones in visits:
        time = f"{visit.starts_at.astimezone(ZoneInfo(zone)):%H:%M}"
        place = visit.room or "no room yet", visit.clinician or "–"
        purpose = PURPOSE_WORDS.get(visit.purpose, visit.purpose)
        cells = (
            day(on),
            time,
            *_who(visit.patient, phones),
            purpose,
            visit.state,
            *place,
            visit.allergies or "none on record",
        )
        rules = catalogue.load(visit.pathway, visit.pathway_version).checklists.get(visit.purpose, ())
        sheets.append(VisitSheet(time=time, cells=cells, items=tuple(rules)))
    return DaySheet(name=name, title=day(on), visits=tuple(sheets))


def critical_rows(lines: Sequence[CriticalLine]) -> list[tuple[str | int, ...]]:
    """One row for each, in the order given."""
    return [
        (
            "CRITICAL" if line.is_critical else "escalated" if line.pathway else "task due",
            day(line.due_on) if line.due_on else "now",
            _what(line),
            _why(line),
            *(_who(line.patient, line.phones) if line.patient else ("The clinic", "–", "–", "–")),
            ROLE_WORDS[Role(line.owner_role)],
        )
        for line in lines
    ]


def day(value: date) -> str:
    """``Tue 24 Nov 2026``."""
    return in_words(value)


def moment(value: datetime, zone: str) -> str:
    """``Tue 24 Nov 2026 07:30`` at the clinic."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())} {local:%H:%M}"


def amount(value: Decimal | None) -> str:
    """Digits without an exponent; said where it is not known."""
    if value is None:
        return "unknown"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _who(patient: Identity, phones: tuple[str, ...]) -> tuple[str, str, str, str]:
    born = f"{patient.birth_on.day} {patient.birth_on:%b} {patient.birth_on.year}"
    return patient.name, born, patient.mrn, "; ".join(phones) or "none on record"


def _booked(pump: PumpLine, zone: str) -> str:
    if pump.visit_at is not None:
        return moment(pump.visit_at, zone)
    return "a person's dated plan" if pump.is_planned else "NOT BOOKED"


def _what(line: CriticalLine) -> str:
    if line.pathway is None:
        return task_words(line.kind, line.params)[0]
    rule = catalogue.load(*line.pathway).obligations.get(line.kind)
    return rule.label if rule else line.kind.replace("_", " ").capitalize()


def _why(line: CriticalLine) -> str:
    if line.pathway is None:
        return task_words(line.kind, line.params)[1]
    latest = str(line.params.get("latest", ""))
    if latest:
        return f"latest date {day(date.fromisoformat(latest))}"
    if line.kind == "next_step" and line.pathway:
        stage = catalogue.load(*line.pathway).stages[line.stage].label
        return f"{stage}: {_said(line.first_blocker, line.blocker_params) or 'nothing is missing'}"
    return _said(line.reason, line.params)


def _said(code: str, params: Mapping[str, object]) -> str:
    return sentence(code, {name: str(value) for name, value in params.items()}) if code else ""
