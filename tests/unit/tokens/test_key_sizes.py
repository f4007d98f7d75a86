"""The largest key that may verify, to the bit: verification with a larger one would cost more than a caller may."""

import json

import pytest

from okta_gateway.errors import KeyUnfit
from okta_gateway.tokens.jwks import parse_key_set
from tests.tokens import OKTA_KEY, base64url, signing_key


@pytest.mark.parametrize(("bits", "fit"), [(8191, True), (8192, True), (8193, False)])
def test_a_key_has_at_most_8192_bits(bits: int, fit: bool) -> None:
    modulus = (1 << (bits - 1)) | 1
    member = signing_key(OKTA_KEY).jwk(kid="large", n=base64url(modulus.to_bytes(1025)))
    keys = parse_key_set(json.dumps({"keys": [member, signing_key(OKTA_KEY).jwk()]}).encode())
    if fit:
        assert keys.get("large").key_size == bits
    else:
        with pytest.raises(KeyUnfit, match=f"{bits} bits"):
            keys.get("large")
