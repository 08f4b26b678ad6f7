"""Authorizations counted again from the versions that events hold."""

from dataclasses import dataclass
from datetime import date

from tests.support.recounting import Chart, as_date, cases, day_of, waited
from tests.support.recounts import Found, Recount


@dataclass(frozen=True)
class Asked:
    """One authorization with its versions."""

    chart: Chart
    versions: list[dict[str, object]]

    @property
    def states(self) -> list[str]:
        return [str(each["state"]) for each in self.versions]

    @property
    def payer(self) -> int:
        return int(str(self.versions[-1]["payer_id"] or self.chart.case.payer_id or 0))

    @property
    def asked_on(self) -> date | None:
        if self.states[0] == "not_required":
            return None
        dated = [as_date(each["asked_on"]) for each in self.versions if each["asked_on"]]
        return dated[0] if dated else self.since(self.states[0])

    def since(self, *states: str) -> date | None:
        """The day of the first version in one of these states."""
        return next((day_of(str(each["effective_at"])) for each in self.versions if each["state"] in states), None)

    @property
    def is_denied(self) -> bool:
        return next((state for state in self.states if state in ("granted", "denied")), "") == "denied"

    @property
    def ends_on(self) -> date | None:
        return as_date(self.versions[-1]["valid_to"]) if self.states[-1] == "granted" else None

    def is_used(self) -> bool:
        """Whether the patient came to a visit for it in time."""
        return any(
            visit["purpose"] == self.versions[-1]["stage"]
            and visit["state"] in ("arrived", "completed")
            and self.since("granted") <= day_of(str(visit["starts_at"])) <= self.ends_on
            for visit in self.chart.of("Appointment")
        )

    def wait(self, today: date) -> tuple[Chart, int, str]:
        answered = self.since("granted", "denied")
        if answered:
            return self.chart, (answered - self.asked_on).days, "came"
        gone = self.since("withdrawn") if self.states[-1] == "withdrawn" else self.chart.closed_on
        return self.chart, ((gone or today) - self.asked_on).days, "left" if gone else "waits"


def recount_authorizations(recount: Recount) -> Found:
    """All, and by payer and stage."""
    every = [Asked(chart, versions) for chart in recount.charts for versions in chart.versions("Authorization")]
    groups: dict[str, list[Asked]] = {"all": [each for each in every if recount.fits(each.chart, payer=each.payer)]}
    for each in groups["all"]:
        groups.setdefault(f"{each.payer} {each.versions[-1]['stage']}", []).append(each)
    found: Found = {}
    for name, members in groups.items():
        asked = [each for each in members if recount.within(each.asked_on)]
        denied = [each for each in asked if each.is_denied]
        won = [each for each in denied if "granted" in each.states]
        ended = [each for each in members if recount.within(each.ends_on) and each.ends_on < recount.today]
        unused = [each for each in ended if not each.is_used()]
        if asked or ended or name == "all":
            counts = tuple(cases(each.chart for each in group) for group in (asked, denied, won, unused, ended))
            found[name] = (counts, waited([each.wait(recount.today) for each in asked]))
    return found
