"""The board: every open case in its stage."""

from tracker.web.board.routes import blueprint

__all__ = ["blueprint"]
