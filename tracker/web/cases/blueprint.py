"""The blueprint of the case page and of everything that is recorded from it."""

from flask import Blueprint

blueprint = Blueprint("cases", __name__)
