"""HTML is made of escaped parts, whatever they hold."""

import pytest

from devkit.console.markup import Markup, element, together

HOSTILE = "<script>alert('1')</script>&\""
ESCAPED = "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;&quot;"


def test_text_is_escaped_and_elements_are_not() -> None:
    assert element("p", HOSTILE, element("b", "x")) == f"<p>{ESCAPED}<b>x</b></p>"
    assert together("<", Markup("<br>"), None) == "&lt;<br>"


def test_an_attribute_is_escaped() -> None:
    assert element("a", href=HOSTILE) == f'<a href="{ESCAPED}"></a>'


@pytest.mark.parametrize(
    ("attributes", "html"),
    [
        ({"class_": "a b"}, '<p class="a b"></p>'),
        ({"aria_label": "x"}, '<p aria-label="x"></p>'),
        ({"hidden": True}, "<p hidden></p>"),
        ({"hidden": False}, "<p></p>"),
        ({"title": None}, "<p></p>"),
        ({"title": ""}, '<p title=""></p>'),
        ({"name": "n"}, '<p name="n"></p>'),
    ],
    ids=repr,
)
def test_attributes_are_written_as_html_has_them(attributes: dict[str, str | bool | None], html: str) -> None:
    assert element("p", **attributes) == html


def test_an_element_without_content_has_no_end_and_a_path_of_svg_has_one() -> None:
    assert element("input", name="x") == '<input name="x">'
    assert element("path", d="M0 0") == '<path d="M0 0"></path>'
