"""One way from a form about a case to one use case and back, so that no form forgets a rule.

What was typed is always kept. A rule that refuses shows everything that is missing, in place, and where the service
takes a reason, asks for it. A form made from an older version answers 409 with what changed since, and the same values
ready to be sent again against the new version.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.calendar import ClinicCalendar
from tracker.domain.errors import InvalidInput, Refused, StaleVersion, Unready
from tracker.domain.pathway.blocker import Blocker
from tracker.domain.pathway.engine import act_blockers
from tracker.domain.pathway.wording import people, sentence_of
from tracker.domain.typed_text import isolated
from tracker.queries.case_detail import OpenedCase, list_entries, open_for_reading
from tracker.queries.clinic_calendar import get_calendar
from tracker.services.deviations import day_not_begun
from tracker.services.work import CaseRef, Work, Written
from tracker.web.cases.fields import CaseForm
from tracker.web.cases.history import names_of, sentences_of
from tracker.web.cases.identity import Person, person_of, with_namesakes
from tracker.web.cases.links import Link, Missing, correcting_fact
from tracker.web.common.current import actor, now, runtime, today
from tracker.web.common.database import read_session, writing
from tracker.web.common.forms import meant
from tracker.web.common.paper_uploads import PaperField, ask_for_files_again
from tracker.web.common.second_person import CARRIED, confirmation, open_sealed, say_confirmed, sealed

if TYPE_CHECKING:
    from tracker.web.cases.refill_days import RefillDays

_LARGEST_VERSION = 2**31 - 1
_ANY_CASE = "/cases/<string(length=32):public_id>"


def path(rest: str = "") -> str:
    """The address of a page of a case."""
    return _ANY_CASE + rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that what was just recorded calls for, with the form for it if there is one."""

    text: str
    link_url: str = ""
    link_text: str = ""


Known = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a form does, in words. ``known``: what is on record and helps to fill it in, as label and text, or what
    looks it up: it is asked only where the form is shown.

    ``missing``: what stands in the way of doing it by the book; ``correct`` says which of the facts written a person
    would want to correct. ``after`` gives what somebody must know or do next, for the page that follows; ``days`` the
    days that a refill can be booked on, with the room they have; ``others`` other ways to do it. A ``template`` of its
    own gets ``context`` besides. ``first``: what must be looked at before the transaction begins.

    ``check``: what stands in the way of what was typed, asked with a button of its own before it is done; nothing is
    written then. ``look``: what else stands in the way of a form that cannot be read as a whole, raised as ``Unready``,
    so that everything is said at once. ``read``: what a second person confirms with their PIN; while it is the same, a
    form that comes back keeps the confirmation. ``fields``: the template of the fields; ``home``: the page to go back
    to, where it is not the case's; ``lands``: where what was written is shown. ``treats``: something is given or put
    in with it, so that the page names who else of today is easily taken for the patient.
    """

    title: str
    submit: str
    done: str
    lede: str = ""
    known: Known | Callable[[], Known] = ()
    missing: Sequence[Blocker] = ()
    correct: int = 0
    is_danger: bool = False
    after: Callable[[Written], Sequence[Notice]] = lambda _written: ()
    days: "RefillDays | None" = None
    others: Sequence[Link] = ()
    template: str = "cases/_act.html"
    context: Mapping[str, object] = field(default_factory=dict)
    first: Callable[[], None] = lambda: None
    check: "Check | None" = None
    look: Callable[[Work, CaseRef], NoReturn] | None = None
    read: Callable[[], str] | None = None
    fields: str = "cases/_sections.html"
    home: str = ""
    lands: Callable[[Written], str] | None = None
    treats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A look before something is done: the words of its button, what it finds, and what it says of either answer.
    What cannot be at all it refuses as the deed itself would (``InvalidInput``).

    ``read``: what of this patient's the second person read and confirmed with it, so that the deed itself need not ask
    again."""

    label: str
    find: Callable[[], Sequence[Blocker]]
    stop: str
    go: Callable[[], str]
    read: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPage:
    """What ``cases/_act.html`` shows."""

    person: Person
    title: str
    lede: str
    submit: str
    is_danger: bool
    known: Known
    version: int
    missing: tuple[Missing, ...]
    takes_reason: bool
    seen: str
    changes: tuple[str, ...]
    back_url: str
    read_labels_url: str
    days: "RefillDays | None"
    others: Sequence[Link]
    is_multipart: bool
    check: str
    verdict: str
    confirmed: str
    fields: str


def opened(public_id: str) -> OpenedCase:
    """The case of the address, as the rules see it now.

    :raises NotFound: if this person's clinic has no such case
    """
    return open_for_reading(read_session(), actor(), public_id)


