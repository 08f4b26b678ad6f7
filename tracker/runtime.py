"""Everything a process needs that is not Flask: settings, database and the ports to the outside."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.domain.credentials import SessionLimits
from tracker.integrations.clock import SystemClock, SystemStopwatch
from tracker.integrations.dead_man import HttpDeadManSwitch
from tracker.integrations.ids import RandomIds
from tracker.integrations.kit_shelf import FolderShelf
from tracker.integrations.mail.choice import choose_mailer
from tracker.integrations.papers import FolderOfPapers, SubprocessReader
from tracker.integrations.passwords import Argon2Passwords
from tracker.integrations.sms.choice import choose_texter
from tracker.persistence.database import Database
from tracker.services.ports import (
    Clock,
    DeadManSwitch,
    Ids,
    KitShelf,
    Mailer,
    PaperReader,
    PaperStore,
    Passwords,
    Stopwatch,
)

if TYPE_CHECKING:
    from config import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """One running system. Tests and simulations put their own clock, ids and passwords in.

    ``mailer`` sends e-mail, ``texter`` text messages, ``dead_man`` hears that all is well; each may be missing.
    ``papers``: where scans of papers lie; without it none can be attached.
    """

    settings: "Settings"
    database: Database
    clock: Clock
    ids: Ids
    passwords: Passwords
    mailer: Mailer | None = None
    texter: Mailer | None = None
    shelf: KitShelf | None = None
    dead_man: DeadManSwitch | None = None
    papers: PaperStore | None = None
    paper_reader: PaperReader = field(default_factory=SubprocessReader)
    stopwatch: Stopwatch = field(default_factory=SystemStopwatch)

    @property
    def session_limits(self) -> SessionLimits:
        """How long a sign-in lasts in this deployment."""
        return SessionLimits(
            idle=timedelta(minutes=self.settings.idle_minutes), absolute=timedelta(hours=self.settings.session_hours)
        )


def build_runtime(settings: "Settings") -> Runtime:
    """Make the runtime of a real process."""
    return Runtime(
        settings=settings,
        database=Database(settings.database_url),
        clock=SystemClock(),
        ids=RandomIds(),
        passwords=Argon2Passwords(),
        mailer=choose_mailer(settings),
        texter=choose_texter(settings),
        shelf=shelf_at(settings, settings.downtime_dir) if settings.downtime_dir else None,
        dead_man=HttpDeadManSwitch(url=settings.dead_man_url) if settings.dead_man_url else None,
        papers=papers_at(settings.files_dir) if settings.files_dir else None,
    )


def papers_at(folder: Path) -> PaperStore:
    """A place for scans of papers."""
    return FolderOfPapers(folder)


def shelf_at(settings: "Settings", folder: Path) -> KitShelf:
    """A place for downtime kits, sealed where a key is set."""
    return FolderShelf(folder, keep=settings.downtime_keep, key=settings.downtime_key)
