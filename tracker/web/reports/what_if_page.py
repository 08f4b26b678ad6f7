"""The page on which rules are changed and what comes of it is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.services.what_if import PAIRS
from tracker.web.common.filters import at
from tracker.web.reports.levers import Levers
from tracker.web.reports.links import Links
from tracker.web.reports.panels import Heading
from tracker.web.reports.presenters import NOTHING_YET, SectionView, section_view, tabs
from tracker.web.reports.what_if import ToldWhatIf, question_of

REFUSED = "Nothing is played until what is wrong is put right."


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPage:
    """``played``: how many pairs of years, and when; ``may_refine``: the button that asks for more is there."""

    heading: Heading
    as_of: str
    clinic: str
    answer: str
    sections: tuple[SectionView, ...]
    notice: str
    tabs: tuple[Mapping[str, object], ...]
    procedures: tuple[Levers, ...]
    played: str
    may_refine: bool
    refine_label: str
    is_asked: bool
    refine_url: str
    reset_url: str
    csv_url: str
    xlsx_url: str


def present_what_if(
    heading: Heading, told: ToldWhatIf, links: Links, *, refine_url: str, clinic: str, zone: str, may_export: bool
) -> WhatIfPage:
    """``links`` keep what is changed."""
    sheet, is_asked = told.sheet, bool(question_of(told))
    is_pending = told.refined is not None and told.refined.sheet is None
    return WhatIfPage(
        heading=heading,
        as_of=at(told.as_of, zone) if sheet or told.asked else "",
        clinic=clinic,
        answer=sheet.answer if sheet else "",
        sections=tuple(section_view(section, heading.name, links) for section in sheet.sections) if sheet else (),
        notice=_notice(told),
        tabs=tabs(heading.name, Links({})),
        procedures=told.asked.procedures if told.asked else (),
        played=_played(told, zone) if is_asked else "",
        may_refine=is_asked and not is_pending,
        refine_label=_refine_label(told),
        is_asked=is_asked,
        refine_url=refine_url,
        reset_url=links.plain(heading.name),
        csv_url=links.file(heading.name, "csv") if sheet and may_export else "",
        xlsx_url=links.file(heading.name, "xlsx") if sheet and may_export else "",
    )


def _refine_label(told: ToldWhatIf) -> str:
    is_refined = told.refined is not None and told.refined.sheet is not None
    return "Play it again with the present history" if is_refined else f"Refine with {PAIRS} pairs"


def _notice(told: ToldWhatIf) -> str:
    if told.problem or told.sheet:
        return told.problem
    return REFUSED if told.asked else NOTHING_YET


def _played(told: ToldWhatIf, zone: str) -> str:
    if told.refined is not None and told.refined.played_at is not None:
        return f"Refined: {PAIRS} pairs of years, played {at(told.refined.played_at, zone)}."
    said = f"{told.pairs} pairs of years. " if told.pairs else ""
    if told.refined is not None:
        return f"{said}It is being played with {PAIRS}: that takes some minutes. Open this page again then."
    return f"{said}{PAIRS} can be played in the background, for narrower intervals."
