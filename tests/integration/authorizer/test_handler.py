"""The handler as API Gateway sees it: a policy, or 401, or 500, and one log line for each."""

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from devkit.gateway.iam_policy import is_allowed
from tests.integration.authorizer.conftest import Clients, Load
from tests.integration.authorizer.invocation import (
    AGENT,
    STAGE_ARN,
    STRANGER,
    Function,
    Okta,
    Store,
    http_api_event,
    request_event,
    settings_for,
    token_event,
)

USER = {"user": "ada@example.com"}


def allowed(answer: dict[str, Any], *routes: str) -> list[bool]:
    return [is_allowed(answer["policyDocument"], f"{STAGE_ARN}/{route}") for route in routes]


def test_a_user_in_registry_admins_may_do_everything(function: Function, okta: Okta) -> None:
    answer = function.decide(okta.mint(user="ada@example.com"))
    assert allowed(answer, "GET/api/servers", "POST/api/servers", "DELETE/x/y") == [True, True, True]
    assert answer["context"]["username"] == "ada@example.com"
    assert "registry-admins" in answer["context"]["groups"].split(",")
    assert answer["context"]["groups_source"] == "token"
    assert answer["principalId"] == function.log_line()["principal"]


def test_a_machine_gets_its_groups_from_the_store(function: Function, okta: Okta) -> None:
    answer = function.decide(okta.mint(client=AGENT))
    assert allowed(answer, "GET/api/servers", "GET/api/servers/1", "POST/api/servers") == [True, True, False]
    context = answer["context"]
    assert (context["client_id"], context["groups"], context["username"]) == (AGENT, "public-mcp-users", "-")
    assert (context["token_type"], context["groups_source"]) == ("m2m", "documentdb")
    assert function.log_line()["outcome"] == "allowed"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"client": STRANGER}, "client_not_registered", id="an unregistered machine"),
        pytest.param({"user": "sam@example.com"}, "no_groups", id="a user without groups"),
        pytest.param({"user": "ada@example.com", "claims": {"groups": ["x"]}}, "groups_without_scopes", id="x"),
        pytest.param({"user": "ada@example.com", "claims": {"groups": "registry-admins"}}, "no_groups", id="a string"),
        pytest.param({"user": "sam@example.com", "client_id": AGENT}, "no_groups", id="a user of a registered client"),
    ],
)
def test_who_has_no_rights_gets_a_policy_that_opens_only_whoami(
    function: Function, okta: Okta, body: dict[str, Any], code: str
) -> None:
    answer = function.decide(okta.mint(**body))
    assert allowed(answer, "GET/api/servers", "GET/", "POST/api/iam/whoami") == [False, False, False]
    assert allowed(answer, "GET/api/iam/whoami") == [True]
    assert answer["context"]["groups_source"] in {"none", "token"}
    line = function.log_line()
    assert (line["outcome"], line["code"]) == ("no_rights", code)


@pytest.mark.parametrize("event", [token_event, request_event, http_api_event])
def test_all_kinds_of_events_get_the_same_answer(
    function: Function, okta: Okta, event: Callable[[str], dict[str, Any]]
) -> None:
    token = okta.mint(user="pat@example.com")
    assert function(event(token)) == function.decide(token)


def test_the_answer_does_not_depend_on_the_route(function: Function, okta: Okta) -> None:
    token = okta.mint(user="pat@example.com")
    routes = ["GET/api/servers", "DELETE/api/servers/1", "GET/", "PUT/*", "GET/${aws:username}/a:b", "GET/..//%2f", ""]
    answers = [function.decide(token, route) for route in routes]
    assert all(answer == answers[0] for answer in answers)
    assert allowed(answers[3], "PUT/x", "GET/api/servers/1") == [False, True]


def test_the_answer_is_what_json_can_say(function: Function, okta: Okta) -> None:
    answer = function.decide(okta.mint(client=AGENT))
    assert json.loads(json.dumps(answer)) == answer
    assert answer.keys() == {"principalId", "policyDocument", "context"}
    assert all(type(value) is str and value for value in answer["context"].values())


