"""A clinic in the browser: its clock, its scheduler, and people who find everything by the words that they read.

Nobody here knows an address but that of the first page, and nobody reaches into the application. Whatever page a person
comes to is looked at once by axe, and must fit the width of the window.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import ClassVar

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import Window
from tests.support.mailers import RecordingMailer
from tests.support.web import PASSWORD, ZONE, WebWorld, email_of
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.words import Role
from tracker.runtime import Runtime
from tracker.scheduler.jobs import TICKING, run_once

_PUBLIC_ID = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"(?<=/)\d+")


@dataclass(kw_only=True)
class Clinic:
    """One clinic while its days pass. ``case``: the address of the patient's page, once somebody has found it."""

    world: WebWorld
    browser: Browser
    address: str
    mailer: RecordingMailer = field(default_factory=RecordingMailer)
    case: str = ""
    checked: set[tuple[str, ...]] = field(default_factory=set)
    last_seen_by: "Person | None" = None

    @property
    def runtime(self) -> Runtime:
        """That of the scheduler: the served application's, with somebody to hand the mail to."""
        return replace(self.world.runtime, mailer=self.mailer)

    def comes_to(self, wall: str) -> None:
        """Let time pass until a wall time at the clinic. The scheduler ticks each morning on the way, and then."""
        calendar, clock = ClinicCalendar(ZONE), self.world.clock
        until = calendar.instant(datetime.fromisoformat(wall))
        while (morning := _next_morning(calendar, clock.now())) < until:
            self._is(morning)
        self._is(until)

    def _is(self, now: datetime) -> None:
        self.last_seen_by = None
        self.world.clock.set(now)
        run_once(self.runtime, TICKING)


def _next_morning(calendar: ClinicCalendar, now: datetime) -> datetime:
    """The next ten o'clock, when reminders go out."""
    day = calendar.today(now)
    mornings = (calendar.instant(datetime.combine(day + timedelta(days=days), time(10))) for days in (0, 1))
    return next(morning for morning in mornings if morning > now)


