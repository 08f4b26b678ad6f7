"""A message in simple HTML, for those who read mail that way: the very words of the plain text, and nothing else.

No picture, no foreign address and no style that loads anything: a mail that is opened tells nobody.
"""

from html import escape
from itertools import pairwise

#: Where shipped words are wrapped: a line that is as long flows on, a shorter one ends where it ends.
_WRAPPED = 80


def html_of(body: str, *, language: str, link: str = "", sheet: str = "") -> str:
    """The plain text in HTML, escaped. ``link``: the address in it that can be followed; there is one at most.
    ``sheet``: what in it was typed in lines, which end where they end, however long they are."""
    typed = frozenset(sheet.split("\n"))
    paragraphs = (_paragraph(each, link, typed) for each in body.split("\n\n") if each.strip())
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8"></head>\n<body>\n'
        + "\n".join(paragraphs)
        + "\n</body>\n</html>\n"
    )


def _paragraph(text: str, link: str, typed: frozenset[str]) -> str:
    lines = text.strip().split("\n")
    written = _line(lines[0], link)
    for before, line in pairwise(lines):
        flows_on = len(before) >= _WRAPPED and line.strip() != link and before not in typed
        written += f"{'' if flows_on else '<br>'}\n{_line(line, link)}"
    return f"<p>{written}</p>"


def _line(text: str, link: str) -> str:
    if not link:
        return escape(text)
    return f'<a href="{escape(link)}">{escape(link)}</a>'.join(escape(part) for part in text.split(link))
