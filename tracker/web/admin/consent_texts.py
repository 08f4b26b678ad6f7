"""The texts that patients sign: those that count, how they read, and every version that there was."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.consent_texts import LANGUAGES, ConsentText, WhichText, blocks, tidied
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.domain.own_words import version_words
from tracker.domain.typed_text import isolated
from tracker.queries.consent_texts import TextVersion, known, list_current, list_versions, read_text
from tracker.services import consent_texts as texts_service
from tracker.web.admin.clinic import work_of
from tracker.web.admin.forms import ConsentTextForm, VersionedForm
from tracker.web.admin.presenters import admin_tabs
from tracker.web.admin.routes import blueprint
from tracker.web.admin.words_lines import VersionLine
from tracker.web.common.access import permission
from tracker.web.common.current import clinic
from tracker.web.common.database import read_session, writing
from tracker.web.common.filters import at, on

_TEXT = "/consents/<procedure>/<language>"
_PROCEDURES = {"trial": "Trial", "implant": "Implant", "reoperation": "Reoperation"}
_CHANGED = "Somebody changed this text meanwhile. Nothing of yours is saved yet: read theirs below, then save again."
_NOT_APPROVED = "Nobody approved it. Copy its words into the form above once somebody has."


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A text in the list."""

    url: str
    language: str
    title: str
    version: str
    approved: str
    is_approved: bool
    is_behind: bool


@blueprint.get("/consents")
@permission(Permission.MANAGE_CLINIC)
def consent_texts() -> ResponseReturnValue:
    """List the texts of every consent."""
    found = list_current(read_session(), clinic().id)
    groups = [
        (_PROCEDURES[procedure], [_line(each) for each in several])
        for procedure, several in groupby(found, key=lambda each: each.text.which.procedure)
    ]
    return render_template("admin/consent_texts.html", groups=groups, tabs=admin_tabs())


@blueprint.route(_TEXT, methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def consent_text(procedure: str, language: str) -> ResponseReturnValue:
    """Show a text; show how another would read; save it."""
    which = known(procedure, language)
    if request.method == "GET":
        return _page(which, _as_it_is(which))
    form = ConsentTextForm()
    if not form.validate():
        return _page(which, form, status=422)
    if request.form.get("do") == "preview":
        return _page(which, form)
    try:
        with writing() as session:
            expected = form.expected_version.data or 0
            version = texts_service.change_text(work_of(session), _typed(which, form), expected_version=expected)
    except InvalidInput as error:
        form.show_problems(error.problems)
        return _page(which, form, status=422)
    except StaleVersion as error:
        form.expected_version.data = error.current_version
        return _page(which, form, changed=_CHANGED, status=409)
    flash(f"Saved: {version_words(version)}. Whoever signs from now on signs this text.", "ready")
    return redirect(url_for("admin.consent_text", procedure=procedure, language=language), 303)


@blueprint.post(f"{_TEXT}/back")
@permission(Permission.MANAGE_CLINIC)
def go_back_to_text(procedure: str, language: str) -> ResponseReturnValue:
    """Take an older text again."""
    which, form = known(procedure, language), VersionedForm()
    old = request.form.get("version", "")
    if not form.validate() or not (old.isascii() and old.isdigit() and len(old) < 9):
        abort(400)
    try:
        with writing() as session:
            expected = form.expected_version.data or 0
            version = texts_service.go_back(work_of(session), which, expected_version=expected, version=int(old))
    except InvalidInput as error:
        as_it_is = _as_it_is(which)
        as_it_is.form_errors.extend(error.problems.values())
        return _page(which, as_it_is, status=422)
    flash(f"Saved: {version_words(version)}, in the words of {version_words(int(old))}.", "ready")
    return redirect(url_for("admin.consent_text", procedure=procedure, language=language), 303)


def _as_it_is(which: WhichText) -> ConsentTextForm:
    """The text that counts. Who approved it is typed anew with each version."""
    text = read_text(read_session(), clinic().id, which)
    values = {"title": text.title, "body": text.body, "expected_version": text.version}
    return ConsentTextForm(formdata=None, data=values)


def _typed(which: WhichText, form: ConsentTextForm) -> ConsentText:
    return tidied(
        ConsentText(
            which=which,
            version=0,
            title=form.title.data or "",
            body=form.body.data or "",
            approved_by=form.approved_by.data or "",
            approved_on=form.approved_on.data,
        )
    )


def _page(which: WhichText, form: ConsentTextForm, *, changed: str = "", status: int = 200) -> ResponseReturnValue:
    versions = list_versions(read_session(), clinic().id, which)
    reads = _typed(which, form).for_clinic(clinic().name)
    page = render_template(
        "admin/consent_text.html",
        which=which,
        heading=f"Consent to the {_PROCEDURES[which.procedure].lower()}, {LANGUAGES[which.language]}",
        form=form,
        changed=changed,
        reads=reads,
        blocks=blocks(reads.body),
        approved=_approved(versions[0].text),
        is_approved=versions[0].text.is_approved,
        versions=[_version_line(each, versions) for each in versions],
        is_behind=versions[0].is_behind,
        tabs=admin_tabs(),
    )
    return page, status


def _line(each: TextVersion) -> TextLine:
    text = each.text
    return TextLine(
        url=url_for("admin.consent_text", procedure=text.which.procedure, language=text.which.language),
        language=LANGUAGES[text.which.language],
        title=text.title,
        version=version_words(text.version),
        approved=_approved(text),
        is_approved=text.is_approved,
        is_behind=each.is_behind,
    )


def _approved(text: ConsentText) -> str:
    if not text.is_approved or text.approved_on is None:
        return "not clinically approved"
    return f"approved by {isolated(text.approved_by)}, {on(text.approved_on)}"


def _version_line(each: TextVersion, versions: Sequence[TextVersion]) -> VersionLine:
    text = each.text
    written = "shipped" if each.written_at is None else f"{isolated(each.by)}, {at(each.written_at, clinic().zone)}"
    return VersionLine(
        number=text.version,
        version=version_words(text.version),
        written=f"{written} · {_approved(text)}",
        subject=text.title,
        body=text.body,
        is_current=each is versions[0],
        why_not="" if text.is_approved else _NOT_APPROVED,
    )
