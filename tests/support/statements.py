"""What is sent to a database while a block of a test runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def sent(*engines: Engine) -> Iterator[list[str]]:
    """The statements in their order, but for what begins a transaction and sets up a connection."""
    said: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            said.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", keep)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", keep)
