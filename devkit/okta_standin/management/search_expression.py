"""Okta's search and filter expressions, as far as this project uses them: eq, sw, co, pr, and, or, parentheses.

Names are case-sensitive, operators and strings are not (Okta, "List all users": `search`).
"""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass

from devkit.okta_standin.errors import invalid_search

type Lookup = Callable[[str], object]
"""Gives the value of an attribute, or None."""
type Matcher = Callable[[Lookup], bool]

_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\["\\])*")|(?P<parenthesis>[()])|(?P<word>[^\s()"]+))')
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "sw": lambda value, wanted: value.startswith(wanted),
    "co": lambda value, wanted: wanted in value,
}
_PRESENT = "pr"
MAX_DEPTH = 20


def parse_search(text: str, attributes: Container[str]) -> Matcher:
    """The meaning of an expression over `attributes`. Raises OktaRefusal (E0000031) for anything else."""
    parser = _Parser(_tokens(text), attributes)
    matcher = parser.alternatives(0)
    parser.require_end()
    return matcher


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise invalid_search()
        tokens.append(_Token(found.lastgroup, found[found.lastgroup]))
        position = found.end()
    return tokens


class _Parser:
    """Recursive descent; `and` binds closer than `or`."""

    def __init__(self, tokens: list[_Token], attributes: Container[str]) -> None:
        self._tokens = tokens
        self._attributes = attributes
        self._position = 0

    def alternatives(self, depth: int) -> Matcher:
        """`a or b or ...`."""
        matchers = [self._conjunction(depth)]
        while self._takes_word("or"):
            matchers.append(self._conjunction(depth))
        return lambda lookup: any(matches(lookup) for matches in matchers)

    def require_end(self) -> None:
        """Nothing may be left over."""
        if self._position < len(self._tokens):
            raise invalid_search()

    def _conjunction(self, depth: int) -> Matcher:
        matchers = [self._term(depth)]
        while self._takes_word("and"):
            matchers.append(self._term(depth))
        return lambda lookup: all(matches(lookup) for matches in matchers)

    def _term(self, depth: int) -> Matcher:
        token = self._next()
        if token == _Token("parenthesis", "(") and depth < MAX_DEPTH:
            matcher = self.alternatives(depth + 1)
            if self._next() != _Token("parenthesis", ")"):
                raise invalid_search()
            return matcher
        if token.kind != "word" or token.text not in self._attributes:
            raise invalid_search()
        return self._comparison(token.text)

    def _comparison(self, name: str) -> Matcher:
        operator = self._next()
        if operator.kind == "word" and operator.text.lower() == _PRESENT:
            return lambda lookup: lookup(name) is not None
        compare = _COMPARISONS.get(operator.text.lower()) if operator.kind == "word" else None
        value = self._next()
        if compare is None or value.kind != "string":
            raise invalid_search()
        wanted = re.sub(r"\\(.)", r"\1", value.text[1:-1]).casefold()
        return lambda lookup: compare(_folded(lookup(name)), wanted) if lookup(name) is not None else False

    def _takes_word(self, word: str) -> bool:
        taken = self._position < len(self._tokens) and self._tokens[self._position].text.lower() == word
        taken = taken and self._tokens[self._position].kind == "word"
        self._position += taken
        return taken

    def _next(self) -> _Token:
        if self._position >= len(self._tokens):
            raise invalid_search()
        self._position += 1
        return self._tokens[self._position - 1]


def _folded(value: object) -> str:
    return str(value).casefold()
