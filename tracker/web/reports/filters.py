"""The filter bar of every report: what was typed in the address, a sentence where it is wrong, and what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.dates import in_words
from tracker.domain.report_sheets.forecast import WEEKS_OF
from tracker.domain.report_sheets.usual import first_day
from tracker.domain.report_sheets.words import CONDITION_WORDS, INDICATION_WORDS, Names
from tracker.domain.reporting.filters import USUAL_MONTHS, Filter

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the bar. ``value``: what was typed, wrong or not; ``choices``: value and label, none for a date."""

    name: str
    label: str
    value: str
    error: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The bar as it was filled in. ``wanted`` is ``None`` where something is wrong; ``words``: what it says, in words;
    ``query``: what of it is not usual, for addresses."""

    fields: tuple[Field, ...]
    wanted: Filter | None
    words: tuple[str, ...]
    query: Mapping[str, str]


def read_filter(
    typed: Mapping[str, str],
    names: Names,
    versions: Mapping[int, str],
    today: date,
    *,
    has_period: bool = True,
    has_horizon: bool = False,
) -> Asked:
    """Read the bar. ``versions``: of the pathway, by their numbers."""
    first, last = _dates(typed, today) if has_period else ((), ())
    ahead = (_horizon(typed.get("months", "")),) if has_horizon else ()
    choices: dict[str, tuple[str, Mapping[str, str]]] = {
        "clinician": ("Clinician", {str(key): name for key, name in names.clinicians.items()}),
        "payer": ("Payer", {str(key): name for key, name in names.payers.items()}),
        "diagnosis": ("Diagnosis", CONDITION_WORDS),
        "indication": ("Indication", INDICATION_WORDS),
        "version": ("Pathway version", {str(key): name for key, name in versions.items()}),
    }
    chosen = [_choice(typed, name, label, known) for name, (label, known) in choices.items()]
    fields = (*first, *last, *ahead, *chosen)
    values = {field.name: field.value for field in fields}
    wanted = None
    if not any(field.error for field in fields):
        wanted = Filter(
            from_on=date.fromisoformat(values["from"]) if has_period else first_day(today),
            until_on=(date.fromisoformat(values["to"]) if has_period else today) + timedelta(days=1),
            clinician=int(values["clinician"] or 0),
            payer=int(values["payer"] or 0),
            diagnosis=values["diagnosis"],
            indication=values["indication"],
            version=int(values["version"] or 0),
            months=int(values.get("months", USUAL_MONTHS)),
        )
    words = [f"{label}: {known[values[name]]}" for name, (label, known) in choices.items() if wanted and values[name]]
    if wanted and has_period:
        words.insert(0, f"{in_words(wanted.from_on)} to {in_words(wanted.until_on - timedelta(days=1))}")
    if wanted and has_horizon:
        words.insert(0, f"The next {wanted.months} months")
    return Asked(
        fields=fields,
        wanted=wanted,
        words=tuple(words),
        query={name: typed[name] for name in values if typed.get(name)} if wanted else {},
    )


def _dates(typed: Mapping[str, str], today: date) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    usual = {"from": first_day(today), "to": today}
    labels = {"from": "From", "to": "to"}
    fields = {name: _date(typed.get(name, "").strip(), name, labels[name], usual[name]) for name in usual}
    first, last = fields["from"], fields["to"]
    if not first.error and not last.error and first.value > last.value:
        last = replace(last, error="The last day is before the first. Change one of them.")
    return (first,), (last,)


def _date(text: str, name: str, label: str, usual: date) -> Field:
    if not text:
        return Field(name=name, label=label, value=usual.isoformat())
    return Field(name=name, label=label, value=text, error=_wrong_date(text))


def _wrong_date(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "This is not a day. Write it as 2026-03-12."
    if text != day.isoformat():
        return "This is not a day. Write it as 2026-03-12."
    if not EARLIEST <= day < date(2100, 1, 1):
        return "Choose a day from 1 Jan 2000 until the end of 2099."
    return ""


def _horizon(text: str) -> Field:
    value = text or str(USUAL_MONTHS)
    known = tuple((str(months), f"{months} months") for months in WEEKS_OF)
    return Field(
        name="months",
        label="The next",
        value=value,
        error="" if value in dict(known) else f"“{value[:40]}” is none of these. Choose 3, 6, 9 or 12 months.",
        choices=known,
    )


def _choice(typed: Mapping[str, str], name: str, label: str, known: Mapping[str, str]) -> Field:
    value = typed.get(name, "")
    return Field(
        name=name,
        label=label,
        value=value,
        error="" if not value or value in known else f"“{value[:40]}” is none of these. Choose one, or all.",
        choices=(("", "all"), *known.items()),
    )
