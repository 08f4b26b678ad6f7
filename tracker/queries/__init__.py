"""Reads: one module per screen or report. They return frozen dataclasses, never rows."""
