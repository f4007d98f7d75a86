"""Fields that somebody else wrote, read without trusting them."""

from datetime import UTC, datetime

import bson
import pytest
from bson.datetime_ms import DatetimeMS

from okta_gateway.store.lenient_fields import OPTIONS, text, texts, time_of

NOW = 1_700_000_000.25
ODD: list[object] = [None, 7, 1.5, True, [], {}, b"a", bson.ObjectId(), DatetimeMS(2**61), bson.Decimal128("1")]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_what_is_not_of_its_type_counts_as_not_there(odd: object) -> None:
    assert text(odd) is None
    assert texts(odd) == ()
    assert time_of(odd) is None


def test_what_is_of_its_type_is_given() -> None:
    assert text("a") == "a"
    assert texts(["a", "b"]) == ("a", "b")
    assert texts("ab") == ()
    assert texts(["a", None, 7, ["b"], "c"]) == ("a", "c")
    assert time_of(datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)) == NOW


def test_no_value_makes_the_driver_fail_for_the_rows_beside_it() -> None:
    """mongoeco refuses to store such values, DocumentDB does not."""
    far = bson.encode({"created_at": DatetimeMS(2**61), "name": "n"})
    assert text(bson.decode(far, OPTIONS)["name"]) == "n"
    assert time_of(bson.decode(far, OPTIONS)["created_at"]) is None
    broken = bson.encode({"name": "n?"}).replace(b"n?", b"n\xff")
    assert text(bson.decode(broken, OPTIONS)["name"]) == "n\ufffd"
