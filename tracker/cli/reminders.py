"""``tracker reminders``: what will be sent, and who gets nothing and why. It only reads, and cannot send."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of
from tracker.domain.dates import in_words
from tracker.domain.reminder_words import CHANNELS, REASONS, when_sent
from tracker.domain.rule_changes import CHANNEL_CHOICES, RuleChange
from tracker.queries.reminder_preview import (
    MOST_DAYS,
    Comparison,
    Planned,
    Preview,
    compare,
    list_previews,
    with_words,
)
from tracker.queries.reminder_texts import Text
from tracker.queries.unbooked_refills import NO_VISIT, Unbooked
from tracker.runtime import Runtime
from tracker.services.system_actor import nobody

#: In the place of a first name: whoever reads this at a shell needs none.
_FIRST_NAME = "[name]"
_Texts = Mapping[tuple[str, datetime, str], Text | None]
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

    Nothing is sent or written. Names and addresses are not shown, nor are they in the words: a case is named by its
    public id.
    """
    change = _change(rule, days_before, wall_time.time() if wall_time else None, channels)
    with runtime_of(context) as runtime:
        shown, changes, texts = _previews(runtime, clinic, days, from_on.date() if from_on else None, change)
        if as_json:
            click.echo(json.dumps(_document(texts, shown, changes), ensure_ascii=False))
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
) -> tuple[Preview, Comparison | None, _Texts]:
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
        changes = None if change is None else compare(*found)
        planned = [*found[-1].will_send, *(changes.gone if changes else ()), *_before(changes)]
        texts = {_id(each.planned): each.text for each in with_words(session, viewer, planned, name=_FIRST_NAME)}
        return found[-1], changes, texts


def _before(changes: Comparison | None) -> list[Planned]:
    return [before for before, _after in changes.moved] if changes else []


def _document(texts: _Texts, preview: Preview, changes: Comparison | None) -> dict[str, object]:
    document: dict[str, object] = {
        **({"paused": True} if preview.is_paused else {}),
        "will_send": [_sent(texts, each) for each in preview.will_send],
        "will_not": [
            *map(_unbooked, preview.unbooked),
            *(
                {"case": each.case_public_id, "rule": each.foreseen.rule.name, "reason": _reason(each)}
                for each in preview.will_not
            ),
        ],
    }
    if changes is not None:
        document["changes"] = {
            "new": [_sent(texts, each) for each in changes.new],
            "gone": [_sent(texts, each) for each in changes.gone],
            "moved": [
                {"before": _sent(texts, before), "after": _sent(texts, after)} for before, after in changes.moved
            ],
        }
    return document


def _unbooked(refill: Unbooked) -> dict[str, object]:
    latest_on = refill.latest_on.isoformat() if refill.latest_on is not None else None
    return {
        "case": refill.case_public_id,
        "rule": refill.rule.name,
        "reason": REASONS[NO_VISIT],
        "latest_on": latest_on,
    }


def _sent(texts: _Texts, planned: Planned) -> dict[str, object]:
    rule, text = planned.foreseen.rule, texts[_id(planned)]
    return {
        "case": planned.case_public_id,
        "rule": rule.name,
        "kind": rule.kind,
        "to": planned.owner,
        "channel": _channel(planned),
        "at": _local(planned).isoformat(),
        "template": planned.foreseen.template,
        "version": text.version if text else None,
        "language": planned.language,
        "subject": text.subject if text else "",
        "text": text.body if text else "",
        "why": when_sent(rule, planned.foreseen.visit, _local(planned).date()),
    }


def _lines(preview: Preview, changes: Comparison | None) -> list[str]:
    lines = ["Sending is paused: nothing goes until it is resumed."] if preview.is_paused else []
    lines.append(f"Gets nothing: {len(preview.unbooked) + len(preview.will_not)}")
    lines += map(_line_of_unbooked, preview.unbooked)
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


def _line_of_unbooked(refill: Unbooked) -> str:
    latest = in_words(refill.latest_on) if refill.latest_on is not None else "not known"
    return f"  {refill.case_public_id}  {refill.rule.name}: {REASONS[NO_VISIT]}, latest refill date {latest}"


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


def _id(planned: Planned) -> tuple[str, datetime, str]:
    """A reminder may stand in a preview twice, as it is and as a changed rule has it."""
    return planned.key, planned.foreseen.at, _channel(planned)


def _channel(planned: Planned) -> str:
    return planned.foreseen.way.channel if planned.foreseen.way else ""


def _reason(planned: Planned) -> str:
    return REASONS.get(planned.foreseen.why_not, planned.foreseen.why_not)
