"""Staff who work: who takes what stands on their pages, and patients who do not come or cannot be reached.

Staff know nothing but what the pages show: Today, Refills, Escalations and the page of a case. It is assumed
that 7 % of the visits are missed and 3 % of the calls find nobody for some days. From the physician's rung on somebody
is sent for the patient.
"""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.simulation.pages import Pages
from tests.simulation.world import KEEPS_DAYS, Patient, World
from tests.support.checklists import answer_part
from tracker.domain.errors import Refused
from tracker.domain.facts import Appointment
from tracker.domain.words import LIVE_APPOINTMENT, LossCause, Purpose
from tracker.queries.escalations import Standing
from tracker.queries.today import Todo
from tracker.services import appointments, refills, steps
from tracker.services.appointments import Slot
from tracker.services.escalating.answers import acknowledge, latest_day, may_acknowledge
from tracker.services.follow_ups import record_follow_up
from tracker.services.interrogations import Reading, record_interrogation
from tracker.services.refills import Filling
from tracker.services.task_endings import end_task
from tracker.services.visit_losses import Loss

NO_SHOW, UNREACHABLE = 0.07, 0.03
NO_PRINTOUT, DOSE_CHANGE = 0.02, 0.15
#: How many days before the latest refill date a visit is wanted.
AHEAD = timedelta(days=12)
NOT_REACHED = "Not reached by telephone; called again tomorrow"
#: The height of the physician on a ladder.
PHYSICIAN = 2

Act = Callable[[], None]


