"""The story that the demo plays: who asks for what through the gateway, and what has to come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import ADMIN, AGENT, KEY_AGENT_ID, MACHINE_SCOPE, READERS, UNREGISTERED, USER

GROUPLESS_USER = "sam@example.com"


class Event(StrEnum):
    """What happens before a step."""

    NOTHING = ""
    KEYS_ROTATED = "Okta has rotated its keys"
    STORE_DOWN = "the store is down"
    STORE_UP = "the store is back"


@dataclass(frozen=True)
class Step:
    """One request.

    `status` is what the client must get and `code` what the authorizer must log, empty when it lets the caller in;
    `groups_from`, when given, is where it must have found the groups: `token` or `documentdb`.
    `backend` is what must have reached the backend. `holder` names a token, so that steps with the same one share it;
    `token` makes it. With `from_cache` the gateway must answer without asking the authorizer.
    `keep` names members of the answer that later steps need, and how they call them: `{client_id}` in a path stands for
    the one that was kept so. A step with `secret`, the name of a kept secret, has its token from Okta by that secret of
    the client `{client_id}`; with `at_okta` that token is all it asks for.
    """

    title: str
    holder: str
    token: Callable[[OktaClient], str]
    status: int
    method: str = "GET"
    path: str = "/api/servers"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=lambda: {"name": "Search"})
    keep: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""
    at_okta: bool = False
    code: str = ""
    groups_from: str = ""
    backend: Mapping[str, str] = field(default_factory=dict)
    from_cache: bool = False
    event: Event = Event.NOTHING


def _user(okta: OktaClient) -> str:
    return okta.mint(user=USER)


def _agent(okta: OktaClient) -> str:
    return okta.machine_token(AGENT.client_id, AGENT.secret, MACHINE_SCOPE)


def _key_agent(okta: OktaClient) -> str:
    return okta.mint(client=KEY_AGENT_ID)


READER_AT_BACKEND = {"X-Groups": READERS, "X-Auth-Method": "okta"}

GATEWAY_STORY = (
    Step(
        "A user of public-mcp-users reads",
        "user",
        _user,
        200,
        groups_from="token",
        backend={**READER_AT_BACKEND, "X-User": USER},
    ),
    Step("The same token on a second route", "user", _user, 200, path="/api/servers/weather", from_cache=True),
    Step("The same token writes", "user", _user, 403, method="POST", from_cache=True),
    Step(
        "A machine, no groups in its token, reads",
        "agent",
        _agent,
        200,
        groups_from="documentdb",
        backend={**READER_AT_BACKEND, "X-Client-Id": AGENT.client_id},
    ),
    Step("The same machine writes", "agent", _agent, 403, method="POST", from_cache=True),
    Step(
        "A machine that nobody registered",
        "unregistered",
        lambda okta: okta.machine_token(UNREGISTERED.client_id, UNREGISTERED.secret, MACHINE_SCOPE),
        403,
        code="client_not_registered",
    ),
    Step(
        "A user of registry-admins writes",
        "admin",
        lambda okta: okta.mint(user=ADMIN),
        201,
        method="POST",
        backend={"X-User": ADMIN},
    ),
    Step("A user without groups", "groupless", lambda okta: okta.mint(user=GROUPLESS_USER), 403, code="no_groups"),
    Step(
        "A smuggled X-Groups header",
        "smuggler",
        _user,
        200,
        headers={"X-Groups": "registry-admins", "X-User": ADMIN},
        backend={**READER_AT_BACKEND, "X-User": USER},
    ),
    Step(
        "An expired token",
        "expired",
        lambda okta: okta.mint(user=USER, expires_in=-3600),
        401,
        code="token_expired",
    ),
    Step(
        "A forged token: a stranger's signature",
        "forged",
        lambda okta: okta.mint(user=ADMIN, signed_by="stranger"),
        401,
        code="signature_invalid",
    ),
    Step(
        "A token for another audience",
        "other audience",
        lambda okta: okta.mint(user=ADMIN, claims={"aud": "api://payroll"}),
        401,
        code="audience_mismatch",
    ),
    Step(
        "An ID token",
        "id token",
        lambda okta: okta.mint(user=ADMIN, kind="id_token", claims={"nonce": "n-0S6_WzA2Mj"}),
        401,
        code="id_token_refused",
    ),
    Step(
        "An access token of the org server",
        "org server",
        lambda okta: okta.mint(user=ADMIN, server="org"),
        401,
        code="org_server_token",
    ),
    Step("A token signed with the next key", "rotated", _user, 200, event=Event.KEYS_ROTATED),
    Step("A token signed with a key never seen", "rotated again", _user, 200, event=Event.KEYS_ROTATED),
    Step(
        "A machine, its groups cannot be looked up",
        "key agent",
        _key_agent,
        500,
        code="store_unavailable",
        event=Event.STORE_DOWN,
    ),
    Step(
        "The same token again, nothing restarted",
        "key agent",
        _key_agent,
        200,
        groups_from="documentdb",
        backend={"X-Groups": READERS},
        event=Event.STORE_UP,
    ),
)
