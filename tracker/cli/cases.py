"""``tracker case``: what the rules say of one case, for scripts and for whoever looks into a problem."""

import json
from dataclasses import asdict
from datetime import date, datetime

import click

from tracker.cli.clinic_choice import chosen_clinic, clinic_option
from tracker.cli.context import runtime_of
from tracker.domain.access import Actor
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import Offer, offered
from tracker.domain.pathway.wording import sentence_of
from tracker.queries.case_detail import OpenedCase, list_messages, list_todos, open_for_reading
from tracker.queries.case_lookup import find_case
from tracker.runtime import Runtime
from tracker.services.access_log import record_view
from tracker.services.system_actor import system_actor


@click.group()
def case() -> None:
    """Look at cases."""


@case.command("show")
@click.argument("public_id_or_mrn")
@clinic_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on one line.")
@click.pass_context
def show(context: click.Context, public_id_or_mrn: str, clinic: str | None, *, as_json: bool) -> None:
    """Show where the case with this public id or record number stands, and what stands in its way.

    Names and diagnoses are not shown. That somebody looked is recorded.
    """
    with runtime_of(context) as runtime:
        with runtime.database.writing() as session:
            clinic_id = chosen_clinic(session, clinic)
            viewer = system_actor(session, clinic_id, runtime.clock.now(), runtime.ids)
        document = _document(runtime, viewer, public_id_or_mrn)
    click.echo(json.dumps(document, ensure_ascii=False, default=_text, indent=None if as_json else 2))


def _document(runtime: Runtime, viewer: Actor, known_as: str) -> dict[str, object]:
    now = runtime.clock.now()
    with runtime.database.reading() as session:
        opened = open_for_reading(session, viewer, find_case(session, viewer.clinic_id, known_as))
        todos = list_todos(session, viewer, opened.head.case_id)
        messages = list_messages(session, viewer, opened.head.case_id)
    with runtime.database.writing() as session:
        record_view(
            session, viewer, runtime.ids, now, page="cli.case_show", case_id=opened.head.case_id,
            patient_id=opened.head.patient.id,
        )  # fmt: skip
    return {
        **_standing(opened, now),
        "obligations": [asdict(todo) for todo in todos],
        "contacts": [asdict(message) for message in messages],
    }


def _standing(opened: OpenedCase, now: datetime) -> dict[str, object]:
    steps = offered(opened.pathway, opened.snapshot, now)
    return {
        "case": opened.head.public_id,
        "stage": opened.head.stage,
        "next": steps.next_name,
        "blockers": [_blocker(each) for each in steps.next.blockers] if steps.next else [],
        "offered": [_offer(each) for each in steps.offers],
    }


def _offer(offer: Offer) -> dict[str, object]:
    edge = offer.transition
    return {
        "step": edge.name,
        "to": edge.target,
        "is_automatic": edge.is_automatic,
        "is_allowed": offer.is_allowed,
        "blockers": [_blocker(each) for each in offer.blockers],
    }


def _blocker(blocker: Blocker) -> dict[str, object]:
    return {
        "code": blocker.code,
        "params": dict(blocker.params),
        "sentence": sentence_of(blocker),
        "clearable_by": list(blocker.clearable_by),
    }


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no text")
