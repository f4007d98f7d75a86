"""Okta's own Python client drives the stand-in, as a second reader of what it answers."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from tests.contract.okta_standin.standin_client import Standin

type Client = Any
SERVICE_APP = {
    "name": "oidc_client",
    "label": "machine",
    "signOnMode": "OPENID_CONNECT",
    "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic"}},
    "settings": {
        "oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
        }
    },
}


@pytest.fixture
def client(own_okta: Standin, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The SDK's client, which asks for https unless it is told that this is a test."""
    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
    token = "local-api-token-not-for-production"
    settings = {"orgUrl": own_okta.address, "token": token, "logging": {"enabled": False}}
    return importlib.import_module("okta.client").Client(settings)


async def got(call: Awaitable[tuple[Any, ...]]) -> Any:
    """What the SDK makes of an answer; it returns errors instead of raising them."""
    *values, error = await call
    assert error is None, error
    return values[0]


async def refused(call: Awaitable[tuple[Any, ...]]) -> tuple[int, str]:
    *_, error = await call
    return error.status, error.error_code


async def walk_users(client: Client) -> None:
    """With the SDK's models, and by the Link headers as its HTTP library reads them."""
    logins: list[str] = []
    after: str | None = None
    while True:
        logins += [user.profile.login for user in await got(client.list_users(limit=2, after=after))]
        path = "/api/v1/users?limit=2" + (f"&after={after}" if after else "")
        executor = client.get_request_executor()
        request, _ = await executor.create_request("GET", path)
        response, _, _ = await executor.execute(request)
        if "next" not in response.links:
            break
        after = response.links["next"]["url"].query["after"]
    assert sorted(login.partition("@")[0] for login in logins) == ["ada", "max", "pat", "sam", "uma"]


async def manage_people(client: Client) -> None:
    profile = {"firstName": "Nina", "lastName": "New", "login": "nina@example.com", "email": "nina@example.com"}
    body = {"profile": profile, "credentials": {"password": {"value": "correct horse"}}}
    user = await got(client.create_user(body))
    assert (user.status, user.profile.login) == ("ACTIVE", "nina@example.com")
    assert await refused(client.create_user(body)) == (400, "E0000001")
    group = await got(client.add_group({"profile": {"name": "writers", "description": "They write."}}))
    await got(client.assign_user_to_group(group.id, user.id))
    assert [member.id for member in await got(client.list_group_users(group.id))] == [user.id]
    assert {found.id for found in await got(client.list_user_groups(user.id))} > {group.id}
    assert (await got(client.replace_group(group.id, {"profile": {"name": "authors"}}))).id == group.id
    await got(client.unassign_user_from_group(group.id, user.id))
    await got(client.delete_group(group.id))
    await got(client.suspend_user(user.id))
    assert (await got(client.get_user("nina@example.com"))).status == "SUSPENDED"
    await got(client.deactivate_user(user.id))
    await got(client.delete_user(user.id))
    assert await refused(client.get_user(user.id)) == (404, "E0000007")


async def manage_apps(client: Client) -> None:
    model = importlib.import_module("okta.models").OpenIdConnectApplication
    app = await got(client.create_application(model.from_dict(SERVICE_APP)))
    assert app.credentials.oauth_client.client_id == app.id
    assert app.credentials.oauth_client.client_secret
    assert (await got(client.get_application(app.id))).label == "machine"
    await got(client.create_o_auth2_client_secret(app.id))
    assert len(await got(client.list_o_auth2_client_secrets(app.id))) == 2
    assert len(await got(client.list_applications(limit=200))) == 5
    assert await refused(client.delete_application(app.id)) == (403, "E0000056")
    await got(client.deactivate_application(app.id))
    await got(client.delete_application(app.id))
    assert await refused(client.get_application(app.id)) == (404, "E0000007")


@pytest.mark.parametrize("story", [walk_users, manage_people, manage_apps], ids=lambda story: story.__name__)
def test_oktas_own_client_understands_the_stand_in(
    client: Client, story: Callable[[Client], Coroutine[None, None, None]]
) -> None:
    asyncio.run(story(client))
