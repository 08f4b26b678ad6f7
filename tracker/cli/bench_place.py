"""Where the bench has its database: nothing else may be in it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url


@contextmanager
def place_of(url: str | None, keep: Path | None) -> Iterator[str]:
    """The URL of the database that is named, of the file that is kept, or of a file that is gone afterwards."""
    if url is not None:
        given = make_url(url)
        if given.drivername == "postgresql":
            given = given.set(drivername="postgresql+psycopg")
        yield given.render_as_string(hide_password=False)
    elif keep is not None:
        yield f"sqlite:///{keep.absolute()}"
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
