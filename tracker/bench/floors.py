"""The two floors: the least that this server, with this database, needs for a page and for a write.

They are added to the application that the bench serves, and to no other: a page of fifty rows found by index, with
nobody signed in and no layout round it, and a row inserted into a table that nothing refers to. What any page of the
tracker takes more than that is its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, current_app, request
from jinja2 import Template
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, bindparam, insert, select

from tracker.bench.memory import peak_mb
from tracker.bench.templates import table_of
from tracker.pathways.catalogue import FIRST
from tracker.runtime import Runtime
from tracker.web.common.access import public
from tracker.web.common.database import read_session, writing

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PAGE, WRITE, MEMORY = "/bench/page", "/bench/write", "/bench/memory"
ROWS = 50

blueprint = Blueprint("bench", __name__)
_metadata = MetaData()
_writes = Table("bench_writes", _metadata, Column("id", Integer, primary_key=True), Column("note", Text))
_cases = table_of("cases")
#: What a list shows of a case, as far as it stands in the one table.
_SHOWN = (
    "public_id", "stage", "stage_entered_at", "target_on", "procedure_on", "owner_role", "next_step", "is_ready",
    "first_blocker", "blocker_count",
)  # fmt: skip
_FIFTY = (
    select(*(_cases.c[name] for name in _SHOWN))
    .where(
        _cases.c.clinic_id == bindparam("clinic"),
        _cases.c.is_open.expression,
        _cases.c.pathway == FIRST,
        _cases.c.stage == "maintained",
    )
    .order_by(_cases.c.stage_entered_at)
    .limit(ROWS)
)
_COMPILED = "bench_page"
_CELLS = "".join("<td>{{ row." + name + " }}</td>" for name in _SHOWN)
_HTML = "<!doctype html><title>Floor</title><table>{% for row in rows %}<tr>" + _CELLS + "</tr>{% endfor %}</table>"


@blueprint.get(PAGE)
@public
def page() -> str:
    """Fifty rows by index, rendered."""
    rows = read_session().execute(_FIFTY, {"clinic": int(request.args["clinic"])}).all()
    template: Template = current_app.extensions[_COMPILED]
    return template.render(rows=rows)


@blueprint.get(WRITE)
@public
def write() -> str:
    """One row, on the disk before the answer. Got and not posted: nobody who could hold a form's token asks for it."""
    with writing() as session:
        session.execute(insert(_writes), {"note": "floor"})
    return ""


@blueprint.get(MEMORY)
@public
def memory() -> str:
    """The most memory that this process has had resident, in megabytes."""
    return str(peak_mb())


def make_table(connection: Connection) -> None:
    """The table of the write floor, in a database of the bench only."""
    _metadata.create_all(connection)


def with_floors(make_app: "Callable[[Runtime], WSGIApplication]", served: Runtime) -> "WSGIApplication":
    """The application as it is made for production, and the floors.

    :raises TypeError: when it is no Flask application
    """
    app = make_app(served)
    if not isinstance(app, Flask):
        raise TypeError("only a Flask application can be measured")
    # Compiled once, as a template in a file is.
    app.extensions[_COMPILED] = app.jinja_env.from_string(_HTML)
    app.register_blueprint(blueprint)
    return app
