"""What a patient means who answers a text message, in English or Spanish.

Never a guess: a reply has a meaning only if every word of it belongs to one, apart from courtesies. "Please don't stop"
and "I will stop by" hold the word that ends messages, and end nothing. What is not understood is read by a person.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum

#: More than any phrase has; what is longer was written to a person.
LONGEST_REPLY = 200


class Reply(StrEnum):
    """What a reply asks for. ``UNCLEAR``: a person has to read it."""

    CONFIRM = "confirm"
    CANNOT = "cannot"
    CALL = "call"
    STOP = "stop"
    START = "start"
    HELP = "help"
    UNCLEAR = "unclear"


#: Without accents, apostrophes and capitals; phrases are parted by ``|``.
_SAID = {
    Reply.CONFIRM: (
        "c|y|yes|yep|yeah|yea|yess|confirm|confirmed|confirming|i confirm|i confirm my appointment|i will come"
        "|confirm my appointment|confirm appointment|ill come|i can come|ill be there|i will be there|will be there"
        "|be there|i am coming|im coming|coming|i can make it|ill make it|i will make it|we will be there"
        "|well be there|si|sip|claro|claro que si|por supuesto|confirmo|confirmar|confirmado|confirmada"
        "|confirmo mi cita|confirmo la cita|voy|si voy|ahi estare|alli estare|estare ahi|estare alli|ahi estaremos"
        "|alli estaremos|voy a ir|ire|asistire|si puedo|si puedo ir|puedo ir|c to confirm|c confirm|c confirmo|yup"
        "|yesss|sii|siii|i can|i will|we will come|well come|confirm my appt|confirm appt|confirmar cita"
        "|confirmar mi cita|confirmo asistencia|confirmo mi asistencia"
    ),
    Reply.CANNOT: (
        "n|no|nope|cant|cannot|can not|cant come|i cant come|i cannot come|i can not come|cannot come|cant make it"
        "|i cant make it|i cannot make it|i can not make it|cannot make it|cant make this|cant be there"
        "|i cant be there|cant do it|not coming|im not coming|i am not coming|i wont come|wont come|i wont be there"
        "|wont be there|i will not be there|wont make it|i wont make it|i will not make it|i wont be able to come"
        "|i wont be able to make it|wont be able to make it|unable to come|unable to make it|i need to reschedule"
        "|need to reschedule|reschedule|i have to reschedule|have to reschedule|cancel my appointment"
        "|cancel appointment|cancel the appointment|i need to cancel my appointment|i have to cancel my appointment"
        "|no puedo|no puedo ir|no puedo venir|no puedo asistir|no puedo llegar|no podre|no podre ir|no podre asistir"
        "|no podre venir|no voy|no voy a ir|no voy a poder|no voy a poder ir|no ire|no asistire|cambiar mi cita"
        "|cambiar la cita|necesito cambiar la cita|necesito cambiar mi cita|cancelar mi cita|cancelar la cita"
        "|reprogramar|reprogramar la cita|i cant|i cannot|i can not|cant come in|i cant come in"
        "|cant make my appointment|i cant make my appointment|i cannot make my appointment"
        "|i cant make it to my appointment|i cannot make it to my appointment|cant make my appt|i cant make my appt"
        "|i have to cancel|i need to cancel|have to cancel|need to cancel|no podre llegar|no voy a poder asistir"
        "|no voy a poder llegar|no puedo ir a la cita|no puedo asistir a la cita|no puedo ir a mi cita"
        "|no puedo asistir a mi cita"
    ),
    Reply.CALL: (
        "call|call me|call me back|call back|can you call me|could you call me|can someone call me|give me a call"
        "|have someone call me|i need a call|phone me|llame|llameme|llamame|llamenme|llamar|me llama|me puede llamar"
        "|puede llamarme|pueden llamarme|me pueden llamar|quiero una llamada|llamada|devuelvame la llamada|llamen"
        "|llamenos|call me asap|call asap"
    ),
    Reply.STOP: (
        "stop|stopp|stopall|stop all|stop it|unsubscribe|unsubscribe me|quit|end|opt out|optout|opt me out"
        "|i want to opt out|revoke|stop texting|stop texting me|stop text|stop texts|stop messages|stop all messages"
        "|stop the messages|stop these messages|stop messaging|stop messaging me|stop sending messages"
        "|stop sending me messages|stop sending me texts|stop sending texts|stop sending these|stop sending me these"
        "|stop contacting me|stop all texts|stop reminders|end messages|no more texts|no more messages"
        "|no more text messages|do not text me|dont text me|do not text|dont text|do not message me|dont message me"
        "|remove me|remove my number|take me off|take me off your list|take me off the list|remove me from your list"
        "|remove me from this list|alto|pare|paren|parar|detener|detenga|basta|baja|darme de baja|dar de baja"
        "|deme de baja|no mas mensajes|no mas textos|no me escriba|no me escriban|no me escriban mas"
        "|no me mande mensajes|no me manden mensajes|no me manden mas mensajes|no quiero mensajes"
        "|no quiero mas mensajes|deje de escribirme|dejen de escribirme|dejen de mandar mensajes"
        "|dejen de mandarme mensajes|fin|stop texting this number|stop sending me text messages"
        "|stop sending text messages|do not contact me|dont contact me|no texts|no text|delete my number"
        "|take my number off|no mas mensajes de texto|ya no me escriban|ya no me mande mensajes"
        "|ya no me manden mensajes|ya no quiero mensajes|ya no quiero recibir mensajes|no quiero recibir mensajes"
        "|no quiero recibir mas mensajes|no me mande textos|no me manden textos|no me manden mas textos"
        "|no me envie mensajes|no me envien mensajes|no me envien mas mensajes|deje de enviarme mensajes"
        "|dejen de enviar mensajes|dejen de enviarme mensajes|pare de enviar mensajes|paren de enviar mensajes"
    ),
    Reply.START: (
        "start|unstop|resume|start messages|restart|subscribe|opt in|start texting me|start sending messages|empezar"
        "|comenzar|iniciar|reanudar|alta|empezar mensajes"
    ),
    Reply.HELP: "help|info|information|ayuda|informacion|who is this|quien es|quien eres|quienes son|quien habla",
}  # fmt: skip
#: Said with anything, and meaning nothing by themselves.
_COURTESIES = (
    "please|pls|plz|thanks|thank you|thank you so much|thank you very much|thanks so much|many thanks|thx|ty|hi|hello"
    "|hey|dear|sir|madam|maam|ok|okay|kk|good morning|good afternoon|good evening|god bless|god bless you"
    "|have a good day|have a nice day|sorry|im sorry|i am sorry|por favor|porfavor|porfa|gracias|muchas gracias"
    "|mil gracias|hola|buenos dias|buenas tardes|buenas noches|buenas|senor|senora|senorita|saludos|bendiciones"
    "|dios le bendiga|dios los bendiga|lo siento|perdon|disculpe|vale|okey"
)
#: Said after a yes: with anything else they are doubtful, and alone they may be no answer.
_AFTER_YES = (
    "see you|see you then|see you there|see you soon|see you tomorrow|nos vemos|hasta entonces|hasta manana"
    "|hasta luego|alli nos vemos|ahi nos vemos|perfect|great|sounds good|perfecto|bien|muy bien|de acuerdo"
    "|c u|c u then|c u there|c u soon|cu|god willing|si dios quiere|dios mediante"
)

_MEANINGS: dict[tuple[str, ...], Reply | None] = {
    **{tuple(each.split()): reply for reply, said in _SAID.items() for each in said.split("|")},
    **{tuple(each.split()): None for each in _COURTESIES.split("|")},
}
_YES_ONLY = frozenset(tuple(each.split()) for each in _AFTER_YES.split("|"))
#: Whoever is sorry after a yes may not come after all.
_APOLOGIES = frozenset(tuple(each.split()) for each in ("sorry", "im sorry", "i am sorry", "lo siento", "perdon"))
_LONGEST = max(map(len, (*_MEANINGS, *_YES_ONLY)))
#: An apostrophe in whatever shape joins what it parts: can't, y'all.
_APOSTROPHES = re.compile("['’‘`´ʼ]")
#: Of any script: what is written in another one is a word that nobody here knows, and never nothing.
_WORD = re.compile(r"[^\W_]+")
#: What says no more than a thank you where there are no words. Other pictures may say that somebody is ill.
_FRIENDLY = frozenset("👍👌🙏👏🤝😀😃😄😁😊🙂☺🤗😍🥰❤💕💖💯✅✔🎉.!,…~-")
#: Accents, and signs that nobody sees, part no word.
_UNSEEN = frozenset({"Mn", "Cf"})
#: What a question mark makes doubtful. A question about how to end messages, or for a call, is taken at its word.
_NOT_ASKED = frozenset({Reply.CONFIRM, Reply.CANNOT, Reply.START})


def meaning_of(text: str) -> Reply:
    """What somebody means who typed this, whatever its capitals, accents, signs and emoji."""
    words = _words(text)
    if not words or len(text) > LONGEST_REPLY:
        return Reply.UNCLEAR
    found: set[Reply] = set()
    says_yes_only = False
    for phrase in _phrases(words):
        if phrase in _YES_ONLY:
            says_yes_only = True
        elif phrase not in _MEANINGS:
            return Reply.UNCLEAR
        elif (reply := _MEANINGS[phrase]) is not None:
            found.add(reply)
    if len(found) != 1:
        return Reply.UNCLEAR
    (meant,) = found
    is_doubtful = (says_yes_only and meant != Reply.CONFIRM) or ("?" in text and meant in _NOT_ASKED)
    return Reply.UNCLEAR if is_doubtful else meant


def is_courtesy(text: str) -> bool:
    """Whether somebody only says thank you or see you: nothing to act on once the visit is confirmed."""
    words = _words(text)
    if len(text) > LONGEST_REPLY or "?" in text:
        return False
    if not words:
        return _FRIENDLY.issuperset(_seen(text))
    said = list(_phrases(words))
    return _APOLOGIES.isdisjoint(said) and all(each in _YES_ONLY or _MEANINGS.get(each, each) is None for each in said)


def _words(text: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    return _WORD.findall("".join(each for each in apart if unicodedata.category(each) not in _UNSEEN).casefold())


def _seen(text: str) -> str:
    """The signs of a text without its blanks, and without the colour of a hand."""
    return "".join(each for each in text if unicodedata.category(each) not in {*_UNSEEN, "Sk"} and not each.isspace())


def _phrases(words: list[str]) -> Iterator[tuple[str, ...]]:
    """The longest known phrase from each place on; a word that belongs to none stands alone."""
    place = 0
    while place < len(words):
        lengths = range(min(_LONGEST, len(words) - place), 0, -1)
        tried = (tuple(words[place : place + length]) for length in lengths)
        phrase = next((each for each in tried if each in _MEANINGS or each in _YES_ONLY), (words[place],))
        yield phrase
        place += len(phrase)
