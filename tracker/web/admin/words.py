"""The words of the messages to patients: those that count, how they read, and every version that there was."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput, StaleVersion
from tracker.domain.message_words import Which, Wording, tidied
from tracker.domain.own_words import version_words
from tracker.queries.clinic import get_message_settings
from tracker.queries.message_words import find_next, known, list_current, list_versions, read_words
from tracker.queries.reminder_texts import shipped
from tracker.services import message_words as words_service
from tracker.services.access_log import record_view
from tracker.web.admin.clinic import work_of
from tracker.web.admin.forms import VersionedForm, WordsForm
from tracker.web.admin.presenters import admin_tabs
from tracker.web.admin.routes import blueprint
from tracker.web.admin.words_lines import Preview, groups_of, heading_of, preview_of, version_lines
from tracker.web.common.access import permission
from tracker.web.common.current import actor, clinic, now, runtime
from tracker.web.common.database import noting, read_session, writing

_MESSAGE = "/messages/words/<template>/<language>/<channel>"
_CHANGED = "Somebody changed these words meanwhile. Nothing of yours is saved yet: read theirs below, then save again."


@blueprint.get("/messages/words")
@permission(Permission.MANAGE_CLINIC)
def message_words() -> ResponseReturnValue:
    """List the words of every message."""
    found = list_current(read_session(), clinic().id)
    return render_template("admin/message_words.html", groups=groups_of(found), tabs=admin_tabs())


@blueprint.route(_MESSAGE, methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def message(template: str, language: str, channel: str) -> ResponseReturnValue:
    """Show the words of a message; show how others would read; save them."""
    which = known(template, language, channel)
    if request.method == "GET":
        return _page(which, _as_it_is(which))
    form = _form(which)
    if not form.validate():
        return _page(which, form, status=422)
    if request.form.get("do") == "preview":
        form.show_problems(_preview(which, form).problems)
        return _page(which, form)
    typed = _typed(which, form)
    try:
        with writing() as session:
            version = words_service.change_words(
                work_of(session),
                which,
                expected_version=form.expected_version.data or 0,
                subject=typed.subject,
                body=typed.body,
            )
    except InvalidInput as error:
        form.show_problems(error.problems)
        return _page(which, form, status=422)
    except StaleVersion as error:
        form.expected_version.data = error.current_version
        return _page(which, form, changed=_CHANGED, status=409)
    flash(f"Saved: {version_words(version)}. Messages that are planned already go out in these words too.", "ready")
    return redirect(url_for("admin.message", template=template, language=language, channel=channel), 303)


@blueprint.post(f"{_MESSAGE}/preview")
@permission(Permission.MANAGE_CLINIC)
def message_preview(template: str, language: str, channel: str) -> ResponseReturnValue:
    """Show how the words that are being typed would read for an invented patient: the part of the page alone."""
    which = known(template, language, channel)
    form = _form(which)
    form.validate()
    return render_template("admin/_message_preview.html", preview=_preview(which, form), which=which)


@blueprint.post(f"{_MESSAGE}/back")
@permission(Permission.MANAGE_CLINIC)
def go_back(template: str, language: str, channel: str) -> ResponseReturnValue:
    """Take the words of an older version again."""
    which, form = known(template, language, channel), VersionedForm()
    old = request.form.get("version", "")
    if not form.validate() or not (old.isascii() and old.isdigit() and len(old) < 9):
        abort(400)
    try:
        with writing() as session:
            expected = form.expected_version.data or 0
            version = words_service.go_back(work_of(session), which, expected_version=expected, version=int(old))
    except InvalidInput as error:
        as_it_is = _as_it_is(which)
        as_it_is.form_errors.extend(error.problems.values())
        return _page(which, as_it_is, status=422)
    flash(f"Saved: {version_words(version)}, in the words of {version_words(int(old))}.", "ready")
    return redirect(url_for("admin.message", template=template, language=language, channel=channel), 303)


def _form(which: Which, **values: object) -> WordsForm:
    """What was sent, or these values. A text message has no subject."""
    form = WordsForm(formdata=None, data=values) if values else WordsForm()
    if not which.has_subject:
        del form.subject
    return form


def _as_it_is(which: Which) -> WordsForm:
    wording = read_words(read_session(), clinic().id, which).of(which)
    return _form(which, subject=wording.subject, body=wording.body, expected_version=wording.version)


def _typed(which: Which, form: WordsForm) -> Wording:
    subject = form.subject.data if which.has_subject else ""
    return tidied(Wording(which, 0, subject or "", form.body.data or ""))


def _preview(which: Which, form: WordsForm) -> Preview:
    return preview_of(_typed(which, form), get_message_settings(read_session(), clinic().id))


def _page(which: Which, form: WordsForm, *, changed: str = "", status: int = 200) -> ResponseReturnValue:
    session, typed = read_session(), _typed(which, form)
    versions = list_versions(session, clinic().id, which)
    settings = get_message_settings(session, clinic().id)
    shown_for = find_next(session, actor(), which) if actor().may(Permission.SEE_REMINDERS) else None
    page = render_template(
        "admin/message.html",
        which=which,
        heading=heading_of(which),
        form=form,
        changed=changed,
        fields=[f"${name}" for name in shipped(which).fields],
        preview=preview_of(typed, settings),
        for_next=None if shown_for is None else typed.shown(shown_for.values),
        versions=version_lines(versions, settings, clinic().zone),
        is_behind=versions[0].is_behind,
        tabs=admin_tabs(),
    )
    if shown_for is not None:
        with noting() as connection:
            record_view(connection, actor(), runtime().ids, now(), page="admin.message", case_id=shown_for.case_id)
    return page, status
