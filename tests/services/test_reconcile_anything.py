"""Whatever facts are written, struck out and outlived: what is stored is what is computed, and nothing is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.conftest import NOW
from tests.factories.case_world import CaseWorld, visit_values
from tests.support.databases import SqliteDatabases
from tests.support.fixed import FixedClock, SeededIds
from tests.support.mailers import RecordingMailer
from tests.support.thoroughness import examples
from tracker.domain.facts import Appointment, Authorization, Consent, Determination, Device, Fact, Fill
from tracker.pathways.catalogue import current
from tracker.persistence.models import Clinic
from tracker.queries.invariants.of_cases import CHECKS, look
from tracker.queries.invariants.whole_case import whole_cases
from tracker.services.escalating.scan import escalate_due
from tracker.services.reconcile import reconcile_all, reconcile_due
from tracker.services.reminders import Dispatcher

#: What does not follow from events and evidence, which a case made by hand does not have.
FOLLOWS_FROM_FACTS = [(name, check) for name, check in CHECKS if name not in {"I5", "I6"}]
STAGES = [(stage.name, stage.phase, stage.is_open) for stage in current().stages.values()]
DAYS = st.integers(min_value=-20, max_value=60)


class Chaos:
    """One case to which anything happens."""

    def __init__(self, world: CaseWorld) -> None:
        self.world, self.mailer = world, RecordingMailer()

    def live(self, kind: type[Fact]) -> list[Fact]:
        return list(self.world.loaded().snapshot.of(kind))

    def pump(self, draw: st.DataObject) -> None:
        self.world.write(Device, kind=draw.draw(st.sampled_from(["pump", "trial_catheter"])))

    def take_out(self, draw: st.DataObject) -> None:
        inside = [device for device in self.live(Device) if isinstance(device, Device) and device.in_place]
        if inside:
            self.world.change(draw.draw(st.sampled_from(inside)), in_place=False)

    def fill(self, draw: st.DataObject) -> None:
        pumps = [device for device in self.live(Device) if isinstance(device, Device) and device.kind == "pump"]
        if pumps:
            alarm_on = draw.draw(st.none() | DAYS.map(lambda days: self.world.clock.now().date() + timedelta(days)))
            device = draw.draw(st.sampled_from(pumps)).device
            self.world.write(Fill, device=device, alarm_on=alarm_on, is_confirmed=draw.draw(st.booleans()))

    def book(self, draw: st.DataObject) -> None:
        purpose = draw.draw(st.sampled_from(["evaluation", "trial", "implant", "refill"]))
        self.world.book(purpose, self._free_wall(draw), attempt=0 if purpose in {"trial", "implant"} else 1)

    def _free_wall(self, draw: st.DataObject) -> str:
        """A minute that no other visit has."""
        taken = {visit.wall for visit in self.live(Appointment) if isinstance(visit, Appointment)}
        day = self.world.clock.now() + timedelta(days=draw.draw(st.integers(min_value=-2, max_value=20)))
        walls = (f"{day:%Y-%m-%d}T{hour:02d}:00" for hour in range(24))
        return next(wall for wall in walls if wall not in taken)

    def change_visit(self, draw: st.DataObject) -> None:
        visits = [visit for visit in self.live(Appointment) if isinstance(visit, Appointment)]
        if not visits:
            return
        visit = draw.draw(st.sampled_from(visits))
        state = draw.draw(st.sampled_from(["confirmed", "arrived", "completed", "cancelled", "no_show", "booked"]))
        moved = visit_values(visit.purpose, self._free_wall(draw)) if draw.draw(st.booleans()) else {}
        self.world.change(visit, **{**moved, "state": state})

    def consent(self, draw: st.DataObject) -> None:
        state = draw.draw(st.sampled_from(["signed", "withdrawn"]))
        signed_on = self.world.clock.now().date() + timedelta(days=draw.draw(DAYS))
        self.world.write(Consent, purpose="trial", state=state, signed_on=signed_on)

    def authorize(self, draw: st.DataObject) -> None:
        state = draw.draw(st.sampled_from(["requested", "granted", "denied", "withdrawn"]))
        self.world.write(Authorization, stage=draw.draw(st.sampled_from(["trial", "implant"])), state=state)

    def determine(self, draw: st.DataObject) -> None:
        kind = draw.draw(st.sampled_from(["hold", "death", "deviation", "refill_plan", "transfer", "outcome"]))
        value = {"transfer": "completed", "outcome": "positive"}.get(kind, "")
        until_on = self.world.clock.now().date() + timedelta(days=draw.draw(DAYS))
        self.world.write(Determination, kind=kind, value=value, until_on=until_on)

    def strike(self, draw: st.DataObject) -> None:
        facts = self.world.loaded().snapshot.facts
        if facts:
            self.world.strike(draw.draw(st.sampled_from(facts)))

    def stand(self, draw: st.DataObject) -> None:
        name, phase, is_open = draw.draw(st.sampled_from(STAGES))
        self.world.stand(name, phase, is_open=is_open)

    def wait(self, draw: st.DataObject) -> None:
        self.world.clock.advance(hours=draw.draw(st.integers(min_value=1, max_value=24 * 15)))
        world = self.world
        reconcile_due(world.database, world.clock, world.ids, pause=lambda: None)
        escalate_due(world.database, world.clock, world.ids, pause=lambda: None)
        Dispatcher(
            database=world.database,
            clock=world.clock,
            ids=world.ids,
            transports={"email": self.mailer},
            replies_at="https://visits.example",
            chance=lambda: 0.5,
            pause=lambda: None,
        ).dispatch_due()


DEEDS = [name for name in vars(Chaos) if name != "live" and not name.startswith("_")]


def violations(world: CaseWorld) -> list[str]:
    with world.database.reading() as session:
        clinic = session.scalars(select(Clinic)).one()
        return [
            f"{name}: {message}"
            for case in whole_cases(session, clinic)
            for name, check in FOLLOWS_FROM_FACTS
            for message in check(look(case, world.clock.now()))
        ]


@contextmanager
def fresh_world(databases: SqliteDatabases) -> Iterator[CaseWorld]:
    with databases.fresh() as database:
        yield CaseWorld(database, FixedClock(NOW), SeededIds())


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(data=st.data(), deeds=st.lists(st.sampled_from(DEEDS), min_size=1, max_size=12), has_address=st.booleans())
def test_what_is_stored_is_what_is_computed(
    sqlite_databases: SqliteDatabases, data: st.DataObject, deeds: list[str], *, has_address: bool
) -> None:
    with fresh_world(sqlite_databases) as world:
        if has_address:
            world.email()
        world.reconcile("stage")
        chaos = Chaos(world)
        for deed in deeds:
            getattr(chaos, deed)(data)
            assert violations(world) == []
        assert world.reconcile() == 0
        # Somebody is to be called, and nobody of this clinic is named for what climbs: nothing else is anybody's task.
        assert {task.kind for task in world.tasks()} <= {"call", "nobody_named"}
        again = reconcile_all(world.database, world.clock, world.ids, clinic_id=world.clinic_id, pause=lambda: None)
        assert again.changed == 0
        references = [message.reference for message in chaos.mailer.sent]
        assert len(references) == len(set(references))
