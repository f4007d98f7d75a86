"""What Okta gives to each new custom authorization server."""

from devkit.okta_standin.seeds import seeded_id
from devkit.okta_standin.servers import USER_SCOPES, Claim, Scope

SUBJECT = "(appuser != null) ? appuser.userName : app.clientId"
"""The default of the claim `sub` (recorded)."""
_DESCRIPTIONS = {"openid": "Signals that a request is an OpenID request."}


def system_scopes(server_id: str) -> tuple[Scope, ...]:
    """The scopes that need a user."""
    return tuple(
        Scope(name, id=seeded_id("scp", server_id, name), description=_DESCRIPTIONS.get(name)) for name in USER_SCOPES
    )


def subject_claim(server_id: str) -> Claim:
    """The `sub` of access tokens."""
    return Claim(SUBJECT, name="sub", system=True, id=seeded_id("ocl", server_id, "access_token", "sub"))
