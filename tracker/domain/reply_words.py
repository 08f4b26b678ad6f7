"""What a patient reads who answers: the page behind a link, and what a text is answered with, in each language.

Neutral as every message: no drug, no diagnosis, no procedure (docs/hazards, 23).
"""

from collections.abc import Mapping
from enum import StrEnum

from tracker.domain.sms import plain_for_sms


class Answer(StrEnum):
    """What came of a reply."""

    CONFIRMED = "confirmed"
    CANNOT = "cannot"
    CALL = "call"
    LANGUAGE = "language"
    STOPPED = "stopped"
    STARTED = "started"
    HELP = "help"
    UNCLEAR = "unclear"
    SHARED = "shared"
    CANCELLED = "cancelled"
    MOVED = "moved"
    PAST = "past"
    UNKNOWN = "unknown"


_A = Answer

ANSWERS: Mapping[str, Mapping[Answer, str]] = {
    "en": {
        _A.CONFIRMED: "Thank you. Your visit is confirmed.",
        _A.CANNOT: "Thank you for telling us. Nothing is cancelled yet: we will call you.",
        _A.CALL: "Thank you. We will call you.",
        _A.LANGUAGE: "From now on we write to you in English.",
        _A.STOPPED: "No more messages will come here. We will call or write a letter.",
        _A.STARTED: "Messages will come here again.",
        _A.HELP: "Reply C to confirm, N if you can't come, STOP to end.",
        _A.UNCLEAR: "Thank you. Somebody will read this.",
        _A.SHARED: "Thank you. We can't tell whose visit you mean. We will call you.",
        _A.CANCELLED: "This visit was cancelled. We will call you.",
        _A.MOVED: "This visit was moved to another time. We will call you.",
        _A.PAST: "The time of this visit has passed. Please call us.",
        _A.UNKNOWN: "We do not know this number. Please call your clinic.",
    },
    "es": {
        _A.CONFIRMED: "Gracias. Su cita está confirmada.",
        _A.CANNOT: "Gracias por avisar. Aún no se cancela nada: le llamaremos.",
        _A.CALL: "Gracias. Le llamaremos.",
        _A.LANGUAGE: "Desde ahora le escribimos en español.",
        _A.STOPPED: "Aquí no llegarán más mensajes. Le llamaremos o le enviaremos una carta.",
        _A.STARTED: "Los mensajes llegarán aquí de nuevo.",
        _A.HELP: "Responda C para confirmar, N si no puede venir, STOP para no recibir más.",
        _A.UNCLEAR: "Gracias. Alguien lo leerá.",
        _A.SHARED: "Gracias. No sabemos de quién es la cita. Le llamaremos.",
        _A.CANCELLED: "Esta cita fue cancelada. Le llamaremos.",
        _A.MOVED: "Esta cita se cambió a otra hora. Le llamaremos.",
        _A.PAST: "La hora de esta cita ya pasó. Por favor, llámenos.",
        _A.UNKNOWN: "No conocemos este número. Por favor, llame a su clínica.",
    },
}
_TEXT_BEGINS = "{clinic}: "
_TEXT_ENDS = {"en": " Call {phone}. Not read for emergencies.", "es": " Llame al {phone}. No se lee en emergencias."}
_TEXT_ENDS_WITHOUT_PHONE = {"en": " Not read for emergencies.", "es": " No se lee en emergencias."}

#: What stands on the page, by what it is for.
PAGE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Your visit",
        "skip": "Skip to content",
        "hello": "{first_name}, your visit",
        "was": "{first_name}, your visit was",
        "confirm": "I will come",
        "cannot": "I can’t come",
        "cannot_hint": "Nothing is cancelled by this. We call you to find another time.",
        "call": "Please call me",
        "stop": "No more messages",
        "stop_hint": "For everybody with the same number or address. We call or write a letter instead.",
        "start": "Send me messages again",
        "call_us": "Call us: {phone}",
        "is_confirmed": "You said that you will come.",
        "is_declined": "You said that you can’t come. We call you to find another time.",
        "is_stopped": "No messages are sent to you here.",
        "cancelled": "This visit was cancelled.",
        "moved": "This visit was moved to another time.",
        "past": "The time of this visit has passed.",
        "once_more": "This page was open for long. Please press once more.",
        "emergency": "What you send here is not read for emergencies. In an emergency call 911.",
        "gone_title": "This link no longer works",
        "gone": "A link works until a day after the visit. If you have a question, please call the clinic.",
        "too_many_title": "Please wait a little",
        "too_many": "This was tried too often. Wait some minutes, or call the clinic.",
        "broken_title": "This did not work",
        "broken": "Nothing was changed. Please try again, or call the clinic.",
        "messages": "Messages",
    },
    "es": {
        "title": "Su cita",
        "skip": "Ir al contenido",
        "hello": "{first_name}, su cita",
        "was": "{first_name}, su cita era",
        "confirm": "Voy a ir",
        "cannot": "No puedo ir",
        "cannot_hint": "Con esto no se cancela nada. Le llamamos para buscar otra hora.",
        "call": "Por favor, llámenme",
        "stop": "No más mensajes",
        "stop_hint": "Para todas las personas con el mismo número o dirección. Llamamos o enviamos una carta.",
        "start": "Quiero recibir mensajes de nuevo",
        "call_us": "Llámenos: {phone}",
        "is_confirmed": "Usted dijo que va a venir.",
        "is_declined": "Usted dijo que no puede venir. Le llamamos para buscar otra hora.",
        "is_stopped": "No se le envían mensajes aquí.",
        "cancelled": "Esta cita fue cancelada.",
        "moved": "Esta cita se cambió a otra hora.",
        "past": "La hora de esta cita ya pasó.",
        "once_more": "La página estuvo abierta mucho tiempo. Por favor, pulse otra vez.",
        "emergency": "Lo que envía aquí no se lee en emergencias. En una emergencia llame al 911.",
        "gone_title": "Este enlace ya no funciona",
        "gone": "Un enlace funciona hasta un día después de la cita. Si tiene preguntas, llame a la clínica.",
        "too_many_title": "Espere un poco, por favor",
        "too_many": "Se intentó demasiadas veces. Espere unos minutos o llame a la clínica.",
        "broken_title": "Esto no funcionó",
        "broken": "No se cambió nada. Inténtelo de nuevo o llame a la clínica.",
        "messages": "Mensajes",
    },
}
#: How a language calls itself, for the button that chooses it; and how the chart does.
OWN_NAMES = {"en": "English", "es": "Español"}
CHART_NAMES = {"en": "English", "es": "Spanish"}


def text_of(answer: Answer, language: str, *, clinic: str, phone: str) -> str:
    """What a text is answered with: one message, with the clinic's name and number where they are known."""
    begins = _TEXT_BEGINS if clinic else ""
    ends = (_TEXT_ENDS if phone else _TEXT_ENDS_WITHOUT_PHONE)[language]
    said = begins.format(clinic=clinic) + ANSWERS[language][answer] + ends.format(phone=phone)
    return plain_for_sms(" ".join(f"{said[:1].upper()}{said[1:]}".split()))
