"""Forms of the hours round a test dose: a set of scores in one go, and adverse events one by one. All begin empty."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from wtforms import Field, RadioField
from wtforms.validators import Optional

from tracker.domain.checklists.vital_signs import HIGHEST
from tracker.domain.pathway.trial_wording import ADVERSE_WORDS
from tracker.domain.words import AdverseKind, Instrument
from tracker.services.observing import SCALES, EventAnswer, Measured, Score, Vitals
from tracker.web.cases.fields import CaseForm, MomentField, NoteField, PersonField, TextField
from tracker.web.cases.visit_forms import instant_of
from tracker.web.cases.words import ALERTNESS, HAPPENED, OCCASIONS, SEVERITIES, SIDES, first_upper
from tracker.web.common.forms import options
from tracker.web.common.number_fields import CountField
from tracker.web.common.second_person import SecondPinField

#: Nothing was measured or answered here: what takes a press back.
_NOT_SCORED = {"": "–"}


def _scale(label: str, instrument: Instrument, words: dict[str, str] | None = None) -> RadioField:
    labels = {value: (words or {}).get(value, value) for value in SCALES[instrument]}
    return RadioField(label, [Optional()], choices=options(_NOT_SCORED | labels))


@dataclass(frozen=True, slots=True)
class Place:
    """A muscle group and its side, as one row of the form. ``is_first``: it was scored before, so it stands above."""

    site: str
    side: str
    is_first: bool = False

    @property
    def key(self) -> str:
        """The name of its field; the same for the same place, whatever else the form asks."""
        return f"place_{re.sub(r'[^a-z0-9]+', '_', self.site.casefold())}_{self.side}"

    @property
    def label(self) -> str:
        """What it is called."""
        return f"{self.site}, {self.side}" if self.side else self.site


class ScoresForm(CaseForm):
    """What was measured at one time. A field that stays empty was not measured, and nothing is written for it.

    Each place has a field of its own, made by ``scores_form``.
    """

    PLACES: ClassVar[tuple[Place, ...]] = ()
    occasion = RadioField(
        "When on the pathway",
        [Optional()],
        choices=options({key: first_upper(label) for key, label in OCCASIONS.items()}),
    )
    other_site = TextField("Another muscle group", longest=80)
    other_side = RadioField("Its side", [Optional()], choices=options({"": "–", **SIDES}))
    other_value = _scale("Its Ashworth score", Instrument.ASHWORTH)
    penn = _scale(
        "Penn: how often spasms come",
        Instrument.PENN,
        {"0": "0 none", "1": "1 when touched", "2": "2 under 1 an hour", "3": "3 over 1 an hour",
         "4": "4 over 10 an hour"},
    )  # fmt: skip
    penn_severity = _scale(
        "Penn: how strong they are", Instrument.PENN_SEVERITY, {"1": "1 mild", "2": "2 moderate", "3": "3 severe"}
    )
    nrs = _scale("Pain, 0 to 10", Instrument.NRS)
    systolic = CountField("Pressure, upper", most_digits=3)
    diastolic = CountField("Pressure, lower", most_digits=3)
    pulse = CountField("Pulse", most_digits=3)
    saturation = CountField("Saturation", most_digits=3)
    breaths = CountField("Breaths", most_digits=3)
    alertness = RadioField("How awake", [Optional()], choices=options({"": "–", **ALERTNESS}))
    taken_at = MomentField("Taken at", description="Empty: now. From paper: the time that stands there.")
    rater_id = PersonField(
        "Measured by", description="Nobody chosen: you. The same person as at baseline, if possible."
    )
    second_by = PersonField(
        "Second person for a late entry", description="Asked where the time in which a score closes it is over."
    )
    pin = SecondPinField(is_needed=False)

    def rows(self, *, first: bool) -> list[tuple[Place, Field]]:
        """The places that were scored before, or the others, each with its field."""
        return [(place, self[place.key]) for place in self.PLACES if place.is_first is first]

    def measured(self, zone: str, *, occasion: str, dose_seq: int | None) -> Measured:
        """What was typed, as the service takes it."""
        scores = [
            Score(Instrument.ASHWORTH, self[place.key].data, place.site, place.side)
            for place in self.PLACES
            if self[place.key].data
        ]
        if self.other_value.data or self.other_site.data:
            scores.append(
                Score(
                    Instrument.ASHWORTH, self.other_value.data or "", self.other_site.data, self.other_side.data or ""
                )
            )
        scores += [Score(each, self[each].data) for each in ("penn", "penn_severity", "nrs") if self[each].data]
        signs: dict[str, Any] = {name: self[name].data for name in HIGHEST}
        return Measured(
            occasion=occasion,
            scores=tuple(scores),
            vitals=Vitals(**signs, alertness=self.alertness.data or ""),
            dose_seq=dose_seq,
            taken_at=instant_of(self.taken_at.data, zone),
            rater_id=self.rater_id.data,
            second_by=self.second_by.data,
        )


def scores_form(muscles: Sequence[str], scored: Iterable[tuple[str, str]]) -> type[ScoresForm]:
    """The form for these muscle groups, left and right; ``scored``: site and side of what was scored before."""
    before = dict.fromkeys(place for place in scored if place[0])
    usual = dict.fromkeys((muscle, side) for muscle in muscles for side in SIDES)
    found = {place.key: place for place in (Place(*each, is_first=each in before) for each in {**usual, **before})}
    fields: dict[str, object] = {each.key: _scale(each.label, Instrument.ASHWORTH) for each in found.values()}
    return type("PlacedScoresForm", (ScoresForm,), {**fields, "PLACES": tuple(found.values())})


class AdverseForm(CaseForm):
    """Each adverse event by itself: no, yes, or not known. What stays empty, or was taken back, stays open."""

    KINDS: ClassVar[tuple[AdverseKind, ...]] = tuple(AdverseKind)

    def answers(self, zone: str) -> tuple[EventAnswer, ...]:
        """What was answered."""
        return tuple(
            EventAnswer(
                event=each,
                happened=self[each].data,
                severity=(self[f"{each}_severity"].data or "") if self[each].data == "yes" else "",
                note=self[f"{each}_note"].data,
                at=instant_of(self[f"{each}_at"].data, zone),
            )
            for each in self.KINDS
            if self[each].data
        )

    def question(self, kind: str) -> tuple[Field, Field, Field, Field]:
        """The fields of one of them: whether, how severe, since when, in words."""
        return self[kind], self[f"{kind}_severity"], self[f"{kind}_at"], self[f"{kind}_note"]


def _adverse_form() -> type[AdverseForm]:
    fields: dict[str, object] = {}
    for kind in AdverseKind:
        words = _NOT_SCORED | ({"yes": HAPPENED["yes"]} if kind is AdverseKind.OTHER else HAPPENED)
        fields |= {
            kind.value: RadioField(first_upper(ADVERSE_WORDS[kind]), [Optional()], choices=options(words)),
            f"{kind}_severity": RadioField("How severe", [Optional()], choices=options(SEVERITIES)),
            f"{kind}_at": MomentField("When it began, or was asked", description="For a no, empty: now."),
            f"{kind}_note": NoteField("In words"),
        }
    return type("AnsweredAdverseForm", (AdverseForm,), fields)


AnsweredAdverseForm = _adverse_form()
