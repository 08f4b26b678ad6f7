"""How to prepare for a procedure: the clinic's own words, which its messages carry."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import Length

from tracker.domain.access import Permission
from tracker.domain.errors import InvalidInput
from tracker.queries.clinic import get_message_settings
from tracker.queries.preparation_sheets import get_sheets
from tracker.services.preparation_sheets import LONGEST_SHEET, change_sheets
from tracker.web.admin.clinic import work_of
from tracker.web.admin.forms import VersionedForm
from tracker.web.admin.presenters import admin_tabs
from tracker.web.admin.routes import blueprint
from tracker.web.common.access import permission
from tracker.web.common.current import clinic
from tracker.web.common.database import read_session, writing

_SHORT = [Length(max=LONGEST_SHEET, message=f"Use at most {LONGEST_SHEET} characters.")]


class PreparationForm(VersionedForm):
    """One text in each language that messages are written in."""

    en = TextAreaField("In English", _SHORT)
    es = TextAreaField("In Spanish", _SHORT)


@blueprint.route("/messages/preparation", methods=["GET", "POST"])
@permission(Permission.MANAGE_CLINIC)
def preparation() -> ResponseReturnValue:
    """Show and change how to prepare."""
    settings, sheets = get_message_settings(read_session(), clinic().id), get_sheets(read_session(), clinic().id)
    form = PreparationForm(data={**sheets, "expected_version": settings.version})
    if form.validate_on_submit():
        texts = {"en": form.en.data or "", "es": form.es.data or ""}
        try:
            with writing() as session:
                change_sheets(work_of(session), expected_version=form.expected_version.data or 0, texts=texts)
        except InvalidInput as error:
            form.show_problems(error.problems)
        else:
            flash("The preparation sheet is changed.")
            return redirect(url_for("admin.preparation"), 303)
    page = render_template("admin/preparation.html", form=form, tabs=admin_tabs())
    return page, 422 if form.is_submitted() else 200