def test_a_second_call_is_remembered_and_a_new_token_is_not(function: Function, okta: Okta) -> None:
    first, second = (okta.mint(client=AGENT) for _ in range(2))
    lines = []
    for token in (first, first, second):
        function.decide(token)
        lines.append(function.log_line()["remembered"])
    assert lines == [False, True, False]


def test_many_tokens_need_the_keys_once(load: Load, own_okta: Okta) -> None:
    function = load(settings_for(own_okta))
    for _ in range(5):
        function.decide(own_okta.mint(**USER))
    assert own_okta.key_fetches() == 1


BAD_TOKENS = [
    pytest.param(USER | {"expires_in": -3600}, "token_expired", id="expired"),
    pytest.param(USER | {"signed_by": "stranger"}, "signature_invalid", id="forged"),
    pytest.param(USER | {"kind": "id_token"}, "id_token_refused", id="an ID token"),
    pytest.param(USER | {"server": "org"}, "org_server_token", id="of the org server"),
    pytest.param(USER | {"claims": {"aud": "api://other"}}, "audience_mismatch", id="for another audience"),
    pytest.param(USER | {"claims": {"iss": "https://evil.example"}}, "issuer_mismatch", id="of another issuer"),
    pytest.param(USER | {"claims": {"uid": None}}, "unknown_principal", id="of nobody"),
    pytest.param(USER | {"claims": {"cid": None}}, "claim_malformed", id="without cid"),
    pytest.param(USER | {"claims": {"cnf": {"jkt": "x"}}}, "sender_constrained_token", id="sender-constrained"),
    pytest.param(USER | {"claims": {"nbf": 4_000_000_000}}, "token_not_yet_valid", id="not yet valid"),
    pytest.param(USER | {"claims": {"iat": 1}}, "token_lifetime_refused", id="valid for too long"),
    pytest.param(USER | {"header": {"kid": "nobody's"}}, "no_matching_key", id="of an unknown key"),
    pytest.param(USER | {"header": {"kid": None}}, "key_id_malformed", id="without kid"),
    pytest.param(USER | {"header": {"alg": "none"}}, "algorithm_refused", id="unsigned"),
    pytest.param(USER | {"header": {"crit": ["x"]}}, "critical_header_refused", id="with crit"),
    pytest.param(USER | {"header": {"typ": "secevent+jwt"}}, "token_type_refused", id="of another type"),
]


@pytest.mark.parametrize(("body", "code"), BAD_TOKENS)
def test_a_bad_token_is_unauthorized_and_the_reason_is_in_the_log_only(
    function: Function, okta: Okta, body: dict[str, Any], code: str
) -> None:
    token = okta.mint(**body)
    line = function.refused(token)
    assert (line["outcome"], line["code"], line["request_id"]) == ("refused", code, "req-1")
    assert not any(len(part) > 10 and part in json.dumps(line) for part in token.split("."))


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "authorization_missing"),
        ("Bearer", "authorization_missing"),
        ("Basic dXNlcjpwYXNz", "scheme_unsupported"),
        ("Bearer a.b.c, Bearer a.b.c", "authorization_repeated"),
        ("Bearer a.b", "token_malformed"),
        ("Bearer a.b.c.d.e", "token_encrypted"),
        ("Bearer é.b.c", "token_malformed"),
        ("Bearer \ud800.b.c", "token_malformed"),
        (f"Bearer {'a' * 20_000}", "token_too_long"),
    ],
)
def test_bad_credentials_are_unauthorized(function: Function, authorization: str, code: str) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$") as raised:
        function({"type": "TOKEN", "authorizationToken": authorization, "methodArn": f"{STAGE_ARN}/GET/"})
    assert type(raised.value) is Exception
    assert function.log_line()["code"] == code


