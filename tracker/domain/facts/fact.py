"""What every fact has."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every fact carries: its place in the case, its two times, and who wrote it."""

    seq: int = 0
    effective_at: datetime
    recorded_at: datetime
    recorded_by: int | None
    superseded_by: int | None = None
