"""Okta's refusals in words, by the sentences that Okta really sends."""

import pytest

from okta_gateway.login.okta_errors import ALL_EXPLANATIONS, explain
from okta_gateway.okta.errors import OktaRefused

# Descriptions: Okta's callback and token errors as its documents, its support articles and recorded answers have them.
SENTENCES = [
    ("access_denied", "User is not assigned to the client application.", "okta_user_not_assigned", "administrator"),
    ("access_denied", "Policy evaluation failed for this request, please check the policy configurations.",
     "okta_policy_refused", "access polic"),
    ("access_denied", "The resource owner or authorization server denied the request.", "okta_access_denied", "again"),
    ("access_denied", "", "okta_access_denied", "again"),
    ("invalid_request", "The groups claim matched too many groups and must be configured to match fewer groups",
     "okta_too_many_groups", "100"),
    ("server_error", "The groups claim matched too many groups and must be configured to match fewer groups",
     "okta_too_many_groups", "100"),
    ("invalid_scope", "One or more scopes are not configured for the authorization server resource.",
     "okta_scope_missing", "OKTA_SCOPES"),
    ("invalid_scope", "", "okta_scope_missing", "'groups'"),
    ("invalid_grant", "The authorization code is invalid or has expired.", "okta_invalid_grant", "start again"),
    ("invalid_grant", "The grant was issued to another client", "okta_invalid_grant", "start again"),
    ("invalid_grant", "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
     "okta_redirect_mismatch", "redirect URI"),
    ("invalid_client", "The client secret supplied for a confidential client is invalid.",
     "okta_client_refused", "OKTA_CLIENT_SECRET"),
    ("temporarily_unavailable", "", "okta_busy", "wait"),
    ("server_error", "", "okta_failed", "wait"),
    ("login_required", "The client specified not to prompt, but the user is not logged in.", "okta_refused", "again"),
    ("unsupported_response_type", "", "okta_refused", "whoever runs this gateway"),
    ("unauthorized_client", "", "okta_refused", "whoever runs this gateway"),
    ("no_such_error", "anything", "okta_refused", "whoever runs this gateway"),
    ("", "", "okta_refused", "whoever runs this gateway"),
    ("ACCESS_DENIED", "User is not assigned to the client application.", "okta_refused", "whoever runs this gateway"),
    ("invalid_scope", "policy evaluation failed", "okta_scope_missing", "OKTA_SCOPES"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "description", "code", "advice"), SENTENCES)
def test_each_refusal_says_what_happened_and_whom_to_ask(error: str, description: str, code: str, advice: str) -> None:
    explanation = explain(OktaRefused(error, description))
    assert explanation.code == code
    assert advice in explanation.text
    assert explanation.title
    assert not explanation.title.endswith(".")
    assert explanation.text.endswith(".")


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_the_case_of_a_sentence_does_not_matter(change: type[str]) -> None:
    for error, description, code, _ in SENTENCES:
        assert explain(OktaRefused(error, change(description))).code == code


@pytest.mark.parametrize(("error", "description", "code", "advice"), SENTENCES)
def test_what_okta_wrote_decides_but_is_not_repeated(error: str, description: str, code: str, advice: str) -> None:
    explanation = explain(OktaRefused(error, f"{description} <script>alert(1)</script>"))
    assert explanation.code == code
    assert "script" not in "".join(explanation)


def test_each_explanation_has_a_code_of_its_own_and_is_reached() -> None:
    codes = [explanation.code for explanation in ALL_EXPLANATIONS]
    assert len(codes) == len(set(codes))
    assert set(codes) == {code for _, _, code, _ in SENTENCES}
