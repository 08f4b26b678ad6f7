"""The low-reservoir alarm date of one pump as it stands: printed at the fill or by the programmer since, or voided.

A printed date holds for the dose, the flow programme and the alarm volume it was printed with. Whatever changes one of
them voids it (``words.VOIDS_ALARM_DATE``) until a new print-out; the earlier of the old date and the arithmetic drives
meanwhile (docs/hazards, 1 and 2).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tracker.domain.facts import Fill, Interrogation
from tracker.domain.pathway.snapshot import Snapshot
from tracker.domain.refill import Bound, Change, computed_alarm_on, computed_left_ml
from tracker.domain.words import VOIDS_ALARM_DATE


@dataclass(frozen=True, slots=True)
class AlarmDate:
    """What is known of the date. ``stated_by`` is the fact that printed it, ``voided_by`` the one that voided it since;
    ``computed_on`` is what arithmetic gives with everything that was changed, also where it does not count.
    ``daily_dose_mcg`` is the average daily dose as it was last set, mcg/day, ``alarm_volume_ml`` the alarm volume."""

    fill: Fill
    stated_by: Fill | Interrogation
    voided_by: Interrogation | None
    computed_on: date | None
    filled_on: date
    daily_dose_mcg: Decimal | None
    alarm_volume_ml: Decimal | None

    @property
    def printed_on(self) -> date | None:
        """The date last printed, voided or not; ``None`` where none is known."""
        return self.stated_by.alarm_on

    @property
    def is_confirmed(self) -> bool:
        """Whether the date holds as it was printed."""
        return self.is_reliable and self.stated_by.is_confirmed

    @property
    def is_reliable(self) -> bool:
        """Whether a date was printed that nothing has voided, be it confirmed or not."""
        return self.printed_on is not None and self.voided_by is None

    def bound(self, in_pump_days: int) -> Bound:
        """The dates that bind, for a drug that keeps ``in_pump_days`` in the pump."""
        return Bound(
            printed_on=self.printed_on,
            computed_on=None if self.is_confirmed else self.computed_on,
            limit_on=self.filled_on + timedelta(days=in_pump_days),
        )


def last_fill(snapshot: Snapshot, device: int) -> Fill | None:
    """The latest fill of one pump, by the time it was done."""
    fills = [fill for fill in snapshot.of(Fill) if fill.device == device]
    return max(fills, key=lambda fill: (fill.effective_at, fill.seq), default=None)


def readings_since(snapshot: Snapshot, fill: Fill) -> tuple[Interrogation, ...]:
    """What the programmer read of a filled pump since, by the time it was read. In the minute of the fill counts as
    since: a change that is doubted once too often is safer than one overlooked."""
    since = [
        each
        for each in snapshot.of(Interrogation)
        if each.device == fill.device and each.effective_at >= fill.effective_at
    ]
    return tuple(sorted(since, key=lambda each: (each.effective_at, each.seq)))


def change_of(snapshot: Snapshot, reading: Interrogation) -> Change:
    """An interrogation as the arithmetic takes it."""
    return Change(
        on=snapshot.calendar.today(reading.effective_at),
        reservoir_ml=reading.reservoir_ml,
        daily_dose_mcg=reading.daily_dose_mcg,
        alarm_volume_ml=reading.alarm_volume_ml,
    )


def alarm_date(snapshot: Snapshot, device: int) -> AlarmDate | None:
    """The date of one pump as it stands; ``None`` for a pump of which no fill is known."""
    fill = last_fill(snapshot, device)
    if fill is None:
        return None
    filled_on = snapshot.calendar.today(fill.effective_at)
    readings = readings_since(snapshot, fill)
    stated_by: Fill | Interrogation = fill
    voided_by: Interrogation | None = None
    for reading in readings:
        if reading.alarm_on is not None:
            stated_by, voided_by = reading, None
        elif reading.cause in VOIDS_ALARM_DATE:
            voided_by = reading
    changes = [change_of(snapshot, each) for each in readings]
    doses = [fill.daily_dose_mcg, *(each.daily_dose_mcg for each in readings)]
    volumes = [fill.alarm_volume_ml, *(each.alarm_volume_ml for each in readings)]
    return AlarmDate(
        fill=fill,
        stated_by=stated_by,
        voided_by=voided_by,
        computed_on=computed_alarm_on(fill, filled_on, changes),
        filled_on=filled_on,
        daily_dose_mcg=next((dose for dose in reversed(doses) if dose is not None), None),
        alarm_volume_ml=next((volume for volume in reversed(volumes) if volume is not None), None),
    )


def computed_with(snapshot: Snapshot, device: int, change: Change, at: datetime) -> date | None:
    """What arithmetic gives once a pump was read or set anew at an instant; ``None`` where it cannot be said."""
    fill = last_fill(snapshot, device)
    if fill is None or fill.effective_at > at:
        return None
    before = [change_of(snapshot, each) for each in readings_since(snapshot, fill) if each.effective_at <= at]
    return computed_alarm_on(fill, snapshot.calendar.today(fill.effective_at), [*before, change])


def expected_at(snapshot: Snapshot, device: int, at: datetime) -> Decimal | None:
    """What arithmetic says was left in one pump at an instant, mL to a tenth, by all that was known before it; ``None``
    where it cannot be said."""
    fills = [each for each in snapshot.of(Fill) if each.device == device and each.effective_at <= at]
    fill = max(fills, key=lambda each: (each.effective_at, each.seq), default=None)
    if fill is None:
        return None
    calendar = snapshot.calendar
    before = [change_of(snapshot, each) for each in readings_since(snapshot, fill) if each.effective_at < at]
    left_ml = computed_left_ml(fill, calendar.today(fill.effective_at), before, calendar.today(at))
    return None if left_ml is None else round(left_ml, 1)


def computed_left(snapshot: Snapshot, device: int, on: date) -> Decimal | None:
    """What arithmetic says is left in one pump on a day, mL; ``None`` where it cannot be said."""
    fill = last_fill(snapshot, device)
    if fill is None:
        return None
    changes = [change_of(snapshot, each) for each in readings_since(snapshot, fill)]
    return computed_left_ml(fill, snapshot.calendar.today(fill.effective_at), changes, on)
