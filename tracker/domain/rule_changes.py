"""A reminder's rule as it might be: for looking at what would become of it, before anybody changes the file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time

from tracker.domain.errors import InvalidInput
from tracker.domain.pathway.definition import Pathway, ReminderRule
from tracker.domain.ways import CALL, EMAIL, SMS

#: Longer before a visit nobody needs to be reminded of it.
MOST_DAYS_BEFORE = 60
#: By what a rule may go: one channel, or one before the other. A call is a person's and stands alone.
CHANNEL_CHOICES = ((EMAIL,), (SMS,), (SMS, EMAIL), (EMAIL, SMS), (CALL,))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """Another time or other channels for the rule of that name; ``None``: as it is. ``days_before``: how many days
    before the visit, or after it for a rule that follows it."""

    rule: str
    days_before: int | None = None
    wall_time: time | None = None
    channels: tuple[str, ...] | None = None

    def of(self, rule: ReminderRule) -> ReminderRule:
        """The rule with the change."""
        changes = {name: getattr(self, name) for name in ("days_before", "wall_time", "channels")}
        if rule.is_after and self.days_before is not None:
            changes["days_before"] = -self.days_before
        return replace(rule, **{name: value for name, value in changes.items() if value is not None})


def changed(pathway: Pathway, change: RuleChange | None) -> Pathway:
    """The pathway with a changed rule. One that has no such rule stays as it is."""
    if change is None or all(rule.name != change.rule for rule in pathway.reminders):
        return pathway
    rules = tuple(change.of(rule) if rule.name == change.rule else rule for rule in pathway.reminders)
    return replace(pathway, reminders=rules)


def check_change(change: RuleChange, known: Mapping[str, ReminderRule]) -> None:
    """See that a change names a rule there is, and that the rule would be one.

    :raises InvalidInput: with a sentence for each part that is wrong
    """
    problems = {}
    names = sorted(known)
    if change.rule not in names:
        problems["rule"] = f"There is no rule {change.rule!r}. Rules: {', '.join(names)}."
    rule = known.get(change.rule)
    least, side = (1, "after") if rule is not None and rule.is_after else (0, "before")
    if change.days_before is not None and not least <= change.days_before <= MOST_DAYS_BEFORE:
        problems["days_before"] = f"Choose {least} to {MOST_DAYS_BEFORE} days {side} the visit."
    if change.channels is not None and change.channels not in CHANNEL_CHOICES:
        problems["channels"] = "Choose e-mail, text message, one before the other, or a call alone."
    if problems:
        raise InvalidInput(problems)