def calendar() -> ClinicCalendar:
    """The clinic's calendar with its open and closed days."""
    return get_calendar(read_session(), actor().clinic_id)


def work_in(session: Session) -> Work:
    """The write transaction of this request's person."""
    return Work(session, actor(), runtime().ids, now(), meant(), confirmation())


def missing_for(case: OpenedCase, purpose: str) -> tuple[Blocker, ...]:
    """What is missing for the act of a procedure, as its record would say, so that one reason speaks of all of it."""
    missing = act_blockers(case.pathway, case.snapshot, purpose, now())
    return missing + day_not_begun(case.pathway, case.snapshot.stage, purpose)


def seen_blockers() -> frozenset[str]:
    """The codes of what the posted form showed as missing: a reason is given for that and nothing else."""
    return frozenset(request.form.get("deviation_seen", "").split())


def expected_version() -> int:
    """The version that the posted form was made from; 0, which no case has, where that is not a number."""
    text = request.form.get("expected_version", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    return number if number <= _LARGEST_VERSION else 0


def answer(
    case: OpenedCase, form: CaseForm, act: Act, use_case: Callable[[Work, CaseRef], Written]
) -> ResponseReturnValue:
    """Show the form, or carry it out and go back to the case.

    :raises NotFound: if what the form speaks of is gone
    :raises NotPermitted: if the use case is not for this person
    """
    if not form.is_submitted():
        return _page(case, form, act, case.head.version), 200
    version = expected_version()
    if act.read is not None:
        open_sealed(_what_two_read(case, act.read, version))
    if version != case.head.version:
        return _stale(case, form, act, version)
    if not form.validate():
        return _page(case, form, act, version, blockers=_look(case, form, act)), 422
    return _carry_out(case, form, act, use_case)


def _what_was_read(case: OpenedCase, check: Check) -> str:
    """What a carried confirmation holds for: these words, at this act, for this patient."""
    return f"{case.head.public_id} {request.endpoint} {check.read()}"


def _what_two_read(case: OpenedCase, read: Callable[[], str], version: int) -> str:
    """What a kept confirmation holds for: these words, in this form, made from this version of the patient's case. What
    was recorded with it makes a newer one, so it serves once."""
    return f"{case.head.public_id} {version} {request.endpoint} {read()}"


def _carried(case: OpenedCase, act: Act, version: int, *, is_checked: bool) -> str:
    """What the page carries along: the confirmation of what was just checked or sent, or what it came with."""
    if act.read is not None:
        return sealed(_what_two_read(case, act.read, version))
    if act.check is not None and is_checked:
        return sealed(_what_was_read(case, act.check))
    return request.form.get(CARRIED, "")


def _look(case: OpenedCase, form: CaseForm, act: Act) -> Sequence[object] | None:
    """Say what else is wrong of a form that cannot be read as a whole, at the fields of which nothing is said yet.
    Returns what is missing; ``None``: what was known before."""
    if act.look is None:
        return None
    try:
        with writing() as session:
            act.look(work_in(session), CaseRef(case.head.public_id, case.head.version, case))
    except Unready as found:
        return _show_all(form, found.besides(each.short_name for each in form if each.errors))
    except (StaleVersion, InvalidInput):
        # It cannot be looked at, and is said when the form can be read.
        return None


def _show_all(form: CaseForm, found: Unready) -> Sequence[object]:
    form.show_refusal(found)
    if found.lacks_reason:
        form.show_problems(_still_missing(form))
    return found.blockers


def _carry_out(
    case: OpenedCase, form: CaseForm, act: Act, use_case: Callable[[Work, CaseRef], Written]
) -> ResponseReturnValue:
    """Do it, or only look whether it may be done; or say why it cannot be."""
    version = case.head.version
    try:
        act.first()
        if act.check is not None:
            open_sealed(_what_was_read(case, act.check))
        if act.check is not None and "check" in request.form:
            return _page(case, form, act, version, blockers=act.check.find(), is_checked=True), 200
        with writing() as session:
            written = use_case(work_in(session), CaseRef(case.head.public_id, version, case))
    except StaleVersion:
        return _stale(opened(case.head.public_id), form, act, version)
    except Unready as found:
        return _page(case, form, act, version, blockers=_show_all(form, found)), 422
    except (InvalidInput, Refused) as error:
        blockers = error.blockers if isinstance(error, Refused) else None
        if isinstance(error, InvalidInput):
            form.show_refusal(error)
        else:
            form.show_problems(_still_missing(form))
        return _page(case, form, act, version, blockers=blockers), 422
    return _go_back(case, act, written)


def _still_missing(form: CaseForm) -> dict[str, str]:
    """What a refusal says above the form, and at the reason where one is taken."""
    if "deviation_reason" not in form:
        return {"missing": "This cannot be done yet. What is missing stands below."}
    if form["deviation_reason"].data:
        return {"deviation_reason": "More is missing than was shown. Read the list again: does the reason still hold?"}
    return {"deviation_reason": "Something is missing. Say why it was done all the same."}


def _go_back(case: OpenedCase, act: Act, written: Written) -> ResponseReturnValue:
    # What begins beside a case passes stages of its own.
    known = case.pathway.stages if written.public_id == case.head.public_id else {}
    stages = [known[name].label for name in written.stages if name in known]
    now_in = f" Now: {stages[-1]}." if stages and actor().may(Permission.SEE_CLINICAL) else ""
    patient = case.head.patient
    whose = f" for {isolated(patient.family_name)}, {isolated(patient.given_name)}" if request.args.get("back") else ""
    message: Any = {"text": f"Recorded{whose}: {act.done}.{now_in}"}  # the banner takes a mapping, Flask any value
    fact = written.facts[act.correct] if written.facts else None
    stands = fact is not None and fact.seq in written.standing
    correct_url = correcting_fact(written.public_id, fact, actor()) if fact is not None and stands else ""
    if correct_url:
        message |= {"link_url": correct_url, "link_text": "Correct it"}
    flash(message, "ready")
    for notice in act.after(written):
        warning: Any = asdict(notice)
        flash(warning, "warn")
    lands = act.lands(written) if act.lands else act.home
    return redirect(lands or back_url(written.public_id), 303)


def back_url(public_id: str) -> str:
    """Where the person came from, if ``?back=`` names the refill list as it was filtered, a day, or a checklist of this
    very case; else the case."""
    back = request.args.get("back", "")
    homes = (url_for("refills.index"), url_for("day.index"))
    is_home = any(back == home or back.startswith(f"{home}?") for home in homes)
    checklist = f"{url_for('day.index')}/visits/{public_id}/"
    is_checklist = back.startswith(checklist) and back.removeprefix(checklist).isdigit()
    return back if is_home or is_checklist else url_for("cases.show", public_id=public_id)


def _stale(case: OpenedCase, form: CaseForm, act: Act, version: int) -> ResponseReturnValue:
    """What changed since the form was made, and the form as it was filled in, against the new version."""
    entries = list_entries(read_session(), actor(), case.head.case_id, after_version=version)
    names = names_of(read_session(), actor(), entries)
    if not actor().may(Permission.SEE_CLINICAL):
        entries = tuple(each for each in entries if each.facts and each.facts[0]["fact"] == "Appointment")
    changes = tuple(sentences_of(entries, names, case.pathway)) or ("Something else of this case was changed.",)
    form.validate()
    return _page(case, form, act, case.head.version, changes=changes), 409


def _page(
    case: OpenedCase,
    form: CaseForm,
    act: Act,
    version: int,
    *,
    blockers: Sequence[object] | None = None,
    changes: tuple[str, ...] = (),
    is_checked: bool = False,
) -> str:
    ask_for_files_again(form)
    confirmed = _carried(case, act, version, is_checked=is_checked)
    if act.read is not None and confirmed:
        say_confirmed(form)
    missing = [each for each in (act.missing if blockers is None else blockers) if isinstance(each, Blocker)]
    person = person_of(case.head.patient, today(), is_clinical=actor().may(Permission.SEE_CLINICAL))
    page = ActPage(
        person=with_namesakes(person, case.head.patient) if act.treats else person,
        title=act.title,
        lede=act.lede,
        submit=act.submit,
        is_danger=act.is_danger,
        known=act.known() if callable(act.known) else act.known,
        version=version,
        missing=tuple(
            dict.fromkeys(Missing(sentence=sentence_of(each), who=people(each.clearable_by)) for each in missing)
        ),
        takes_reason="deviation_reason" in form,
        seen=" ".join(dict.fromkeys(each.code for each in missing)) or request.form.get("deviation_seen", ""),
        changes=changes,
        back_url=act.home or back_url(case.head.public_id),
        read_labels_url=url_for("cases.read_label", public_id=case.head.public_id, kind="pump").removesuffix("/pump"),
        days=act.days,
        others=act.others,
        is_multipart=any(isinstance(each, PaperField) for each in form),
        check=act.check.label if act.check else "",
        verdict=(act.check.stop if missing else act.check.go()) if act.check and is_checked else "",
        confirmed=confirmed,
        fields=act.fields,
    )
    return render_template(act.template, page=page, form=form, **act.context)
