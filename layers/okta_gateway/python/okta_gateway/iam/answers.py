"""What callers get from the IAM API: the shapes, which the OpenAPI document shows."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Something that a caller gets."""

    model_config = ConfigDict(populate_by_name=True)


class TakesEffect(Answer):
    """When a change bites at the gateway."""

    within_seconds: int | None = Field(
        description="At the latest after so many seconds; null when it depends on the life of tokens.", examples=[120]
    )
    note: str = Field(examples=["The authorizer keeps groups for 60 s, and the gateway its answers for 60 s."])


class Changed(Answer):
    """A change was made."""

    takes_effect: TakesEffect


class User(Answer):
    """A user of the Okta org."""

    id: str = Field(examples=["00u1ada00000000000a1"])
    username: str = Field(examples=["jo@example.com"])
    email: str | None = Field(examples=["jo@example.com"])
    first_name: str | None = Field(alias="firstName", examples=["Jo"])
    last_name: str | None = Field(alias="lastName", examples=["Doe"])
    status: str = Field(description="Okta's word for it.", examples=["ACTIVE"])
    enabled: bool = Field(description="Whether the user can sign in.", examples=[True])
    created: str | None = Field(examples=["2026-01-31T12:00:00.000Z"])
    last_login: str | None = Field(alias="lastLogin", examples=[None])


class UserPage(Answer):
    """Some users; `next` is the `after` of the next page, null at the end."""

    users: list[User]
    next: str | None = Field(examples=[None])


class CreatedUser(User):
    """A user who was just made."""

    groups: list[str] = Field(examples=[["public-mcp-users"]])
    takes_effect: TakesEffect


class ChangedUser(User):
    """A user who was just changed."""

    takes_effect: TakesEffect


class Group(Answer):
    """A group of the Okta org."""

    id: str = Field(examples=["00g1registryadmins01"])
    name: str = Field(examples=["registry-admins"])
    description: str | None = Field(examples=["Administrators of the registry"])
    type: str = Field(description="OKTA_GROUP, APP_GROUP or BUILT_IN.", examples=["OKTA_GROUP"])


class GroupPage(Answer):
    """Some groups; `next` is the `after` of the next page, null at the end."""

    groups: list[Group]
    next: str | None = Field(examples=[None])


class GroupWithScopes(Group):
    """A group, and the scopes that the access rules give it."""

    scopes: list[str] = Field(examples=[["mcp:servers:read"]])


class ChangedGroup(Group):
    """A group that was just made or changed."""

    takes_effect: TakesEffect


class GroupScopes(Answer):
    """The scopes that the access rules give a group."""

    group: str = Field(examples=["registry-admins"])
    scopes: list[str] = Field(examples=[["mcp:servers:read"]])
    source: Literal["file", "documentdb"] = Field(examples=["documentdb"])


class ChangedGroupScopes(GroupScopes):
    """The scopes of a group after a change."""

    takes_effect: TakesEffect


class Membership(Answer):
    """The groups of a user, by name."""

    user: str = Field(description="The user's id.", examples=["00u1ada00000000000a1"])
    groups: list[str] = Field(examples=[["public-mcp-users"]])


class ChangedMembership(Membership):
    """The groups of a user after a change."""

    added: list[str] = Field(examples=[["public-mcp-users"]])
    removed: list[str] = Field(examples=[[]])
    takes_effect: TakesEffect


class Client(Answer):
    """A machine client as the authorizer knows it."""

    client_id: str = Field(examples=["0oa0987654321fedcba"])
    name: str = Field(examples=["ai-agent-3"])
    description: str | None = Field(examples=["AI Agent for autonomous operations"])
    groups: list[str] = Field(examples=[["public-mcp-users"]])
    enabled: bool = Field(examples=[True])
    provider: str = Field(description="okta: made or imported here; manual: registered.", examples=["okta"])
    okta_app_id: str | None = Field(examples=["0oa0987654321fedcba"])
    created_by: str | None = Field(examples=["ada@example.com"])
    created_at: str | None = Field(examples=["2026-01-31T12:00:00Z"])
    updated_at: str | None = Field(examples=["2026-01-31T12:00:00Z"])


class IncompleteClient(Answer):
    """A creation that did not finish, and that the next sync settles."""

    name: str = Field(examples=["ai-agent-3"])
    groups: list[str] = Field(examples=[["public-mcp-users"]])
    created_by: str = Field(examples=["ada@example.com"])
    started_at: str = Field(examples=["2026-01-31T12:00:00Z"])
    okta_app_id: str | None = Field(description="null: not known whether Okta made it.", examples=[None])


