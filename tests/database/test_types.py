"""What goes into a column comes out of it the same on both engines, and what has no exact form stays out."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError

from tracker.persistence.database import Database
from tracker.persistence.types import Exact, Json, UTCDateTime, canonical_json, instant_text

VALUES = Table("values_of_all_types", MetaData(), Column("at", UTCDateTime), Column("n", Exact), Column("j", Json))
KATHMANDU = timezone(timedelta(hours=5, minutes=45))


def round_trip(database: Database, **values: object) -> tuple[object, ...]:
    """What a row holds after it was written and read again."""
    with database.migrating() as connection:
        VALUES.create(connection, checkfirst=True)
        connection.execute(insert(VALUES).values(**values))
    with database.reading() as session:
        return tuple(session.execute(select(VALUES)).one())


class TestTypes:
    @pytest.mark.parametrize(
        "at",
        [
            datetime(2026, 3, 17, 15, 0, tzinfo=UTC),
            datetime(2026, 3, 17, 15, 0, 0, 1, tzinfo=KATHMANDU),
            datetime(1, 1, 1, 12, 0, tzinfo=UTC),
        ],
    )
    def test_keep_an_instant_and_give_it_in_utc(self, database: Database, at: datetime) -> None:
        found = round_trip(database, at=at)[0]

        assert isinstance(found, datetime)
        assert found == at
        assert found.utcoffset() == timedelta(0)

    @pytest.mark.parametrize("digits", ["1.50", "0", "1000", "0.0001", "123456789012345678.123456789", "-2.0"])
    def test_keep_every_digit_of_an_amount(self, database: Database, digits: str) -> None:
        assert str(round_trip(database, n=Decimal(digits))[1]) == digits

    @pytest.mark.parametrize("value", [{}, {"b": [1, "é", None, True], "a": {"x": ""}}])
    def test_keep_an_object(self, database: Database, value: dict[str, object]) -> None:
        assert round_trip(database, j=value)[2] == value

    def test_keep_nothing_as_nothing(self, database: Database) -> None:
        assert round_trip(database, at=None, n=None, j=None) == (None, None, None)
        with database.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM values_of_all_types WHERE j IS NULL")) == 1

    @pytest.mark.parametrize(
        "values",
        [
            {"at": datetime(2026, 3, 17, 15, 0)},  # noqa: DTZ001  # the very thing that is refused
            {"n": 1.5},
            {"n": Decimal("NaN")},
            {"n": Decimal("Infinity")},
        ],
    )
    def test_refuse_what_is_not_exact(self, database: Database, values: dict[str, object]) -> None:
        with pytest.raises((StatementError, ValueError)):
            round_trip(database, **values)

    def test_are_stored_on_sqlite_as_text_of_one_width(self, sqlite_database: Database) -> None:
        round_trip(sqlite_database, at=datetime(2026, 3, 17, 15, 0, tzinfo=UTC), n=Decimal("1E+3"), j={"b": 1, "a": 2})

        with sqlite_database.reading() as session:
            stored = session.execute(text("SELECT at, n, j FROM values_of_all_types")).one()
        assert tuple(stored) == ("2026-03-17T15:00:00.000000Z", "1000", '{"a":2,"b":1}')


class TestInstantText:
    @given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
    def test_sorts_as_time_does(self, one: datetime, other: datetime) -> None:
        assert (instant_text(one) < instant_text(other)) == (one < other)
        assert len(instant_text(one)) == 27

    @given(st.datetimes(timezones=st.just(KATHMANDU), min_value=datetime(2, 1, 1)))  # noqa: DTZ001  # hypothesis asks for a naive bound
    def test_says_the_same_instant_in_any_zone(self, at: datetime) -> None:
        assert datetime.fromisoformat(instant_text(at)) == at


class TestCanonicalJson:
    def test_is_one_text_whatever_the_order(self) -> None:
        assert canonical_json({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'

    def test_refuses_numbers_that_are_none(self) -> None:
        with pytest.raises(ValueError, match="JSON compliant"):
            canonical_json({"n": float("nan")})

    def test_refuses_what_json_has_no_form_for(self) -> None:
        with pytest.raises(TypeError):
            canonical_json({"at": datetime(2026, 3, 17, tzinfo=UTC)})
