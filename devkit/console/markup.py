"""HTML from Python: elements whose text and attributes are escaped, whatever a token brought."""

from html import escape

VOID = frozenset({"input", "link", "meta"})


class Markup(str):
    """Text that is HTML already; everything else is escaped when it becomes part of an element."""

    __slots__ = ()


type Child = Markup | str | None
type Value = str | bool | None
"""Of an attribute."""


def element(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """An element; `class_` is the attribute class, `aria_label` is aria-label, True an attribute without a value.

    What is None or False is left out.
    """
    opening = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Markup(opening) if name in VOID else Markup(f"{opening}{together(*children)}</{name}>")


def together(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup("".join(_html(child) for child in children if child is not None))


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def _html(child: Markup | str) -> str:
    return child if isinstance(child, Markup) else escape(child)
