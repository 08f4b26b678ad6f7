"""People who sign in, what they may do at which clinic, and how they sign in. Secrets are stored as hashes only."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.words import Role
from tracker.persistence.base import (
    Base,
    OwnId,
    PublicId,
    RowId,
    Tenant,
    TenantRowId,
    Versioned,
    one_of,
    partial_index,
    to_member,
)
from tracker.persistence.types import Json, JsonObject
from tracker.persistence.vocabulary import LinkPurpose


class User(Versioned, Base):
    """A person, once, whatever number of clinics they work at. ``email_key`` is the case-folded address."""

    __tablename__ = "users"

    id: Mapped[OwnId]
    public_id: Mapped[PublicId]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class Membership(Tenant, Base):
    """That a person works at a clinic. Ended by ``is_active``, never deleted: what they did keeps its author."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id"), primary_key=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class MembershipRole(Tenant, Base):
    """One role of a member."""

    __tablename__ = "membership_roles"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        one_of("role", Role),
    )

    user_id: Mapped[RowId] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class MemberPin(Tenant, Base):
    """A member's PIN, as a hash that fits nobody else. ``failures`` counts the wrong tries since the last right one or
    the last password."""

    __tablename__ = "member_pins"
    __table_args__ = (to_member("user_id"), CheckConstraint("failures >= 0", name="failures"))

    user_id: Mapped[RowId] = mapped_column(primary_key=True)
    pin_hash: Mapped[str]
    set_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)


class SigninLink(Base):
    """A one-time link to choose a password. Only the hash of its token is kept."""

    __tablename__ = "signin_links"
    __table_args__ = (one_of("purpose", LinkPurpose),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[RowId] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_by: Mapped[RowId | None] = mapped_column(ForeignKey("users.id"))


class SigninSession(Base):
    """A browser session, kept here so that ending it ends it everywhere. A session begins before anybody signed in.

    ``tablet_hash`` names the shared tablet that it was begun on; ``locked_at``: it waits there for its owner's PIN.
    """

    __tablename__ = "signin_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["clinic_id", "user_id"], ["memberships.clinic_id", "memberships.user_id"]),
        CheckConstraint("clinic_id IS NULL OR user_id IS NOT NULL", name="clinic_of_somebody"),
        Index("ix_signin_sessions_user_id", "user_id"),
        Index("ix_signin_sessions_last_seen_at", "last_seen_at"),
        partial_index("ix_signin_sessions_tablet_hash", "tablet_hash", where="tablet_hash IS NOT NULL"),
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[RowId | None] = mapped_column(ForeignKey("users.id"))
    clinic_id: Mapped[RowId | None] = mapped_column(ForeignKey("clinics.id"))
    data: Mapped[JsonObject] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    tablet_hash: Mapped[str | None]
    locked_at: Mapped[datetime | None]


class KeptForm(Tenant, Base):
    """What a member sent after their sign-in had ended. ``sealed`` is read with the deployment's key alone; the row
    goes when it is in a form again, or is old."""

    __tablename__ = "kept_forms"
    __table_args__ = (
        to_member("user_id"),
        CheckConstraint("sealed <> ''", name="sealed"),
        Index("ix_kept_forms_user_id_kept_at", "clinic_id", "user_id", "kept_at"),
    )

    id: Mapped[TenantRowId]
    user_id: Mapped[RowId]
    kept_at: Mapped[datetime]
    sealed: Mapped[str]


class SigninAttempt(Base):
    """One attempt to sign in, for throttling across processes."""

    __tablename__ = "signin_attempts"
    __table_args__ = (
        Index("ix_signin_attempts_email_key_at", "email_key", "at"),
        Index("ix_signin_attempts_address_at", "address", "at"),
    )

    id: Mapped[OwnId]
    email_key: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
    succeeded: Mapped[bool]
