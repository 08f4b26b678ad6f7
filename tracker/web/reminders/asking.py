"""What the preview was asked for, as it stands in the address: nothing of it is stored."""

from dataclasses import dataclass, replace
from datetime import date, time

from flask import request

from tracker.domain.rule_changes import CHANNEL_CHOICES, MOST_DAYS_BEFORE, RuleChange
from tracker.queries.reminder_preview import MOST_DAYS, current_rules
from tracker.web.common.listing import chosen

USUAL_DAYS = 7
#: By what a rule may go, as it stands in the address.
CHANNELS = {",".join(each): each for each in CHANNEL_CHOICES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The days, and the change of one rule to hold against the present one. ``problem``: a sentence about what could
    not be taken; the usual stands in its place."""

    from_on: date
    days: int = USUAL_DAYS
    change: RuleChange | None = None
    problem: str = ""


def read_asked(today: date) -> Asked:
    """Read the address. What is nonsense in it asks for nothing."""
    asked = Asked(from_on=today, days=_number("days", MOST_DAYS, USUAL_DAYS), change=_change())
    wanted = request.args.get("from", "")
    if not wanted:
        return asked
    try:
        from_on = date.fromisoformat(wanted)
    except ValueError:
        return replace(asked, problem=f"“{wanted[:20]}” is not a day. Shown from today.")
    if not today <= from_on or (from_on - today).days > 730:
        return replace(
            asked, problem="What is past stands under Reminders, and nobody books years ahead. Shown from today."
        )
    return replace(asked, from_on=from_on)


def _change() -> RuleChange | None:
    rules = current_rules()
    name = chosen("rule", rules)
    if not name:
        return None
    present = rules[name]
    channels = CHANNELS.get(request.args.get("channels", ""))
    wall_time = _time("at")
    usual = abs(present.days_before)
    days = _number("before", MOST_DAYS_BEFORE, usual)
    change = RuleChange(
        rule=name,
        days_before=days or usual if present.is_after else days,
        wall_time=wall_time if wall_time is not None else present.wall_time,
        channels=channels if channels is not None else present.channels,
    )
    return change if change.of(present) != present else None


def _number(name: str, most: int, usual: int) -> int:
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else usual
    return number if number <= most else usual


def _time(name: str) -> time | None:
    try:
        return time.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
