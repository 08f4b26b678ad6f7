"""The closed vocabularies of rows that are not facts of a case. Stored in lower case and never renamed."""

from enum import StrEnum


class ClinicianKind(StrEnum):
    """Whom a visit may be booked with."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    THERAPIST = "therapist"
    OTHER = "other"


class LinkPurpose(StrEnum):
    """Why somebody was sent a link that lets them choose a password."""

    FIRST = "first"
    RESET = "reset"


class EntryOutcome(StrEnum):
    """What became of an answer that a tablet kept until the server had it."""

    SAVED = "saved"
    CONFLICT = "conflict"
    REFUSED = "refused"


class ContactKind(StrEnum):
    """What a contact point is."""

    PHONE = "phone"
    EMAIL = "email"


class ContactOwner(StrEnum):
    """Who answers at a contact point."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"
    FACILITY = "facility"


class ContactChange(StrEnum):
    """What was done about a number or address, or about how a patient wants to be reached."""

    ADDED = "added"
    REWRITTEN = "rewritten"
    ENDED = "ended"
    TEXTS_AGREED = "texts_agreed"
    TEXTS_WITHDRAWN = "texts_withdrawn"
    VERIFIED = "verified"
    STOPPED = "stopped"
    ALLOWED = "allowed"
    PREFERS = "prefers"
    LANGUAGE = "language"
    ZONE = "zone"
    POSTAL_ADDRESS = "postal_address"


class Channel(StrEnum):
    """How a reminder travels; ``phone`` is a person who calls."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"


class PreferredWay(StrEnum):
    """By what a patient wants to be reached: by what a reminder travels, or by a letter, which a person writes."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    LETTER = "letter"


class WordsChannel(StrEnum):
    """By what words can go: a call has none, and a letter is printed by a person."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


class DigestOutcome(StrEnum):
    """What became of one member's mail of a morning; ``nothing``: there was nothing to say."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    NOTHING = "nothing"


class ReminderKind(StrEnum):
    """What a reminder is about."""

    CONSENT = "consent"
    ARRIVAL = "arrival"
    REFILL = "refill"
    AFTER = "after"
    PREPARATION = "preparation"


class ReminderState(StrEnum):
    """Where a reminder stands. Nothing rests in a state that nobody must clear."""

    PLANNED = "planned"
    DUE = "due"
    CLAIMED = "claimed"
    IN_FLIGHT = "in_flight"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    TASKED = "tasked"
    PASSED_ON = "passed_on"
    HELD = "held"


#: Nothing more happens to these by themselves; every other state has a ``next_action_at``.
FINAL_REMINDER = frozenset(
    {
        ReminderState.DELIVERED,
        ReminderState.EXPIRED,
        ReminderState.CANCELLED,
        ReminderState.TASKED,
        ReminderState.PASSED_ON,
        ReminderState.HELD,
    }
)
#: Another row counts: it goes by another way, or it is not wanted.
SET_ASIDE_REMINDER = frozenset({ReminderState.CANCELLED, ReminderState.PASSED_ON})
#: Nobody has begun to send these.
WAITING_REMINDER = frozenset({ReminderState.PLANNED, ReminderState.DUE})
#: A dispatcher holds these under a lease.
HELD_REMINDER = frozenset({ReminderState.CLAIMED, ReminderState.IN_FLIGHT})
