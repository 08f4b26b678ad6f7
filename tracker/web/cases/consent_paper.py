"""A consent as it is printed, filled or blank, in the language of its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from tracker.domain import signature
from tracker.domain.consent_texts import LANGUAGES, Block, ConsentText, blocks
from tracker.domain.own_words import version_words
from tracker.domain.words import ConsentState
from tracker.queries.consents import SignedForm
from tracker.web.common.filters import at

#: What stands on the paper beside the text, for who signs.
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "patient": "Patient", "born": "Born", "number": "Record", "signature": "Signature", "sign_here": "Sign here",
        "anew": "Clear and sign again", "signed_by": "Name", "relation": "Signs as", "signed": "Date and time",
        "assent": "The child", "clinician": "Done by", "witness": "Witness", "interpreter": "Interpreter",
        "draft": "Draft: this text is not clinically approved.", "on_paper": "Signed on paper.",
        "self": "patient", "parent": "parent of the patient", "guardian": "legal guardian of the patient",
        "representative": "legal representative of the patient", "emancipated_minor": "patient, emancipated minor",
        "given": "agrees", "declined": "does not agree", "not_able": "could not be asked",
    },
    "es": {
        "patient": "Paciente", "born": "Nacimiento", "number": "Expediente", "signature": "Firma",
        "sign_here": "Firme aquí", "anew": "Borrar y firmar de nuevo", "signed_by": "Nombre",
        "relation": "Firma como", "signed": "Fecha y hora", "assent": "El niño o la niña", "clinician": "Lo realiza",
        "witness": "Testigo", "interpreter": "Intérprete",
        "draft": "Borrador: este texto no tiene aprobación clínica.", "on_paper": "Firmado en papel.",
        "self": "paciente", "parent": "padre o madre del paciente", "guardian": "tutor legal del paciente",
        "representative": "representante legal del paciente", "emancipated_minor": "paciente, menor emancipado",
        "given": "está de acuerdo", "declined": "no está de acuerdo", "not_able": "no se le pudo preguntar",
    },
}  # fmt: skip
_ENDED: Mapping[str, str] = {ConsentState.WITHDRAWN: "Withdrawn", ConsentState.VOID: "Does not hold any more"}


@dataclass(frozen=True, slots=True)
class Line:
    """What was written beside a word; empty on a blank form, where it is a line to write on."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The whole form. ``strokes``: the lines of the signature as SVG takes them; ``ended``: why it does not stand."""

    language: str
    clinic: str
    title: str
    blocks: tuple[Block, ...]
    is_draft: bool
    is_blank: bool
    words: Mapping[str, str]
    lines: tuple[Line, ...]
    strokes: tuple[str, ...]
    foot: str
    ended: str
    width: int = signature.WIDTH
    height: int = signature.HEIGHT


def blank_paper(text: ConsentText, clinic: str) -> Paper:
    """The form to be signed on paper."""
    words = WORDS[text.which.language]
    asked = ("signed_by", "relation", "signed", "assent", "clinician", "witness", "interpreter")
    return Paper(
        language=text.which.language,
        clinic=clinic,
        title=text.title,
        blocks=blocks(text.body),
        is_draft=not text.is_approved,
        is_blank=True,
        words=words,
        lines=tuple(Line(words[name], "") for name in asked),
        strokes=(),
        foot=_foot(text.which.language, text.version),
        ended="",
    )


def signed_paper(form: SignedForm, clinic: str, zone: str) -> Paper:
    """The form as it was signed."""
    words = WORDS[form.language]
    said = {
        "signed_by": form.signed_by,
        "relation": words.get(form.relation, "–"),
        "signed": _when_signed(form, zone),
        "assent": words.get(form.assent, ""),
        "clinician": form.clinician,
        "witness": form.witness,
        "interpreter": form.interpreter,
    }
    ended = "Another consent stands in its place." if form.is_replaced else ""
    if form.state in _ENDED:
        ended = f"{_ENDED[form.state]}, {at(form.said_at, zone)}: {form.reason}"
    hashes = f"SHA-256 {form.text_hash}" + (f", signature {form.strokes_hash}" if form.strokes_hash else "")
    return Paper(
        language=form.language,
        clinic=clinic,
        title=form.title,
        blocks=blocks(form.body),
        is_draft=not form.approved_by,
        is_blank=False,
        words=words,
        lines=tuple(Line(words[name], value) for name, value in said.items() if value),
        strokes=signature.outlines(signature.read_strokes(form.strokes)) if form.strokes else (),
        foot=f"{_foot(form.language, form.text_version)} · {hashes} · kept by {form.made_by}",
        ended=ended,
    )


def _when_signed(form: SignedForm, zone: str) -> str:
    """As the language of the form writes it: the minute on the tablet, the day on paper."""
    locale = f"{form.language}_US"
    if not form.strokes:
        return format_date(form.signed_on, "long", locale=locale)
    local = form.made_at.astimezone(ZoneInfo(zone))
    return f"{format_date(local.date(), 'long', locale=locale)}, {format_time(local.time(), 'short', locale=locale)}"


def _foot(language: str, version: int) -> str:
    return f"{LANGUAGES.get(language, language)}, {version_words(version)}"
