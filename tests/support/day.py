"""The day as its page shows it: visits by plain inserts, and what somebody reads."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories.facts import make
from tests.factories.listed import Listed
from tests.support.web import WebWorld
from tracker.domain.words import Role
from tracker.persistence.facts import insert_fact
from tracker.persistence.models import Case, Room

#: What the front desk may not read anywhere on the page.
CLINICAL = re.compile(
    r"trial|implant|refill|dose|inject|consent|checklist|observ|preparation|procedure|sedat|anaesth|allerg|latex"
    r"|medicine|because|admitted|transferred|watched",
    re.IGNORECASE,
)


@dataclass
class Today:
    """Visits of today, by plain inserts."""

    world: WebWorld
    rooms: set[str] = field(default_factory=set)

    def visit(
        self, family: str, purpose: str = "trial", *, hours: float = 1, stage: str = "trial_booked", room: str = "",
        patient: dict[str, object] | None = None, **values: object,
    ) -> tuple[Case, int]:  # fmt: skip
        """A patient's visit, in a room of that name."""
        with self.world.database.writing() as session:
            listed = Listed(session, self.world.clinic_id, self.world.clock.now(), self.world.ids)
            case = listed.case(listed.patient(family, **(patient or {})), stage)
            if room:
                values["room_id"] = ord(room)
                if room not in self.rooms:
                    self.rooms.add(room)
                    session.add(Room(clinic_id=listed.clinic_id, id=ord(room), name=room, is_active=True, version=1))
                    session.flush()
            listed.visit(case, purpose, hours=hours, **values)
            session.expunge(case)
        return case, 20

    def fact(self, case: Case, fact: type, seq: int, /, *, hours: float = 0, **values: object) -> None:
        """A fact about the visit."""
        at = self.world.clock.now() + timedelta(hours=hours)
        with self.world.database.writing() as session:
            made = make(fact, seq, appointment=20, effective_at=at, recorded_at=self.world.clock.now(), **values)
            insert_fact(session, self.world.clinic_id, case.id, made)


def page(world: WebWorld, role: Role = Role.NURSE, path: str = "/day") -> str:
    """What somebody reads."""
    return world.sign_in(role).get(path).get_data(as_text=True)


def words_of(body: str) -> str:
    """The words of a page without its frame, and without the names of what can be typed."""
    return re.sub(r"<[^>]+>", " ", body[body.index("<main") : body.index("</main>")])
