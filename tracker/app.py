"""The composition root of the web process: one Flask application from one runtime."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.domain.access import Permission
from tracker.runtime import Runtime
from tracker.web import (
    accounts,
    admin,
    advisories,
    board,
    cases,
    day,
    ended_pumps,
    escalations,
    find,
    health,
    metrics,
    pathways,
    pump_calls,
    pump_comparisons,
    referral_import,
    refills,
    reminders,
    replies,
    reports,
    safety,
    tasks,
    today,
    wall,
)
from tracker.web.common.access import init_access, permission
from tracker.web.common.addresses import init_addresses
from tracker.web.common.current import actor
from tracker.web.common.database import init_database
from tracker.web.common.errors import init_errors
from tracker.web.common.filters import init_filters
from tracker.web.common.form_tokens import init_form_tokens
from tracker.web.common.forms import init_forms
from tracker.web.common.frame import first_place, init_frame
from tracker.web.common.hosts import init_hosts, other_addresses
from tracker.web.common.kept_forms import init_kept_forms
from tracker.web.common.paper_uploads import init_paper_uploads
from tracker.web.common.second_person import init_second_person
from tracker.web.common.security_headers import init_security_headers
from tracker.web.common.session_user import init_login
from tracker.web.common.sessions import DatabaseSessions
from tracker.web.common.static_files import init_static_files

_ROOT = Path(__file__).resolve().parent

#: Every blueprint of the application. A new page adds its own here.
BLUEPRINTS = (
    accounts.blueprint,
    admin.blueprint,
    advisories.blueprint,
    board.blueprint,
    cases.blueprint,
    day.blueprint,
    escalations.blueprint,
    ended_pumps.blueprint,
    find.blueprint,
    health.blueprint,
    metrics.blueprint,
    pathways.blueprint,
    pump_calls.blueprint,
    pump_comparisons.blueprint,
    referral_import.blueprint,
    refills.blueprint,
    reminders.blueprint,
    replies.blueprint,
    reports.blueprint,
    safety.blueprint,
    tasks.blueprint,
    today.blueprint,
    wall.blueprint,
)

#: An import of thousands of referrals is about one megabyte.
_LARGEST_REQUEST = 8 * 1024 * 1024


@permission(Permission.ACCOUNT)
def home() -> ResponseReturnValue:
    """Go where this person's day begins."""
    return redirect(first_place(actor().roles), 303)


def _configure(app: Flask, runtime: Runtime) -> None:
    settings = runtime.settings
    hosts = {urlsplit(each).hostname or "" for each in (settings.base_url, *other_addresses(settings))}
    local = ["localhost", "127.0.0.1", "[::1]"] if not settings.is_https else []
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TRUSTED_HOSTS=[*sorted(hosts), *local],
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_REQUEST,
        MAX_FORM_PARTS=20_000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        SESSION_COOKIE_SECURE=settings.is_https,
        # The token lives as long as the sign-in session that it is bound to.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["runtime"] = runtime
    app.session_interface = DatabaseSessions(is_https=settings.is_https, limits=runtime.session_limits)


def create_app(runtime: Runtime, *, is_testing: bool = False) -> Flask:
    """Make the application.

    :raises SettingsError: when the settings do not suffice to serve pages
    """
    runtime.settings.ready_to_serve()
    app = Flask(
        "tracker", root_path=str(_ROOT), template_folder=str(_ROOT.parent / "templates"), static_folder="web/static",
        static_url_path="/static",
    )  # fmt: skip
    app.testing = is_testing
    _configure(app, runtime)
    # The order matters: who may not come is refused before a form is even looked at.
    init_addresses(app)
    init_hosts(app, runtime.settings)
    init_database(app)
    init_login(app)
    init_paper_uploads(app)
    init_access(app)
    init_forms(app)
    init_form_tokens(app)
    init_kept_forms(app)
    init_second_person(app)
    init_security_headers(app)
    init_errors(app)
    init_filters(app)
    init_frame(app)
    init_static_files(app)
    app.add_url_rule("/", "home", home)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    proxies = runtime.settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # the way Flask documents middleware
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    return app
