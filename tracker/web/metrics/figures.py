"""Stored figures as metrics. A clinic is its public id; nothing of a patient, a person or a name is ever a label."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tracker.persistence.vocabulary import ReminderState
from tracker.queries.health import Watched
from tracker.queries.invariants import INVARIANTS
from tracker.web.common.frame import is_scheduler_silent

#: The counts of a safety check that are handed out, with what they mean.
COUNTS = {
    "pumps_in_place": "Pumps that the clinic answers for.",
    "pumps_unplanned": "Pumps whose next refill neither a visit nor a named person's dated plan plans.",
    "pumps_unplanned_red": "Unplanned pumps whose refill is critical.",
    "cases_open": "Open cases.",
    "cases_without_next_step": "Open cases without owner, next step or date.",
}


def metrics_text(watched: Watched, at: datetime) -> bytes:
    """The whole answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(watched, at))
    return generate_latest(registry)


class _Figures(Collector):
    """Reads what is stored, once."""

    def __init__(self, watched: Watched, at: datetime) -> None:
        self._watched, self._at = watched, at

    def collect(self) -> Iterator[Metric]:
        """Every family, in a fixed order."""
        yield from self._scheduler()
        yield from self._checks()
        yield from self._counts()
        yield self._pump_lists()
        reminders = GaugeMetricFamily("tracker_reminders", "Messages by state.", labels=("clinic", "state"))
        for clinic in self._watched.clinics:
            for state in ReminderState:
                reminders.add_metric((clinic.public_id, state.value), clinic.reminders.get(state.value, 0))
        yield reminders

    def _scheduler(self) -> Iterator[Metric]:
        silent = is_scheduler_silent(self._watched.ticked_at, self._at)
        yield GaugeMetricFamily("tracker_scheduler_up", "1 while the scheduler ticks.", value=int(not silent))
        name = "tracker_scheduler_heartbeat_age_seconds"
        ages = GaugeMetricFamily(name, "Time since a job last ran to its end.", labels=("job",))
        for beat in self._watched.beats:
            ages.add_metric((beat.name,), (self._at - beat.beat_at).total_seconds())
        yield ages

    def _checks(self) -> Iterator[Metric]:
        stale = GaugeMetricFamily(
            "tracker_safety_check_stale",
            "1 where the check is older than it should be, or never was.",
            labels=("clinic",),
        )
        name = "tracker_safety_check_age_seconds"
        ages = GaugeMetricFamily(name, "Time since the clinic was last checked from the facts.", labels=("clinic",))
        for clinic in self._watched.clinics:
            is_stale = clinic.check is None or clinic.check.is_stale(self._at)
            stale.add_metric((clinic.public_id,), int(is_stale))
            if clinic.check:
                ages.add_metric((clinic.public_id,), (self._at - clinic.check.checked_at).total_seconds())
        yield from (stale, ages)

    def _pump_lists(self) -> Metric:
        name = "tracker_pump_list_compared_days_ago"
        meaning = "Days since the pumps were held against another list, or since the first pump where they never were."
        family = GaugeMetricFamily(name, meaning, labels=("clinic",))
        for clinic in self._watched.clinics:
            since = clinic.pump_list and (clinic.pump_list.last_at or clinic.pump_list.first_pump_at)
            if since:
                family.add_metric((clinic.public_id,), (self._at - since).total_seconds() / 86400)
        return family

    def _counts(self) -> Iterator[Metric]:
        for count, meaning in COUNTS.items():
            family = GaugeMetricFamily(f"tracker_{count}", meaning, labels=("clinic",))
            for clinic in self._watched.clinics:
                if clinic.check:
                    family.add_metric((clinic.public_id,), clinic.check.counts[count])
            yield family
        meaning = "Cases, or faults of the clinic, that break an invariant."
        failing = GaugeMetricFamily("tracker_invariant_failing", meaning, labels=("clinic", "invariant"))
        for clinic in self._watched.clinics:
            if clinic.check:
                for invariant in INVARIANTS:
                    failing.add_metric((clinic.public_id, invariant), clinic.check.failing.get(invariant, 0))
        yield failing