def test_every_unauthorized_looks_the_same(function: Function, okta: Okta) -> None:
    seen = []
    for body in (USER | {"expires_in": -3600}, USER | {"signed_by": "stranger"}, USER | {"kind": "id_token"}):
        with pytest.raises(Exception, match=r"^Unauthorized$") as raised:
            function.decide(okta.mint(**body))
        error = raised.value
        assert (error.__cause__, error.__context__) == (None, None)
        seen.append((type(error), error.args, [frame.lineno for frame in raised.traceback][1:]))
    assert seen[0] == seen[1] == seen[2]


MALFORMED: list[Any] = [
    *[None, [], "", 7, {}, {"type": "TOKEN"}, {"type": "REQUEST"}, {"type": "HTTP"}],
    {"type": "TOKEN", "authorizationToken": "Bearer x"},
    {"type": "TOKEN", "authorizationToken": ["Bearer x"], "methodArn": f"{STAGE_ARN}/GET/"},
    {"type": "TOKEN", "authorizationToken": "Bearer x", "methodArn": "arn:aws:execute-api:*:*:*/*/*"},
    {"type": "REQUEST", "methodArn": f"{STAGE_ARN}/GET/", "headers": {"Authorization": [1]}},
]


@pytest.mark.parametrize("event", MALFORMED, ids=repr)
def test_a_malformed_event_is_a_500_with_a_log_line(function: Function, event: object) -> None:
    assert function.failed(event)["code"] == "event_malformed"


def test_a_malformed_event_with_a_good_token_is_never_an_allow(function: Function, okta: Okta) -> None:
    token = okta.mint(**USER)
    for event in (
        token_event(token) | {"type": "REQUEST"},
        token_event(token) | {"methodArn": f"{STAGE_ARN}/GET/".replace("prod", "*")},
        http_api_event(token) | {"type": "TOKEN"},
        [token_event(token)],
    ):
        with pytest.raises(Exception, match=r"^(event_malformed|Unauthorized)$"):
            function(event)


@pytest.mark.parametrize("fault", ["outage", "html"])
def test_keys_that_cannot_be_had_are_a_500(load: Load, own_okta: Okta, fault: str) -> None:
    token = own_okta.mint(**USER)
    own_okta.break_keys(fault)
    function = load(settings_for(own_okta))
    assert function.failed(token_event(token))["code"] == "keys_unavailable"
    own_okta.break_keys(None)
    assert function.decide(token)["context"]["sub"]


def test_a_forged_token_does_not_become_a_500_when_keys_are_there(load: Load, own_okta: Okta) -> None:
    function = load(settings_for(own_okta))
    function.decide(own_okta.mint(**USER))
    own_okta.break_keys("outage")
    assert function.decide(own_okta.mint(**USER))
    function.output()
    assert function.refused(own_okta.mint(**USER, signed_by="stranger"))["code"] == "signature_invalid"


def test_rotated_keys_let_new_tokens_in(load: Load, own_okta: Okta) -> None:
    function = load(settings_for(own_okta))
    for _ in range(3):
        assert function.decide(own_okta.mint(**USER))
        own_okta.rotate()


def test_a_store_that_is_down_is_a_500_for_machines_only(load: Load, custom: dict[str, str], okta: Okta) -> None:
    function = load(custom, DOCUMENTDB_URI="mongodb://user:hunter2@127.0.0.1:9/")
    assert function.decide(okta.mint(**USER))
    function.output()
    line = function.failed(token_event(okta.mint(client=AGENT)))
    assert line["code"] == "store_unavailable"
    assert "hunter2" not in json.dumps(line)


def test_a_cached_answer_serves_while_the_store_is_down(function: Function, okta: Okta, clients: Clients) -> None:
    function.decide(okta.mint(client=AGENT))
    for client in clients:
        client.close()
    answer = function.decide(okta.mint(client=AGENT))
    assert answer["context"]["groups"] == "public-mcp-users"
    function.output()
    assert function.failed(token_event(okta.mint(client=STRANGER)))["code"] == "store_unavailable"


