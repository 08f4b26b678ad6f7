"""What patients answer by a link, and what the provider of texts hands over."""

from tracker.web.replies import provider
from tracker.web.replies.routes import blueprint

__all__ = ["blueprint", "provider"]
