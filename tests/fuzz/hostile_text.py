"""Strategies: JSON of any kind, text with what parsers stumble over, and texts changed in a few places."""

from typing import Any

from hypothesis import strategies as st

NUMBERS = st.integers() | st.floats() | st.sampled_from(
    [0, -1, 2**31, 2**53 - 1, 2**53, 2**64, 10**30, 1e308, float("inf"), float("nan"), -0.0, True]
)  # fmt: skip
NASTY = st.sampled_from(
    ["", " ", "\t", "\n", "\r\n", "\0", "\x1f", "\x7f", "\x85", "\xa0", "\u2000", "\u2028", "\u3000", "\ufeff",
     "\ud800", "\u202e", "\uff0e", "%00", "%2f", "%0d%0a", "..", "//", "\\", "*", "?", "${aws:username}", ",", ";", "=",
     '"', "'", "&", "#", "$", "{", "}", "[", "]", "<script>", "__proto__", "null", "NaN", "1e400", "9" * 5000,
     "x" * 3000]
)  # fmt: skip
TEXT = st.text(max_size=12) | NASTY | st.lists(NASTY | st.text(max_size=4), max_size=4).map("".join)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@st.composite
def edited(draw: st.DrawFn, texts: st.SearchStrategy[str], insertions: st.SearchStrategy[str] = TEXT) -> str:
    """One of the texts with up to three places changed: something put in, left out, or repeated."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 8)))
        text = text[:start] + draw(insertions | st.just(text[start:end] * 2)) + text[end:]
    return text