class ClientPage(Answer):
    """Some machine clients; `next` is the `after` of the next page, null at the end.

    With `state=incomplete` the list `incomplete` is filled instead of `clients`.
    """

    clients: list[Client]
    incomplete: list[IncompleteClient] = Field(examples=[[]])
    next: str | None = Field(examples=[None])


class CreatedClient(Answer):
    """A machine client that was just made. The secret is shown this once."""

    client_id: str = Field(examples=["0oa9876543210fedcba"])
    client_secret: str = Field(examples=["shown-once"], repr=False)
    groups: list[str] = Field(examples=[["public-mcp-users", "ai-agents"]])
    okta_app_id: str = Field(examples=["0oa9876543210fedcba"])
    warnings: list[str] = Field(examples=[["No access rule maps the group ai-agents: it opens nothing."]])
    takes_effect: TakesEffect


class ChangedClient(Client):
    """A machine client after a change."""

    warnings: list[str] = Field(examples=[[]])
    takes_effect: TakesEffect


class DeletedClient(Changed):
    """A machine client is gone."""

    client_id: str = Field(examples=["0oa9876543210fedcba"])
    okta_app: Literal["deleted", "kept"] = Field(
        description="kept: the client was only registered here.", examples=["deleted"]
    )


class RotatedSecret(Answer):
    """A new secret, shown this once."""

    client_id: str = Field(examples=["0oa9876543210fedcba"])
    client_secret: str = Field(examples=["shown-once"], repr=False)
    secret_id: str = Field(examples=["ocs2f4zrZbs8nUa7p0g4"])
    old_secrets: Literal["valid", "retired"] = Field(examples=["valid"])
    note: str = Field(examples=["The old secret works until DELETE /api/iam/m2m/0oa9876543210fedcba/secret."])


class RetiredSecrets(Answer):
    """The ids of the secrets that work no more."""

    client_id: str = Field(examples=["0oa9876543210fedcba"])
    retired: list[str] = Field(examples=[["ocs1f4zrZbs8nUa7p0g3"]])


class SyncReport(Answer):
    """What a sync found and did, by client id."""

    added: list[str] = Field(description="Imported, without groups.", examples=[["0oa5555555555unknown"]])
    updated: list[str] = Field(description="Renamed in Okta, or deactivated there.", examples=[[]])
    unchanged: int = Field(examples=[12])
    missing: list[str] = Field(description="Registered as Okta's, but gone there.", examples=[[]])
    finished: list[str] = Field(description="Names of creations that turned out complete.", examples=[[]])
    removed: list[str] = Field(description="Names of incomplete creations that were undone.", examples=[[]])
    incomplete: list[str] = Field(description="Names of creations that may still be under way.", examples=[[]])
    takes_effect: TakesEffect


class WhoAmI(Answer):
    """The caller as the authorizer saw them."""

    subject: str | None = Field(examples=["jo@example.com"])
    id: str = Field(description="Okta's user id, or the client id.", examples=["00u1ada00000000000a1"])
    kind: Literal["user", "m2m"] = Field(examples=["user"])
    username: str | None = Field(examples=["jo@example.com"])
    client_id: str | None = Field(examples=["0oa1234567890abcdef"])
    groups: list[str] = Field(examples=[["registry-admins"]])
    groups_source: str = Field(examples=["token"])
    scopes: list[str] = Field(examples=[["registry:admin:full"]])
    administrator: bool = Field(description="Whether the rest of the IAM API is open to the caller.", examples=[True])
    auth_method: str = Field(examples=["okta"])
    issuer: str | None = Field(examples=["https://dev-123456.okta.com/oauth2/aus1234567890abcdef"])
    expires_at: str | None = Field(examples=["2026-01-31T12:00:00Z"])


class Problem(Answer):
    """A problem document (RFC 9457)."""

    type: str = Field(examples=["urn:okta-gateway:error:user_unknown"])
    title: str = Field(examples=["There is no such user."])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no user has the id or login 'jo@example.com'"])
    code: str = Field(description="Stable; the README explains each.", examples=["user_unknown"])
    advice: str = Field(examples=["Give the Okta id or the exact login; GET /api/iam/users finds them."])
    request_id: str = Field(examples=["c6af9ac6-7b61-11e6-9a41-93e8deadbeef"])
    errors: list["InvalidMember"] | None = Field(default=None, description="With code request_invalid.")


class InvalidMember(Answer):
    """One problem of a request's shape."""

    place: str = Field(examples=["body.groups.0"])
    detail: str = Field(examples=["String should have at least 1 character"])


class GatewayRefusal(Answer):
    """How API Gateway itself answers: without or with a bad token, or when the authorizer's policy says no."""

    message: str | None = Field(default=None, examples=["Unauthorized"])
    Message: str | None = Field(
        default=None, description="So spelt by AWS where the policy says no.", examples=["User is not authorized"]
    )
