"""The blueprint of the case page and of everything that is recorded from it."""

from flask import Blueprint

from tracker.web.common.looking import record_looks

blueprint = Blueprint("cases", __name__)
record_looks(blueprint, "public_id", but=frozenset({"cases.show"}))
