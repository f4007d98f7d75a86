"""The header of a token: which parameters are demanded, which are refused, and which are never looked at."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from okta_gateway.errors import (
    AlgorithmRefused,
    CriticalHeaderRefused,
    IssuerMismatch,
    KeyIdMalformed,
    NoMatchingKey,
    OrgServerToken,
    SignatureInvalid,
    TokenMalformed,
    TokenRefused,
    TokenTypeRefused,
)
from tests.tokens import (
    ABSENT,
    AUDIENCE,
    DOMAIN,
    GATEWAY_URL,
    ISSUER,
    OKTA_KEY,
    OKTA_NEXT_KEY,
    SERVER_ID,
    STRANGER_KEY,
    base64url,
    hs256,
    key_set,
    okta_header,
    okta_profile,
    okta_token,
    sign,
    signing_key,
    user_claims,
)
from tests.unit.tokens.verifying import refuse, verify


def okta_signs(padding: Any, digest: Any) -> Callable[[bytes], bytes]:
    """Okta's own key, with another algorithm."""
    return lambda data: signing_key(OKTA_KEY).private_key.sign(data, padding, digest)


@pytest.mark.parametrize(
    "alg",
    ["none", "None", "NONE", "nOnE", "rs256", "Rs256", "RS256 ", " RS256", "RS256\0", "HS256", "HS512", "RS384",
     "RS512", "PS256", "ES256", "EdDSA", "", ABSENT, None, 256, True, ["RS256"], {"RS256": 1}],
    ids=repr,
)  # fmt: skip
def test_any_algorithm_but_rs256_is_refused_though_the_signature_is_good(alg: Any) -> None:
    refuse(okta_token(header={"alg": alg}), AlgorithmRefused)


@pytest.mark.parametrize("alg", ["none", "None", "RS256"])
@pytest.mark.parametrize("typ", [ABSENT, "JWT"], ids=["no-typ", "typ"])
def test_an_unsigned_token_is_refused(alg: str, typ: Any) -> None:
    refuse(sign(okta_header(alg=alg, typ=typ), user_claims(), b""), TokenMalformed)


@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RS384", okta_signs(PKCS1v15(), SHA384())),
        ("RS512", okta_signs(PKCS1v15(), SHA512())),
        ("PS256", okta_signs(PSS(MGF1(SHA256()), 32), SHA256())),
    ],
    ids=["RS384", "RS512", "PS256"],
)
def test_other_algorithms_of_the_same_key_are_refused(alg: str, key: Callable[[bytes], bytes]) -> None:
    refuse(okta_token(header={"alg": alg}, key=key), AlgorithmRefused)
    refuse(okta_token(key=key), SignatureInvalid)


@pytest.mark.parametrize("secret", [b"", b"secret", signing_key(OKTA_KEY).pem(), signing_key(OKTA_KEY).pem().strip()])
def test_the_public_key_is_no_hmac_secret(secret: bytes) -> None:
    refuse(okta_token(header={"alg": "HS256"}, key=hs256(secret)), AlgorithmRefused)
    refuse(okta_token(key=hs256(secret)), SignatureInvalid)


@pytest.mark.parametrize(
    "parameters",
    [{"crit": ["exp"]}, {"crit": ["b64"], "b64": True}, {"crit": ["b64"], "b64": False}, {"crit": []}, {"crit": None},
     {"crit": "exp"}, {"crit": False}, {"b64": True}, {"b64": False}, {"b64": None},
     {"crit": ["x"], "x": 1}],
    ids=repr,
)  # fmt: skip
def test_critical_extensions_are_refused(parameters: dict[str, Any]) -> None:
    refuse(okta_token(header=parameters), CriticalHeaderRefused)


INJECTED: dict[str, dict[str, Any]] = {
    "jwk": {"jwk": signing_key(STRANGER_KEY).jwk(kid=OKTA_KEY)},
    "jku": {"jku": "https://attacker.example/keys"},
    "jku of Okta's host": {"jku": f"https://{DOMAIN}@attacker.example/keys"},
    "x5u": {"x5u": "http://attacker.example/chain.pem"},
    "x5c": {"x5c": [base64url(signing_key(STRANGER_KEY).pem())]},
    "x5t": {"x5t": "AAAA", "x5t#S256": "AAAA"},
    "all": {"jwk": {}, "jku": 1, "x5u": None, "x5c": "x", "zip": "DEF", "enc": "A256GCM", "cty": "JWT", "epk": {}},
}  # fmt: skip


@pytest.mark.parametrize("parameters", INJECTED.values(), ids=INJECTED.keys())
def test_a_key_that_the_token_brings_along_is_never_used(parameters: dict[str, Any]) -> None:
    refuse(okta_token(header=parameters, key=signing_key(STRANGER_KEY)), SignatureInvalid)
    refuse(okta_token(header=parameters | {"kid": STRANGER_KEY}, key=signing_key(STRANGER_KEY)), NoMatchingKey)
    verify(okta_token(header=parameters))


@pytest.mark.parametrize("kid", [ABSENT, None, "", 1, True, [OKTA_KEY], {"kid": OKTA_KEY}, "k" * 257], ids=repr)
def test_a_kid_that_is_no_short_string_is_refused(kid: Any) -> None:
    refuse(okta_token(header={"kid": kid}), KeyIdMalformed)


