"""Domain tests are pure: whoever opens a socket or a database here has put a rule into the wrong layer."""

import socket
import sqlite3
from collections.abc import Iterator
from typing import NoReturn

import psycopg
import pysqlite3.dbapi2
import pytest

from tracker.domain.pathway.definition import Pathway
from tracker.pathways.catalogue import current


@pytest.fixture(autouse=True, scope="module")
def _nothing_but_arithmetic() -> Iterator[None]:
    def refuse(*_args: object, **_kwargs: object) -> NoReturn:
        raise AssertionError("a domain test opened a socket or a database")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(sqlite3, "connect", refuse)
        patch.setattr(pysqlite3.dbapi2, "connect", refuse)
        patch.setattr(psycopg, "connect", refuse)
        yield


@pytest.fixture(scope="session")
def itb() -> Pathway:
    """The pathway that new cases start on."""
    return current("itb")


@pytest.fixture(scope="session")
def reoperation() -> Pathway:
    """The pathway of reoperations."""
    return current("itb_reoperation")
