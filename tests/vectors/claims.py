"""`iss`, `aud`, `sub`, `cid`, `uid`, `jti` and `groups`: wrong values and wrong types, and what they may be."""

from typing import Any

from tests.tokens import ABSENT, AUDIENCE, DOMAIN, GATEWAY_URL, ISSUER, MACHINE_CLIENT_ID, SERVER_ID, USER_CLIENT_ID
from tests.vectors.rows import ACCEPTED, SAME, Row, changed

ISS, AUD, SUB = "issuer_mismatch", "audience_mismatch", "claim_malformed"

ISSUERS: dict[str, tuple[str, Any]] = {
    "missing": ("RFC 8725 3.8", ABSENT), "null": ("RFC 8725 3.8", None), "the empty string": ("RFC 8725 3.8", ""),
    "true": ("RFC 8725 3.8", True), "a number": ("RFC 8725 3.8", 1), "an object": ("RFC 8725 3.8", {"iss": ISSUER}),
    "a list with ours alone": ("CVE-2025-30144", [ISSUER]),
    "a list with ours": ("CVE-2025-30144", ["https://evil.example/", ISSUER]),
    "a part of ours": ("CVE-2024-53861", ISSUER[8:]), "the beginning of ours": ("CVE-2024-53861", ISSUER[:-1]),
    "ours and more": ("CVE-2024-53861", f"{ISSUER}x"), "one letter of ours": ("CVE-2024-53861", "o"),
    "ours with a slash": ("RFC 3986 6: compared as strings", f"{ISSUER}/"),
    "ours in upper case": ("RFC 3986 6", ISSUER.upper()), "our host in upper case": (
        "RFC 3986 6", ISSUER.replace(DOMAIN, DOMAIN.upper())),
    "ours with a port": ("RFC 3986 6", ISSUER.replace(DOMAIN, f"{DOMAIN}:443")),
    "ours over http": ("RFC 8725 3.8", ISSUER.replace("https", "http")),
    "ours with a user": ("RFC 8725 3.8", ISSUER.replace("https://", "https://x@")),
    "ours with a query": ("RFC 8725 3.8", f"{ISSUER}?x"), "ours with a fragment": ("RFC 8725 3.8", f"{ISSUER}#x"),
    "ours with a dot segment": ("RFC 3986 6", ISSUER.replace("/oauth2/", "/oauth2/./")),
    "ours with a percent": ("RFC 3986 6", ISSUER.replace("oauth2", "%6fauth2")),
    "ours with a space": ("RFC 8725 3.8", f" {ISSUER}"), "ours with NUL": ("RFC 8725 3.8", f"{ISSUER}\0"),
    "ours with a dot behind the host": ("RFC 3986 6", ISSUER.replace(DOMAIN, f"{DOMAIN}.")),
    "a look-alike": ("RFC 8725 3.8", ISSUER.replace("o", "\u043e", 1)),
    "a host that begins as ours": ("RFC 8725 3.8", ISSUER.replace(DOMAIN, f"{DOMAIN}.evil.example")),
    "another org": ("RFC 8725 3.8", f"https://evil.okta.com/oauth2/{SERVER_ID}"),
    "the admin host": ("RFC 8725 3.8", ISSUER.replace("dev-123456", "dev-123456-admin")),
    "another server of the org": ("RFC 8725 3.8", f"https://{DOMAIN}/oauth2/default"),
    "the org server": ("RFC 8725 3.8", f"https://{DOMAIN}"), "the gateway": ("RFC 8725 3.8", GATEWAY_URL),
    "the address of the keys": ("RFC 8725 3.8", f"{ISSUER}/v1/keys"),
}  # fmt: skip

# {0} is the audience that the consumer wants.
AUDIENCES: dict[str, tuple[str, Any]] = {
    "missing": ("RFC 8725 3.9", ABSENT), "null": ("RFC 8725 3.9", None), "the empty string": ("RFC 8725 3.9", ""),
    "an empty list": ("CVE-2020-26160", []), "a list with the empty string": ("CVE-2020-26160", [""]),
    "a number": ("RFC 7519 4.1.3", 0), "true": ("RFC 7519 4.1.3", True), "an object": ("RFC 7519 4.1.3", {"{0}": 1}),
    "ours and a number": ("RFC 7519 4.1.3", ["{0}", 1]), "ours and null": ("RFC 7519 4.1.3", ["{0}", None]),
    "ours in a list in a list": ("RFC 7519 4.1.3", [["{0}"]]), "ours and more": ("RFC 8725 3.9", "{0}x"),
    "ours with a slash": ("RFC 8725 3.9", "{0}/"), "ours with a space": ("RFC 8725 3.9", "{0} "),
    "ours among others in one string": ("RFC 8725 3.9", "{0} api://other"), "others behind a comma": (
        "RFC 8725 3.9", "api://other,{0}"), "a wildcard": ("RFC 8725 3.9", "*"), "the issuer": ("RFC 8725 3.9", ISSUER),
    "the endpoint": ("CVE-2025-27370", f"{ISSUER}/v1/token"), "another API": ("RFC 8725 3.9", "api://other"),
    "a list of others": ("RFC 8725 3.9", ["api://other", "api://third"]), "one letter": ("CVE-2024-53861", "a"),
}  # fmt: skip


