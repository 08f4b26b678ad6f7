"""What some patients answered to their text: one comes, one cannot, one wrote what a person has to read."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from tracker.demo.clinic import DemoClinic
from tracker.demo.telling import Story, Teller
from tracker.queries.case_detail import get_head
from tracker.queries.replies import Standing, list_senders, list_told_by_text, standing_of
from tracker.services.replying.texts import InboundText, receive_text
from tracker.services.work import CaseRef

#: In the order in which somebody is found who was told of a visit to come.
SAID = ("Sí, gracias!", "I can't make it, sorry", "Can my sister drive me? She only has time until noon")


def answers(clinic: DemoClinic, people: Sequence[Teller]) -> Story:
    """Yesterday at noon, two hours after the messages of that day."""
    yield clinic.calendar.start_of(clinic.today - timedelta(days=1)) + timedelta(hours=12)
    for number, (said, (teller, sender)) in enumerate(zip(SAID, _told(clinic, people), strict=False)):
        text = InboundText(provider_id=f"demo-{number}", sender=sender, text=said)
        with clinic.runtime.database.writing() as session:
            receive_text(session, text, now=clinic.clock.now(), ids=clinic.runtime.ids)
            # The story goes on from what the answer has made of the case.
            head = get_head(session, clinic.people["desk"], teller.ref.public_id)
            teller.ref = CaseRef(head.public_id, head.version)


def _told(clinic: DemoClinic, people: Sequence[Teller]) -> Iterator[tuple[Teller, str]]:
    """Who was told by text of a visit that is still to come, and has not said that they come; with their number."""
    now = clinic.clock.now()
    for teller in people:
        number = teller.person.reach[0].value
        with clinic.runtime.database.reading() as session:
            senders = [each for each in list_senders(session, number) if not each.is_stopped]
            told = list_told_by_text(session, senders, now)
            is_asked = bool(told) and standing_of(session, told[0], now) == Standing.TO_COME
        if is_asked and teller.ref.public_id:
            yield teller, number
