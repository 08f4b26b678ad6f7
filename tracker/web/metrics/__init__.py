"""Figures for whatever watches from outside, in the text format of Prometheus."""

from tracker.web.metrics.routes import blueprint

__all__ = ["blueprint"]
