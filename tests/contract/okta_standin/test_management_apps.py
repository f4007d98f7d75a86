"""Apps of the management API, as Okta's document and its recorded answers have them, and at work at once."""

from typing import Any

import pytest

from tests.contract.okta_standin.app_bodies import (
    SERVICE,
    WEB,
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
from tests.contract.okta_standin.browser import ADA, Browser, code_form, refresh, result_of
from tests.contract.okta_standin.management import Management, bearer, control, links, managing, refusal
from tests.contract.okta_standin.standin_client import AGENT, KEY_AGENT, WEB_APP, Standin


@pytest.mark.parametrize("sample", [0, 1])
def test_a_recorded_creation_gets_an_answer_of_the_recorded_shape(api: Management, sample: int) -> None:
    exchange = recorded("POST", "/apps", 200, sample)
    app = create_app(api, exchange["request"])
    assert shape(app) == shape(exchange["body"])
    for name in ("name", "label", "status", "signOnMode", "settings", "visibility", "accessibility"):
        assert app[name] == exchange["body"][name]


def test_a_service_app_gets_tokens_at_once(own_okta: Standin, api: Management) -> None:
    app = create_app(api, {**SERVICE, "profile": {"groups": ["mcp-agents"]}})
    assert app["credentials"]["oauthClient"]["client_id"] == app["id"]
    assert app["profile"] == {"groups": ["mcp-agents"]}
    assert works(machine_token(own_okta, app["id"], secret_of(app)))
    assert not works(machine_token(own_okta, app["id"], "wrong"))


def test_a_secret_is_shown_in_clear_by_the_creation_only(api: Management) -> None:
    app = create_app(api)
    path = f"/apps/{app['id']}"
    answers = [api.get(path), api.put(path, SERVICE), api.get("/apps"), api.post(f"{path}/lifecycle/deactivate")]
    assert all(secret_of(app) not in answer.text for answer in answers)


def test_the_caller_may_bring_a_secret_along(own_okta: Standin, api: Management) -> None:
    app = create_app(api, with_client(SERVICE, client_secret="brought-along-by-me"))
    assert secret_of(app) == "brought-along-by-me"
    assert works(machine_token(own_okta, app["id"], "brought-along-by-me"))


def test_an_app_can_be_made_inactive(own_okta: Standin, api: Management) -> None:
    app = create_app(api, activate="false")
    assert app["status"] == "INACTIVE"
    assert not works(machine_token(own_okta, app["id"], secret_of(app)))
    assert api.post(f"/apps/{app['id']}/lifecycle/activate").json() == {}
    assert works(machine_token(own_okta, app["id"], secret_of(app)))


def test_a_deactivated_app_is_refused_and_its_tokens_are_dead_for_good(own_okta: Standin, api: Management) -> None:
    app = create_app(api)
    token = machine_token(own_okta, app["id"], secret_of(app)).json()["access_token"]
    assert own_okta.introspect(token)["active"] is True
    answer = api.post(f"/apps/{app['id']}/lifecycle/deactivate")
    assert (answer.status_code, answer.json()) == (200, {})
    assert not works(machine_token(own_okta, app["id"], secret_of(app)))
    api.post(f"/apps/{app['id']}/lifecycle/activate")
    assert own_okta.introspect(token) == {"active": False}


def test_a_lifecycle_call_may_be_repeated(api: Management) -> None:
    path = f"/apps/{create_app(api)['id']}/lifecycle"
    answers = [api.post(f"{path}/{change}") for change in ("activate", "deactivate", "deactivate", "activate")]
    assert {answer.status_code for answer in answers} == {200}


def test_refresh_tokens_die_with_their_app(own_person: Browser, api: Management) -> None:
    token = own_person.tokens()["refresh_token"]
    for change in ("deactivate", "activate"):
        api.post(f"/apps/{WEB_APP}/lifecycle/{change}")
    answer = refresh(own_person.okta, token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_person_signs_in_to_a_new_web_app_once_they_are_assigned(own_person: Browser, api: Management) -> None:
    app = create_app(api, WEB)
    assert app["settings"]["oauthClient"]["refresh_token"] == {"rotation_type": "ROTATE", "leeway": 20}
    refused = result_of(own_person.sign_in(ADA, "org", client_id=app["id"]))
    assert refused["error"] == "access_denied"
    api.post(f"/apps/{app['id']}/users", {"id": api.read(f"/users/{ADA}")["id"]})
    code = result_of(own_person.authorize("org", client_id=app["id"]))["code"]
    answer = own_person.okta.request_token(code_form(code), "org", auth=(app["id"], secret_of(app)))
    assert answer.status_code == 200


def test_an_active_app_cannot_be_deleted(api: Management) -> None:
    answer = api.delete(f"/apps/{create_app(api)['id']}")
    assert refusal(answer) == recorded_refusal("DELETE", "/apps/{appId}", 403)


def test_a_deleted_app_is_gone(own_okta: Standin, api: Management) -> None:
    app = create_app(api)
    api.post(f"/apps/{app['id']}/lifecycle/deactivate")
    assert api.delete(f"/apps/{app['id']}").status_code == 204
    answer = api.get(f"/apps/{app['id']}")
    assert refusal(answer)[:2] == (404, "E0000007")
    assert answer.json()["errorSummary"] == f"Not found: Resource not found: {app['id']} (AppInstance)"
    assert not works(machine_token(own_okta, app["id"], secret_of(app)))


def test_what_a_put_leaves_out_goes_back_to_its_default(own_okta: Standin, api: Management) -> None:
    app = create_app(api, {**with_settings(SERVICE, client_uri="https://example.com"), "profile": {"a": 1}})
    changed = api.put(f"/apps/{app['id']}", {**SERVICE, "label": "other"}).json()
    assert (changed["id"], changed["label"], changed["status"]) == (app["id"], "other", "ACTIVE")
    assert changed["settings"]["oauthClient"]["client_uri"] is None
    assert "profile" not in changed
    assert works(machine_token(own_okta, app["id"], secret_of(app)))


@pytest.mark.parametrize("client_id", [WEB_APP, AGENT, KEY_AGENT])
def test_a_document_can_be_put_back_as_it_was_read(api: Management, client_id: str) -> None:
    before = api.read(f"/apps/{client_id}")
    after = api.put(f"/apps/{client_id}", before).json()
    assert {**after, "lastUpdated": before["lastUpdated"]} == before


@pytest.mark.parametrize(
    ("body", "code", "subject"),
    [
        ({**SERVICE, "label": " "}, "E0000001", "label"),
        ({**SERVICE, "label": "x" * 101}, "E0000001", "label"),
        ({**SERVICE, "label": 7}, "E0000003", ""),
        ({**SERVICE, "settings": []}, "E0000003", ""),
        ({**SERVICE, "signOnMode": "SAML_2_0"}, "E0000001", "signOnMode"),
        ({**SERVICE, "name": "bookmark"}, "E0000001", "name"),
        (with_settings(SERVICE, grant_types=None), "E0000001", "grant_types"),
        (with_settings(SERVICE, grant_types=["client_credential"]), "E0000001", "grant_types"),
        (with_settings(SERVICE, grant_types=["client_credentials", "refresh_token"]), "E0000001", "grant_types"),
        (with_settings(SERVICE, application_type="native"), "E0000001", "application_type"),
        (with_settings(SERVICE, dpop_bound_access_tokens=True), "E0000001", "dpop_bound_access_tokens"),
        (with_settings(WEB, redirect_uris=None), "E0000001", "redirect_uris"),
        (with_settings(WEB, redirect_uris="http://localhost"), "E0000003", ""),
        (with_settings(WEB, refresh_token={"leeway": 1}), "E0000001", "rotation_type"),
        (with_settings(WEB, refresh_token={"rotation_type": "ROTATE", "leeway": 61}), "E0000001", "leeway"),
        (with_client(SERVICE, client_secret="short"), "E0000001", "client_secret"),
        (with_client(SERVICE, client_id="0oaMyOwn"), "E0000001", "client_id"),
        (with_client(SERVICE, token_endpoint_auth_method="none"), "E0000001", "token_endpoint_auth_method"),
        (with_client(SERVICE, token_endpoint_auth_method="private_key_jwt"), "E0000001", "jwks"),
        (with_client(SERVICE, pkce_required="yes"), "E0000003", ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_app_is_refused_and_not_made(okta: Standin, body: dict[str, Any], code: str, subject: str) -> None:
    with managing(okta) as caller:
        answer = caller.post("/apps", body)
        assert caller.read("/apps", q="agent") == []
    assert refusal(answer)[:2] == (400, code)
    summary = f"Api validation failed: {subject}" if subject else "The request body was not well-formed."
    assert answer.json()["errorSummary"] == summary


def test_a_changed_secret_is_refused_by_put(api: Management) -> None:
    app = create_app(api)
    body = with_client(SERVICE, client_secret="another-secret-of-mine")
    assert refusal(api.put(f"/apps/{app['id']}", body))[:2] == (400, "E0000001")


def test_a_list_has_twenty_apps_to_a_page(own_okta: Standin, api: Management) -> None:
    control(own_okta, "populate", apps=30)
    answer = api.get("/apps")
    assert len(answer.json()) == 20
    assert links(answer)["self"] == f"{own_okta.address}/api/v1/apps?limit=20"
    assert links(answer)["next"].endswith("&limit=20")


def test_more_than_a_thousand_apps_come_in_pages_of_two_hundred(own_okta: Standin, api: Management) -> None:
    count = control(own_okta, "populate", apps=1000)["apps"]
    pages = list(api.pages("/apps", limit=500))
    assert [len(page) for page in pages] == [200, 200, 200, 200, 200, count - 1000]
    assert len({app["id"] for page in pages for app in page}) == count


def test_an_app_that_goes_does_not_disturb_the_pages(api: Management) -> None:
    made = {create_app(api)["id"] for _ in range(5)}
    first = api.get("/apps", limit=3, q="agent")
    gone = first.json()[-1]["id"]
    api.post(f"/apps/{gone}/lifecycle/deactivate")
    api.delete(f"/apps/{gone}")
    rest = api.http.get(links(first)["next"])
    assert {app["id"] for app in [*first.json(), *rest.json()]} == made


def test_a_list_can_be_narrowed(api: Management) -> None:
    def labels(**query: str) -> list[str]:
        return sorted(app["label"] for app in api.read("/apps", **query))

    create_app(api, {**SERVICE, "label": "Machine one"})
    create_app(api, {**SERVICE, "label": "machine two"}, activate="false")
    other = create_app(api, {**SERVICE, "label": "my machine"})
    assert labels(q="MACHINE") == ["Machine one", "machine two"]
    assert labels(filter='status eq "INACTIVE"') == ["machine two"]
    assert labels(q="machine", filter='status eq "ACTIVE"') == ["Machine one"]
    assert labels(filter=f'id eq "{other["id"]}"') == ["my machine"]
    assert len(labels(filter='name eq "oidc_client"')) == len(labels(q="oidc_client")) == len(labels())


def test_a_wrong_query_is_refused(okta: Standin) -> None:
    with managing(okta) as caller:
        cursor = caller.get("/apps", after="00u1testcursorvalue", limit=1)
        expansion = caller.get("/apps", expand="user/id,group/id")
        expression = caller.get("/apps", filter="status is ACTIVE")
    assert refusal(cursor)[:2] == recorded_refusal("GET", "/apps", 400, 1)[:2]
    assert refusal(expansion) == recorded_refusal("GET", "/apps", 400, 0)
    assert refusal(expression)[:2] == (400, "E0000031")


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/lifecycle/activate"),
        ("POST", "/lifecycle/deactivate"),
        ("GET", "/credentials/secrets"),
        ("GET", "/credentials/jwks"),
        ("GET", "/groups"),
        ("GET", "/users"),
        ("GET", "/grants"),
    ],
)
def test_an_unknown_app_is_not_found(okta: Standin, method: str, rest: str) -> None:
    with managing(okta) as caller:
        answer = caller.http.request(method, f"/api/v1/apps/0oaNobody{rest}", json=SERVICE)
    assert refusal(answer)[:2] == (404, "E0000007")
    assert answer.json()["errorSummary"] == "Not found: Resource not found: 0oaNobody (AppInstance)"


@pytest.mark.parametrize(
    ("scope", "reading", "creating"),
    [("okta.apps.read", 200, 403), ("okta.apps.manage", 200, 200), ("okta.users.manage", 403, 403)],
)
def test_a_token_of_the_org_server_needs_a_scope_for_apps(
    own_okta: Standin, scope: str, reading: int, creating: int
) -> None:
    with managing(own_okta, bearer(own_okta, scope)) as caller:
        assert caller.get("/apps").status_code == reading
        assert caller.post("/apps", SERVICE).status_code == creating
