"""Refill arithmetic: a cross-check of the printed date, never a source of one.

The programmer's printed low-reservoir alarm date is authoritative: it is set when the pump is reprogrammed after a
refill, and the next visit is booked before it (quality report of MetroHealth and Cleveland VA). What is computed here
only bounds it: floor, never round; the in-pump limit of the drug (SynchroMed II: six months for baclofen) caps whatever
the arithmetic says.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from tracker.domain.facts import Fill


@dataclass(frozen=True, slots=True)
class Bound:
    """The dates a filled pump allows. ``None``: not enough is known."""

    printed_on: date | None
    computed_on: date | None
    limit_on: date

    @property
    def latest_on(self) -> date | None:
        """The latest refill date: the earliest of what is printed and the drug's limit, and of the arithmetic where
        the printed date is not yet confirmed. ``None`` where no alarm date is known."""
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


def computed_alarm_on(fill: Fill, filled_on: date) -> date | None:
    """The alarm date that arithmetic gives for a fill, or ``None`` where a figure is missing or impossible."""
    volume, alarm_volume = fill.volume_ml, fill.alarm_volume_ml
    concentration, dose = fill.concentration_mcg_ml, fill.daily_dose_mcg
    if volume is None or alarm_volume is None or concentration is None or dose is None:
        return None
    try:
        days = days_to_alarm(
            volume_ml=volume, alarm_volume_ml=alarm_volume, concentration_mcg_ml=concentration, daily_dose_mcg=dose
        )
        return filled_on + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def bound(fill: Fill, filled_on: date, in_pump_days: int) -> Bound:
    """What a fill of ``filled_on`` (clinic's civil date) allows with a drug that keeps ``in_pump_days`` in the pump."""
    return Bound(
        printed_on=fill.alarm_on,
        computed_on=None if fill.is_confirmed else computed_alarm_on(fill, filled_on),
        limit_on=filled_on + timedelta(days=in_pump_days),
    )


def is_plausible(fill: Fill, filled_on: date) -> bool:
    """False where the printed date is later than arithmetic by more than a day: a second reader must confirm it."""
    computed = computed_alarm_on(fill, filled_on)
    return fill.alarm_on is None or computed is None or fill.alarm_on <= computed + timedelta(days=1)
