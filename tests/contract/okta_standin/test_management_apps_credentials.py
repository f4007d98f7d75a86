"""Client secrets and public keys of apps: two secrets work side by side, and what is switched off does not work."""

from typing import Any
from uuid import uuid4

import jwt
import pytest

from devkit.okta_standin.keys import SigningKey, generate_rsa_key
from tests.contract.conftest import Clock
from tests.contract.okta_standin.app_bodies import (
    SERVICE,
    create_app,
    machine_token,
    recorded,
    recorded_refusal,
    secret_of,
    shape,
    with_client,
    with_settings,
    works,
)
from tests.contract.okta_standin.management import Management, refusal, succeeded
from tests.contract.okta_standin.standin_client import AGENT, AGENT_SECRET, CUSTOM, KEY_AGENT, Standin

SECRETS = "/apps/{appId}/credentials/secrets"
TOO_MANY = "You have reached the maximum number of client secrets per client."


def secrets_of(client_id: str = AGENT) -> str:
    return f"/apps/{client_id}/credentials/secrets"


def keys_of(client_id: str = KEY_AGENT) -> str:
    return f"/apps/{client_id}/credentials/jwks"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    """Somebody's own key pair."""
    return SigningKey(generate_rsa_key())


def works_with(okta: Standin, clock: Clock, client_id: str, key: SigningKey) -> bool:
    """Whether the token endpoint takes an assertion that `key` has signed."""
    audience = okta.endpoint(CUSTOM, "token")
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "exp": int(clock()) + 300, "jti": uuid4().hex}
    assertion = jwt.encode(claims, key.private, "RS256", headers={"kid": key.kid})
    return works(okta.request_token(okta.assertion_form(assertion), CUSTOM))


def by_key(key: SigningKey, **members: Any) -> dict[str, Any]:
    """A service app that authenticates by `key`."""
    body = with_client(SERVICE, token_endpoint_auth_method="private_key_jwt")
    return with_settings(body, jwks={"keys": [{**key.jwk, **members}]})


def test_secrets_are_shown_in_clear_as_recorded(api: Management) -> None:
    shown = api.read(secrets_of())
    assert [secret["client_secret"] for secret in shown] == [AGENT_SECRET]
    assert shape(shown) == shape(recorded("GET", SECRETS, 200)["body"])
    one = api.read(f"{secrets_of()}/{shown[0]['id']}")
    assert one == shown[0]


def test_a_second_secret_works_beside_the_first(own_okta: Standin, api: Management) -> None:
    answer = api.post(secrets_of())
    assert answer.status_code == 201
    assert shape(answer.json()) == shape(recorded("POST", SECRETS, 201)["body"])
    assert works(machine_token(own_okta, AGENT, answer.json()["client_secret"]))
    assert works(machine_token(own_okta, AGENT, AGENT_SECRET))


def test_a_third_secret_is_refused(api: Management) -> None:
    api.post(secrets_of(), {})
    answer = api.post(secrets_of(), {})
    assert refusal(answer) == (400, "E0000001", [TOO_MANY])
    assert len(api.read(secrets_of())) == 2


def test_an_inactive_secret_counts_as_one_of_the_two(api: Management) -> None:
    assert succeeded(api.post(secrets_of(), {"status": "INACTIVE"}))["status"] == "INACTIVE"
    assert refusal(api.post(secrets_of(), {}))[2] == [TOO_MANY]


def test_a_deactivated_secret_does_not_work_until_it_is_activated_again(own_okta: Standin, api: Management) -> None:
    old = api.read(secrets_of())[0]
    api.post(secrets_of())
    off = succeeded(api.post(f"{secrets_of()}/{old['id']}/lifecycle/deactivate"))
    assert off["status"] == "INACTIVE"
    assert set(off["_links"]) == {"activate", "delete"}
    assert not works(machine_token(own_okta, AGENT, AGENT_SECRET))
    on = succeeded(api.post(f"{secrets_of()}/{old['id']}/lifecycle/activate"))
    assert (on["status"], set(on["_links"])) == ("ACTIVE", {"deactivate"})
    assert works(machine_token(own_okta, AGENT, AGENT_SECRET))


def test_a_secret_is_rotated_by_four_calls(own_okta: Standin, api: Management) -> None:
    old = api.read(secrets_of())[0]["id"]
    new = succeeded(api.post(secrets_of()))["client_secret"]
    api.post(f"{secrets_of()}/{old}/lifecycle/deactivate")
    assert api.delete(f"{secrets_of()}/{old}").status_code == 204
    assert [secret["client_secret"] for secret in api.read(secrets_of())] == [new]
    assert works(machine_token(own_okta, AGENT, new))
    assert not works(machine_token(own_okta, AGENT, AGENT_SECRET))
    assert api.post(secrets_of()).status_code == 201


def test_an_active_secret_cannot_be_deleted(own_okta: Standin, api: Management) -> None:
    old = api.read(secrets_of())[0]["id"]
    api.post(secrets_of())
    assert refusal(api.delete(f"{secrets_of()}/{old}"))[:2] == (400, "E0000001")
    assert works(machine_token(own_okta, AGENT, AGENT_SECRET))


