"""Reading one row of an imported file: what keeps it out, and what lets it in with a doubt.

Refused is what nobody could put right later without guessing: who it is, when they were born, what for. Everything
else comes in with a doubt that somebody must look at. A row is wholly in or wholly out.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tracker.domain.codes import LANGUAGES
from tracker.domain.dates import UnreadableDate, read_date
from tracker.domain.names import fold
from tracker.domain.numbers import UnreadableNumber, read_amount
from tracker.services.contact_details import doubts_about, email, phone
from tracker.services.patients import LONGEST_NAME, Person, Reach
from tracker.services.table_file import Complaint, Row

SEXES = ("male", "female", "other", "unknown", "")
LONGEST_MRN = 100
#: In bytes, folded: some letters fold into many, and an index holds only so much.
_LONGEST_FOLDED = 1000
_OLDEST_YEARS = 120


@dataclass(slots=True)
class RowReading:
    """One row while it is read. Every refusal and every doubt of it is kept, never only the first."""

    row: Row
    today: date
    refused: list[Complaint] = field(default_factory=list)
    doubts: list[Complaint] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.row.misfit:
            self.refuse(None, self.row.misfit)

    def refuse(self, name: str | None, reason: str) -> None:
        """Keep this row out."""
        self.refused.append(Complaint(self.row.number, name, reason))

    def doubt(self, name: str, reason: str) -> None:
        """Let it in, and have somebody look."""
        self.doubts.append(Complaint(self.row.number, name, reason))

    def text(self, name: str) -> str:
        """A cell without the spaces round it; a formula stays the text that it is."""
        return self.row.values.get(name, "").strip()

    def past_date(self, name: str, *, is_needed: bool = True) -> date | None:
        """A day up to today; refuses what is unreadable, ambiguous, in the future or impossibly long ago."""
        day = self.date(name, is_needed=is_needed)
        if day is not None and day > self.today:
            self.refuse(name, f"{day.isoformat()} is in the future.")
        return day

    def date(self, name: str, *, is_needed: bool = False) -> date | None:
        """A day; refuses what is unreadable, ambiguous or impossibly long ago."""
        typed = self.text(name)
        if not typed:
            if is_needed:
                self.refuse(name, "The date is missing.")
            return None
        try:
            day = read_date(typed)
        except UnreadableDate as error:
            self.refuse(name, str(error))
            return None
        if day.year < self.today.year - _OLDEST_YEARS:
            self.refuse(name, f"{day.isoformat()} is more than {_OLDEST_YEARS} years ago.")
        return day

    def amount(self, name: str) -> Decimal | None:
        """A number above zero, without a unit."""
        typed = self.text(name)
        if not typed:
            return None
        try:
            amount = read_amount(typed)
        except UnreadableNumber as error:
            self.refuse(name, f"“{typed}”: {error}")
            return None
        if amount <= 0:
            self.refuse(name, f"“{typed}” is not above zero.")
            return None
        return amount

    def person(self) -> Person | None:
        """Who the row speaks of; ``None`` if that cannot be said."""
        birth_on = self.past_date("birth_date")
        for name in ("family_name", "given_name"):
            self._check_name(name)
        if len(self.text("mrn")) > LONGEST_MRN:
            self.refuse("mrn", f"The medical record number has more than {LONGEST_MRN} characters.")
        if self.refused or birth_on is None:
            return None
        sex, language = self.text("sex").lower(), self.text("language").lower()
        if sex not in SEXES:
            self.doubt("sex", f"“{self.text('sex')}” is not understood.")
        if not language:
            self.doubt("language", "The language is missing.")
        elif language not in LANGUAGES:
            self.doubt("language", f"“{self.text('language')}” is not a language code.")
        return Person(
            mrn=self.text("mrn"),
            family_name=self.text("family_name"),
            given_name=self.text("given_name"),
            birth_on=birth_on,
            sex=sex if sex in SEXES else "",
            language=language,
            city=self.text("city"),
            reach=self._reach(),
        )

    def _check_name(self, name: str) -> None:
        typed = self.text(name)
        if not typed:
            self.refuse(name, "The name is missing.")
        elif len(typed) > LONGEST_NAME or len(fold(typed).encode()) > _LONGEST_FOLDED:
            self.refuse(name, f"The name has more than {LONGEST_NAME} characters.")

    def _reach(self) -> tuple[Reach, ...]:
        typed = (("phone", phone), ("email", email))
        found = tuple(read(text) for name, read in typed if (text := self.text(name)))
        for name, doubt in doubts_about(found):
            self.doubt(name, doubt)
        return found
