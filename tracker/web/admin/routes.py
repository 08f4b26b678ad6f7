"""The blueprint that the administration pages hang on."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

#: A line of a list of the clinic, by its row id.
ENTRY = "<int:entry_id>"
