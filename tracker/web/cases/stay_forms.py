"""Forms about the day of a visit: where it stands, what is arranged, why it was lost, and who came without one."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from tracker.domain.access import Permission
from tracker.domain.facts import Appointment, Arrangement
from tracker.domain.loss_words import CAUSE_WORDS
from tracker.domain.pathway.definition import Pathway
from tracker.domain.words import (
    NO_SHOW_CAUSES,
    HeldMedicines,
    LossCause,
    Purpose,
)
from tracker.queries.case_detail import OpenedCase
from tracker.queries.colleagues import list_colleagues
from tracker.services.visit_day import LONGEST_NAME, LONGEST_PHONE, Arranged
from tracker.services.visit_losses import is_asked, may_be_broken_off
from tracker.web.cases.fields import CaseForm, MomentField, PersonField, Section, TextField, with_blank
from tracker.web.cases.visit_forms import LossForm, NoShowForm
from tracker.web.cases.words import PURPOSE_WORDS, first_upper
from tracker.web.common.current import actor, today
from tracker.web.common.database import read_session
from tracker.web.common.forms import options
from tracker.web.common.number_fields import CountField
from tracker.web.common.visit_words import (
    ANAESTHESIA_WORDS,
    ESCORT_WORDS,
    HELD_WORDS,
    INTERPRETER_WORDS,
    MOMENT_WORDS,
)


def ask_loss(case: OpenedCase, visit: Appointment, form: LossForm) -> None:
    """Leave in the form what is asked of this visit, by this person; nothing is chosen.

    Whoever sees no clinical detail is asked the same for every visit, so that the question says nothing.
    """
    if not is_asked(visit, case.snapshot.calendar, today()) and not isinstance(form, NoShowForm):
        drop(form, "cause", "held", "teller_id")
        return
    is_clinical = actor().may(Permission.SEE_CLINICAL)
    causes = set(NO_SHOW_CAUSES if isinstance(form, NoShowForm) else LossCause)
    if not (is_clinical and may_be_broken_off(visit)):
        causes.discard(LossCause.BROKEN_OFF)
    form.cause.choices = with_blank({word: first_upper(CAUSE_WORDS[word]) for word in LossCause if word in causes})
    if is_clinical and visit.purpose not in case.pathway.procedures:
        drop(form, "held", "teller_id")
        return
    words = {word: said for word, said in HELD_WORDS.items() if is_clinical or word != HeldMedicines.NOTHING}
    form.held.choices = options(words)
    if not is_clinical:
        # Whoever cannot know may be silent: a nurse finds out.
        form.held.validators, form.held.flags.required = [Optional()], False
    people = list_colleagues(read_session(), actor(), holding=Permission.FOLLOW_UP)
    form.teller_id.offer(people, "nobody chosen")


def drop(form: CaseForm, *names: str) -> None:
    """Take fields out of a form, and out of where they would stand."""
    for name in names:
        del form[name]
    form.SECTIONS = tuple(  # type: ignore[misc]  # of this one form
        Section(each.title, tuple(row for row in each.rows if not set(row) & set(names))) for each in form.SECTIONS
    )


class StandsForm(CaseForm):
    """Where a visit stands now, or stood from a time on."""

    kind = SelectField("Where the patient is", [InputRequired("Choose where the patient is.")], choices=[])
    happened_at = MomentField("Since", description="Empty: now. What was written on paper is entered with its time.")

    def offer_kinds(self) -> None:
        """Set what can be said; nothing is chosen."""
        self.kind.choices = with_blank(MOMENT_WORDS)


class ArrangementForm(CaseForm):
    """What is arranged around a visit."""

    SECTIONS = (Section("", (("escort",), ("escort_name", "escort_phone"), ("interpreter",), ("anaesthesia",))),)
    escort = RadioField("Escort home", [Optional()], choices=[])
    escort_name = TextField("Who takes the patient home", longest=LONGEST_NAME, description="Name, and who it is.")
    escort_phone = TextField("Phone of the escort", longest=LONGEST_PHONE)
    interpreter = RadioField("Interpreter", [Optional()], choices=[])
    anaesthesia = RadioField("Anaesthesia planned", [Optional()], choices=[])

    def begin_with(self, standing: Arrangement | None, *, is_clinical: bool) -> None:
        """Offer the words, and show what stands; without clinical detail nothing of anaesthesia."""
        self.escort.choices = options(_capital(ESCORT_WORDS))
        self.interpreter.choices = options(_capital(INTERPRETER_WORDS))
        self.anaesthesia.choices = options(_capital(ANAESTHESIA_WORDS))
        if standing is not None and not self.is_submitted():
            for name in ("escort", "escort_name", "escort_phone", "interpreter", "anaesthesia"):
                self[name].data = getattr(standing, name) or None
        if not is_clinical:
            drop(self, "anaesthesia")

    def arranged(self) -> Arranged:
        """What was typed, as the service takes it."""
        return Arranged(
            escort=self.escort.data or "",
            escort_name=self.escort_name.data or "",
            escort_phone=self.escort_phone.data or "",
            interpreter=self.interpreter.data or "",
            anaesthesia=(self.anaesthesia.data or "") if "anaesthesia" in self else None,
        )


class WalkInForm(CaseForm):
    """Somebody who came without a visit."""

    SECTIONS = (Section("", (("purpose", "minutes"), ("room_id", "clinician_id"))),)
    purpose = SelectField("What for", [InputRequired("Choose what the visit is for.")], choices=[])
    minutes = CountField(
        "Length",
        [InputRequired("How long will it take?"), NumberRange(5, 1440, "Between 5 minutes and a day.")],
        description="In minutes.",
    )
    room_id = PersonField("Room")
    clinician_id = PersonField("With")

    def offer_purposes(self, pathway: Pathway, *, is_clinical: bool) -> None:
        """Set what this person can take somebody in for."""
        words: Mapping[Any, str] = {
            key: first_upper(label) for key, label in PURPOSE_WORDS.items() if key in pathway.visit_purposes
        }
        self.purpose.choices = with_blank(words) if is_clinical else options({Purpose.FOLLOW_UP: "Visit"})


def _capital(words: Mapping[Any, str]) -> dict[Any, str]:
    return {word: first_upper(said) for word, said in words.items()}
