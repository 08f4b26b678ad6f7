"""A mail in HTML says the words of the plain text, escaped, and loads nothing."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tracker.domain.mail_html import html_of
from tracker.domain.message_words import Which
from tracker.queries.reminder_texts import longest_fields, shipped, shipped_messages

LINK = "https://visits.example/r/a&b"
MAILS = [each for each in shipped_messages() if each.channel == "email"]


def words_of(page: str) -> list[str]:
    return unescape(re.sub(r"<[^>]*>", " ", page)).split()


@pytest.mark.parametrize("which", MAILS, ids=lambda each: f"{each.template}-{each.language}")
def test_the_words_are_those_of_the_plain_text(which: Which) -> None:
    wording = shipped(which)
    values = replace(longest_fields(wording.which.language, "email", "River & Sons", "555"), link=LINK)
    body = wording.filled(values)[1]
    page = html_of(body, language=wording.which.language, link=LINK)
    assert words_of(page) == body.split()
    assert f'<html lang="{wording.which.language}">' in page
    assert page.count('<a href="https://visits.example/r/a&amp;b">') == 1
    assert not re.search(r"<(?:img|script|style|link)|src=|style=", page)


def test_what_was_typed_is_no_markup() -> None:
    page = html_of('<script>alert("1")</script> & <b>', language='"x"')
    assert "<script>" not in page and "<b>" not in page
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &lt;b&gt;" in page
    assert 'lang="&quot;x&quot;"' in page


def test_long_lines_flow_and_short_ones_end() -> None:
    page = html_of(f"{'x' * 80}\nflows\nends\nhere\n{'y' * 80}\n{LINK}\n\nnext", language="en", link=LINK)
    first, second = re.findall(r"<p>(.*?)</p>", page, re.DOTALL)
    assert first.split("<br>\n")[:3] == [f"{'x' * 80}\nflows", "ends", "here"]
    assert first.endswith(f'<br>\n<a href="{LINK.replace("&", "&amp;")}">{LINK.replace("&", "&amp;")}</a>')
    assert second == "next"


def test_lines_of_a_sheet_end_however_long_they_are() -> None:
    long = f"- {'x' * 90}"
    page = html_of(f"Hello\n\n{long}\n- short\n\nEnd", language="en", sheet=f"{long}\n- short\n\nEnd")
    assert re.findall(r"<p>(.*?)</p>", page, re.DOTALL) == ["Hello", f"{long}<br>\n- short", "End"]
