"""Every panel counted again, case by case, from the charts that ``recounting`` folds out of the events."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from tests.support.recounting import Chart, as_date, cases, day_of, waited
from tracker.domain.reporting.filters import Filter

Found = dict[str, object]
TRIED = ("trial_observation", "trial_catheter_in")
#: How far each step of the funnel is.
STEPS = {"referred": (), "evaluated": ("evaluating",), "trial": TRIED, "positive": ("implant_decision",),
         "implanted": ("recovering",)}  # fmt: skip
CLOSED = ("not_a_candidate", "trial_unsuccessful", "not_covered", "declined", "unreachable", "device_removed",
          "transferred", "deceased")  # fmt: skip


@dataclass
class Recount:
    """The charts of a clinic, what is asked, and the day of the history."""

    charts: Sequence[Chart]
    asked: Filter
    today: date

    def fits(self, chart: Chart, *, clinician: int | None = None, payer: int | None = None) -> bool:
        """Whether a case, or something of it with a clinician or payer of its own, is asked for."""
        asked, about = self.asked, chart.owner or chart
        patients_of = {
            visit["clinician_id"]
            for each in self.charts
            if (each.owner or each) is about
            for visit in each.of("Appointment")
            if visit["state"] != "cancelled"
        }
        return (
            (not asked.payer or asked.payer == (payer or about.case.payer_id))
            and (not asked.indication or asked.indication == about.case.indication)
            and (not asked.diagnosis or asked.diagnosis == about.diagnosis)
            and (not asked.version or asked.version == about.case.pathway_version)
            and (not asked.clinician or (asked.clinician == clinician if clinician else asked.clinician in patients_of))
        )

    def within(self, day: object) -> bool:
        return isinstance(day, date) and self.asked.from_on <= day < self.asked.until_on

    def chosen(self) -> list[Chart]:
        return [chart for chart in self.charts if self.fits(chart)]

    def cohort(self) -> list[Chart]:
        """Who was referred in the period, on the way to a pump."""
        return [
            chart
            for chart in self.chosen()
            if chart.owner is None and not chart.first(["pump_intake"]) and self.within(chart.referred_on)
        ]

    def until(self, chart: Chart, since: date, came: date | None) -> tuple[Chart, int, str]:
        """How long a case took from a day on."""
        if came:
            return chart, max(0, (came - since).days), "came"
        return chart, ((chart.closed_on or self.today) - since).days, "left" if chart.closed_on else "waits"

    def flow(self) -> Found:
        cohort = self.cohort()
        found: Found = {}
        groups = {"": cohort}
        for chart in cohort:
            referral = chart.of("Referral")[0]["referred_by"]
            groups.setdefault(f"{chart.referred_on:%Y-%m}", []).append(chart)
            groups.setdefault(str(referral), []).append(chart)
        for name, members in groups.items():
            for place, step in enumerate(STEPS):
                further = list(STEPS.values())[place:]
                here = [each for each in members if not place or any(each.first(stages) for stages in further)]
                beyond = [each for each in here if any(each.first(stages) for stages in further[1:])]
                last = [each for each in here if each not in beyond and step != "implanted"]
                left = sorted({each.stage for each in last if each.closed_on})
                found[f"{name} {step}"] = (
                    cases(here),
                    {stage: cases(each for each in last if each.stage == stage and each.closed_on) for stage in left},
                    cases(each for each in last if not each.closed_on),
                )
        pump = STEPS["implanted"]
        found["to trial"] = waited([self.until(each, each.referred_on, each.first(TRIED)) for each in cohort])
        found["to implant"] = waited([self.until(each, each.referred_on, each.first(pump)) for each in cohort])
        tried = [each for each in self.chosen() if self.within(each.first(TRIED))]
        found["trial to implant"] = waited([self.until(each, each.first(TRIED), each.first(pump)) for each in tried])
        stays: dict[str, list[tuple[Chart, int, str]]] = defaultdict(list)
        for chart in self.chosen():
            for stage, entered, left_on, _ in chart.stays:
                if chart.owner is None and stage not in CLOSED and self.within(entered):
                    days = ((left_on or self.today) - entered).days
                    stays[str(stage)].append((chart, days, "came" if left_on else "waits"))
        return found | {f"in {stage}": waited(times) for stage, times in stays.items()}

    def trials(self) -> Found:
        rows = []
        for chart in self.charts:
            doses = {dose["attempt"]: dose for dose in chart.of("TrialDose")}
            outcomes = {each["attempt"]: each for each in chart.said("outcome")}
            for attempt in doses.keys() | outcomes.keys():
                dose, outcome = doses.get(attempt), outcomes.get(attempt)
                visits = [
                    each for each in chart.of("Appointment")
                    if each["purpose"] == "trial" and each["attempt"] == attempt and each["state"] == "completed"
                ]  # fmt: skip
                clinician = visits[-1]["clinician_id"] if visits else None
                day = day_of(str((dose or outcome)["effective_at"]))
                if self.fits(chart, clinician=clinician) and self.within(day):
                    amount = f"{Decimal(str(dose['dose_mcg'])).normalize():f}" if dose else ""
                    rows.append((chart, amount, clinician or 0, outcome["value"] if outcome else None))
        found: Found = {}
        groups: dict[str, list[tuple[Chart, str, object, object]]] = defaultdict(list)
        for row in rows:
            for name in ("all", f"dose {row[1]}", f"diagnosis {row[0].diagnosis}", f"clinician {row[2]}"):
                groups[name].append(row)
        for name, members in {"all": [], **groups}.items():
            known = [row for row in members if row[3]]
            words = sorted({str(row[3]) for row in known})
            found[name] = (
                cases(row[0] for row in members),
                {word: cases(row[0] for row in known if row[3] == word) for word in words},
                cases(row[0] for row in known if row[3] == "positive"),
                cases(row[0] for row in members if not row[3]),
            )
        found["converted"] = self.converted()
        gone = [
            (chart.stays[-2][0], chart.stage, chart.stays[-1][3], chart)
            for chart in self.chosen()
            if chart.owner is None and self.within(chart.closed_on) and not chart.first(["recovering", "pump_intake"])
        ]
        for stage, closed_as, reason, _ in gone:
            key = (stage, closed_as, reason)
            found[f"left {key}"] = cases(each[3] for each in gone if each[:3] == key)
        return found

    def converted(self) -> tuple[object, ...]:
        """Who had a first positive outcome in the period: all, who came to a pump after it, who left, who waits."""
        positive = []
        for chart in self.charts:
            outcomes = [each for each in chart.said("outcome") if each["value"] == "positive"]
            first = min(outcomes, key=lambda each: day_of(str(each["effective_at"])), default=None)
            if first is None:
                continue
            visits = [
                each["clinician_id"]
                for each in chart.of("Appointment")
                if (each["purpose"], each["attempt"], each["state"]) == ("trial", first["attempt"], "completed")
            ]
            day = day_of(str(first["effective_at"]))
            if self.within(day) and self.fits(chart, clinician=visits[-1] if visits else None):
                positive.append((chart, day))
        others = [chart for chart, day in positive if (chart.first(["recovering"]) or date.min) < day]
        return (
            cases(chart for chart, _ in positive),
            cases(chart for chart, _ in positive if chart not in others),
            cases(chart for chart in others if chart.closed_on),
            cases(chart for chart in others if not chart.closed_on),
        )

    def _visits(self) -> Iterator[tuple[Chart, list[dict[str, object]]]]:
        for chart in self.charts:
            for versions in chart.versions("Appointment"):
                clinician = versions[-1]["clinician_id"]
                if self.fits(chart, clinician=clinician):
                    yield chart, versions

    def days(self) -> Found:
        found: dict[str, list[Chart]] = defaultdict(list)
        used: dict[str, list[tuple[Chart, float, date]]] = defaultdict(list)
        for chart, versions in self._visits():
            last, on = versions[-1], day_of(str(versions[-1]["starts_at"]))
            for old, new in pairwise(versions):
                was_on = day_of(str(old["starts_at"]))
                if old["starts_at"] != new["starts_at"] and self.within(was_on):
                    found[f"moved {band((was_on - day_of(str(new['recorded_at']))).days)}"].append(chart)
            if not self.within(on) or on > self.today:
                continue
            state = str(last["state"])
            state = {"arrived": "completed", "confirmed": "booked"}.get(state, state)
            found[f"{last['purpose']} {state}"].append(chart)
            if state == "cancelled":
                before = (on - day_of(str(last["effective_at"]))).days
                found[f"notice {band(before)}"].append(chart)
                found[f"{last['purpose']} on the day"] += [chart] if before <= 0 else []
            is_lost = state == "no_show" or (state == "cancelled" and before <= 0)
            if is_lost:
                causes = [each["cause"] for each in chart.of("VisitLoss") if each["appointment"] == last["appointment"]]
                found[f"cause {causes[0] if causes else ''}"].append(chart)
            if state == "completed":
                begins, ends = (datetime.fromisoformat(str(last[name])) for name in ("starts_at", "ends_at"))
                for name in (f"room {last['room_id'] or 0}", f"clinician {last['clinician_id'] or 0}"):
                    used[name].append((chart, (ends - begins) / timedelta(hours=1), on))
        sums = {
            name: (round(sum(h for _, h, _ in of), 6), cases(chart for chart, _, _ in of), len({on for _, _, on in of}))
            for name, of in used.items()
        }
        return {name: cases(of) for name, of in found.items() if of} | sums

    def referrers(self) -> Found:
        groups: dict[str, list[Chart]] = {"": self.cohort()}
        for chart in groups[""]:
            groups.setdefault(str(chart.of("Referral")[0]["referred_by"]), []).append(chart)
        found: Found = {}
        for name, members in groups.items():
            times = []
            for chart in members:
                booked = [day_of(str(rows[0]["recorded_at"])) for rows in chart.versions("Appointment")]
                times.append(self.until(chart, chart.referred_on, min(booked, default=None)))
            rest = [each for each in members if not each.first(["recovering"])]
            found[name] = (
                cases(members),
                cases(each for each in members if each.first(TRIED)),
                cases(each for each in members if each.first(["recovering"])),
                cases(each for each in rest if not each.closed_on),
                cases(each for each in rest if each.closed_on),
                cases(each for each in members if self.owes_letter(each)),
                waited(times),
            )
        return found

    def owes_letter(self, chart: Chart) -> bool:
        """Whether who referred has not been written to since the last outcome, implant or closing."""
        told = [day_of(str(each["effective_at"])) for each in chart.said("outcome")]
        told += [entered for stage, entered, _, _ in chart.stays if stage == "recovering"]
        told += [chart.closed_on] if chart.closed_on else []
        letters = [as_date(each["dated_on"]) for each in chart.of("Document") if each["kind"] == "referrer_letter"]
        is_named = bool(chart.of("Referral")[0]["referred_by"])
        return is_named and bool(told) and not any(day >= max(told) for day in letters)


def band(days: int) -> str:
    """The band of a notice."""
    if days <= 0:
        return "on_the_day"
    return next(
        name
        for name, last in (("1_to_2_days", 2), ("3_to_7_days", 7), ("8_to_28_days", 28), ("more_than_28_days", 9999))
        if days <= last
    )


def only(found: Iterable[tuple[str, tuple[int, ...]]]) -> Found:
    """Without those of nobody."""
    return {name: value for name, value in found if value}
