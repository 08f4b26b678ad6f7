"""Refills and complications counted again from what events say of devices, fills and steps."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tests.support.recounting import Chart, as_date, cases, day_of, waited
from tests.support.recounts import Found, Recount

WINDOW = timedelta(days=90)
STAGES = ("device_review", "therapy_stopped", "device_removed", "implant_authorization")
REASONS = {"infection": "infection", "catheter trouble": "catheter_trouble", "CSF leak": "csf_leak"}


@dataclass(frozen=True)
class Pump:
    """One pump of a case, and the days of its fills with the alarm date that each printed."""

    chart: Chart
    fact: dict[str, object]

    @property
    def from_on(self) -> date:
        first = next(fact for name, fact in self.chart.facts if name == "Device" and fact["seq"] == self.fact["device"])
        placed_on = None if self.fact["origin"] == "already_in" else as_date(self.fact["placed_on"])
        return placed_on or day_of(str(first["effective_at"]))

    @property
    def removed_on(self) -> date | None:
        return None if self.fact["in_place"] else as_date(self.fact["removed_on"])

    @property
    def until_on(self) -> date | None:
        ends = [day_of(str(each["effective_at"])) for each in self.chart.said("death")]
        return min([each for each in (self.removed_on, *ends) if each], default=None)

    @property
    def fills(self) -> list[dict[str, object]]:
        mine = [fill for fill in self.chart.of("Fill") if fill["device"] == self.fact["device"]]
        return sorted(mine, key=lambda fill: (str(fill["effective_at"]), fill["seq"]))


def pumps(recount: Recount) -> list[Pump]:
    """Every pump of the clinic."""
    return [Pump(chart, fact) for chart in recount.charts for fact in chart.of("Device") if fact["kind"] == "pump"]


def recount_refills(recount: Recount) -> Found:
    """What was done in the period, and what is open now."""
    found: dict[str, list[Chart]] = defaultdict(list)
    times = []
    for pump in pumps(recount):
        if recount.fits(pump.chart):
            times += _intervals(recount, pump)
            _count_done(recount, pump, found)
            if pump.until_on is None:
                _count_open(recount, pump, found)
    return {name: cases(of) for name, of in found.items() if of} | {"intervals": waited(times)}


def _intervals(recount: Recount, pump: Pump) -> list[tuple[Chart, int, str]]:
    days = [day_of(str(fill["effective_at"])) for fill in pump.fills]
    found = []
    for number, day in enumerate(days):
        end = days[number + 1] if number + 1 < len(days) else pump.until_on
        ended = "came" if number + 1 < len(days) else "left" if end else "waits"
        if recount.within(day):
            found.append((pump.chart, ((end or recount.today) - day).days, ended))
    return found


def _count_done(recount: Recount, pump: Pump, found: dict[str, list[Chart]]) -> None:
    """No dose is changed in between here, and the drug keeps for longer: the date printed before is the latest."""
    for before, fill in zip([None, *pump.fills], pump.fills, strict=False):
        on = day_of(str(fill["effective_at"]))
        if fill["kind"] in ("refill", "elsewhere") and recount.within(on):
            latest = as_date(before["alarm_on"]) if before else None
            found[_when(latest, on)].append(pump.chart)


def _when(latest: date | None, on: date) -> str:
    if latest is None:
        return "dateless"
    left = (latest - on).days
    if left < 0:
        return "after"
    return "in time" if left >= 3 else "late"


def _count_open(recount: Recount, pump: Pump, found: dict[str, list[Chart]]) -> None:
    latest = as_date(pump.fills[-1]["alarm_on"])
    visits = [each for each in pump.chart.of("Appointment") if each["purpose"] == "refill"]
    is_planned = any(
        each["state"] in ("booked", "confirmed")
        and latest
        and recount.today <= day_of(str(each["starts_at"])) <= latest
        for each in visits
    )
    found["followed"].append(pump.chart)
    found["without date"] += [] if latest else [pump.chart]
    found["overdue"] += [pump.chart] if latest and latest < recount.today else []
    found["unplanned"] += [] if is_planned else [pump.chart]
    filled = day_of(str(pump.fills[-1]["effective_at"]))
    day = max(latest or recount.today, recount.today)
    while day < recount.today + timedelta(days=364):
        found[f"week {(day - recount.today).days // 7}"].append(pump.chart)
        day += latest - filled if latest else timedelta(days=364)


def recount_complications(recount: Recount) -> Found:
    """By kind, with the pump-years and the infections of the first ninety days."""
    said = _said(recount)
    found: Found = {"years": round(_days(recount) / 365.25, 6)}
    for kind, by_place in said.items():
        found[kind] = tuple(
            sorted(place for place, days in by_place.items() for day in _begun(days) if _counts(recount, place, day))
        )
    early = [
        each for each in pumps(recount)
        if recount.fits(each.chart) and recount.within(each.from_on) and each.fact["origin"] != "already_in"
    ]  # fmt: skip
    known = [each for each in early if each.from_on + WINDOW <= recount.today]
    infected = [
        each for each in known
        if any(each.from_on <= day <= each.from_on + WINDOW for day in said["infection"].get(each.chart.place, ()))
    ]  # fmt: skip
    found["early"] = tuple(cases(each.chart for each in group) for group in (infected, known))
    found["not yet"] = cases(each.chart for each in early if each not in known)
    return {name: value for name, value in found.items() if value != ()}


def _said(recount: Recount) -> dict[str, dict[int, list[date]]]:
    """The days on which each kind is on record, by the place of the pump's case."""
    said: dict[str, dict[int, list[date]]] = defaultdict(lambda: defaultdict(list))
    for chart in recount.charts:
        place = (chart.owner or chart).place
        for stage, entered, _, reason in chart.stays:
            if stage in STAGES and reason in REASONS:
                said[REASONS[str(reason)]][place].append(entered)
        for call in chart.of("FollowUp"):
            if "CSF leak" in str(call["result"]):
                said["csf_leak"][place].append(day_of(str(call["effective_at"])))
        for done in chart.said("reoperation_done"):
            if done["value"] in ("catheter_revision", "pocket_revision"):
                said[str(done["value"])][place].append(day_of(str(done["effective_at"])))
    for pump in pumps(recount):
        if pump.removed_on:
            said["explant"][pump.chart.place].append(pump.removed_on)
    return said


def _begun(days: list[date]) -> list[date]:
    """Of what is said again within ninety days, the first."""
    begun: list[date] = []
    for day in sorted(days):
        if not begun or day - begun[-1] > WINDOW:
            begun.append(day)
    return begun


def _counts(recount: Recount, place: int, day: date) -> bool:
    is_asked = any(chart.place == place for chart in recount.chosen()) and recount.within(day)
    return is_asked and any(
        pump.chart.place == place and pump.from_on <= day and (not pump.until_on or day <= pump.until_on + WINDOW)
        for pump in pumps(recount)
    )


def _days(recount: Recount) -> int:
    """During which pumps were in, both ends counted."""
    found = 0
    for pump in pumps(recount):
        last = min(recount.asked.until_on - timedelta(days=1), recount.today, pump.until_on or recount.today)
        if recount.fits(pump.chart):
            found += max(0, (last - max(pump.from_on, recount.asked.from_on)).days + 1)
    return found
