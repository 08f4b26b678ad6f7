"""Mailers that remember what they were handed and fail as they are told."""

from collections.abc import Callable

from tracker.domain.mail import MailError, Message, Receipt


class RecordingMailer:
    """Takes everything. ``failing`` says what to raise for the n-th message, counted from 1."""

    def __init__(self, *, reaches_people: bool = True, can_look_up: bool = False) -> None:
        self.sent: list[Message] = []
        self.tried = 0
        self.failing: Callable[[int], MailError | None] = lambda _number: None
        self._reaches_people, self._can_look_up = reaches_people, can_look_up

    @property
    def reaches_people(self) -> bool:
        """As it was made."""
        return self._reaches_people

    def send(self, message: Message) -> Receipt:
        """Remember the message, or raise."""
        self.tried += 1
        error = self.failing(self.tried)
        if error is not None:
            raise error
        self.sent.append(message)
        return Receipt(message.reference)

    def was_sent(self, reference: str) -> bool | None:
        """Whether it is remembered; ``None`` for a mailer that cannot be asked."""
        return any(each.reference == reference for each in self.sent) if self._can_look_up else None