def _filled(value: Any, audience: str) -> Any:
    if isinstance(value, list):
        return [_filled(item, audience) for item in value]
    if isinstance(value, dict):
        return {audience: 1}
    return value.replace("{0}", audience) if isinstance(value, str) else value


def _audience(name: str, source: str, value: Any) -> Row:
    return Row(f"aud: {name}", source, lambda forge: forge.token(aud=_filled(value, forge.audience)), AUD)


EMPTY = {"missing": ABSENT, "null": None, "the empty string": "", "a number": 7, "true": True, "a list": ["x"],
         "an object": {"x": 1}}  # fmt: skip
NO_GROUPS = {"a string": "registry-admins", "an object": {"registry-admins": True}, "a number": 1, "null": None,
             "a list with a number": ["registry-admins", 1], "a list in a list": [["registry-admins"]]}  # fmt: skip

ROWS = [
    *(changed(f"iss: {name}", source, ISS, iss=value) for name, (source, value) in ISSUERS.items()),
    *(_audience(name, source, value) for name, (source, value) in AUDIENCES.items()),
    changed("aud: in upper case", "RFC 8725 3.9", AUD, aud=AUDIENCE.upper()),
    changed("aud: the client, of a token for the API", "RFC 8725 3.9", AUD, aud=USER_CLIENT_ID, callback=None),
    *(changed(f"sub: {name}", "RFC 7519 4.1.2", SUB, sub=value) for name, value in EMPTY.items()),
    *(changed(f"cid: {name}", "Okta, API access management: verify aud and cid", SUB, cid=value, callback=ACCEPTED)
      for name, value in EMPTY.items()),
    *(changed(f"jti: {name}", "RFC 7519 4.1.7", SUB, jti=value)
      for name, value in EMPTY.items() if name != "missing"),
    *(changed(f"uid: {name}", "Okta: uid is in user tokens only", "unknown_principal", uid=value, callback=ACCEPTED)
      for name, value in EMPTY.items()),
    changed("a machine whose sub is another client", "RFC 9068 5", "unknown_principal", uid=ABSENT,
            sub="0oaSomebodyElse", cid=MACHINE_CLIENT_ID, callback=None),
    changed("a user whose sub is a client", "RFC 9068 5; RFC 9700 4.15", ACCEPTED, sub=MACHINE_CLIENT_ID,
            callback=None),
    changed("cnf of a DPoP key", "RFC 9449 7.1", "sender_constrained_token", cnf={"jkt": "x"}, callback=ACCEPTED),
    changed("cnf of a certificate", "RFC 8705 3", "sender_constrained_token", cnf={"x5t#S256": "x"}, callback=ACCEPTED),
    changed("cnf null", "RFC 7800 3", "sender_constrained_token", cnf=None, callback=ACCEPTED),
    *(changed(f"groups: {name}", "API2023-1: unreadable groups count as none", ACCEPTED, groups=value)
      for name, value in NO_GROUPS.items()),
    changed("jti missing", "RFC 7519 4.1.7: optional", ACCEPTED, jti=ABSENT),
    Row("aud: a list with ours", "RFC 7519 4.1.3", lambda forge: forge.token(
        aud=["api://other", forge.audience], azp=USER_CLIENT_ID), ACCEPTED),
    Row("aud: a list with ours alone", "RFC 7519 4.1.3", lambda forge: forge.token(aud=[forge.audience]), ACCEPTED),
    Row("aud: a list with ours twice", "RFC 7519 4.1.3", lambda forge: forge.token(
        aud=[forge.audience, forge.audience], azp=USER_CLIENT_ID), ACCEPTED, SAME),
    changed("sub with everything that is dangerous in a header", "CWE-113", ACCEPTED, sub="a\r\nX-User: r\0\u2028%2c,",
            callback="token_mixed_up"),
    changed("groups with everything that is dangerous in a list", "CWE-113", ACCEPTED,
            groups=["registry-admins", "a,b", "\r\n", "\0", "*", ""]),
]  # fmt: skip
