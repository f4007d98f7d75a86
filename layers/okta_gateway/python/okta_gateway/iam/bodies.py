"""What callers send to the IAM API: the shapes, for validation and for the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_GROUPS = 100
_ONE_LINE = r"^\S(?:[^\u0000-\u001f\u007f]*\S)?$"
"""Nor blanks around it: Okta drops them, and a name that comes back changed is found by nobody."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=_ONE_LINE)]
GroupName = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=_ONE_LINE)]
Description = Annotated[str, StringConstraints(max_length=1024, pattern=r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$")]
Login = Annotated[str, StringConstraints(min_length=5, max_length=100, pattern=r"^[^\s@\u0000-\u001f\u007f]+@[^\s@]+$")]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=_ONE_LINE)]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Okta's client ids are 20 letters and digits; a custom one may have - and _ as well."""
ScopeName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!#-\[\]-~]+$")]
Password = Annotated[str, StringConstraints(min_length=8, max_length=72)]
"""At most what Okta takes (Okta: "Create user with password")."""
Groups = Annotated[list[GroupName], Field(max_length=MAX_GROUPS)]


class Body(BaseModel):
    """Something that a caller sends: unknown members are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False)


class UserCreation(Body):
    """A new user."""

    username: Login = Field(description="The login, in the form of an e-mail address.", examples=["jo@example.com"])
    email: Login = Field(examples=["jo@example.com"])
    first_name: PersonName = Field(alias="firstName", examples=["Jo"])
    last_name: PersonName = Field(alias="lastName", examples=["Doe"])
    groups: Groups = Field(default=[], description="Names or ids of groups.", examples=[["public-mcp-users"]])
    password: Password | None = Field(
        default=None, description="Without it Okta sends an activation e-mail.", examples=[None], repr=False
    )


class UserChange(Body):
    """New values for some members of a user's profile; what is left out stays."""

    username: Login | None = Field(default=None, examples=["jo.doe@example.com"])
    email: Login | None = Field(default=None, examples=["jo.doe@example.com"])
    first_name: PersonName | None = Field(default=None, alias="firstName", examples=["Joanna"])
    last_name: PersonName | None = Field(default=None, alias="lastName", examples=["Doe"])

    @model_validator(mode="after")
    def _not_empty(self) -> "UserChange":
        return _with_a_change(self)


class GroupList(Body):
    """Groups, by name or id."""

    groups: Groups = Field(examples=[["public-mcp-users"]])


class GroupCreation(Body):
    """A new group."""

    name: GroupName = Field(examples=["ai-agents"])
    description: Description | None = Field(default=None, examples=["Autonomous clients"])


class GroupChange(Body):
    """New values for some members of a group; what is left out stays."""

    name: GroupName | None = Field(default=None, examples=["ai-agents"])
    description: Description | None = Field(default=None, examples=["Autonomous clients"])

    @model_validator(mode="after")
    def _not_empty(self) -> "GroupChange":
        return _with_a_change(self)


class ScopeList(Body):
    """Scopes."""

    scopes: Annotated[list[ScopeName], Field(max_length=MAX_GROUPS)] = Field(examples=[["mcp:servers:read"]])


class ClientCreation(Body):
    """A new machine client, made in Okta."""

    name: Name = Field(examples=["ai-agent-3"])
    description: Description | None = Field(default=None, examples=["AI Agent for autonomous operations"])
    groups: Groups = Field(examples=[["public-mcp-users", "ai-agents"]])


class ClientRegistration(Body):
    """A machine client that exists in Okta already."""

    client_id: ClientId = Field(examples=["0oa0987654321fedcba"])
    name: Name | None = Field(default=None, description="The client id when left out.", examples=["ai-agent-4"])
    description: Description | None = Field(default=None, examples=["Made by hand in the Okta console"])
    groups: Groups = Field(examples=[["public-mcp-users"]])


class ClientChange(Body):
    """New values for some members of a machine client; what is left out stays."""

    name: Name | None = Field(default=None, examples=["ai-agent-3"])
    description: Description | None = Field(default=None, examples=["AI Agent for autonomous operations"])
    groups: Groups | None = Field(default=None, examples=[["public-mcp-users"]])
    enabled: bool | None = Field(default=None, description="false also deactivates the app in Okta.", examples=[True])

    @model_validator(mode="after")
    def _not_empty(self) -> "ClientChange":
        return _with_a_change(self)


class SecretRotation(Body):
    """How a secret is rotated."""

    retire_old: Literal["later", "now"] = Field(
        default="later",
        description="later: the old secret works until DELETE on this route; now: it ends with this request.",
        examples=["later"],
    )


def _with_a_change[T: BaseModel](body: T) -> T:
    if not body.model_fields_set:
        raise ValueError("name at least one member to change")
    if any(getattr(body, name) is None for name in body.model_fields_set - {"description"}):
        raise ValueError("a member cannot be null; leave it out to keep its value")
    return body