@dataclass(kw_only=True)
class Person:
    """Somebody with a window of their own, who signs in again when the session has run out."""

    ROLE: ClassVar[Role]
    clinic: Clinic
    window: Window
    has_scripts: bool = True

    @property
    def page(self) -> Page:
        """What the window shows."""
        return self.window.page

    @property
    def name(self) -> str:
        """As colleagues know them."""
        return f"{self.ROLE.value.title()} Person"

    # --- getting about -----------------------------------------------------------------------------------------------

    def opens(self, path: str) -> None:
        """Open a page, signing in first where the page asks for it."""
        self.window.open(path)
        self.looks()
        if self.page.get_by_role("heading", name="Sign in", level=1).count():
            self.writes({"E-mail": email_of(self.ROLE), "Password": PASSWORD})
            self.presses("Sign in")
        assert path in {"/", self.page.url.removeprefix(self.clinic.address)}

    def goes_to(self, place: str) -> None:
        """Follow one of the places that every page names."""
        self.opens("/")
        self.follows(place, self.page.get_by_role("navigation", name="Places"))

    def opens_the_case(self) -> None:
        """Open the patient's page, unless it is open and nobody did anything since."""
        if self.clinic.last_seen_by is not self or self._path() != self.clinic.case:
            self.opens(self.clinic.case)

    def follows(self, link: str, within: Locator | None = None) -> None:
        """Follow a link by its words."""
        with self.page.expect_navigation():
            (within or self.page.get_by_role("main")).get_by_role("link", name=words(link)).first.click()
        self.looks()

    def presses(self, button: str, within: Locator | None = None) -> None:
        """Press a button by its words."""
        with self.page.expect_navigation():
            (within or self.page.get_by_role("main")).get_by_role("button", name=button, exact=True).click()
        self.looks()

    def records(self, button: str) -> None:
        """Press the button of a form, and read that it was recorded."""
        self.presses(button)
        expect(self.page.get_by_role("status")).to_contain_text("Recorded:")

    # --- forms -------------------------------------------------------------------------------------------------------

    def writes(self, answers: Mapping[str, str]) -> None:
        """Answer the questions of a form: a text, a date, or the words of an option."""
        for label, answer in answers.items():
            options = self.page.get_by_role("group", name=words(label)).get_by_role("radio")
            if options.count():
                options.and_(self.page.get_by_label(answer, exact=True)).check()
                continue
            control = self.page.get_by_label(words(label))
            if control.evaluate("control => control.tagName") == "SELECT":
                control.select_option(label=answer)
            else:
                control.fill(answer)

    # --- the page of the case ----------------------------------------------------------------------------------------

    def sees_stage(self, label: str) -> None:
        """Read where the case stands."""
        self.opens_the_case()
        expect(self.page.get_by_role("region", name=words("Next"))).to_contain_text(f"{label} since")

    def sees_missing(self, sentence: str) -> Locator:
        """Read a sentence in the list of what stands in the way; returns its line."""
        line = self._in_the_way().get_by_role("listitem").filter(has_text=sentence)
        expect(line).to_be_visible()
        return line

    def sees_nothing_missing_of(self, sentence: str) -> None:
        """Read that it does not stand in the way any more."""
        expect(self._in_the_way()).not_to_contain_text(sentence)

    def opens_the_form_for(self, sentence: str) -> None:
        """Follow the link beside a sentence about what is missing."""
        self.opens_the_case()
        with self.page.expect_navigation():
            self.sees_missing(sentence).get_by_role("link").click()
        self.looks()

    def starts_recording(self, deed: str) -> None:
        """Open the list of everything that can be recorded, and choose from it."""
        self.opens_the_case()
        self.page.get_by_text("Record something else").click()
        self.follows(deed)

    def sees_missing_now(self, sentence: str) -> None:
        """Open the patient's page and read what stands in the way."""
        self.opens_the_case()
        self.sees_missing(sentence)

    def cannot_take(self, label: str) -> None:
        """Find no way to take a step while something is missing for it."""
        expect(self.page.get_by_role("region", name=words("Next"))).to_contain_text(label)
        expect(self.page.get_by_role("link", name=words(label))).to_have_count(0)

    def takes_step(self, label: str) -> None:
        """Take a step that is offered as what to do next."""
        self.opens_the_case()
        self.follows(label, self.page.get_by_role("region", name=words("Next")))
        self.records(label)

    def strikes_out(self, why: str) -> None:
        """Take back what was just recorded, from the link beside the message."""
        self.follows("Correct it", self.page.get_by_role("status"))
        self.writes({"What was wrong": why})
        self.records("Strike it out")

    def sees_struck_out(self, entry: str, why: str) -> None:
        """Read in the history what was struck out, still readable, and why."""
        history = self.page.get_by_role("region", name="History")
        struck = history.get_by_role("listitem").filter(has=self.page.locator("s", has_text=entry))
        expect(struck).to_contain_text(why)

    def _in_the_way(self) -> Locator:
        return self.page.get_by_role("region", name=re.compile("^What stands in the way"))

    # --- whatever the page is ----------------------------------------------------------------------------------------

    def looks(self) -> None:
        """Have a page that nobody has seen yet checked for what keeps people out: at each width, and at each step."""
        self.clinic.last_seen_by = self
        if not self.has_scripts:
            return
        place = _NUMBER.sub("…", _PUBLIC_ID.sub("…", self._path()))
        title = self.page.get_by_role("heading", level=1).first.inner_text()
        step = self.page.get_by_role("region", name=words("Next")).get_by_role("paragraph").all_inner_texts()[:1]
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        kinds = {(place, title, str(width)), (place, *step)}
        if kinds <= self.clinic.checked:
            return
        self.clinic.checked |= kinds
        assert self.window.accessibility_findings() == [], kinds
        root = "document.documentElement"
        assert self.page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), f"wider than the window: {kinds}"

    def _path(self) -> str:
        """The address without what is asked of it."""
        return self.page.url.removeprefix(self.clinic.address).partition("?")[0].partition("#")[0]


def words(text: str) -> re.Pattern[str]:
    """A label's own words, whatever the page adds for those who cannot see where it stands."""
    return re.compile(rf"^\s*{re.escape(text)}(\s+required)?\s*$")
