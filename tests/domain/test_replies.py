"""What people really type in answer to a text message, and what must not be taken for it."""

import pytest

from tracker.domain.replies import LONGEST_REPLY, Reply, is_courtesy, meaning_of

MEANT = {
    Reply.CONFIRM: (
        "c", "C", "C.", " c ", "Y", "y!", "yes", "YES", "Yes.", "Yes, please", "yes thank you", "Yes thanks!", "Yep",
        "confirm", "Confirmed", "I confirm", "CONFIRM 👍", "C 😊", "✅ yes", "yes I'll be there", "Yes I’ll be there!!",
        "yes, i will be there", "I'll be there", "I will come", "Yes see you then", "Yes! See you tomorrow", "ok yes",
        "hi yes", "yes yes", "Ｙｅｓ", "y\u200bes", "si", "sí", "Sí.", "SÍ", "si\u0301", "Si gracias", "sí, por favor",
        "¡Sí! Gracias", "Claro que sí", "confirmo", "Sí, confirmo", "Sí, ahí estaré", "allí estaré", "Hola, si voy",
        "si puedo", "Buenos días, sí, confirmo. Muchas gracias", "Sí nos vemos", "c to confirm", "C\n", "\"C\"", "(y)",
        "yup", "Yes I can", "yes i will!", "si puedo ir", "Sí, Dios mediante", "sí, si Dios quiere", "Yes, c u then",
        "CONFIRM MY APPT", "confirmo mi asistencia", "Siii", "Yesss", "We'll come",
    ),
    Reply.CANNOT: (
        "n", "N", "N.", "no", "No", "NO!!", "nope", "no thank you", "No, sorry", "can't make it", "Can’t make it",
        "cant make it", "I can not come", "I cannot come", "no i can't come", "I can't come, sorry", "I won't be there",
        "I need to reschedule", "please reschedule", "cancel my appointment", "not coming", "no puedo", "No puedo.",
        "No puedo ir", "Lo siento, no puedo", "no podré ir", "no, no puedo ir, gracias", "no voy a poder", "N 😢",
        "I won`t be able to make it", "cancelar mi cita", "hola no puedo asistir",
        "No I can't", "I can't make my appointment", "I have to cancel, sorry",
        "no puedo ir a la cita", "no podré llegar",
    ),
    Reply.CALL: (
        "call", "Call me", "call me please", "Please call", "please call me back", "Can you call me?", "CALL ME!!",
        "llámeme", "Llameme por favor", "¿Me puede llamar?", "llámame", "puede llamarme", "Hola, llámenme", "📞 call",
        "call me ASAP please",
    ),
    Reply.STOP: (
        "STOP", "stop", "Stop.", "Stop. Thank you", "stop thank you", "STOP ALL", "STOPALL", "Stop!", "stop please",
        "please stop", "Please stop texting me", "stop texting me", "stop stop", "STOP 🛑", "\"STOP\"", "stop?",
        "unsubscribe", "Unsubscribe me please", "UNSUBSCRIBE.", "opt out", "opt-out", "OptOut", "end", "quit",
        "ok stop", "no more texts", "Remove me from your list", "don't text me", "alto", "ALTO", "Alto, gracias",
        "no más mensajes", "No me escriban más", "darme de baja", "baja", "basta", "¡Alto!", "st\u00adop", "fin",
        "Hello, stop", "pare", "stop texting this number!", "Do not contact me", "no texts please", "delete my number",
        "Ya no quiero recibir mensajes", "No me envíen más mensajes, gracias", "ya no me escriban",
        "STOP-", "Stop. Gracias",
    ),
    Reply.START: ("START", "start", "Start please", "UNSTOP", "unstop", "empezar", "comenzar", "opt in", "alta"),
    Reply.HELP: ("HELP", "help", "Help?", "info", "INFO", "ayuda", "Who is this?", "¿Quién es?", "quien habla"),
    Reply.UNCLEAR: (
        "", " ", "👍", "🙂", "...", "?", "please don't stop", "don't stop", "Do not stop", "I will stop by",
        "I'll stop by at 3", "stop by", "can I stop taking my pills?", "should i stop my medicine", "bus stop",
        "no problem, see you", "no problem", "No worries", "no see you then", "not sure", "no idea", "no sé", "maybe",
        "ok", "okay thanks", "thank you", "gracias", "k", "see you", "yes no", "y n", "Y/N", "c or n", "C?", "yes?",
        "no?", "yes but can I come later", "yes but call me first", "no, I'll be there", "yes I can't come",
        "No. I can come.", "I can't wait, see you", "yes, stop", "stop and call me", "start stop", "cancel", "Cancel.",
        "help me", "help I fell", "ayúdeme me siento mal", "I need help", "call 911", "Who", "si o no", "sino",
        "si puedo pero más tarde", "si me siento mejor", "If I feel better yes", "no me siento bien", "me siento mal",
        "What time?", "cuándo", "wrong number", "número equivocado", "he died", "this is his wife, he is in hospital",
        "1", "2", "cc", "nn", "st op", "stopping", "nostop", "start taking?", "when do I start", "siempre",
        "no puedo esperar", "no puedo dormir", "confirm what?", "did you confirm?", "I never confirm", "not confirmed",
        "Reply C to confirm, N if you can't come", "Liked “Ada, your appointment is Thu”", "the end", "alto dolor",
        "es muy alto", "Is this spam? stop lying", "STOP calling me about money i owe", "да", "是", "\u202eSTOP by",
        "yes " * 60, "STOP " * 1000, "x" * 5000,
        "NO STOP", "No. Stop", "C U there", "c u", "Si Dios quiere", "no más", "ya no", "cancel all", "está bien",
        "no puedo mañana", "can we reschedule?", "👎", "😢", "🤒", "❌",
        # What is written in another script is no sign to be passed over: it may say the contrary.
        "yes 但是不能来", "C но не приду", "да c", "N\u043e", "yes нет", "stop нет", "si لا",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meant"),
    [(text, meant) for meant, texts in MEANT.items() for text in texts],
)
def test_a_reply_means(text: str, meant: Reply) -> None:
    assert meaning_of(text) is meant


def test_every_meaning_is_told_apart() -> None:
    assert set(MEANT) == set(Reply)


def test_a_long_letter_is_for_a_person() -> None:
    assert meaning_of("yes " * (LONGEST_REPLY // 4)) is Reply.CONFIRM
    assert meaning_of("yes " * (LONGEST_REPLY // 4) + "y") is Reply.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "thank you",
        "ok",
        "Gracias, nos vemos",
        "See you then",
        "👍",
        "",
        "👍🏽",
        "❤️ 🙏",
        "C u there",
        "OK!!",
        "...!",
    ],
)
def test_a_courtesy_asks_for_nothing(text: str) -> None:
    assert is_courtesy(text)
    assert meaning_of(text) is Reply.UNCLEAR


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "thanks but no",
        "stop",
        "ok, I fell",
        "thanks, what time?",
        "ok " * 70,
        "?",
        "ok?",
        "👎",
        "😢",
        "👍🤒",
        "❌",
        "Sorry",
        "lo siento, gracias",
        "谢谢",
    ],
)
def test_anything_more_is_no_courtesy(text: str) -> None:
    assert not is_courtesy(text)
