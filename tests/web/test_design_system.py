"""The design system holds by itself: strict CSP, tied labels and errors, readable colours, nothing undefined."""

import importlib.util
import re
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "tracker" / "web" / "static"
TEMPLATES = ROOT / "templates"
CSS = [STATIC / "tracker.css", *sorted((STATIC / "css").glob("*.css"))]
TONES = ("critical", "warn", "ready", "quiet")
CONTROLS = {"input", "select", "textarea"}


def _load_guide() -> ModuleType:
    spec = importlib.util.spec_from_file_location("styleguide_page", Path(__file__).with_name("styleguide_page.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


guide = _load_guide()
#: One for all snippets, so that what they import is compiled once.
ENVIRONMENT = guide.environment()


class Tags(HTMLParser):
    """Every start tag with its attributes, and whether a control stands inside a label."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None], bool]] = []
        self._labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._labels += tag == "label"
        self.tags.append((tag, dict(attrs), self._labels > 0))

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"


def parsed(html: str) -> list[tuple[str, dict[str, str | None], bool]]:
    """Return the tags of a page."""
    parser = Tags()
    parser.feed(html)
    return parser.tags


@pytest.fixture(scope="module")
def page() -> str:
    """The whole style guide."""
    return str(guide.render())


def macro(source: str, **values: object) -> str:
    """Render a snippet that imports macros."""
    return str(ENVIRONMENT.from_string(source).render(**values))


def test_page_has_no_inline_style_script_or_foreign_address(page: str) -> None:
    for tag, attributes, _ in parsed(page):
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert tag != "script" or attributes.get("src")
        assert not [
            v
            for n, v in attributes.items()
            if n in {"src", "href", "action"} and re.match(r"(https?:)?//|data:", v or "")
        ]


def test_every_control_has_a_label_or_a_name(page: str) -> None:
    tags = parsed(page)
    labelled = {a.get("for") for tag, a, _ in tags if tag == "label"}
    for tag, attributes, in_label in tags:
        if tag in CONTROLS and attributes.get("type") not in {"hidden", "submit"}:
            assert in_label or attributes.get("id") in labelled or attributes.get("aria-label"), attributes


def test_every_reference_to_an_id_is_answered(page: str) -> None:
    tags = parsed(page)
    ids = {attributes["id"] for _, attributes, _ in tags if "id" in attributes}
    for _, attributes, _ in tags:
        for name in ("aria-describedby", "aria-labelledby"):
            assert set((attributes.get(name) or "").split()) <= ids
        href = attributes.get("href") or ""
        assert not (href.startswith("#") and len(href) > 1) or href[1:] in ids


def field_html(name: str, hint: str = "") -> str:
    """Render one field of the form with mistakes."""
    source = '{% from "components/field.html" import field %}{{ field(form[name], hint=hint) }}'
    return macro(source, form=guide.filled_form(), name=name, hint=hint)


def test_error_is_tied_to_its_control_and_what_was_typed_stays() -> None:
    html = field_html("score", hint="The mean.")
    control = next(a for tag, a, _ in parsed(html) if tag == "input")
    assert control["aria-describedby"] == "score-hint score-error"
    assert control["aria-invalid"] == "true"
    assert control["value"] == "7"
    assert "Between 0 and 4." in html


def test_only_required_fields_say_required() -> None:
    assert "required</span>" in field_html("name")
    assert "required</span>" not in field_html("why")


def test_group_of_options_is_a_fieldset_with_a_legend() -> None:
    html = field_html("outcome")
    tags = [tag for tag, _, _ in parsed(html)]
    assert tags.index("fieldset") < tags.index("legend") < tags.index("input")
    assert next(a for tag, a, _ in parsed(html) if tag == "fieldset")["aria-describedby"] == "outcome-error"
    assert " checked" not in html


def test_no_option_is_preselected_unless_it_was_chosen() -> None:
    assert '<option selected value="2">' in field_html("room")


def test_error_summary_leads_to_each_control() -> None:
    source = '{% from "components/form.html" import error_summary %}{{ error_summary(form) }}'
    html = macro(source, form=guide.filled_form())
    assert re.findall(r'href="#([^"]+)"', html) == ["score", "outcome-0"]
    assert macro(source, form=guide.ScoreForm()).strip() == ""


def test_form_posts_its_token_and_the_version_it_was_made_from() -> None:
    source = '{% from "components/form.html" import form_open %}{{ form_open("/x", none, version=17) }}'
    inputs = {a["name"]: a["value"] for tag, a, _ in parsed(macro(source)) if tag == "input"}
    assert inputs == {"csrf_token": "a-token", "form_of": "a-person", "expected_version": "17"}


def test_two_forms_of_a_page_do_not_share_ids_of_hidden_fields() -> None:
    source = '{% from "components/form.html" import form_open %}{{ form_open("/x", form) }}'
    hidden = [a for tag, a, _ in parsed(macro(source, form=guide.ScoreForm())) if a.get("type") == "hidden"]
    assert hidden and not [a for a in hidden if "id" in a]


@pytest.mark.parametrize("tone", TONES)
def test_tone_has_a_word_and_a_shape_of_its_own(tone: str) -> None:
    source = '{% from "components/badge.html" import badge %}{{ badge(tone, "not <booked>") }}'
    shapes = {t: re.sub(r".*?>", "", macro(source, tone=t), count=2).split("</svg>")[0] for t in TONES}
    html = macro(source, tone=tone)
    assert "not &lt;booked&gt;" in html
    assert [t for t, shape in shapes.items() if shape == shapes[tone]] == [tone]


def test_struck_entry_stays_readable_and_says_so() -> None:
    source = '{% from "components/timeline.html" import timeline %}{{ timeline(entries) }}'
    html = macro(source, entries=guide.HISTORY)
    assert "Struck out: </span><s>Trial positive: test dose 50 mcg" in html
    assert html.count("written") == 2  # the class and the word of the one entry that was written later


def test_bars_never_leave_their_box() -> None:
    source = '{% from "components/bars.html" import bars %}{{ bars("Load", "Week", "n", items, limit=limit) }}'
    for limit in (None, 5, 50):
        rects = [a for tag, a, _ in parsed(macro(source, items=guide.WEEKS, limit=limit)) if tag == "rect"]
        assert max(float(a["x"] or 0) + float(a["width"] or 0) for a in rects) <= 100.01


def test_bars_draw_nothing_of_nothing() -> None:
    source = '{% from "components/bars.html" import bars %}{{ bars("Load", "Week", "n", []) }}'
    assert "bar-part" not in macro(source)


ERROR_PAGE = {
    "title": "Somebody changed this",
    "sentences": ("Nothing was saved.",),
    "changes": ("Dana W. moved the date.",),
    "reference": "ab12",
    "back_url": "/cases/1",
    "repeat": (("reason", "a < b"),),
    "csrf_token": "t",
}


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500, 503])
def test_error_page_stands_with_and_without_a_frame(status: int) -> None:
    template = ENVIRONMENT.get_template(f"errors/{status}.html")
    alone = template.render(page=ERROR_PAGE)
    framed = template.render(page=ERROR_PAGE, frame=guide.frame())
    assert "Places" not in alone
    assert 'aria-label="Places"' in framed
    for html in (alone, framed):
        assert "Nothing was saved." in html
        assert "Dana W. moved the date." in html
        assert 'value="a &lt; b"' in html


def test_place_without_a_key_or_a_role_still_stands() -> None:
    frame = guide.frame(places=0)
    html = ENVIRONMENT.from_string('{% extends "layouts/page.html" %}').render(frame=frame)
    assert "data-go" not in html
    assert "Sign out" in html


# ── Colours ──────────────────────────────────────────────────────────────────


def _tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", css))


def themes() -> dict[str, dict[str, str]]:
    """Return the colour tokens of both themes."""
    css = (STATIC / "tracker.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\n *\}", css, re.DOTALL)[:2]
    return {"light": _tokens(light), "dark": _tokens(light) | _tokens(dark)}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "surface", "sunken")
TEXT_PAIRS = [
    *product(("ink", "ink-2"), GROUNDS),
    *product(TONES, GROUNDS),
    *((tone, f"{tone}-bg") for tone in TONES),
    ("paper", "ink"),
]
SHAPE_PAIRS = [
    *product(("edge", "focus", *(f"{tone}-mark" for tone in TONES)), GROUNDS),
    *((f"{tone}-mark", f"{tone}-bg") for tone in TONES),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (SHAPE_PAIRS, 3.0)], ids=["text", "shapes"])
def test_colours_reach_the_contrast_of_level_aa(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    tokens = themes()[theme]
    found = {f"{a} on {b}": round(contrast(tokens[a], tokens[b]), 2) for a, b in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


def test_both_themes_define_the_same_colours() -> None:
    css = (STATIC / "tracker.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\n *\}", css, re.DOTALL)[:2]
    assert _tokens(light).keys() == _tokens(dark).keys()


# ── Files ────────────────────────────────────────────────────────────────────


def test_every_token_used_is_defined() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in CSS)
    defined = set(re.findall(r"(--[a-z0-9-]+):", text)) | {"--path-on"}
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= defined


def test_colours_stand_only_in_tokens() -> None:
    for path in CSS:
        text = re.sub(r":root \{.*?\n *\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", text))
        assert path.name == "print.css" or not found, f"{path.name}: {found}"


def test_stylesheets_load_nothing_and_stay_readable() -> None:
    for path in CSS:
        text = path.read_text(encoding="utf-8")
        assert "@import" not in text and "url(" not in text
        assert text.count("\n") <= 400


def test_every_stylesheet_is_linked() -> None:
    """By the base layout, or by the pages that alone need it."""
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    linked = set(re.findall(r"filename='([^']+\.css)'", pages))
    assert sorted(linked) == sorted(path.relative_to(STATIC).as_posix() for path in CSS)


def test_no_template_marks_text_as_safe() -> None:
    for path in TEMPLATES.rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape false", path.read_text(encoding="utf-8")), path