def test_two_rows_for_one_client_are_a_500(function: Function, okta: Okta, store: Store) -> None:
    store.clients.insert_one({"client_id": AGENT, "groups": ["registry-admins"]})
    assert function.failed(token_event(okta.mint(client=AGENT)))["code"] == "store_data_invalid"


@pytest.mark.parametrize(
    "row",
    [{"enabled": False}, {"enabled": "false"}, {"provider": "keycloak"}],
    ids=str,
)
def test_a_row_that_does_not_count_gives_no_groups(
    function: Function, okta: Okta, store: Store, row: dict[str, Any]
) -> None:
    store.clients.update_one({"client_id": AGENT}, {"$set": row})
    answer = function.decide(okta.mint(client=AGENT))
    assert allowed(answer, "GET/api/servers", "GET/api/iam/whoami") == [False, True]


def test_what_does_not_fit_is_a_500_and_no_policy(
    load: Load, custom: dict[str, str], okta: Okta, rules_file: Callable[[object], str]
) -> None:
    permissions = {"s": [f"GET /{number}/{'x' * 90}" for number in range(100)]}
    rules = rules_file({"groups": {"registry-admins": ["s"]}, "permissions": permissions})
    function = load(custom, SCOPES_FILE=rules)
    assert function.failed(token_event(okta.mint(**USER)))["code"] == "policy_too_large"


def test_a_small_limit_for_policies_is_obeyed(load: Load, custom: dict[str, str], okta: Okta) -> None:
    function = load(custom, POLICY_MAX_BYTES="100")
    assert function.failed(token_event(okta.mint(**USER)))["code"] == "policy_too_large"


def test_groups_that_do_not_fit_into_headers_are_a_500(function: Function, okta: Okta) -> None:
    groups = ["\u20ac" * 10 + str(number) for number in range(95)]
    token = okta.mint(**USER, claims={"groups": [*groups, "registry-admins"]})
    assert function.failed(token_event(token))["code"] == "context_too_large"


@pytest.mark.parametrize("part", ["parse_authorizer_event", "policy_answer"])
def test_a_defect_is_a_500_and_shows_no_token(
    function: Function, okta: Okta, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = okta.mint(**USER)

    def broken(*_: object) -> None:
        raise ValueError(f"cannot cope with {token}")

    monkeypatch.setattr(function.module, part, broken)
    with pytest.raises(RuntimeError, match=r"^unexpected_failure$") as raised:
        function.decide(token)
    assert raised.value.__context__ is None
    line = function.log_line()
    assert line["detail"].startswith("ValueError at ")
    assert token not in "".join(traceback.format_exception(raised.value)) + json.dumps(line)


def test_encoded_slashes_are_a_setting(load: Load, custom: dict[str, str], okta: Okta) -> None:
    token = okta.mint(**USER)
    strict, lax = load(custom), load(custom, ALLOW_ENCODED_SLASH="true")
    assert allowed(strict.decide(token), "GET/a%2fb") == [False]
    assert allowed(lax.decide(token), "GET/a%2fb", "GET/a/../b") == [True, False]


def test_only_allowed_clients_may_call(load: Load, custom: dict[str, str], store: Store, okta: Okta) -> None:
    function = load(custom, **store.settings, OKTA_ALLOWED_CLIENT_IDS=AGENT)
    assert function.decide(okta.mint(client=AGENT))
    function.output()
    assert function.refused(okta.mint(client=STRANGER))["code"] == "client_not_allowed"


@pytest.mark.parametrize(("level", "shown"), [("DEBUG", True), ("INFO", False)])
def test_group_names_are_logged_at_debug_only(
    load: Load, custom: dict[str, str], okta: Okta, level: str, shown: bool
) -> None:
    function = load(custom, LOG_LEVEL=level)
    function.decide(okta.mint(**USER))
    assert ("registry-admins" in function.output()) is shown