class AtWork:
    """Everybody of the clinic, from the first morning on."""

    def __init__(self, world: World) -> None:
        self.world, self.chance, self.clinic = world, world.chance, world.clinic
        self.pages = Pages(world)
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._number = 0

    def work_until(self, until: datetime) -> None:
        """Work on every day; each thing happens at its time, with the scheduler running in between."""
        if not self._agenda:
            self._plan(self.world.at(self.world.today, 9), self._morning)
        while self._agenda and self._agenda[0][0] < until:
            at, _, act = heapq.heappop(self._agenda)
            self.world.pass_until(max(at, self.world.now))
            act()
        self.world.pass_until(until)

    def _plan(self, at: datetime, act: Act) -> None:
        self._number += 1
        heapq.heappush(self._agenda, (at, self._number, act))

    # ------------------------------------------------------------------------------------------- the days' rounds

    def _morning(self) -> None:
        """Everybody opens their page; on closed days only whoever is on call does."""
        today = self.world.today
        self._plan(self.world.at(today + timedelta(days=1), 9), self._morning)
        is_open = self.clinic.calendar.is_open(today)
        if is_open:
            self.world.tick()
        for standing in self.pages.escalations():
            self._answer(standing)
        if not is_open:
            return
        self._to_dos()
        self._book_all()
        for task in self.pages.tasks("call"):
            self.clinic.does("coordinator", end_task, task_id=task.id, outcome="called, comes")

    def _to_dos(self) -> None:
        handlers: dict[str, Callable[[Patient, Todo], None]] = {
            "alarm_date": self._find_date,
            "drug_in_stock": self._order_drug,
            "arrival": self._confirm,
            "next_step": self._review,
            "follow_up": self._call_after_no_show,
        }
        for todo in self.pages.todos():
            if todo.kind in handlers:
                handlers[todo.kind](self.world.patients[todo.case_public_id], todo)

    def _answer(self, standing: Standing) -> None:
        """A physician, or whoever is on call, has the patient fetched and says so."""
        patient = self.world.patients[standing.case_public_id]
        if standing.level < PHYSICIAN:
            return
        if standing.kind == "alarm_date":
            self._read_pump(patient, "routine")
        else:
            self._fetch(patient)
        answering = "physician2" if standing.user_id == self.clinic.user("physician2") else "physician"
        tomorrow = self.world.today + timedelta(days=1)
        last = latest_day(standing.kind, standing.level, standing.anchor_on, self.world.today, 1)
        is_gone = standing.id not in {each.id for each in self.pages.escalations()}
        may = may_acknowledge(self.clinic.people[answering], standing.level, standing.user_id)
        if may and not is_gone and last >= tomorrow:
            self.clinic.does(
                answering, acknowledge, escalation_id=standing.id, outcome="Patient is fetched", until_on=tomorrow
            )

    def _fetch(self, patient: Patient) -> None:
        """Whoever is fetched comes today, also where a visit is booked for later: on the very alarm date a pump that
        gives more than it should was empty a day before."""
        patient.is_fetched, patient.away_until = True, date.min
        visit = self._visit_of(patient)
        if visit is None or self.clinic.calendar.today(visit.starts_at) > self.world.today:
            self._book(patient, self.world.today)

    # -------------------------------------------------------------------------------------------------- to-dos

    def _find_date(self, patient: Patient, todo: Todo) -> None:
        """Unconfirmed: the other nurse reads the print-out too. Not known: whoever has it is asked, and may answer."""
        if todo.reason == "alarm_date_unconfirmed":
            printed = date.fromisoformat(str(todo.params["printed"]))
            self.clinic.does("nurse2", refills.confirm_alarm_date, self.world.ref(patient), alarm_on=printed)
        elif self.chance.random() < 0.7:
            self._read_pump(patient, "routine")

    def _read_pump(self, patient: Patient, cause: str, dose: int | None = None, *, has_printout: bool = True) -> None:
        now = self.world.now
        if dose is None:
            patient.pump.go_on(now)
        else:
            patient.pump.set_dose(now, dose)
        printed = patient.pump.prints(self.world.today) if has_printout else None
        reading = Reading(
            cause=cause,
            daily_dose_mcg=None if dose is None else Decimal(dose),
            reservoir_ml=round(Decimal(patient.pump.believed_ml), 1),
            alarm_on=printed,
            alarm_on_again=printed,
        )
        self.clinic.does("nurse", record_interrogation, self.world.ref(patient), reading)

    def _order_drug(self, patient: Patient, _todo: Todo) -> None:
        self.clinic.does("nurse", refills.record_drug_stock, self.world.ref(patient), state="here")

    def _confirm(self, patient: Patient, todo: Todo) -> None:
        if self._reaches(patient):
            visit = int(str(todo.params["appointment"]))
            self.clinic.does("coordinator", appointments.confirm, self.world.ref(patient), appointment=visit)

    def _review(self, patient: Patient, todo: Todo) -> None:
        """The yearly review of the device, which a physician ends."""
        takes = {"device_review": ("nurse", "annual review"), "device_in_order": ("physician", "")}
        if todo.next_step in takes:
            who, reason = takes[todo.next_step]
            try:
                self.clinic.does(who, steps.take_step, self.world.ref(patient), step=todo.next_step, reason=reason)
            except Refused:
                return  # the page says what is missing; it is done some other day

    def _call_after_no_show(self, patient: Patient, todo: Todo) -> None:
        """Whoever missed a visit is called, and a new day is sought; the refill says which."""
        if todo.params["rule"] == "after_no_show":
            result = "reached: a new day is sought" if self._reaches(patient) else "not reached"
            self.clinic.does(
                "coordinator",
                record_follow_up,
                self.world.ref(patient),
                rule="after_no_show",
                about_seq=int(str(todo.params["about"])),
                result=result,
            )

    # -------------------------------------------------------------------------------------------------- booking

    def _reaches(self, patient: Patient) -> bool:
        if patient.away_until <= self.world.today and self.chance.random() < UNREACHABLE:
            patient.away_until = self.world.today + timedelta(days=min(40, round(self.chance.lognormvariate(2, 0.8))))
        return patient.away_until <= self.world.today

    def _book_all(self) -> None:
        """Everybody for whom no refill is planned is called; whom nobody reaches, tomorrow again."""
        for row in self.pages.unplanned():
            patient = self.world.patients[row.case_public_id]
            if row.latest_on is None:
                continue
            if self._reaches(patient):
                self._book(patient, row.latest_on - AHEAD)
            elif self.world.today < row.latest_on:
                today = self.world.today
                self.clinic.does("lead", refills.plan_refill, self.world.ref(patient), until_on=today, plan=NOT_REACHED)

    def _book(self, patient: Patient, wanted: date) -> None:
        """Book a refill, or move the one that is booked, to the open day before ``wanted``, or today if fetched."""
        today, calendar = self.world.today, self.clinic.calendar
        day = calendar.open_day_on_or_before(wanted)
        if patient.is_fetched:
            day = today
        elif day <= today:
            day = calendar.add_open_days(today, self.chance.choice((1, 2)))
        starts = datetime.combine(day, datetime.min.time()) + timedelta(hours=self.chance.choice((10, 11, 13, 14, 15)))
        slot, visit = Slot(starts, 30), self._visit_of(patient)
        if visit is None:
            self.clinic.does("nurse", appointments.book, self.world.ref(patient), purpose="refill", slot=slot)
        else:
            self.clinic.does(
                "nurse", appointments.move, self.world.ref(patient), appointment=visit.appointment, slot=slot
            )
        self._plan(calendar.instant(starts), lambda: self._visit(patient))

    def _visit_of(self, patient: Patient) -> Appointment | None:
        found = self.world.look(patient).snapshot.visits(Purpose.REFILL)
        return next((each for each in found if each.state in LIVE_APPOINTMENT), None)

    # ---------------------------------------------------------------------------------------------------- visits

    def _visit(self, patient: Patient) -> None:
        """The time of a visit has come; one that was moved since is another's."""
        visit = self._visit_of(patient)
        if visit is None or visit.starts_at != self.world.now:
            return
        is_there = patient.away_until <= self.world.today and self.chance.random() >= NO_SHOW
        if not (is_there or patient.is_fetched):
            self._plan(self.world.at(self.world.today, 17), lambda: self._missed(patient, visit.appointment))
            return
        patient.is_fetched = False
        self.clinic.does("desk", appointments.arrive, self.world.ref(patient), appointment=visit.appointment)
        self._refill(patient, visit.appointment)

    def _missed(self, patient: Patient, visit: int) -> None:
        self.clinic.does(
            "desk", appointments.no_show, self.world.ref(patient), appointment=visit, reason="did not come",
            loss=Loss(LossCause.DID_NOT_COME),
        )  # fmt: skip

    def _refill(self, patient: Patient, visit: int) -> None:
        """Fill, type the printed date twice, and book the next visit before the patient leaves."""
        pump, today, second = patient.pump, self.world.today, self.clinic.user("nurse2")
        ref = self.world.ref(patient)
        self.clinic.does("nurse", answer_part, ref, appointment=visit, part="before", second_by=second)
        pump.fill(self.world.now)
        printed = pump.prints(today) if self.chance.random() >= NO_PRINTOUT else None
        filling = Filling(
            drug="baclofen",
            concentration_mcg_ml=Decimal(pump.concentration),
            volume_ml=Decimal(pump.reservoir_ml),
            daily_dose_mcg=Decimal(pump.daily_dose),
            alarm_volume_ml=Decimal(2),
            alarm_on=printed,
            alarm_on_again=printed,
            lot="L1",
            expires_on=None,
            second_by=second,
        )
        self.clinic.does("nurse", refills.record_refill, self.world.ref(patient), filling, appointment=visit)
        if printed is None:
            return
        self._book(patient, min(printed, today + timedelta(days=KEEPS_DAYS)) - AHEAD)
        if self.chance.random() < DOSE_CHANGE:
            day = self.clinic.calendar.open_day_on_or_before(today + timedelta(days=self.chance.randrange(8, 18)))
            self._plan(self.world.at(day, 12), lambda: self._change_dose(patient))

    def _change_dose(self, patient: Patient) -> None:
        """Between two refills; now and then nobody keeps the new print-out, which voids the date."""
        dose = patient.pump.dose_times(self.chance.choice((0.9, 1.1, 1.2)))
        self._read_pump(patient, "dose", dose, has_printout=self.chance.random() >= 0.2)
