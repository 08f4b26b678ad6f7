"""Static files under the fingerprint of their content: kept by browsers for a year, replaced the moment they change."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask

from tracker.web.common.access import public


def _fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.rglob("*")
        if path.is_file()
    }


def init_static_files(app: Flask) -> None:
    """Let everybody read static files, and add ``v=`` to their addresses."""
    public(app.view_functions["static"])
    versions = _fingerprints(Path(app.static_folder or ""))

    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        filename = values.get("filename")
        if endpoint == "static" and filename in versions:
            values.setdefault("v", versions[filename])

    app.url_defaults(add_version)