@pytest.mark.parametrize(
    "kid",
    ["k" * 256, "Okta-Active", "okta-active ", " okta-active", "okta-active\0", "okta-activ", "okta-active,okta-next",
     "../../../dev/null", "/dev/null", "' OR '1'='1", "okta-active'; DROP TABLE keys; --", "*", "%", "${jndi:ldap://x}",
     "__proto__", "\n", "\u043ekta-active", "0"],
    ids=repr,
)  # fmt: skip
def test_a_kid_that_nobody_publishes_is_refused(kid: str) -> None:
    refuse(okta_token(header={"kid": kid}), NoMatchingKey)


def test_a_kid_of_the_greatest_length_is_found() -> None:
    key, kid = signing_key(OKTA_KEY), "k" * 256
    verify(okta_token(header={"kid": kid}), okta_profile(key_set(key.jwk(kid=kid))))


def test_the_next_key_is_as_good_as_the_active_one() -> None:
    verify(okta_token(header={"kid": OKTA_NEXT_KEY}, key=signing_key(OKTA_NEXT_KEY)))


@pytest.mark.parametrize("typ", [ABSENT, "JWT", "at+jwt", "application/at+jwt"], ids=repr)
def test_the_types_of_an_access_token_are_accepted(typ: Any) -> None:
    verify(okta_token(header={"typ": typ}))


@pytest.mark.parametrize(
    "typ",
    ["", "jwt", "Jwt", "AT+JWT", "at+jwt ", "id+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "JOSE", "JWT,at+jwt",
     "application/okta-id+jwt", "application/okta-internal-rt+jwt", None, 1, False, ["JWT"], {"JWT": 1}],
    ids=repr,
)  # fmt: skip
def test_any_other_type_is_refused(typ: Any) -> None:
    refuse(okta_token(header={"typ": typ}), TokenTypeRefused)


def test_an_access_token_of_the_org_server_is_refused_as_such_wherever_its_key_is() -> None:
    header = {"typ": "application/okta-internal-at+jwt"}
    claims: dict[str, Any] = {"iss": f"https://{DOMAIN}", "aud": f"https://{DOMAIN}"}
    refuse(okta_token(header=header | {"kid": "org-key"}, key=signing_key(STRANGER_KEY), **claims), OrgServerToken)
    refuse(okta_token(header=header, **claims), OrgServerToken)
    error = refuse(okta_token(header=header), OrgServerToken)
    assert "custom authorization server" in error.advice


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"alg": "none", "crit": ["x"], "typ": "x", "kid": ""}, AlgorithmRefused),
        ({"crit": ["x"], "typ": "x", "kid": ""}, CriticalHeaderRefused),
        ({"typ": "x", "kid": ""}, TokenTypeRefused),
        ({"kid": ""}, KeyIdMalformed),
        ({"kid": "unknown"}, NoMatchingKey),
        ({}, SignatureInvalid),
    ],
    ids=["alg", "crit", "typ", "kid", "key", "signature"],
)
def test_what_is_wrong_is_told_in_the_order_of_the_specification(
    header: dict[str, Any], expected: type[TokenRefused]
) -> None:
    refuse(okta_token(header=header, key=signing_key(STRANGER_KEY), iss=1, aud=2, exp=3, cnf={}), expected)


NO_KEY = {"kid": "a-key-of-another-server"}


@pytest.mark.parametrize(
    ("issuer", "advice"),
    [
        (f"https://{DOMAIN}", "the org authorization server issued it"),
        (f"https://{DOMAIN}/oauth2/default", "set OKTA_AUTH_SERVER_ID to 'default'"),
        (f"https://{DOMAIN}/oauth2/aus0000000000000000", "set OKTA_AUTH_SERVER_ID to 'aus0000000000000000'"),
        (f"https://dev-654321.okta.com/oauth2/{SERVER_ID}", "check OKTA_DOMAIN"),
        (f"https://login.example.com/oauth2/{SERVER_ID}", "OKTA_ISSUERS"),
        ("https://accounts.google.com", "check OKTA_DOMAIN"),
        (GATEWAY_URL, "check OKTA_DOMAIN"),
        ("", "check OKTA_DOMAIN"),
        (None, "check OKTA_DOMAIN"),
        ([ISSUER], "check OKTA_DOMAIN"),
    ],
    ids=["org", "default", "other-server", "other-org", "custom-domain", "foreign", "gateway", "empty", "null", "list"],
)
def test_no_matching_key_tells_the_log_which_server_the_token_is_from_and_what_would_accept_it(
    issuer: Any, advice: str
) -> None:
    error = refuse(okta_token(header=NO_KEY, key=signing_key(STRANGER_KEY), iss=issuer), NoMatchingKey)
    assert f"its iss is {issuer!r}" in error.detail
    assert f"the configured issuer is {ISSUER}" in error.detail
    assert advice in error.detail


def test_no_matching_key_with_the_configured_issuer_says_that_the_issuer_is_right() -> None:
    error = refuse(okta_token(header=NO_KEY, key=signing_key(STRANGER_KEY)), NoMatchingKey)
    assert "its iss is the configured issuer" in error.detail
    assert "'a-key-of-another-server'" in error.detail


def test_a_token_of_another_server_with_a_shared_key_is_refused_by_its_issuer() -> None:
    error = refuse(okta_token(iss=f"https://{DOMAIN}/oauth2/default", aud="api://default"), IssuerMismatch)
    assert ISSUER in error.detail
    assert AUDIENCE not in error.detail
