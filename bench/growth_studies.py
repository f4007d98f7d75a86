"""What is measured of growth: for each thing that can become many, the operations that might cost more then."""

import itertools
import json
import random
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from jwt.algorithms import RSAAlgorithm

from bench.in_process import ENOUGH_TOKENS, at_other_stages, function, token_of
from bench.interleaved import Operation
from bench.issuer import Holder, Issuer, machine_id, person
from okta_gateway.access.groups import MAX_REMEMBERED as MAX_CLIENTS
from okta_gateway.access.groups import ClientGroups, FindGroups
from okta_gateway.access.policy import build_policy
from okta_gateway.access.scopes import AccessRules, parse_permission
from okta_gateway.access.scopes_file import load_rules
from okta_gateway.errors import PolicyTooLarge
from okta_gateway.setting_rows import DEFAULTS
from okta_gateway.tokens.issuer import OKTA_ACCESS_TOKEN_TYPES, IssuerProfile, Kind
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.verifier import Verifier

GROUP_SIZES = (1, 3, 10, 30, 100, 300, 1_000)
ROUTE_SIZES = (1, 3, 10, 30, 100, 300, 800)
KEY_SIZES = (1, 3, 10, 30, 100)
CLIENT_SIZES = (10, 100, 1_000, 10_000, 100_000)
RULE_SIZES = (10, 30, 100, 300, 1_000, 5_000)
LARGEST_POLICY = "999999"
"""The largest POLICY_MAX_BYTES that can be set; at the default, policies as long as these are refused."""
SCOPES_OF_RULES = 50
MACHINE_GROUPS = ("public-mcp-users",)
ASKED_CLIENTS = 20_000

_LETTERS = string.digits + string.ascii_lowercase
GROUPS = tuple(f"g{first}{second}" for first in _LETTERS for second in _LETTERS)
"""Names short enough for a thousand of them in a token of 10,240 characters, the most that the product reads."""

type Series = Mapping[str, Mapping[int, Operation]]
"""By the name of the series and the size."""


class Study(NamedTuple):
    """One thing that can become many. `about` says what is measured and what is not."""

    title: str
    x: str
    about: str
    series: Series
    rounds: int


def studies(okta: Issuer, folder: Path) -> Iterator[Study]:
    """One after the other, since each holds what it measures; files are written to `folder`."""
    yield groups_in_the_token(okta)
    yield routes_of_the_holder(okta)
    yield registered_clients()
    yield keys_of_the_issuer(okta)
    yield groups_in_the_rules(folder)
    yield routes_of_one_scope(folder)


def groups_in_the_token(okta: Issuer) -> Study:
    rules = {"groups": {group: ["reader"] for group in GROUPS}, "permissions": {"reader": ["GET /api/servers"]}}
    decide = function(okta, json.dumps(rules)).decide
    tokens = 1 + ENOUGH_TOKENS // len(GROUP_SIZES)

    def operations(holder: Callable[[int], Holder]) -> dict[int, Operation]:
        return {size: Operation(decide, okta.events(tokens, holder(size)), batch=10) for size in GROUP_SIZES}

    return Study(
        "Groups in the token",
        "groups",
        "Decision on a new token, log line and all; the rules know every group. Okta issues tokens with at most 100.",
        {"groups as others have them": operations(_same_groups), "a set of groups of its own": operations(_own_groups)},
        rounds=60,
    )


def routes_of_the_holder(okta: Issuer) -> Study:
    events = okta.events(ENOUGH_TOKENS)
    at_stages = at_other_stages(events[0])
    new, made = {}, {}
    for size in ROUTE_SIZES:
        rules = {"groups": {"Everyone": ["all"]}, "permissions": {"all": _routes(size)}}
        decide = function(okta, json.dumps(rules), POLICY_MAX_BYTES=LARGEST_POLICY, GATEWAY_TOKENS="false").decide
        new[size] = Operation(decide, events, batch=10)
        made[size] = Operation(decide, at_stages, batch=5)
    return Study(
        "Routes that the holder may use",
        "routes",
        f"Decision on a new token, log line and all. POLICY_MAX_BYTES is {LARGEST_POLICY} here, so that growth shows:"
        f" its default, {DEFAULTS['POLICY_MAX_BYTES']}, refuses more than {_routes_that_fit()} such routes, by design.",
        {"policy made before": new, "policy made now": made},
        rounds=60,
    )


def registered_clients() -> Study:
    lookups = {size: _lookups(size) for size in CLIENT_SIZES}
    return Study(
        "Registered machine clients",
        "clients",
        "One lookup of the groups of a client, any of so many that all called within the last minute; the database"
        " answers at once. What a database costs is its own affair: ours has an index on the client id, and mongoeco, a"
        f" laptop's, says nothing about DocumentDB. The function remembers {MAX_CLIENTS:,} clients: of"
        f" {CLIENT_SIZES[-2]:,} clients' lookups {_asked(CLIENT_SIZES[-2]):.0%} ask the database, of"
        f" {CLIENT_SIZES[-1]:,} clients' {_asked(CLIENT_SIZES[-1]):.0%}. The growth that there is comes from the"
        " processor's caches.",
        {"lookup": {size: Operation(*lookup) for size, lookup in lookups.items()}},
        rounds=200,
    )


def keys_of_the_issuer(okta: Issuer) -> Study:
    tokens = [token_of(event) for event in okta.events(100)]
    sets = {size: _key_set(okta, size) for size in KEY_SIZES}
    return Study(
        "Keys in the issuer's key set",
        "keys",
        "Verification of a token, and reading a key set that was fetched, which happens once an hour. 100 keys are the"
        " most that are accepted; Okta publishes two or three.",
        {
            "token verified": {size: Operation(_verifier(okta, body).verify, tokens) for size, body in sets.items()},
            "key set read": {size: Operation(parse_key_set, [body], batch=2) for size, body in sets.items()},
        },
        rounds=60,
    )


