"""Column types that mean the same on SQLite and on PostgreSQL.

SQLite has no instants, no exact decimals and no JSON type. What is stored there is fixed text that sorts and
compares as the value does, so that queries, partial indexes and hashes need not know which engine they run on.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import DateTime, Dialect, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

JsonObject: TypeAlias = dict[str, object]


def canonical_json(value: object, default: Callable[[object], str] | None = None) -> str:
    """The one text of a JSON value: keys sorted, no spaces, characters as themselves.

    ``default`` makes text of what JSON has no form for, which otherwise raises ``TypeError``.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=default
    )


def instant_text(value: datetime) -> str:
    """An aware instant as ``YYYY-MM-DDTHH:MM:SS.ffffffZ``, always 27 characters, so that text order is time order.

    Raises ``ValueError`` for a naive datetime: nobody knows which instant it means.
    """
    if value.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _instant(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is UTC:
        return value
    if value.utcoffset() is None:
        raise ValueError("an instant needs a time zone")
    return value.astimezone(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, ``timestamptz`` on PostgreSQL, fixed-width text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where the engine has no instants."""
        return Text() if dialect.name == "sqlite" else DateTime(timezone=True)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object]:
        """Refuses naive values on both engines."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else instant_text(value)
        return _instant

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """A plain function per engine: a snapshot reads hundreds of instants."""
        if dialect.name == "sqlite":
            parse = datetime.fromisoformat
            return lambda value: None if value is None else parse(value)
        return _instant


class Exact(TypeDecorator[Decimal]):
    """An exact decimal, digits kept as written: ``NUMERIC`` on PostgreSQL, text on SQLite.

    SQLite compares such text with numbers as text, so a constraint casts it: see ``base.positive``.
    """

    impl = Numeric()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where numbers are binary."""
        return Text() if dialect.name == "sqlite" else Numeric()

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        """Refuses floats, which are not exact, and what is not a number."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError("an exact amount is a finite Decimal")
        return format(value, "f") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """A ``Decimal`` with the digits that were written."""
        return None if value is None else Decimal(value)


class Json(TypeDecorator[JsonObject]):
    """A small JSON object: ``JSONB`` on PostgreSQL, canonical text on SQLite. Assign a new one, never change it."""

    impl = Text()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Binary JSON where the engine has it."""
        return JSONB(none_as_null=True) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: JsonObject | None, dialect: Dialect) -> object:
        """Canonical text, so that equal objects are equal text."""
        return value if value is None or dialect.name == "postgresql" else canonical_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> JsonObject | None:
        """The object."""
        found: JsonObject | None = json.loads(value) if isinstance(value, str) else value
        return found
