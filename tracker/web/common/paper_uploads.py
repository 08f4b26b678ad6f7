"""The scan of a paper in a form: taken in without ever being held whole where it is too large, and examined first.

Of a file that is larger than any scan no more than is needed to see that is kept while it comes in, so that what was
typed beside it is not lost with it. Only whoever is signed in may send so much, and only to a form that asks for it.
"""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, current_app, request
from flask_login import current_user
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage

from tracker.domain.attachments import LARGEST
from tracker.services.attachments import FIELD, Paper, examine
from tracker.web.common.current import runtime
from tracker.web.common.forms import TrackerForm
from tracker.web.common.session_user import SessionUser

#: In bytes, of a whole request with a scan; larger ones are refused before they are read.
MOST_SENT = 120_000_000
_TAKES = "takes_a_paper"
_AGAIN = "Choose the file again: browsers do not keep it."

View = TypeVar("View", bound=Callable[..., object])


def takes_a_paper(view: View) -> View:
    """Let the form of a view come with the scan of a paper."""
    vars(view)[_TAKES] = True
    return view


class _Beginning(BytesIO):
    """The beginning of a file: enough to tell that it is too large, and the rest is let go."""

    def write(self, given: Any) -> int:
        room = LARGEST + 1 - self.tell()
        if room > 0:
            super().write(given[:room])
        return len(given)


class PaperRequest(Request):
    """A request that may come with the scan of a paper."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if _takes_a_paper(self):
            return _Beginning()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def _takes_a_paper(asked: Request) -> bool:
    return asked.endpoint is not None and _TAKES in vars(current_app.view_functions[asked.endpoint])


class PaperField(FileField):  # type: ignore[misc]  # Flask-WTF ships no types
    """A scan, as PDF, JPEG or PNG."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            label,
            **kwargs,
            description=f"PDF, JPEG or PNG, at most {LARGEST // 1_000_000} MB.",
            render_kw={"accept": "application/pdf,image/jpeg,image/png", "data-largest": LARGEST},
        )


class PaperInHand:
    """The scan that came with a form, if one did. ``found`` is there once it was examined."""

    def __init__(self, form: TrackerForm) -> None:
        self._form = form
        self.found: Paper | None = None
        if FIELD in form and runtime().papers is None:
            del form[FIELD]

    def examine(self) -> None:
        """Look at it, before any transaction begins: it takes its time.

        :raises InvalidInput: with a sentence at the field for what is no scan
        """
        sent, store = self._form[FIELD].data if FIELD in self._form else None, runtime().papers
        if isinstance(sent, FileStorage) and sent.filename and store is not None:
            content = sent.stream.read(LARGEST + 1)
            self.found = examine(runtime().paper_reader, store, name=sent.filename, content=content)


def ask_for_files_again(form: TrackerForm) -> None:
    """Say beside each file that came with a refused form that it has to be chosen again."""
    for field in form:
        if isinstance(field, PaperField) and isinstance(field.data, FileStorage) and _AGAIN not in field.errors:
            field.errors = [*field.errors, _AGAIN]


def init_paper_uploads(app: Flask) -> None:
    """Let so much come in as a form with a scan may have. After who is there is known, and before a form is read."""
    app.request_class = PaperRequest

    def allow() -> None:
        if isinstance(current_user, SessionUser) and _takes_a_paper(request):
            cast("PaperRequest", request).max_content_length = MOST_SENT

    app.before_request(allow)
