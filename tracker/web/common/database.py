"""One read session a request, opened when first needed; write transactions that commit where they end.

A read session is closed before a write begins: without write-ahead logging an open read would keep SQLite's only
writer from committing, and what is read afterwards must show what was written.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import cast

from flask import Flask, g
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from tracker.web.common.current import runtime
from tracker.web.common.forms import refuse_what_was_set_aside


def read_session() -> Session:
    """Return this request's read session. Closed when the request ends or a write begins."""
    if "read_stack" not in g:
        stack = ExitStack()
        g.read_session = stack.enter_context(runtime().database.reading())
        g.read_stack = stack
    return cast(Session, g.read_session)


def close_read_session() -> None:
    """End this request's read transaction, if there is one."""
    stack = cast("ExitStack | None", g.pop("read_stack", None))
    g.pop("read_session", None)
    if stack is not None:
        stack.close()


@contextmanager
def writing() -> Iterator[Session]:
    """Open one write transaction: commits at the end, rolls back when an exception passes.

    :raises RuntimeError: when one is open already; two would wait for each other.
    """
    if g.get("is_writing", False):
        raise RuntimeError("a write transaction is open already in this request")
    refuse_what_was_set_aside()
    close_read_session()
    g.is_writing = True
    try:
        with runtime().database.writing() as session:
            yield session
    finally:
        g.is_writing = False


@contextmanager
def noting() -> Iterator[Connection]:
    """For one statement that says who looked at what, or what a browser was told: it does not wait for the disk."""
    close_read_session()
    with runtime().database.noting() as connection:
        yield connection


def _close_sessions(_error: BaseException | None) -> None:
    close_read_session()
    if g.pop("is_writing", False):
        raise RuntimeError("a request ended with its write transaction open")


def init_database(app: Flask) -> None:
    """Close what a request opened, whatever became of it."""
    app.teardown_appcontext(_close_sessions)