def test_the_only_secret_cannot_be_deactivated(own_okta: Standin, api: Management) -> None:
    only = api.read(secrets_of())[0]["id"]
    assert refusal(api.post(f"{secrets_of()}/{only}/lifecycle/deactivate"))[:2] == (400, "E0000001")
    assert works(machine_token(own_okta, AGENT, AGENT_SECRET))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"client_secret": "too short"}, "E0000001"),
        ({"client_secret": 14}, "E0000003"),
        ({"status": "GONE"}, "E0000001"),
    ],
    ids=["short", "number", "status"],
)
def test_a_wrong_secret_is_refused(api: Management, body: dict[str, Any], code: str) -> None:
    assert refusal(api.post(secrets_of(), body))[:2] == (400, code)
    assert len(api.read(secrets_of())) == 1


def test_the_caller_may_bring_a_second_secret_along(own_okta: Standin, api: Management) -> None:
    added = succeeded(api.post(secrets_of(), {"client_secret": "brought-along-by-me"}))
    assert added["client_secret"] == "brought-along-by-me"
    assert works(machine_token(own_okta, AGENT, "brought-along-by-me"))


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_secret_or_key_is_not_found(api: Management, method: str) -> None:
    for path in (secrets_of(), keys_of()):
        answer = api.http.request(method, f"/api/v1{path}/ocsNobody")
        assert refusal(answer)[:2] == (404, "E0000007")


def test_the_secret_of_another_app_is_not_found(api: Management) -> None:
    other = create_app(api)
    secret = api.read(secrets_of(other["id"]))[0]
    assert secret["client_secret"] == secret_of(other)
    assert refusal(api.get(f"{secrets_of()}/{secret['id']}"))[:2] == (404, "E0000007")


def test_an_app_made_with_a_key_works_with_it_and_has_no_secret(
    own_okta: Standin, api: Management, clock: Clock, key: SigningKey
) -> None:
    app = create_app(api, by_key(key))
    assert "client_secret" not in app["credentials"]["oauthClient"]
    assert [shown["kid"] for shown in app["settings"]["oauthClient"]["jwks"]["keys"]] == [key.kid]
    assert api.read(secrets_of(app["id"])) == []
    assert works_with(own_okta, clock, app["id"], key)
    assert not works_with(own_okta, clock, app["id"], SigningKey(generate_rsa_key()))
    assert not works(machine_token(own_okta, app["id"], "anything"))


def test_an_app_that_authenticates_by_key_gets_no_secret(api: Management) -> None:
    assert refusal(api.post(secrets_of(KEY_AGENT)))[:2] == (400, "E0000001")


def test_keys_are_added_switched_off_and_deleted(
    own_okta: Standin, api: Management, clock: Clock, key: SigningKey
) -> None:
    added = api.post(keys_of(), key.jwk)
    path = f"{keys_of()}/{added.json()['id']}"
    assert added.status_code == 201
    assert api.read(path) == added.json()
    assert len(api.read(keys_of())) == 2
    assert works_with(own_okta, clock, KEY_AGENT, key)
    assert refusal(api.delete(path))[:2] == (400, "E0000001")
    assert succeeded(api.post(f"{path}/lifecycle/deactivate"))["status"] == "INACTIVE"
    assert not works_with(own_okta, clock, KEY_AGENT, key)
    api.post(f"{path}/lifecycle/activate")
    assert works_with(own_okta, clock, KEY_AGENT, key)
    api.post(f"{path}/lifecycle/deactivate")
    assert api.delete(path).status_code == 204
    assert not works_with(own_okta, clock, KEY_AGENT, key)


def test_the_key_of_the_laptop_works_beside_an_added_one(own_okta: Standin, api: Management, key: SigningKey) -> None:
    api.post(keys_of(), key.jwk)
    form = own_okta.assertion_form(own_okta.assertion(own_okta.endpoint(CUSTOM, "token")))
    assert works(own_okta.request_token(form, CUSTOM))


def test_a_key_keeps_its_id_when_the_app_is_put_back(api: Management, key: SigningKey) -> None:
    app = create_app(api, by_key(key, use="sig"))
    before = api.read(keys_of(app["id"]))
    succeeded(api.put(f"/apps/{app['id']}", api.read(f"/apps/{app['id']}")))
    assert [shown["id"] for shown in api.read(keys_of(app["id"]))] == [shown["id"] for shown in before]


@pytest.mark.parametrize(
    "members",
    [
        {"kid": None},
        {"kty": "EC"},
        {"use": "enc"},
        {"e": None},
        {"d": "AQAB"},
        {"status": "GONE"},
        {"n": "AQAB"},
        {"n": "not base64!"},
    ],
    ids=lambda members: next(iter(members)),
)
def test_a_wrong_key_is_refused(api: Management, key: SigningKey, members: dict[str, Any]) -> None:
    assert refusal(api.post(keys_of(), {**key.jwk, **members}))[:2] == (400, "E0000001")
    assert refusal(api.post("/apps", by_key(key, **members)))[:2] == (400, "E0000001")


def test_a_key_without_a_modulus_gets_the_recorded_answer(api: Management) -> None:
    exchange = recorded("POST", "/apps/{appId}/credentials/jwks", 400)
    answer = api.post(keys_of(), exchange["request"])
    assert refusal(answer) == recorded_refusal("POST", "/apps/{appId}/credentials/jwks", 400)
    assert answer.json()["errorSummary"] == exchange["body"]["errorSummary"]


def test_two_keys_need_two_key_ids(api: Management, key: SigningKey) -> None:
    api.post(keys_of(), key.jwk)
    assert refusal(api.post(keys_of(), key.jwk))[:2] == (400, "E0000001")
    twice = with_settings(by_key(key), jwks={"keys": [key.jwk, key.jwk]})
    assert refusal(api.post("/apps", twice))[:2] == (400, "E0000001")
