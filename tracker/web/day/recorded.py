"""What a checklist shows and does not ask, because it is recorded once, on a page of its own: a test dose, the hours
after it, a trial catheter that is out."""

from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.access import Actor, Permission
from tracker.domain.checklists.rules import ChecklistItemRule
from tracker.domain.dates import in_words
from tracker.domain.facts import TrialDose
from tracker.queries.checklists import Recorded, VisitChecklist
from tracker.web.common.case_lines import case_url

#: What is written by hand where it is printed blank: the words before and after each gap.
BY_HAND = {
    "dose": (
        ("dose", "mcg"),
        ("volume", "mL"),
        ("strength", "mcg/mL"),
        ("lot", ""),
        ("expires", ""),
        ("injected at", ""),
    ),
    "observation": (),
    "catheter_out": (("tip intact", ""), ("time", "")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """One of them. ``url``: the page on which it is recorded or shown; empty where there is none for this viewer."""

    key: str
    label: str
    said: str
    is_done: bool
    url: str
    link: str


def record_view(rule: ChecklistItemRule, found: VisitChecklist, viewer: Actor) -> RecordView:
    """Make one."""
    said, case = recorded_words(rule, found), found.visit.case_public_id
    may_treat = viewer.may(Permission.GIVE_DOSE)
    url = link = ""
    if rule.record == "dose" and may_treat and not said:
        url, link = case_url(case, "give-dose"), "Check and record the dose"
    elif rule.record == "observation" and "dose" in found.recorded:
        url, link = case_url(case, "observation"), "Observation"
    elif rule.record == "catheter_out" and may_treat and not said:
        url, link = case_url(case, "catheter-out"), "Record it"
    return RecordView(key=rule.key, label=rule.label, said=said, is_done=bool(said), url=url, link=link)


def recorded_words(rule: ChecklistItemRule, found: VisitChecklist) -> str:
    """What is on record, by whom and when; empty where nothing is."""
    recorded = found.recorded.get(rule.record)
    if recorded is None:
        return ""
    wall = found.calendar.wall(recorded.fact.effective_at)
    when = f"{wall:%H:%M}" if wall.date() == found.day else f"{in_words(wall.date())} {wall:%H:%M}"
    who = " and ".join(filter(None, (recorded.by, recorded.second_by)))
    return f"{_what(recorded)} · {who} {when}"


def _what(recorded: Recorded) -> str:
    fact = recorded.fact
    if not isinstance(fact, TrialDose):
        return "Out, tip intact" if fact.tip_intact else "Out, tip not intact"
    expires = f", expires {in_words(fact.expires_on)}" if fact.expires_on else ""
    amounts = f"{_plain(fact.volume_ml)} mL of {_plain(fact.concentration_mcg_ml)} mcg/mL"
    return f"{_plain(fact.dose_mcg)} mcg {fact.drug}, {amounts}, lot {fact.lot}{expires}"


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
