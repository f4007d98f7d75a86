"""The guide's story of administration: a group, a user and a machine client come, work, and go."""

from devkit.stack.okta_client import OktaClient
from devkit.stack.seeds import ADMIN, READERS, USER
from devkit.stack.story import GATEWAY_STORY, Step

NEW_GROUP = "ai-agents"
NEW_USER = {
    "username": "john.doe@example.com",
    "email": "john.doe@example.com",
    "firstName": "John",
    "lastName": "Doe",
    "groups": [READERS],
}
NEW_CLIENT = {
    "name": "ai-agent-4",
    "description": "AI Agent for autonomous operations",
    "groups": [READERS, NEW_GROUP],
}
TOKEN_ENDPOINT = "Okta's token endpoint"  # noqa: S105 - what a table shows


def _administrator(okta: OktaClient) -> str:
    return okta.mint(user=ADMIN)


def _reader(okta: OktaClient) -> str:
    return okta.mint(user=USER)


def _nobody(_okta: OktaClient) -> str:
    return ""


def _administers(title: str, method: str, path: str, status: int, **more: object) -> Step:
    return Step(title, "an administrator", _administrator, status, method, f"/api/iam/{path}", **more)  # type: ignore[arg-type]


IAM_STORY = (
    Step(
        "A user of public-mcp-users lists users",
        "reader",
        _reader,
        403,
        path="/api/iam/users",
    ),
    Step(
        "The same user asks who they are",
        "reader",
        _reader,
        200,
        path="/api/iam/whoami",
        from_cache=True,
    ),
    _administers("An administrator creates a group", "POST", "groups", 201, body={"name": NEW_GROUP}),
    _administers("and a user", "POST", "users", 201, body=NEW_USER, from_cache=True),
    _administers(
        "and a machine client with groups",
        "POST",
        "m2m",
        201,
        body=NEW_CLIENT,
        keep={"client_id": "client_id", "client_secret": "first secret"},
        from_cache=True,
    ),
    Step(
        "The new client reads",
        "new client",
        _nobody,
        200,
        secret="first secret",  # noqa: S106 - its name
        groups_from="documentdb",
        backend={"X-Groups": f"{READERS},{NEW_GROUP}", "X-Client-Id": "{client_id}"},
    ),
    _administers(
        "Its secret is rotated",
        "POST",
        "m2m/{client_id}/secret",
        201,
        body={"retire_old": "now"},
        keep={"client_secret": "second secret"},
        from_cache=True,
    ),
    Step("The old secret asks for a token", "", _nobody, 401, secret="first secret", at_okta=True),  # noqa: S106
    Step("The new secret's token reads", "new secret", _nobody, 200, secret="second secret"),  # noqa: S106
    _administers("The client is deleted", "DELETE", "m2m/{client_id}", 200, from_cache=True),
    Step("Its secret asks for a token", "", _nobody, 401, secret="second secret", at_okta=True),  # noqa: S106
)
STORY = (*GATEWAY_STORY, *IAM_STORY)
