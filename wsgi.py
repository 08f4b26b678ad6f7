"""What a WSGI server loads: ``gunicorn wsgi:app``. Reads the environment once and composes the web process."""

import os

from config import load_settings
from tracker.app import create_app
from tracker.runtime import build_runtime

app = create_app(build_runtime(load_settings(os.environ)))
