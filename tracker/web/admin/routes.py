"""The blueprint that the administration pages hang on."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

#: Row ids fill 63 bits; a larger number in an address is nobody's.
ENTRY = "<int(max=9223372036854775807):entry_id>"
