"""The page of a case. Who looked is recorded; the front desk sees identity and appointments only."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.facts import Appointment, Authorization
from tracker.domain.pathway.wording import ROLE_WORDS
from tracker.domain.words import Role
from tracker.queries.case_detail import (
    HISTORY_SHOWN,
    CaseBeside,
    OpenedCase,
    list_beside,
    list_contact_lines,
    list_entries,
    list_messages,
    list_names,
    list_todos,
)
from tracker.queries.case_reminders import list_coming
from tracker.queries.escalations import list_of_case
from tracker.services.access_log import record_view
from tracker.web.cases.acting import opened, path
from tracker.web.cases.blueprint import blueprint
from tracker.web.cases.history import HistoryLine, history_lines, names_of
from tracker.web.cases.identity import Person, person_of
from tracker.web.cases.label_section import with_labels
from tracker.web.cases.links import Link, correcting
from tracker.web.cases.messages import messages
from tracker.web.cases.present import Overview, overview
from tracker.web.cases.sections import all_sections
from tracker.web.cases.tables import PageSection, Telling
from tracker.web.cases.visit_lines import appointments
from tracker.web.cases.words import REOPERATIONS, first_upper
from tracker.web.common import escalation_words
from tracker.web.common.access import permission
from tracker.web.common.case_lines import pathway_of
from tracker.web.common.current import actor, clinic, now, runtime, today
from tracker.web.common.database import noting, read_session


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """What ``cases/show.html`` shows. ``overview`` and ``history`` are for those who see clinical detail.

    ``called``: what kind of case it is, where it stands beside another; ``beside``: the other cases of the patient.
    """

    person: Person
    public_id: str
    version: int
    owner: str
    owner_links: tuple[Link, ...]
    edit_url: str
    reach_url: str
    overview: Overview | None
    sections: tuple[PageSection, ...]
    history: tuple[HistoryLine, ...]
    all_history_url: str
    contacts: tuple[str, ...]
    called: str = ""
    beside: tuple[Link, ...] = ()
    told: tuple[tuple[str, str], ...] = ()


@blueprint.get(path())
@permission(Permission.SEE_PATIENTS)
def show(public_id: str) -> ResponseReturnValue:
    """Show where the patient stands, what is next and what stands in the way."""
    case = opened(public_id)
    page = _clinical(case) if actor().may(Permission.SEE_CLINICAL) else _reduced(case)
    body = render_template("cases/show.html", page=page)
    with noting() as connection:
        record_view(
            connection, actor(), runtime().ids, now(),
            page="cases.show", case_id=case.head.case_id, patient_id=case.head.patient.id,
        )  # fmt: skip
    return body


def _clinical(case: OpenedCase) -> CasePage:
    session, viewer = read_session(), actor()
    limit = None if request.args.get("history") == "all" else HISTORY_SHOWN
    entries = list_entries(session, viewer, case.head.case_id, limit=limit)
    names = names_of(session, viewer, entries, [*case.snapshot.of(Appointment), *case.snapshot.of(Authorization)])
    todos = list_todos(session, viewer, case.head.case_id)
    standing = list_of_case(session, viewer, case.head.case_id, today())
    telling = Telling(case, names, viewer, today())
    return CasePage(
        person=person_of(case.head.patient, today()),
        public_id=case.head.public_id,
        version=case.head.version,
        owner=case.head.owner_name or ROLE_WORDS[Role(case.head.owner_role)],
        owner_links=_owner_links(case),
        edit_url=_url_of_patient(case, "cases.identity"),
        reach_url=_url_of_patient(case, "cases.reach"),
        overview=overview(case, todos, names, viewer, now()),
        told=tuple(
            (escalation_words.what(row), escalation_words.rung(row, today(), clinic().zone)) for row in standing
        ),
        sections=(*with_labels(all_sections(telling), telling), _messages(case)),
        history=history_lines(entries, names, case.pathway, lambda seq: correcting(case, seq, viewer)),
        all_history_url=url_for("cases.show", public_id=case.head.public_id, history="all", _anchor="history")
        if limit is not None and len(entries) == HISTORY_SHOWN
        else "",
        contacts=_contacts(case),
        called=case.pathway.label if case.pathway.beside else "",
        beside=tuple(_beside(each) for each in list_beside(session, viewer, case.head)),
    )


def _messages(case: OpenedCase) -> PageSection:
    session, viewer = read_session(), actor()
    coming = list_coming(session, viewer, case, now())
    return messages(coming, list_messages(session, viewer, case.head.case_id), now=now(), today=today())


def _beside(other: CaseBeside) -> Link:
    pathway = pathway_of(other.pathway, other.pathway_version)
    what = REOPERATIONS.get(other.reoperation, pathway.label) if pathway.beside else "Case of the pump"
    label = f"{first_upper(what)}: {pathway.stages[other.stage].label}{'' if other.is_open else ' (closed)'}"
    return Link(label=label, url=url_for("cases.show", public_id=other.public_id))


def _reduced(case: OpenedCase) -> CasePage:
    """Identity, how to reach the patient, and appointments."""
    session, viewer = read_session(), actor()
    visits = case.snapshot.of(Appointment)
    names = list_names(
        session,
        viewer,
        clinicians={visit.clinician_id for visit in visits if visit.clinician_id},
        rooms={visit.room_id for visit in visits if visit.room_id},
    )
    return CasePage(
        person=person_of(case.head.patient, today(), is_clinical=False),
        public_id=case.head.public_id,
        version=case.head.version,
        owner="",
        owner_links=(),
        edit_url=_url_of_patient(case, "cases.identity"),
        reach_url=_url_of_patient(case, "cases.reach"),
        overview=None,
        sections=(appointments(Telling(case, names, viewer, today(), is_clinical=False)),),
        history=(),
        all_history_url="",
        contacts=_contacts(case),
    )


def _contacts(case: OpenedCase) -> tuple[str, ...]:
    """How to reach the patient, as it was typed: who reads that something is missing calls from this page."""
    reach = list_contact_lines(read_session(), actor(), case.head.patient.id)
    return tuple(f"{each.as_typed} ({each.owner})" for each in reach)


def _owner_links(case: OpenedCase) -> tuple[Link, ...]:
    if not case.head.is_open or not actor().may(Permission.ASSIGN):
        return ()
    public_id = case.head.public_id
    give = Link(label="Give to…", url=url_for("cases.assign", public_id=public_id))
    if case.head.owner_user_id == actor().user_id:
        return (give,)
    return (Link(label="Take it", url=url_for("cases.take", public_id=public_id)), give)


def _url_of_patient(case: OpenedCase, endpoint: str) -> str:
    if not actor().may(Permission.EDIT_PATIENT):
        return ""
    return url_for(endpoint, public_id=case.head.public_id)
