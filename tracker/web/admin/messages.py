"""What the clinic settles of its messages: texts, quiet hours, and the name that messages carry."""

from datetime import time

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.domain.message_words import Which
from tracker.domain.neutral import name_in_messages, telling_word
from tracker.domain.ways import SMS
from tracker.queries.clinic import MessageSettings, get_message_settings
from tracker.queries.message_words import read_words
from tracker.queries.reminder_texts import Words, example_fields, fill_in
from tracker.queries.sending import is_paused
from tracker.services.message_settings import change_messages
from tracker.web.admin.clinic import work_of
from tracker.web.admin.forms import MessagesForm
from tracker.web.admin.presenters import admin_tabs
from tracker.web.admin.routes import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import clinic, runtime
from tracker.web.common.database import read_session, writing

LANGUAGES = {"en": "English", "es": "Spanish"}


@blueprint.route("/messages", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def messages() -> ResponseReturnValue:
    """Show and change what the clinic settles of its messages."""
    settings = get_message_settings(read_session(), clinic().id)
    form = MessagesForm(
        data={
            "sends_texts": settings.sends_texts,
            "quiet_from": time.fromisoformat(settings.quiet_from),
            "quiet_until": time.fromisoformat(settings.quiet_until),
            "message_name": settings.message_name,
            "expected_version": settings.version,
        }
    )
    if form.validate_on_submit():
        try:
            with writing() as session:
                change_messages(
                    work_of(session),
                    expected_version=form.expected_version.data or 0,
                    sends_texts=form.sends_texts.data,
                    quiet_from=form.quiet_from.said,
                    quiet_until=form.quiet_until.said,
                    message_name=form.message_name.data or "",
                )
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash(_done(form))
            return redirect(url_for("admin.messages"), 303)
    return _page(form, settings), 422 if form.is_submitted() else 200


def _done(form: MessagesForm) -> str:
    if form.quiet_from.said == form.quiet_until.said:
        return "The settings of messages are changed. There are no quiet hours: messages go out at night too."
    return "The settings of messages are changed."


def _example(words: Words, which: Which, settings: MessageSettings) -> str:
    name = name_in_messages(settings.message_name, settings.name, which.language)
    return fill_in(words.of(which), example_fields(which, name, settings.phone)).body


def _page(form: MessagesForm, settings: MessageSettings) -> str:
    words = read_words(read_session(), clinic().id)
    examples = [(label, _example(words, Which("arrival", code, SMS), settings)) for code, label in LANGUAGES.items()]
    return render_template(
        "admin/messages.html",
        form=form,
        settings=settings,
        examples=examples,
        is_neutral=not telling_word(settings.name),
        has_texter=runtime().texter is not None,
        is_paused=is_paused(read_session(), clinic().id),
        tabs=admin_tabs(),
    )
