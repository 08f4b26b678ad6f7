"""Reading one pathway file as text: every complaint names the line and the key."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import NoReturn

Table = Mapping[str, object]


class PathwayFileError(Exception):
    """The file cannot be read as a pathway. ``line`` counts from 1; 0 where no line can be named."""

    def __init__(self, message: str, *, line: int, key: str) -> None:
        super().__init__(f"line {line}, {key}: {message}" if line else f"{key}: {message}")
        self.line, self.key = line, key


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a pathway file and what TOML makes of it."""

    text: str
    tables: Table

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read TOML.

        :raises PathwayFileError: with the line of a syntax error
        """
        try:
            return cls(text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            raise PathwayFileError(str(error), line=int(line[1]) if line else 0, key="TOML") from error

    def fail(self, key: str, message: str) -> NoReturn:
        """Refuse the file for what stands at the dotted ``key``."""
        raise PathwayFileError(message, line=self._line(key), key=key)

    def _line(self, key: str) -> int:
        """The line of the most specific part of a dotted key that can be found in the text."""
        parts = key.split(".")
        lines = self.text.splitlines()
        for depth in range(len(parts), 0, -1):
            header = f"[{'.'.join(parts[:depth])}]"
            start = next((at for at, line in enumerate(lines) if line.strip() in (header, f"[{header}]")), None)
            if start is None:
                continue
            below = parts[depth] if depth < len(parts) else ""
            for at in range(start + 1, len(lines)):
                if lines[at].startswith("["):
                    break
                if below and re.match(rf"{re.escape(below)}\s*=", lines[at]):
                    return at + 1
            return start + 1
        top = (at for at, line in enumerate(lines) if re.match(rf"{re.escape(parts[0])}\s*=", line))
        return next(top, -1) + 1

    def table(self, holder: Table, name: str, at: str = "") -> dict[str, Table]:
        """A table of tables; empty if the file does not have it."""
        found = holder.get(name, {})
        if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
            self.fail(f"{at}{name}", "must be a table of tables")
        return found

    def only(self, table: Table, known: Iterable[str], at: str) -> None:
        """Refuse keys nobody reads: a misspelt guard must not be a missing guard."""
        for key in table:
            if key not in known:
                self.fail(f"{at}.{key}", f"nobody reads this key; known here are {', '.join(sorted(known))}")

    def text_of(self, table: Table, key: str, at: str, default: str | None = None) -> str:
        """A text; required unless a default is given."""
        found = table.get(key, default)
        if not isinstance(found, str):
            self.fail(f"{at}.{key}", "must be a text")
        return found

    def texts_of(self, table: Table, key: str, at: str) -> tuple[str, ...]:
        """A list of texts; empty if missing."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.fail(f"{at}.{key}", "must be a list of texts")
        return tuple(found)

    def flag_of(self, table: Table, key: str, at: str, default: bool = False) -> bool:
        """True or false."""
        found = table.get(key, default)
        if not isinstance(found, bool):
            self.fail(f"{at}.{key}", "must be true or false")
        return found

    def time_of(self, table: Table, key: str, at: str) -> time:
        """A wall time as a text (``15:00``)."""
        try:
            return time.fromisoformat(self.text_of(table, key, at))
        except ValueError as error:
            self.fail(f"{at}.{key}", str(error))

    def number_of(self, table: Table, key: str, at: str) -> int | None:
        """A whole number, or ``None`` if missing."""
        found = table.get(key)
        if found is not None and (not isinstance(found, int) or isinstance(found, bool)):
            self.fail(f"{at}.{key}", "must be a whole number")
        return found
