"""One or two patients of one clinic and everything that can be done to them, in any order, on a real database.

Whatever is asked is done or refused in words, and what must hold holds after every act. Boundary tests hold each rule
of the pathway to the minute; this finds what no rule alone shows.
"""

from datetime import timedelta
from decimal import Decimal
from random import Random

import hypothesis
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.stateful.acts import ACTS, strike_one
from tests.stateful.clinic import CALENDAR, Act, TwoClinics, a_referral
from tests.stateful.dice import Careful, Dice
from tests.stateful.holding import faults, violations
from tests.stateful.pressing_on import press_on
from tests.support.databases import SqliteDatabases
from tests.support.thoroughness import examples
from tracker.domain.access import Actor
from tracker.domain.errors import DomainError, NotFound, NotPermitted, StaleVersion
from tracker.services.device_parts import Component
from tracker.services.pumps import PumpInPlace, take_over_pump
from tracker.services.referrals import Referred, refer
from tracker.services.work import CaseRef, Work, Written

CHANCE = st.randoms(use_true_random=False)
WHO = st.sampled_from((0, 1))
WHICH = st.sampled_from((0, 0, 0, 1))
ACT = st.sampled_from(sorted(ACTS))
#: What lets go of a pump, or takes one on: taken back, all must be as it was.
ENDS_A_REFILL = ("remove_device", "die", "transfer", "refill", "implant")
#: A step by its place in the file; nearly always the next one of the stage.
AIM = st.sampled_from((-1,) * 12 + tuple(range(8)))
#: While the scheduler is stopped, or the copy lay in a drawer.
DAYS_WITHOUT = st.sampled_from((31, 1, 8, 200))
HOURS = (1, 4, 20, 24, 72, 24 * 8, 24 * 40, 24 * 200)


