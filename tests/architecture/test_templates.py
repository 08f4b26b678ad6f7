"""Templates obey the content security policy and are found where their endpoint says."""

import ast
import re

import pytest

from tests.support.source import FunctionNode, sources, templates

#: What the policy would block in a browser, or would let data become markup.
BANNED = {
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline script": r"<script\b(?![^>]*\bsrc\s*=)[^>]*>",
    "an inline event handler": r"<[a-z][^<>]*\son[a-z]+\s*=",
    "a script address": r"javascript:",
    "something from another server": r"(?:\bsrc|srcset|poster|action|<link\b[^>]*href)\s*=\s*[\"']?(?:https?:)?//",
    "unescaped text": r"\|\s*safe\b|\{%-?\s*autoescape\s+false",
    "an image inside the page": r"[\"'(]data:",
}
REFERENCE = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+[\"']([^\"']+)[\"']")
#: Folders that belong to no blueprint.
SHARED = frozenset({"layouts", "components", "charts", "messages", "errors", "kit"})


def is_view(node: FunctionNode) -> bool:
    """Whether a function is registered on a blueprint: ``@blueprint.get(…)``, ``.post``, ``.route``."""
    called = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    return any(isinstance(each, ast.Attribute) and each.attr in {"get", "post", "route"} for each in called)


def view_names(blueprint: str) -> set[str]:
    """The names of the view functions in ``tracker/web/<blueprint>``."""
    return {node.name for each in sources(f"tracker/web/{blueprint}") for node in each.functions() if is_view(node)}


def rendered_names() -> dict[str, str]:
    """Template names written in the code, each with the file that names it."""
    return {
        node.value: each.path
        for each in sources("tracker")
        for node in each.nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[\w/-]+\.(?:html|txt)", node.value)
    }


@pytest.mark.parametrize("what", BANNED)
def test_no_template_holds(what: str) -> None:
    pattern = re.compile(BANNED[what], re.IGNORECASE)
    assert [
        f"{name}:{number}: {line.strip()}"
        for name, text in templates().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ] == []


class TestTemplateNames:
    def test_are_those_of_their_endpoints(self) -> None:
        pages = [name.removesuffix(".html").split("/") for name in templates() if name.endswith(".html")]
        assert [
            "/".join(page)
            for page in pages
            if page[0] not in SHARED and page[-1][0] != "_" and page[-1] not in view_names(page[0])
        ] == []

    def test_in_the_code_name_templates_that_exist(self) -> None:
        known = templates()
        assert {name: path for name, path in rendered_names().items() if name not in known} == {}

    def test_in_templates_name_templates_that_exist(self) -> None:
        known = templates()
        assert [
            f"{name}: {other}"
            for name, text in known.items()
            for other in REFERENCE.findall(text)
            if other not in known
        ] == []

    def test_are_all_used(self) -> None:
        used = set(rendered_names()) | {other for text in templates().values() for other in REFERENCE.findall(text)}
        pages = {name for name in templates() if name.split("/")[0] not in {"consents", "messages", "errors"}}
        assert sorted(pages - used) == []
