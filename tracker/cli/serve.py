"""``tracker web``: the pages, served by one gunicorn process with threads.

SQLite has one writer and a clinic a few dozen people, so one process with threads is enough; on PostgreSQL any number
of these can run side by side. The worker opens its own database connections: none survives the fork.
"""

import gc
import sys
from typing import TYPE_CHECKING, Any

import click
from gunicorn.app.base import BaseApplication

from tracker.cli.context import Composition, runtime_of, say
from tracker.runtime import build_runtime
from tracker.scheduler.run import start_in_background

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from config import Settings

THREADS = 8
#: How many new objects are made before the collector looks for circles among them: a page makes some thousands.
NEW_OBJECTS = 100_000
#: How long a thread that counts goes on, in seconds, while another one waits for its turn. A step of a patient asks for
#: its turn after each of some forty answers of the database: with Python's own five milliseconds, one report that is
#: being counted would cost it a fifth of a second.
TURN_S = 0.0005


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn, told what to do by our settings alone: no file, no environment, no arguments."""

    def __init__(self, settings: "Settings", composition: Composition, *, with_scheduler: bool) -> None:
        self.settings = settings
        self.composition = composition
        self.with_scheduler = with_scheduler
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its options."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        options: dict[str, Any] = {
            "bind": f"{host}:{self.settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 15,
            "loglevel": self.settings.log_level.lower(),
            # Headers are believed only as far as TRACKER_TRUSTED_PROXIES says, and Flask counts them.
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIApplication":
        """Make the application, in the worker."""
        runtime = build_runtime(self.settings)
        if self.with_scheduler:
            start_in_background(runtime)
        app = self.composition.make_app(runtime)
        # What is loaded by now stays for good: going through it again and again would cost every page a tenth.
        gc.collect()
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS)
        sys.setswitchinterval(TURN_S)
        return app


def serve(settings: "Settings", composition: Composition, *, with_scheduler: bool = False) -> None:
    """Serve the pages in this process until it is told to stop; ``with_scheduler``: and look after what is due."""
    _Server(settings, composition, with_scheduler=with_scheduler).run()


@click.command()
@click.option("--with-scheduler", is_flag=True, help="Look after what is due in the same process.")
@click.pass_context
def web(context: click.Context, *, with_scheduler: bool) -> None:
    """Serve the pages until stopped."""
    composition: Composition = context.obj
    with runtime_of(context) as runtime:
        settings = runtime.settings.ready_to_serve()
        if with_scheduler:
            settings = settings.ready_to_send()
    say(f"Serving {settings.base_url} on {settings.host}:{settings.port}. Stop with Ctrl-C.")
    serve(settings, composition, with_scheduler=with_scheduler)
