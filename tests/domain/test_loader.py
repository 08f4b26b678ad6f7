"""A file that cannot be read is refused with the line and the key; nothing in it is silently ignored."""

import re

import pytest

from tracker.domain.pathway.definition import Pathway
from tracker.domain.pathway.loader import PathwayFileError, load_pathway
from tracker.domain.pathway.requirements.visit import ChecklistDone
from tracker.domain.words import Role
from tracker.pathways import catalogue

TEXT = catalogue.text_of("itb")


def edited(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def line_of(text: str, pattern: str) -> int:
    found = re.search(pattern, text, re.MULTILINE)
    assert found
    return text.count("\n", 0, found.start()) + 1


UNREADABLE = (
    ("a syntax error", 'initial = "referred"', 'initial = "referred', "TOML", r'^initial = "referred$'),
    ("an unknown key of a stage", 'owner = "coordinator"', 'ownr = "coordinator"', "stages.referred.ownr", r"^ownr"),
    ("an unknown key of the file", "[holds]", "[hold]", "file.hold", r"\A"),
    ("an unknown first stage", 'initial = "referred"', 'initial = "refered"', "initial", r"^initial"),
    ("an unknown stage to go to", 'to = "evaluating"', 'to = "pondering"', "transitions.evaluation_begun.to",
     r'^to = "pondering"'),
    ("an unknown stage to come from", 'from = ["evaluation_booked"]\nto = "referred"',
     'from = ["somewhere"]\nto = "referred"', "transitions.evaluation_lost.from", r'^from = \["somewhere"\]'),
    ("an unknown phase", 'phase = "referral"', 'phase = "limbo"', "stages.referred.phase", r'^phase = "limbo"'),
    ("an unknown owner", 'owner = "coordinator"', 'owner = "janitor"', "stages.referred.owner", r'^owner = "janitor"'),
    ("an unknown role", 'roles = ["physician"]', 'roles = ["janitor"]', "transitions.candidate.roles",
     r'^roles = \["janitor"\]'),
    ("a next step that is none", 'next = "evaluation_booked"', 'next = "holiday"', "stages.referred.next",
     r'^next = "holiday"'),
    ("a parameter nobody defined", 'hours = "trial_interval_hours"', 'hours = "moon_hours"',
     "procedures.trial.needs.minimum_interval.hours", r"^needs = \["),
    ("an unknown kind of need", '{ kind = "contraindications" }', '{ kind = "weather" }', "procedures.trial.needs",
     r"^needs = \["),
    ("an unknown key of a need", '{ kind = "evaluation" }', '{ kind = "evaluation", sure = true }',
     "transitions.candidate.needs.sure", r"^needs = \[\n  \{ kind = \"evaluation\", sure"),
    ("a need without what it needs", '{ kind = "observed", hours = "observation_hours" }', '{ kind = "observed" }',
     "transitions.observation_closed.needs", r"^needs = \[\n  \{ kind = \"observed\" \}"),
    ("an unknown word in a need", 'document = "laboratory"', 'document = "horoscope"',
     "procedures.implant.needs.document.document", r"^needs = \[\n  \{ kind = \"trial_result\""),
    ("an unknown purpose", 'kind = "appointment", purpose = "trial", state = "arrived"',
     'kind = "appointment", purpose = "picnic", state = "arrived"', "transitions.trial_day.needs.appointment.purpose",
     r"^needs = \[\{ kind = \"appointment\", purpose = \"picnic\""),
    ("a text for a number", "target_days = 3", 'target_days = "3"', "stages.referred.target_days",
     r"^target_days = \"3\""),
    ("neither target nor days", "target_days = 3\n", "", "stages.referred", r"^\[stages.referred\]"),
    ("both roles and automatic", "automatic = true", 'automatic = true\nroles = ["nurse"]',
     "transitions.evaluation_booked", r"^\[transitions.evaluation_booked\]"),
    ("an unknown checklist", 'checklist    = "trial"', 'checklist    = "shopping"', "procedures.trial.checklist",
     r"^checklist    = \"shopping\""),
    ("an unknown part of a checklist", 'part = "before"\nneeds', 'part = "middle"\nneeds',
     "transitions.dose_given.part", r'^part = "middle"'),
    ("an unknown procedure", 'enters = "trial"', 'enters = "picnic"', "transitions.trial_day.enters",
     r'^enters = "picnic"'),
    ("a visit of no procedure", 'visit_over = "trial"', 'visit_over = "lunch"', "transitions.trial_aborted.visit_over",
     r'^visit_over = "lunch"'),
    ("an attempt nobody counts", 'begins = ["trial"]', 'begins = ["tiral"]', "transitions.trial_visit_lost.begins",
     r'^begins = \["tiral"\]'),
    ("a wrong time of day", 'wall_time = "10:00"', 'wall_time = "25:00"', "reminders.consent_early.wall_time",
     r'^wall_time = "25:00"'),
    ("a wrong hour of a to-do", 'from_time = "15:00"', 'from_time = "25:00"', "obligations.time_final.from_time",
     r'^from_time = "25:00"'),
    ("a message without days", "days_after = 1\n", "", "reminders.day_after", r"^\[reminders.day_after\]"),
    ("a message on the very day", "days_after = 1\n", "days_after = 0\n", "reminders.day_after",
     r"^\[reminders.day_after\]"),
    ("a message before and after", "days_after = 1\n", "days_after = 1\ndays_before = 1\nuseless_hours_before = 2\n",
     "reminders.day_after", r"^\[reminders.day_after\]"),
    ("a to-do without days", "due_days = -10\n", "", "obligations.refill.due_days", r"^\[obligations.refill\]"),
    ("a parameter that is no number", "value  = 24", 'value  = "24"', "parameters.trial_interval_hours.value",
     r'^value  = "24"'),
    ("an unknown kind of stop", 'stop = "hard"', 'stop = "soggy"', "checklists.trial", r"^\[\[checklists.trial\]\]"),
    ("an unknown part of the day", 'part = "before"\nitems', 'part = "meanwhile"\nitems', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
    ("a choice that nobody can make", 'anaesthesia = ["sedation"', 'anaesthesia = ["hypnosis"', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
    ("a choice that may be left out", 'label = "Anaesthesia planned", stop = "hard"',
     'label = "Anaesthesia planned", stop = "soft"', "checklists.trial", r"^\[\[checklists.trial\]\]"),
    ("an item that comes later", 'needs = ["escort"', 'needs = ["discharge"', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
    ("a limit that is no number", 'most = "antibiotic_minutes"', 'most = "a while"', "checklists.implant",
     r"^\[\[checklists.implant\]\]"),
    ("a hard stop that is recorded elsewhere", 'label = "Test dose", stop = "note"',
     'label = "Test dose", stop = "hard"', "checklists.trial", r"^\[\[checklists.trial\]\]"),
    ("something arranged that nobody arranges", 'key = "gown", ', 'key = "gown", arranged = true, ',
     "checklists.trial", r"^\[\[checklists.trial\]\]"),
    ("a denial that is no choice", 'denies = "none known"', 'denies = "never"', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
    ("a soft stop that always applies", 'stop = "soft", source = "PMC', 'stop = "soft", always = true, source = "PMC',
     "checklists.trial", r"^\[\[checklists.trial\]\]"),
    ("a choice that stops and cannot be made", 'stops = ["none"]', 'stops = ["little"]', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
    ("a fever of what is no temperature", 'value = "temperature", fever_from', 'value = "number", fever_from',
     "checklists.trial", r"^\[\[checklists.trial\]\]"),
    ("a reservoir of what is no number", 'key = "gown", ', 'key = "gown", reservoir = true, ', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
    ("an item that stands twice", 'key = "consent"', 'key = "identity"', "checklists.trial",
     r"^\[\[checklists.trial\]\]"),
)  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize(
        ("old", "new", "key", "where"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
    )
    def test_name_the_line_and_the_key(self, old: str, new: str, key: str, where: str) -> None:
        text = edited(old, new)
        with pytest.raises(PathwayFileError) as refusal:
            load_pathway(text)
        assert refusal.value.key == key
        if key != "file.hold":
            assert refusal.value.line == line_of(text, where)
            assert str(refusal.value).startswith(f"line {refusal.value.line}, {key}: ")

    def test_of_an_empty_file_name_what_is_missing(self) -> None:
        with pytest.raises(PathwayFileError, match="initial"):
            load_pathway("")


class TestWhatTheLoaderAdds:
    def test_no_device_to_every_closing_but_death_and_transfer(self, itb: Pathway) -> None:
        for edge in itb.transitions:
            if itb.stages[edge.source].is_open and not itb.stages[edge.target].is_open:
                keys = [need.key for need in edge.needs]
                assert ("device.any" in keys) is (edge.target not in {"deceased", "transferred"})

    def test_what_a_phase_holds_to_every_step_into_and_within_it(self, itb: Pathway) -> None:
        inside = [edge for edge in itb.transitions if itb.stages[edge.target].phase == "implant"]
        assert inside and all([n.key for n in edge.needs].count("trial_result") == 1 for edge in inside)

    def test_every_open_stage_to_where_death_is_recorded_from(self, itb: Pathway) -> None:
        assert all(itb.transition("deceased", s.name) for s in itb.stages.values() if s.is_open)

    def test_the_checklist_without_its_notes(self, itb: Pathway) -> None:
        edge = itb.transition("implant_discharged", "implant_day")
        assert edge is not None
        (asked,) = (need for need in edge.needs if isinstance(need, ChecklistDone))
        assert asked.part == "all"
        assert len(asked.items) == len([rule for rule in itb.checklists["implant"] if rule.stop != "note"])


class TestTheFileInUse:
    def test_names_each_number_and_who_approved_it(self, itb: Pathway) -> None:
        assert all(parameter.source for parameter in itb.parameters.values())
        assert itb.unapproved == tuple(itb.parameters.values()), "no clinician has confirmed a number yet"
        assert itb.days("trial_interval_hours") == 24

    def test_lets_the_physician_decide_what_is_the_physicians(self, itb: Pathway) -> None:
        for name, source in (
            ("candidate", "evaluating"),
            ("trial_waived", "evaluating"),
            ("device_removed", "device_review"),
        ):
            edge = itb.transition(name, source)
            assert edge is not None and edge.roles == {Role.PHYSICIAN}
