"""What a coordinator, a nurse and a physician do on the pages, each step by the person whose work it is."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from tests.browser.steps import Person, words
from tests.support.checklists import typical
from tests.support.journey import journey_in
from tests.support.web import PIN
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.words import Role
from tracker.pathways.catalogue import current


class Coordinator(Person):
    """Brings the patient in and keeps the dates."""

    ROLE = Role.COORDINATOR

    def looks_at_the_file(self, name: str, content: bytes) -> None:
        """Choose a file on the import page and look at what would happen."""
        self.goes_to("Import")
        chosen = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.page.get_by_label(words("File")).set_input_files(chosen)
        self.presses("Look at the file")

    def reads(self, *sentences: str) -> None:
        """Read these on the page."""
        for sentence in sentences:
            expect(self.page.get_by_role("main")).to_contain_text(sentence)

    def finds(self, letters: str, patient: str) -> None:
        """Type some letters into the search of every page, and open the patient's page."""
        search = self.page.get_by_role("searchbox")
        search.fill(letters)
        with self.page.expect_navigation():
            search.press("Enter")
        self.looks()
        self.follows(patient)
        self.clinic.case = self.page.url.removeprefix(self.clinic.address)

    def books(self, starts: str, minutes: str, clinician: str, room: str = "") -> None:
        """Fill in when and where on an open form of a visit."""
        self.writes({"Day and time": starts, "Length": minutes, "With": clinician} | ({"Room": room} if room else {}))

    def reschedules(self, visit: str, starts: str, reason: str) -> None:
        """Move the visit that the patient's page shows as the coming one."""
        self.opens_the_case()
        self.follows("Reschedule")
        self.writes({"Day and time": starts, "Why it is moved": reason})
        self.records(f"Move the {visit}")

    def asks_the_payer(self, procedure: str, number: str, since: str, until: str) -> None:
        """Record that the payer granted what was asked for."""
        self.opens_the_form_for(f"Prior auth for the {procedure}")
        self.writes(
            {"Answer": "Granted", "Payer": "Aetna", "Authorization number": number, "Units": "3", "Valid from": since,
             "Valid to": until}
        )  # fmt: skip
        self.records("Record the prior auth")

    def captures_consent_by_keyboard(self, procedure: str, signed: str) -> None:
        """Fill in and send the form about a consent with nothing but keys; ``signed``: month, day, year as digits."""
        self.opens_the_form_for(f"Consent for the {procedure} is not signed")
        keyboard = self.page.keyboard
        self._tabs_to(self.page.get_by_role("radio", name=procedure.title()))
        keyboard.press("Space")
        self._tabs_to(self.page.get_by_label("Signed on"))
        keyboard.type(signed)
        self._tabs_to(self.page.get_by_role("radio", name="The patient", exact=True))
        keyboard.press("Space")
        self._tabs_to(self.page.get_by_label("Name of who signs"))
        keyboard.type("the patient")
        with self.page.expect_navigation():
            keyboard.press("Enter")
        self.looks()
        expect(self.page.get_by_role("status")).to_contain_text("Recorded: consent")

    def _tabs_to(self, control: Locator) -> None:
        for _ in range(60):
            if control.evaluate("control => control === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError("the keyboard does not reach it")


class Nurse(Person):
    """Receives the patient, runs the checklists, gives and measures."""

    ROLE = Role.NURSE

    def receives(self, patient: str) -> None:
        """Mark the patient as arrived on the page of the day."""
        self.goes_to("Day")
        with self.page.expect_navigation():
            self._row(patient).get_by_role("button", name=re.compile("^Arrived")).click()
        self.looks()
        expect(self.page.get_by_role("status").filter(has_text="Marked as arrived.")).to_be_visible()

    def opens_the_checklist(self, patient: str) -> None:
        """Open the checklist from the day."""
        self.goes_to("Day")
        with self.page.expect_navigation():
            self._row(patient).get_by_role("link", name="Checklist").click()
        self.looks()

    def reads_aloud(self, section: str, first: str, second: str) -> None:
        """Read the first item of a section to the room, answer it with the Enter key, and see the next."""
        region = self.page.get_by_role("region", name=section, exact=True)
        self.follows("Read aloud", region)
        expect(self.page.locator("#aloud-text")).to_contain_text(first)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.looks()
        expect(self.page.locator("#aloud-text")).to_contain_text(second)
        with self.page.expect_navigation():
            self.page.get_by_role("link", name="Whole checklist").click()

    def answers(self, checklist: str, part: str, *, each: bool = False) -> None:
        """Do a part of the checklist, one item below the other: ``each`` that is asked; or the first of a section and
        what two must read, with the rest written down at once."""
        rules = {rule.key: rule for rule in current().checklists[checklist] if rule.part == part}
        for section in dict.fromkeys(rule.section for rule in rules.values()):
            region = self.page.get_by_role("region", name=section, exact=True)
            left = region.locator("li.item:not(.is-done, .is-note)")
            while left.count():
                self._does(left.first, rules)
                if not each:
                    left = left.filter(has=self.page.get_by_text("Second person"))
        journey = journey_in(self.clinic.world)
        journey.public_id = self.clinic.case.removeprefix("/cases/")[:32]
        journey.version = journey.look().head.version
        journey.tick(journey.visit_for(checklist), part)

    def _does(self, item: Locator, rules: Mapping[str, ChecklistItemRule]) -> None:
        key = item.evaluate("item => item.id").removeprefix("item-")
        form, value = item.locator("form").first, typical(rules[key])
        if form.locator("input[name=value]").count():
            form.locator("input[name=value]").fill(value if rules[key].value != "date" else "2099-12-01")
        second = form.get_by_role("radio", name="Physician Person")
        if second.count():
            second.check()
            form.get_by_label("Their own PIN").fill(PIN)
        button = form.locator(f"button[value='{value or 'done'}']").or_(form.locator("button[value=done]"))
        if self.has_scripts and not second.count():
            # Nothing is loaded: the answer stands there at once, and the bar says when it is saved.
            button.click()
            expect(self.page.locator(f"#item-{key}.is-done .tap-sub")).to_contain_text("Nurse Person")
            return
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            button.click()
        expect(self.page.locator(f"#item-{key} .tap-sub")).to_contain_text("Done")

    def gives(self, dose: str, volume: str) -> None:
        """Record a test dose of the usual screening drug."""
        self.opens_the_form_for("No test dose is recorded")
        self.writes(
            {"Drug": "Baclofen", "Strength": "50 mcg/mL: for a test dose", "Lot": "T-12", "Expires on": "2027-03-31",
             "Dose": dose, "Volume": volume, "Route": "Lumbar puncture", "Read by a second person": "Physician Person",
             "Their own PIN": PIN}
        )  # fmt: skip
        self.presses("Check before injecting")
        expect(self.page.get_by_role("status")).to_contain_text("May be injected:")
        self.records("Record the dose as given")

    def scores(self, value: str) -> None:
        """Record an Ashworth score from the form that is open."""
        group = self.page.get_by_role("group", name="Knee flexors, left", exact=True)
        group.get_by_role("radio", name=value, exact=True).check()
        self.records("Record the scores")

    def asks_after_the_dose(self) -> None:
        """Ask about each adverse event, from the page of the observation: none happened."""
        self.opens_the_form_for("Adverse events: 7 not answered")
        for question in self.page.locator(".event > .scale").all()[:7]:
            question.get_by_role("radio", name="No", exact=True).check()
        self.records("Record the answers")

    def attaches(self, document: str, dated: str) -> None:
        """Record a paper that is missing."""
        self.opens_the_form_for(f"{document} missing")
        self.writes({"Dated": dated, "Where it is kept": "chart"})
        self.records("Record the document")

    def _row(self, patient: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_text(patient))


class Physician(Person):
    """Examines, orders and judges."""

    ROLE = Role.PHYSICIAN

    def evaluates(self, findings: Mapping[str, str]) -> None:
        """Record the evaluation from the form that the page offers for it."""
        self.opens_the_form_for("Evaluation is not recorded")
        self.writes(findings)
        self.records("Record the evaluation")

    def orders(self, dose: str) -> None:
        """Order a test dose."""
        self.starts_recording("Order a test dose")
        self.writes({"Test dose": dose})
        self.records("Order the dose")

    def judges(self, outcome: str) -> None:
        """Record the outcome of the trial."""
        self.opens_the_form_for("Outcome of the trial is not recorded")
        self.writes({"Outcome": outcome})
        self.records("Record the outcome")

    def implants(self, pump: Mapping[str, str]) -> None:
        """Record the pump, the catheter and the first fill."""
        self.opens_the_form_for("No pump is recorded as in place")
        self.writes(pump)
        self.records("Record the implant")
