"""Okta's refusals in words for the person who was refused: what happened, and whom to ask.

Only the `error` code is OAuth's. The description is Okta's own text, as its documents and support articles quote it; it
decides here only which explanation is shown.
"""

from typing import NamedTuple

from okta_gateway.okta.errors import OktaRefused


class Explanation(NamedTuple):
    """A stable code, what happened, and what the person can do."""

    code: str
    title: str
    text: str


_UNKNOWN = Explanation(
    "okta_refused",
    "Okta did not let you in",
    "Okta answered with an error. Please try again; if it stays, show this page to whoever runs this gateway.",
)
# Error, part of Okta's description (any, where empty), explanation. The first match counts.
_EXPLANATIONS = (
    (
        "",
        "too many groups",
        Explanation(
            "okta_too_many_groups",
            "You are in too many groups",
            "More than 100 of your groups match the groups claim, and Okta refuses that. Ask your Okta administrator "
            "to narrow the claim's filter, for example to names that start with a prefix.",
        ),
    ),
    (
        "access_denied",
        "not assigned",
        Explanation(
            "okta_user_not_assigned",
            "You may not use this application",
            "Your Okta account is not assigned to this application. Ask your Okta administrator to assign it to you or "
            "to one of your groups.",
        ),
    ),
    (
        "access_denied",
        "policy evaluation failed",
        Explanation(
            "okta_policy_refused",
            "Okta's access policy refused this",
            "No rule of the authorization server's access policy covers you and what was asked for. Ask your Okta "
            "administrator to look at its access policies.",
        ),
    ),
    (
        "access_denied",
        "",
        Explanation(
            "okta_access_denied", "Sign-in was stopped", "You or Okta ended this sign-in. You can start again."
        ),
    ),
    (
        "invalid_scope",
        "",
        Explanation(
            "okta_scope_missing",
            "A scope does not exist at Okta",
            "This gateway asks for a scope that the authorization server does not have, often 'groups'. Ask whoever "
            "runs it to create the scope in Okta or to change OKTA_SCOPES.",
        ),
    ),
    (
        "invalid_grant",
        "redirect",
        Explanation(
            "okta_redirect_mismatch",
            "The callback address does not fit",
            "The sign-in redirect URI registered at Okta is not the one of this gateway, to the letter. Ask whoever "
            "runs it to compare the two.",
        ),
    ),
    (
        "invalid_grant",
        "",
        Explanation(
            "okta_invalid_grant",
            "This sign-in came too late",
            "Okta does not accept its answer any more: it was used already, or took too long. Please start again; if "
            "it stays, the application may lack the grant type Refresh Token.",
        ),
    ),
    (
        "invalid_client",
        "",
        Explanation(
            "okta_client_refused",
            "Okta does not know this gateway",
            "Okta refuses the gateway's own credentials. Ask whoever runs it to check OKTA_CLIENT_ID and "
            "OKTA_CLIENT_SECRET.",
        ),
    ),
    (
        "temporarily_unavailable",
        "",
        Explanation("okta_busy", "Okta is busy", "Okta asks to try again later. Please wait a minute and start again."),
    ),
    (
        "server_error",
        "",
        Explanation(
            "okta_failed", "Okta has a problem", "Okta could not finish this. Please wait a minute and start again."
        ),
    ),
)

ALL_EXPLANATIONS = tuple(dict.fromkeys([*(explanation for _, _, explanation in _EXPLANATIONS), _UNKNOWN]))
"""For the documentation and its test."""


def explain(refusal: OktaRefused) -> Explanation:
    """The explanation that fits best."""
    description = refusal.description.lower()
    for error, part, explanation in _EXPLANATIONS:
        if error in {"", refusal.error} and part in description:
            return explanation
    return _UNKNOWN
