"""``tracker reminders``: what will be sent, and who gets nothing and why. It only reads, and cannot send."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of
from tracker.domain.dates import in_words
from tracker.domain.message_words import Which
from tracker.domain.reminder_words import CHANNELS, REASONS, when_sent
from tracker.domain.rule_changes import CHANNEL_CHOICES, RuleChange
from tracker.queries.message_words import read_words
from tracker.queries.reminder_preview import MOST_DAYS, Comparison, Planned, Preview, compare, list_previews
from tracker.queries.reminder_texts import Words
from tracker.runtime import Runtime
from tracker.services.system_actor import nobody

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_TIME = click.DateTime(formats=["%H:%M"])


@click.group()
def reminders() -> None:
    """Look at the reminders to patients."""


@reminders.command("preview")
@click.option("--days", type=click.IntRange(0, MOST_DAYS), default=7, show_default=True, help="How many days ahead.")
@click.option("--from", "from_on", type=_DAY, help="The first day; today where none is named.")
@click.option("--rule", help="Look at it with a change of this rule, against the present one.")
@click.option("--days-before", type=int, help="With --rule: how many days before the visit.")
@click.option("--at", "wall_time", type=_TIME, help="With --rule: at which time of day.")
@click.option(
    "--channels", type=click.Choice([",".join(each) for each in CHANNEL_CHOICES]), help="With --rule: by what it goes."
)
@clinic_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on one line.")
@click.pass_context
def preview(
    context: click.Context,
    *,
    days: int,
    from_on: datetime | None,
    rule: str | None,
    days_before: int | None,
    wall_time: datetime | None,
    channels: str | None,
    clinic: str | None,
    as_json: bool,
) -> None:
    """Say what will be sent from a day until the end of the day that is so many days later, and who gets nothing.

    Nothing is sent or written. Names and addresses are not shown: a case is named by its public id.
    """
    change = _change(rule, days_before, wall_time.time() if wall_time else None, channels)
    with runtime_of(context) as runtime:
        words, present, other = _previews(runtime, clinic, days, from_on.date() if from_on else None, change)
        shown = present if other is None else other
        changes = None if other is None else compare(present, other)
        if as_json:
            click.echo(json.dumps(_document(words, shown, changes), ensure_ascii=False))
        else:
            click.echo("\n".join(_lines(shown, changes)))


def _change(
    rule: str | None, days_before: int | None, wall_time: time | None, channels: str | None
) -> RuleChange | None:
    is_changed = any(each is not None for each in (days_before, wall_time, channels))
    if rule is None and not is_changed:
        return None
    if rule is None or not is_changed:
        raise click.UsageError("Name a rule with --rule, and what changes: --days-before, --at or --channels.")
    ways = tuple(channels.split(",")) if channels else None
    return RuleChange(rule=rule, days_before=days_before, wall_time=wall_time, channels=ways)


def _previews(
    runtime: Runtime, clinic: str | None, days: int, from_on: date | None, change: RuleChange | None
) -> tuple[Words, Preview, Preview | None]:
    with runtime.database.reading() as session:
        viewer = nobody(chosen_clinic(session, clinic))
        found = list_previews(
            session,
            viewer,
            now=runtime.clock.now(),
            days=days,
            from_on=from_on,
            changes=(None,) if change is None else (None, change),
        )
        return read_words(session, viewer.clinic_id), found[0], found[1] if change is not None else None


def _document(words: Words, preview: Preview, changes: Comparison | None) -> dict[str, object]:
    document: dict[str, object] = {
        "will_send": [_sent(words, each) for each in preview.will_send],
        "will_not": [
            {"case": each.case_public_id, "rule": each.foreseen.rule.name, "reason": _reason(each)}
            for each in preview.will_not
        ],
    }
    if changes is not None:
        document["changes"] = {
            "new": [_sent(words, each) for each in changes.new],
            "gone": [_sent(words, each) for each in changes.gone],
            "moved": [
                {"before": _sent(words, before), "after": _sent(words, after)} for before, after in changes.moved
            ],
        }
    return document


def _sent(words: Words, planned: Planned) -> dict[str, object]:
    rule, channel = planned.foreseen.rule, _channel(planned)
    return {
        "case": planned.case_public_id,
        "rule": rule.name,
        "kind": rule.kind,
        "to": planned.owner,
        "channel": channel,
        "at": _local(planned).isoformat(),
        "template": planned.foreseen.template,
        "version": words.of(Which(planned.foreseen.template, planned.language, channel)).version,
        "language": planned.language,
        "why": when_sent(rule, planned.foreseen.visit, _local(planned).date()),
    }


def _lines(preview: Preview, changes: Comparison | None) -> list[str]:
    lines = [f"Gets nothing: {len(preview.will_not)}"]
    lines += [f"  {each.case_public_id}  {each.foreseen.rule.name}: {_reason(each)}" for each in preview.will_not]
    lines += [f"Will be sent: {len(preview.will_send)}", *map(_line, preview.will_send)]
    if preview.dealt_with:
        lines.append(f"Sent or called about already: {preview.dealt_with}")
    if changes is not None:
        lines += _group("New with the change", changes.new)
        lines += _group("No longer with the change", changes.gone)
        lines += [f"Moved by the change: {len(changes.moved)}"]
        lines += [f"{_line(before)}  → {_when(after)} {CHANNELS[_channel(after)]}" for before, after in changes.moved]
    return lines


def _group(title: str, several: Sequence[Planned]) -> list[str]:
    return [f"{title}: {len(several)}", *map(_line, several)]


def _line(planned: Planned) -> str:
    rule, local = planned.foreseen.rule, _local(planned)
    why = when_sent(rule, planned.foreseen.visit, local.date())
    return f"  {_when(planned)}  {planned.case_public_id}  {rule.name} by {CHANNELS[_channel(planned)]}: {why}"


def _when(planned: Planned) -> str:
    local = _local(planned)
    return f"{in_words(local.date())} {local:%H:%M}"


def _local(planned: Planned) -> datetime:
    """When it goes, by the patient's clock."""
    return planned.foreseen.at.astimezone(ZoneInfo(planned.foreseen.zone))


def _channel(planned: Planned) -> str:
    return planned.foreseen.way.channel if planned.foreseen.way else ""


def _reason(planned: Planned) -> str:
    return REASONS.get(planned.foreseen.why_not, planned.foreseen.why_not)
