"""What a manager asks: where patients wait, what trials showed, how many get through."""

from tracker.web.reports import what_if_routes
from tracker.web.reports.routes import blueprint

__all__ = ["blueprint", "what_if_routes"]
