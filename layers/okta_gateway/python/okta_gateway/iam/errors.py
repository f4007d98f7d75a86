"""The errors of administration; they continue the tree of `okta_gateway.errors`.

OktaGatewayError
├── IamRefused                     4xx  the request cannot be done, for a reason that the caller can mend
│   ├── RequestInvalid  MediaTypeUnsupported  PathUnknown  MethodUnknown
│   ├── NotAdministrator  OwnAccessKept  LastAdministratorKept
│   ├── UserUnknown  GroupUnknown  ClientUnknown  GroupsUnknown  NameAmbiguous
│   ├── UserExists  GroupExists  ClientExists  ClientIncomplete  ClientNotOurs  SecretsInUse
│   └── GroupNotEditable  ScopesUnknown  RulesInFile
└── CheckFailed
    └── OktaCredentialMissing  ChangeUnderWay
"""

from collections.abc import Sequence
from typing import ClassVar

from okta_gateway.errors import CheckFailed, OktaGatewayError


class IamRefused(OktaGatewayError):
    """The request cannot be done. Its detail is written for the caller, who gets it; it never holds a secret."""

    status: ClassVar[int] = 400
    public: ClassVar[str] = "The request was refused."


class RequestInvalid(IamRefused):
    """The request does not have the documented shape; `problems` are (place, sentence) pairs."""

    code = "request_invalid"
    status = 400
    public = "The request does not have the documented shape."
    advice = "Each problem names the member or parameter. The documentation is at /api/iam/docs."

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = tuple((place, sentence.removeprefix("Value error, ")) for place, sentence in problems)
        super().__init__("; ".join(f"{place}: {sentence}" for place, sentence in self.problems))


class MediaTypeUnsupported(IamRefused):
    """The body is not JSON."""

    code = "media_type_unsupported"
    status = 415
    public = "The body must be JSON."
    advice = "Send the body as JSON, with the header 'Content-Type: application/json'."


class PathUnknown(IamRefused):
    """There is no such route."""

    code = "path_unknown"
    status = 404
    public = "There is no such route."
    advice = "The routes are listed at /api/iam/docs."


class MethodUnknown(IamRefused):
    """The route exists, the method does not (RFC 9110, section 15.5.6)."""

    code = "method_unknown"
    status = 405
    public = "This route has no such method."
    advice = "The header Allow names the methods of this route."

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__("allowed here: " + ", ".join(allowed))
        self.allowed = tuple(allowed)


class NotAdministrator(IamRefused):
    """The caller lacks ADMIN_SCOPE."""

    code = "not_administrator"
    status = 403
    public = "This needs an administrator."
    advice = "The caller's groups must map to ADMIN_SCOPE in the access rules; GET /api/iam/whoami shows them."


class OwnAccessKept(IamRefused):
    """Somebody tried to take their own administration away, or that of this API."""

    code = "own_access_kept"
    status = 409
    public = "You cannot delete, deactivate or demote yourself."
    advice = "Ask another administrator to do it."


class LastAdministratorKept(IamRefused):
    """The change would leave nobody who can administer."""

    code = "last_administrator_kept"
    status = 409
    public = "This would leave no active administrator."
    advice = "Make another active user an administrator first."


class UserUnknown(IamRefused):
    """No user has this id or login."""

    code = "user_unknown"
    status = 404
    public = "There is no such user."
    advice = "Give the Okta id or the exact login; GET /api/iam/users finds them."


class GroupUnknown(IamRefused):
    """No group has this id or name."""

    code = "group_unknown"
    status = 404
    public = "There is no such group."
    advice = "Give the Okta id or the exact name, case included; GET /api/iam/groups lists them."


class ClientUnknown(IamRefused):
    """No machine client is registered under this client id."""

    code = "client_unknown"
    status = 404
    public = "There is no such machine client."
    advice = "GET /api/iam/m2m lists the registered ones; POST /api/iam/m2m/sync imports those that only Okta knows."


class GroupsUnknown(IamRefused):
    """Some groups of a change do not exist; nothing was changed."""

    code = "groups_unknown"
    status = 422
    public = "Some of the groups do not exist; nothing was changed."
    advice = "Create them first (POST /api/iam/groups), or correct their names; names match exactly, case included."


class NameAmbiguous(IamRefused):
    """Several objects have this name."""

    code = "name_ambiguous"
    status = 409
    public = "Several have this name."
    advice = "Use one of the ids instead."


class UserExists(IamRefused):
    """Somebody has this login already."""

    code = "user_exists"
    status = 409
    public = "This user exists already."
    advice = "Change the existing user instead, or choose another username."


class GroupExists(IamRefused):
    """There is a group of this name."""

    code = "group_exists"
    status = 409
    public = "This group exists already."
    advice = "Use the existing group, or choose another name."


class ClientExists(IamRefused):
    """A machine client has this name or id."""

    code = "client_exists"
    status = 409
    public = "This machine client exists already."
    advice = "Use the existing client, rotate its secret if that is lost, or choose another name."


class ClientIncomplete(IamRefused):
    """A creation under this name was cut off, and is not settled yet."""

    code = "client_incomplete"
    status = 409
    public = "An earlier creation under this name did not finish."
    advice = "POST /api/iam/m2m/sync settles it a minute after it began; GET /api/iam/m2m?state=incomplete lists them."


class ClientNotOurs(IamRefused):
    """The client was registered by hand: its application in Okta belongs to somebody else."""

    code = "client_not_ours"
    status = 409
    public = "This client was only registered here; its application in Okta is managed elsewhere."
    advice = "Do this in Okta: Applications, the application, General."


class SecretsInUse(IamRefused):
    """The client has two valid secrets, which is all that Okta allows."""

    code = "secrets_in_use"
    status = 409
    public = "This client has two valid secrets already."
    advice = (
        "Move the client to the newest one, DELETE /api/iam/m2m/{client_id}/secret, then rotate again. If the newest "
        "one was lost, DELETE with ?keep=oldest."
    )


class GroupNotEditable(IamRefused):
    """Okta manages this group itself, or takes it from a directory or an application."""

    code = "group_not_editable"
    status = 409
    public = "This group cannot be changed here."
    advice = "Only groups of type OKTA_GROUP can be changed; change others where they come from."


class ScopesUnknown(IamRefused):
    """Some scopes of a change are not in idp_scope_permissions; nothing was changed."""

    code = "scopes_unknown"
    status = 422
    public = "Some of the scopes do not exist; nothing was changed."
    advice = "Use scopes that the access rules define."


class RulesInFile(IamRefused):
    """The access rules come from a file that is deployed, not from the store."""

    code = "rules_in_file"
    status = 409
    public = "The access rules are a file here."
    advice = "Change scopes.yml and deploy, or set SCOPES_SOURCE=documentdb."


class OktaCredentialMissing(CheckFailed):
    """This route needs Okta, and no credential for its API is set."""

    code = "okta_credential_missing"
    status = 503
    public = "This needs a credential for Okta's API, and none is set."
    advice = (
        "Set OKTA_API_TOKEN, or OKTA_API_CLIENT_ID with OKTA_API_PRIVATE_KEY. Without it the routes of the document "
        "store work: /api/iam/m2m (GET, PATCH), /api/iam/m2m/register."
    )


class ChangeUnderWay(CheckFailed):
    """Another change that could take administrators away is not finished."""

    code = "change_under_way"
    status = 503
    public = "Another change is under way. Please try again."
    advice = "Try again after the seconds of Retry-After; a change that was cut off holds its lease for a minute."
    retry_after = 5