def groups_in_the_rules(folder: Path) -> Study:
    files = {size: _written(folder / f"groups-{size}", _rules(size)) for size in RULE_SIZES}
    return Study(
        "Groups in the rules, read at a cold start",
        "groups in the rules",
        f"Reading and validating the rules, three scopes a group out of {SCOPES_OF_RULES}: the JSON that packaging"
        " compiles, as a function reads it, and scopes.yml, as packaging and the laptop do. In the longest file a group"
        " costs somewhat more than in others: the processor's caches and the garbage collector, no step of ours.",
        {
            "compiled": {size: Operation(load_rules, [compiled], batch=1) for size, (compiled, _) in files.items()},
            "scopes.yml": {size: Operation(load_rules, [text], batch=1) for size, (_, text) in files.items()},
        },
        rounds=12,
    )


def routes_of_one_scope(folder: Path) -> Study:
    files = {
        size: _written(folder / f"routes-{size}", {"groups": {"all": ["all"]}, "permissions": {"all": _routes(size)}})
        for size in ROUTE_SIZES
    }
    return Study(
        "Routes of one scope, read at a cold start",
        "routes of the scope",
        "Reading and validating the rules, as above.",
        {
            "compiled": {size: Operation(load_rules, [compiled], batch=1) for size, (compiled, _) in files.items()},
            "scopes.yml": {size: Operation(load_rules, [text], batch=1) for size, (_, text) in files.items()},
        },
        rounds=30,
    )


def _same_groups(size: int) -> Holder:
    return lambda number: {**person(number), "groups": GROUPS[:size]}


def _own_groups(size: int) -> Holder:
    """Another set for each number: the names stand in a circle, and each holder begins at another one."""
    return lambda number: {**person(number), "groups": (GROUPS * 2)[number : number + size]}


def _routes(count: int) -> list[str]:
    """In turn a route of its own and all below one."""
    return [f"GET /api/resource-{number:04d}{'/*' if number % 2 else ''}" for number in range(count)]


def _routes_that_fit() -> int:
    """How many of `_routes` the default POLICY_MAX_BYTES lets into one policy."""
    stage = "arn:aws:execute-api:us-east-1:123456789012:abcdef1234/prod"

    def fits(count: int) -> bool:
        rules = AccessRules({}, {"all": tuple(map(parse_permission, _routes(count)))})
        limit = int(DEFAULTS["POLICY_MAX_BYTES"])
        try:
            build_policy(rules, ("all",), stage, max_bytes=limit, allow_encoded_slash=False)
        except PolicyTooLarge:
            return False
        return True

    return next(count for count in itertools.count(1) if not fits(count + 1))


def _rules(groups: int) -> dict[str, dict[str, list[str]]]:
    scopes = [f"scope:{number}" for number in range(SCOPES_OF_RULES)]
    return {
        "groups": {
            f"department-{number:05d}": [scopes[(number + step) % SCOPES_OF_RULES] for step in range(3)]
            for number in range(groups)
        },
        "permissions": {scope: [f"GET /api/{scope[6:]}/*", f"POST /api/{scope[6:]}"] for scope in scopes},
    }


def _written(path: Path, rules: Mapping[str, Any]) -> tuple[Path, Path]:
    """The rules as JSON and as YAML."""
    compiled, text = path.with_suffix(".json"), path.with_suffix(".yml")
    compiled.write_text(json.dumps(rules, indent=1, sort_keys=True), encoding="utf-8")
    text.write_text(yaml.safe_dump(rules), encoding="utf-8")
    return compiled, text


def _lookups(
    clients: int, find: FindGroups = lambda _client_id: MACHINE_GROUPS
) -> tuple[Callable[[str], object], Sequence[str]]:
    """The lookup, when all clients have called, and the ids of who calls next."""
    ids = [machine_id(number) for number in range(clients)]
    lookups = ClientGroups(find, clock=lambda: 0.0)
    for client_id in ids:
        lookups.of(client_id)
    return lookups.of, random.choices(ids, k=ASKED_CLIENTS)  # noqa: S311 - a sample, no secret


def _asked(clients: int) -> float:
    """The share of lookups for which the database has to be asked, in a minute in which all clients call."""
    asked: list[str] = []

    def find(client_id: str) -> tuple[str, ...]:
        asked.append(client_id)
        return MACHINE_GROUPS

    of, next_ids = _lookups(clients, find)
    asked.clear()
    for client_id in next_ids:
        of(client_id)
    return len(asked) / len(next_ids)


def _key_set(okta: Issuer, size: int) -> bytes:
    """The issuer's keys, and others, of which nobody has the private part; at least one is the one that signs."""
    keys = [dict(key) for key in okta.key_set["keys"]]
    while len(keys) < size:
        number = random.getrandbits(2048) | 1 << 2047 | 1
        public = RSAAlgorithm.to_jwk(RSAPublicNumbers(65537, number).public_key(), as_dict=True)
        keys.append({**keys[0], "kid": f"another-{len(keys)}", "n": public["n"]})
    return json.dumps({"keys": keys[:size]}).encode()


def _verifier(okta: Issuer, key_set: bytes) -> Verifier:
    settings = okta.environment()
    return Verifier(
        [
            IssuerProfile(
                kind=Kind.OKTA,
                issuers=frozenset({okta.issuer}),
                audiences=frozenset({settings["OKTA_AUDIENCE"]}),
                types=OKTA_ACCESS_TOKEN_TYPES,
                key=parse_key_set(key_set).get,
            )
        ]
    )
