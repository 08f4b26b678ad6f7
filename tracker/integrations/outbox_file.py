"""A message as a file that is either whole or not there."""

import os
from pathlib import Path

from tracker.domain.mail import MailUnavailable


def put_whole(path: Path, content: bytes) -> None:
    """Write beside its place and rename; the folder is made if it is not there, and what stood there is replaced.

    :raises MailUnavailable: the folder cannot be written
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise MailUnavailable(type(error).__name__) from error
