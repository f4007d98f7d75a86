"""`exp`, `iat` and `nbf`: numbers of JSON, in range, with sixty seconds of leeway and a lifetime of a day."""

from typing import Any

from tests.tokens import ABSENT, NOW
from tests.vectors.rows import ACCEPTED, EXPIRES, ISSUED, Row, changed, payload

NUMBER = "RFC 7519 2: NumericDate"
MALFORMED = "claim_malformed"

# No times, although one or another parser makes one of them; the texts stand in the JSON as they are.
NO_TIMES = {
    "a string": f'"{NOW + 600}"', "true": "true", "false": "false", "null": "null", "a list": f"[{NOW + 600}]",
    "an object": '{"$numberLong": "1"}', "the empty string": '""', "a date": '"2030-01-01T00:00:00Z"',
    "negative": "-1", "a negative zero and a bit": "-0.1", "1e400": "1e400", "minus 1e400": "-1e400", "1e308": "1e308",
    "two to the 53": str(2**53), "two to the 63": str(2**63), "two to the 64 and some": str(2**64 + NOW + 600),
    "two to the 1024": str(2**1024), "a number of 4000 digits": "9" * 4000, "nanoseconds": f"{NOW + 600}000000000",
}  # fmt: skip

BROKEN = {"NaN": "NaN", "Infinity": "Infinity", "minus Infinity": "-Infinity", "5000 digits": "9" * 5000,
          "hexadecimal": "0x6b49d200", "a zero in front": f"0{NOW + 600}", "a plus": f"+{NOW + 600}"}  # fmt: skip


def _in_place(name: str, text: str) -> tuple[str, str]:
    """What to replace in the payload's text by what; `nbf` is not there and comes in front of `iat`."""
    if name == "nbf":
        return '"iat":', f'"nbf": {text}, "iat":'
    good = {"exp": EXPIRES, "iat": ISSUED}[name]
    return f'"{name}": {good}', f'"{name}": {text}'


def _written(name: str, label: str, text: str, answer: str, source: str = NUMBER) -> Row:
    return payload(f"{name}: {label}", source, answer, *_in_place(name, text))


def _times(label: str, answer: str, source: str = "RFC 7519 4.1.4 to 4.1.6", **claims: Any) -> Row:
    return changed(label, source, answer, **claims)


ROWS = [
    *(_written(name, label, text, MALFORMED) for name in ("exp", "iat", "nbf") for label, text in NO_TIMES.items()),
    *(_written(name, label, text, "token_malformed", "RFC 8259 6")
      for name in ("exp", "iat", "nbf") for label, text in BROKEN.items()),
    _times("exp missing", MALFORMED, exp=ABSENT),
    _times("iat missing", MALFORMED, iat=ABSENT),
    _times("exp and iat missing", MALFORMED, exp=ABSENT, iat=ABSENT),
    _times("exp only in upper case", MALFORMED, exp=ABSENT, EXP=EXPIRES),
    _times("expired an hour ago", "token_expired", exp=NOW - 3600, iat=NOW - 7200),
    _times("expired since 60 seconds", "token_expired", exp=NOW - 60, iat=NOW - 3600),
    _times("expired since 60 seconds, in fractions", "token_expired", exp=NOW - 60.001, iat=NOW - 3600),
    _times("exp 0", "token_expired", exp=0),
    _times("exp minus zero", "token_expired", exp=-0.0),
    _times("exp 1", "token_expired", exp=1, iat=0),
    _times("exp as minutes since 1970", "token_expired", exp=EXPIRES // 60),
    _times("iat in 61 seconds", "token_not_yet_valid", iat=NOW + 61),
    _times("iat in a year", "token_not_yet_valid", iat=NOW + 365 * 86400, exp=NOW + 365 * 86400 + 60),
    _times("nbf in 61 seconds", "token_not_yet_valid", nbf=NOW + 61),
    _times("nbf after exp", "token_not_yet_valid", nbf=EXPIRES + 1),
    _times("nbf in milliseconds", "token_not_yet_valid", nbf=NOW * 1000),
    _times("exp in milliseconds", "token_lifetime_refused", exp=EXPIRES * 1000),
    _times("iat and exp in milliseconds", "token_not_yet_valid", iat=ISSUED * 1000, exp=EXPIRES * 1000),
    _times("exp in the year 9999", "token_lifetime_refused", exp=253402300799),
    _times("exp just below two to the 53", "token_lifetime_refused", exp=2**53 - 1),
    _times("iat 0", "token_lifetime_refused", iat=0),
    _times("a day and a second", "token_lifetime_refused", iat=NOW, exp=NOW + 86401),
    _times("no lifetime", "token_lifetime_refused", iat=NOW, exp=NOW),
    _times("a lifetime backwards", "token_lifetime_refused", iat=NOW + 30, exp=NOW + 20),
    _times("a day", ACCEPTED, iat=NOW, exp=NOW + 86400),
    _times("expired since 59 seconds", ACCEPTED, exp=NOW - 59, iat=NOW - 3600),
    _times("iat in 60 seconds", ACCEPTED, iat=NOW + 60),
    _times("nbf in 60 seconds", ACCEPTED, nbf=NOW + 60),
    _times("nbf long ago", ACCEPTED, nbf=0),
    _times("nbf before iat", ACCEPTED, nbf=ISSUED - 300),
    _times("fractions of seconds", ACCEPTED, iat=ISSUED + 0.25, exp=EXPIRES + 0.75, nbf=ISSUED + 0.5),
    _written("exp", "with an exponent", f"{EXPIRES / 10**9}e9", ACCEPTED),
    _written("exp", "with a fraction of zero", f"{EXPIRES}.0", ACCEPTED),
    _written("exp", "with a fraction of 300 digits", f"{EXPIRES}.{'3' * 300}", ACCEPTED),
    _times("auth_time is not looked at", ACCEPTED, auth_time="yesterday", updated_at=None),
]  # fmt: skip