class CaseMachine(RuleBasedStateMachine):
    """Patients, the people who look after them, and time."""

    def __init__(self, databases: SqliteDatabases) -> None:
        super().__init__()
        self.opened = databases.fresh()
        self.clinic = TwoClinics(self.opened.__enter__())
        self.cases: list[str] = []
        self.copied: list[str] = []

    def teardown(self) -> None:
        """Close the database."""
        self.opened.__exit__(None, None, None)

    @initialize(dice=CHANCE, is_pump=st.sampled_from((False, False, True)), steps=st.sampled_from((0, 4, 8, 12, 16)))
    def somebody_comes(self, dice: Random, is_pump: bool, steps: int) -> None:
        """As a referral, or with a pump from elsewhere; and has come some way when the story begins."""
        (self._take_over if is_pump else self._refer)(dice, 1)
        for _ in range(steps):
            self.presses_on(dice, 0, 0, -1)

    @rule(dice=CHANCE, number=st.sampled_from((1, 2)), is_pump=st.booleans())
    def somebody_comes_again(self, dice: Random, number: int, is_pump: bool) -> None:
        """The same person, or a second one."""
        (self._take_over if is_pump else self._refer)(dice, number)

    @rule(dice=CHANCE, which=WHICH, who=WHO, aim=AIM)
    def presses_on(self, dice: Random, which: int, who: int, aim: int) -> None:
        """Somebody does all that a step asks, one thing after the other."""
        public_id, actor = self._case(which), self.clinic.actors[who]
        stage = self.clinic.see(public_id, actor).case.stage
        edges = self.clinic.see(public_id, actor).pathway.leaving(stage)
        towards = edges[aim].name if 0 <= aim < len(edges) else ""
        for act in press_on(self.clinic, public_id, actor, Careful(dice), towards):
            if self._attempt(public_id, actor, act) is None and dice.choice((True, False, False)):
                return

    @rule(dice=CHANCE, which=WHICH, who=WHO, name=ACT)
    def does(self, dice: Random, which: int, who: int, name: str) -> None:
        """Anything, whether or not it fits."""
        self._do(self._case(which), self.clinic.actors[who], name, dice)

    @rule(dice=CHANCE, which=WHICH, name=st.one_of(st.sampled_from(ENDS_A_REFILL), ACT))
    def does_and_takes_it_back(self, dice: Random, which: int, name: str) -> None:
        """A mistake, seen at once."""
        self._do(self._case(which), self.clinic.actors[0], name, Careful(dice))
        self._do(self._case(which), self.clinic.actors[1], "strike", Careful(dice))

    @rule(dice=CHANCE, which=WHICH, name=ACT)
    def tries_without_any_right(self, dice: Random, which: int, name: str) -> None:
        """The front desk marks who comes and goes, arranges what is around a visit, takes calls, and nothing else."""
        if name in {"arrive", "moment", "arrange", "walk_in", "take_turn", "no_show", "pump_call"}:
            return
        with pytest.raises(NotPermitted):
            self._ask(self._case(which), self.clinic.desk, name, dice)

    @rule(dice=CHANCE, which=WHICH, name=ACT)
    def is_not_there_for_another_clinic(self, dice: Random, which: int, name: str) -> None:
        """I12: whoever works elsewhere is told that there is no such case."""
        with pytest.raises(NotFound):
            self._ask(self._case(which), self.clinic.stranger, name, dice)

    @rule(dice=CHANCE, which=WHICH, name=ACT, by=st.sampled_from((-1, 1)))
    def comes_from_an_old_page(self, dice: Random, which: int, name: str, by: int) -> None:
        """What was read from another version is never written over this one."""
        with pytest.raises(StaleVersion):
            self._ask(self._case(which), self.clinic.actors[0], name, dice, version_off_by=by)

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours: int) -> None:
        """With the scheduler running all the while."""
        self.clinic.pass_until(self.clinic.clock.now() + timedelta(hours=hours))
        self._must_hold()

    @rule(days=DAYS_WITHOUT)
    def nothing_runs_but_the_pages(self, days: int) -> None:
        """The scheduler stands still for a month, or another while; one pass heals it."""
        self.clinic.pass_without_scheduler(self.clinic.clock.now() + timedelta(days=days))
        self._must_hold()

    @rule(dice=CHANCE, which=WHICH, name=st.sampled_from(ENDS_A_REFILL), days=DAYS_WITHOUT, runs=st.booleans())
    def a_mistake_comes_to_light_late(self, dice: Random, which: int, name: str, days: int, runs: bool) -> None:
        """Somebody was taken for dead, or handed over, and days later it turns out that they were not."""
        public_id = self._case(which)
        done = self._do(public_id, self.clinic.actors[0], name, Careful(dice))
        later = self.clinic.clock.now() + timedelta(days=days)
        (self.clinic.pass_until if runs else self.clinic.pass_without_scheduler)(later)
        self._must_hold()
        if done:
            act = strike_one(self.clinic.see(public_id, self.clinic.actors[1]), done.fact_seqs[0])
            self._attempt(public_id, self.clinic.actors[1], act)

    @precondition(lambda self: not self.copied)
    @rule()
    def a_copy_is_made(self) -> None:
        """Of the whole database, while it is in use."""
        self.clinic.back_up()
        self.copied = list(self.cases)

    @precondition(lambda self: self.copied)
    @rule(days=DAYS_WITHOUT)
    def the_copy_takes_the_place_of_all(self, days: int) -> None:
        """The world went on without it: all holds once it was brought up to the present, and nothing is sent."""
        self.clinic.clock.set(self.clinic.clock.now() + timedelta(days=days))
        self.clinic.restore()
        self.cases, self.copied = self.copied, []
        assert self.clinic.is_paused()
        assert self.clinic.send() == 0
        self._must_hold()

    @invariant()
    def all_is_well(self) -> None:
        """After every act of somebody, and after time has passed."""
        found = violations(self.clinic)
        assert not found, "\n".join(found)

    def _case(self, which: int) -> str:
        return self.cases[which % len(self.cases)]

    def _refer(self, dice: Random, number: int) -> None:
        new = a_referral(number, dice.choice(("spasticity", "pain")))
        found: Referred = self.clinic.perform(self.clinic.actors[0], lambda work: refer(work, new, CALENDAR))
        assert found.is_new is (found.case_public_id not in self.cases)
        self._know(found.case_public_id)

    def _take_over(self, dice: Random, number: int) -> None:
        lasts, filled_on = dice.choice((None, 90, 170)), a_referral(number).received_on
        alarm_on = None if lasts is None else filled_on + timedelta(days=lasts)
        found = PumpInPlace(
            pump=Component(model="SynchroMed II", serial="S0", reservoir_ml=Decimal(20)),
            placed_on=None,
            drug=dice.choice(("baclofen", "morphine")),
            filled_on=filled_on,
            alarm_on=alarm_on,
            alarm_on_again=alarm_on,
            source="letter",
            second_by=dice.choice((self.clinic.actors[1].user_id, None)),
            may_wait_for_second=True,
        )

        def takes_over(work: Work) -> Written:
            return take_over_pump(work, a_referral(number), found, CALENDAR)

        try:
            written = self.clinic.perform(self.clinic.actors[0], takes_over)
        except DomainError:
            return
        self._know(written.public_id)

    def _know(self, public_id: str) -> None:
        if public_id not in self.cases:
            self.cases.append(public_id)
        self._must_hold()

    def _do(self, public_id: str, actor: Actor, name: str, dice: Dice) -> Written | None:
        act = ACTS[name](self.clinic.see(public_id, actor), dice)
        return None if act is None else self._attempt(public_id, actor, act)

    def _attempt(self, public_id: str, actor: Actor, act: Act) -> Written | None:
        """Done, or refused in words (``None``): nothing else may come of it."""
        seen = self.clinic.see(public_id, actor)
        try:
            written = self.clinic.perform(actor, lambda work: act(work, seen.ref))
        except StaleVersion:
            raise
        except DomainError as error:
            hypothesis.event(type(error).__name__)
            assert self.clinic.see(public_id, actor).ref == seen.ref
            return None
        if written.public_id != public_id:
            # A reoperation has begun beside the case, and goes on as another one.
            self._know(written.public_id)
            return written
        assert written.version == seen.ref.version + 1
        for stage in written.stages:
            hypothesis.event(f"reached {stage}")
        self._must_hold()
        return written

    def _ask(self, public_id: str, actor: Actor, name: str, dice: Random, *, version_off_by: int = 0) -> None:
        seen = self.clinic.see(public_id, self.clinic.actors[0])
        act = ACTS[name](seen, dice)
        ref = CaseRef(public_id, seen.ref.version + version_off_by)
        self.clinic.perform(actor, lambda work: act(work, ref))

    def _must_hold(self) -> None:
        found = faults(self.clinic)
        assert not found, "\n".join(found)


def test_nothing_that_can_be_done_to_a_case_breaks_what_must_hold(sqlite_databases: SqliteDatabases) -> None:
    """Short with every run of the tests; ``--hypothesis-profile=long`` looks further, elsewhere each time, and tells
    the shortest story that fails."""
    is_long = hypothesis.settings.get_current_profile_name() == "long"
    short = hypothesis.settings(
        max_examples=examples(10),
        stateful_step_count=15,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.generate],
    )
    run_state_machine_as_test(
        lambda: CaseMachine(sqlite_databases), settings=hypothesis.settings() if is_long else short
    )
