"""What Okta can answer besides success; continues the tree of `okta_gateway.errors`.

OktaGatewayError
├── LoginRefused
│   └── OktaRefused
├── OktaChangeRefused            4xx  Okta's management API says no, for a reason that the administrator can be told
│   ├── OktaNotFound  OktaInvalid  OktaDuplicate  OktaLimitReached
│   └── OktaCursorInvalid  OktaStateRefused
└── CheckFailed
    ├── OktaUnavailable  OktaOutcomeUnknown  OktaRateLimited
    └── OktaCredentialRefused  OktaPermissionMissing  OktaFeatureMissing
"""

from typing import ClassVar

from okta_gateway.errors import CheckFailed, LoginRefused, OktaGatewayError


class OktaRefused(LoginRefused):
    """Okta answered with an OAuth error (RFC 6749, sections 4.1.2.1 and 5.2)."""

    code = "okta_refused"
    public = "Okta did not let you in."
    advice = "Look the error up in the README, under 'Why was it refused?'."

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(f"{error}: {description}" if description else error)
        self.error = error
        self.description = description


class OktaChangeRefused(OktaGatewayError):
    """Okta understood the request, and will not do it as it is. Nothing was changed by it.

    `error_code` is Okta's own code, such as E0000001; `causes` is what Okta says about it, cleaned for people, for the
    administrator who asked. The causes may name people, so they stay out of `detail`, which is logged.
    """

    status: ClassVar[int] = 400
    public: ClassVar[str] = "Okta refused this."

    def __init__(self, detail: str = "", *, error_code: str = "", causes: tuple[str, ...] = ()) -> None:
        super().__init__(detail)
        self.error_code = error_code
        self.causes = causes


class OktaNotFound(OktaChangeRefused):
    """Okta has no such user, group, app or secret (E0000007, E0000048)."""

    code = "okta_not_found"
    status = 404
    public = "Okta does not have it."
    advice = "It was deleted, or the id belongs to another org: look in the Okta admin console."


class OktaInvalid(OktaChangeRefused):
    """Okta does not accept a value (E0000001, or another 400)."""

    code = "okta_invalid"
    status = 422
    public = "Okta does not accept a value."
    advice = "Correct the value that the causes name; the org's profile schema and password policy decide."


class OktaDuplicate(OktaChangeRefused):
    """There is one of that name already (E0000001 with that cause, E0000040, E0000055 and their kind)."""

    code = "okta_duplicate"
    status = 409
    public = "Okta has one of that name already."
    advice = "Use the existing one, or choose another name. Deactivated users keep their login until they are deleted."


class OktaLimitReached(OktaChangeRefused):
    """A limit of the org: two secrets per client, the number of apps, E0000093."""

    code = "okta_limit_reached"
    status = 409
    public = "A limit of the Okta org is reached."
    advice = "Delete what is no longer used: a client has at most two secrets, and free orgs a few apps and users."


class OktaCursorInvalid(OktaChangeRefused):
    """The cursor of a page is none of Okta's, or has expired (E0000029 for apps, E0000031 with search)."""

    code = "okta_cursor_invalid"
    status = 400
    public = "This cursor is not valid. Start again at the first page."
    advice = "Pass `after` on exactly as the page before gave it, with the same search."


class OktaStateRefused(OktaChangeRefused):
    """Its present state does not allow it (E0000056: an active app is not deleted; E0000038 and their kind)."""

    code = "okta_state_refused"
    status = 409
    public = "Okta does not allow this in the present state."
    advice = "Look at the object's status in Okta: deactivate before deleting; profiles of a directory change there."


class OktaUnavailable(CheckFailed):
    """Okta did not answer, or not with what OAuth promises."""

    code = "okta_unavailable"
    status = 503
    advice = "Look at status.okta.com, at the org's rate limits, and at the function's way to the internet."


class OktaOutcomeUnknown(CheckFailed):
    """The request may have reached Okta, but its answer did not reach us: what it creates may exist."""

    code = "okta_outcome_unknown"
    status = 503
    public = "Okta did not confirm this. It may have happened."
    advice = "Look whether Okta has it before you repeat the request; the next sync clears up half-made clients."


class OktaRateLimited(CheckFailed):
    """The org's rate limit is used up (429, E0000047) for longer than this request can wait."""

    code = "okta_rate_limited"
    status = 503
    public = "Okta's rate limit is used up. Try again later."
    advice = "Repeat after retry_after seconds; look at Okta's rate limit dashboard for who uses the limit up."

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
        """Seconds, at least 1."""


class OktaCredentialRefused(CheckFailed):
    """Okta does not accept the gateway's own credential (401; E0000011, E0000004, E0000005; a refused assertion)."""

    code = "okta_credential_refused"
    status = 503
    public = "Okta does not accept the gateway's credential."
    advice = (
        "OKTA_API_TOKEN dies after 30 days without use and with the administrator who made it, and may be bound to "
        "network zones: make a new one. With OKTA_API_CLIENT_ID compare the key in Okta with OKTA_API_PRIVATE_KEY; "
        "only as a JWK does it say which of the app's keys it is (kid)."
    )


class OktaPermissionMissing(CheckFailed):
    """The gateway's credential lacks a permission (403, E0000006), which the detail names."""

    code = "okta_permission_missing"
    status = 503
    public = "The gateway's credential lacks a permission in Okta."
    advice = (
        "Give the token's administrator a role with the permission that the detail names. A service app needs both: "
        "the okta.* scope granted, and an admin role."
    )


class OktaFeatureMissing(CheckFailed):
    """The org's licence does not have the feature (E0000015)."""

    code = "okta_feature_missing"
    status = 503
    public = "The Okta org does not have this feature."
    advice = "Custom authorization servers need the licence 'API Access Management'; ask whoever administers the org."
