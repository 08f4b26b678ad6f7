"""Refill arithmetic: a cross-check of the printed date, never a source of one.

The programmer's printed low-reservoir alarm date is authoritative: it is set when the pump is reprogrammed after a
refill, and the next visit is booked before it (quality report of MetroHealth and Cleveland VA). What is computed here
only bounds it: floor, never round; the in-pump limit of the drug (SynchroMed II: six months for baclofen) caps whatever
the arithmetic says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol

#: No programmer prints a later alarm date: a full reservoir of 40 mL at the least flow, 0.048 mL/day (SynchroMed II).
LONGEST_DAYS = 833


@dataclass(frozen=True, slots=True)
class Bound:
    """The dates a filled pump allows. ``None``: not enough is known; ``computed_on`` also where the printed date is
    confirmed and nothing has changed since, so that arithmetic does not count."""

    printed_on: date | None
    computed_on: date | None
    limit_on: date

    @property
    def latest_on(self) -> date | None:
        """The latest refill date: the earliest of what is printed, of the drug's limit, and of the arithmetic where it
        counts. ``None`` where no alarm date is known."""
        return None if self.printed_on is None else min(self.printed_on, self.limit_on, self.computed_on or date.max)


def days_to_alarm(
    *, volume_ml: Decimal, alarm_volume_ml: Decimal, concentration_mcg_ml: Decimal, daily_dose_mcg: Decimal
) -> int:
    """Whole days until the low-reservoir alarm: ``floor((volume − alarm volume) / flow)``, flow in mL/day.

    Volumes in mL, concentration in mcg/mL, the average daily dose in mcg/day.

    :raises ValueError: unless dose and concentration are positive and the volume is above the alarm volume
    """
    if daily_dose_mcg <= 0 or concentration_mcg_ml <= 0 or volume_ml <= alarm_volume_ml:
        raise ValueError("dose and concentration must be positive and the volume above the alarm volume")
    days = (volume_ml - alarm_volume_ml) * concentration_mcg_ml / daily_dose_mcg
    return int(days.to_integral_value(rounding=ROUND_FLOOR))


@dataclass(frozen=True, slots=True)
class Change:
    """What the programmer read or set on a civil date after the fill; ``None`` where a figure stayed as it was.

    ``reservoir_ml`` is what the programmer said was left, mL; the daily dose is in mcg/day, the alarm volume in mL.
    """

    on: date
    reservoir_ml: Decimal | None
    daily_dose_mcg: Decimal | None
    alarm_volume_ml: Decimal | None


class Figures(Protocol):
    """What a fill says of how long it lasts: mL, mL, mcg/mL, mcg/day; ``None`` where it is not known."""

    @property
    def volume_ml(self) -> Decimal | None: ...
    @property
    def alarm_volume_ml(self) -> Decimal | None: ...
    @property
    def concentration_mcg_ml(self) -> Decimal | None: ...
    @property
    def daily_dose_mcg(self) -> Decimal | None: ...


def computed_alarm_on(fill: Figures, filled_on: date, changes: Sequence[Change] = ()) -> date | None:
    """The alarm date that arithmetic gives for a fill and what was changed since, oldest first.

    What was used until a change is taken off at the dose until then, unless the programmer said what was left. ``None``
    where a figure is missing or impossible.
    """
    volume, dose, alarm_volume, since = _as_last_set(fill, filled_on, changes)
    concentration = fill.concentration_mcg_ml
    if volume is None or alarm_volume is None or concentration is None or dose is None:
        return None
    if changes and volume <= alarm_volume:
        return since
    try:
        days = days_to_alarm(
            volume_ml=volume, alarm_volume_ml=alarm_volume, concentration_mcg_ml=concentration, daily_dose_mcg=dose
        )
        return since + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def computed_left_ml(fill: Figures, filled_on: date, changes: Sequence[Change], on: date) -> Decimal | None:
    """What arithmetic says is left in a pump on a day, mL, never less than nothing; ``None`` where it cannot say."""
    volume, dose, _alarm_volume, since = _as_last_set(fill, filled_on, changes)
    if volume is None or dose is None or not fill.concentration_mcg_ml:
        return None
    return max(Decimal(0), volume - dose * (on - since).days / fill.concentration_mcg_ml)


def _as_last_set(
    fill: Figures, filled_on: date, changes: Sequence[Change]
) -> tuple[Decimal | None, Decimal | None, Decimal | None, date]:
    """What was left at the last change (mL), the daily dose (mcg) and alarm volume (mL) since, and its day."""
    volume, alarm_volume = fill.volume_ml, fill.alarm_volume_ml
    concentration, dose = fill.concentration_mcg_ml, fill.daily_dose_mcg
    since = filled_on
    for change in changes:
        if change.reservoir_ml is not None:
            volume = change.reservoir_ml
        elif volume is not None and dose is not None and concentration:
            volume -= dose * (change.on - since).days / concentration
        since = change.on
        dose = dose if change.daily_dose_mcg is None else change.daily_dose_mcg
        alarm_volume = alarm_volume if change.alarm_volume_ml is None else change.alarm_volume_ml
    return volume, dose, alarm_volume, since


def is_plausible(printed_on: date | None, computed_on: date | None) -> bool:
    """False where the printed date is later than arithmetic by more than a day: a second reader must confirm it."""
    return printed_on is None or computed_on is None or printed_on <= computed_on + timedelta(days=1)
