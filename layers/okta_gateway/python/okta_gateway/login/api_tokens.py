"""What a signed-in person calls the API with: Okta's access token, or one of ours where nobody may verify Okta's."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from okta_gateway.access.principal import USER, identify, string_list
from okta_gateway.errors import TokenRefused
from okta_gateway.login.errors import TokenMixedUp
from okta_gateway.login.gateway_tokens import GatewayTokens
from okta_gateway.okta.oauth import TokenAnswer
from okta_gateway.tokens.jws import JsonObject
from okta_gateway.tokens.verifier import Verifier


class Person(NamedTuple):
    """Who signed in. `subject` is Okta's user id, which nobody can choose or change."""

    subject: str
    username: str
    email: str | None
    groups: tuple[str, ...]


class ApiToken(NamedTuple):
    """A token for the API and its end, in seconds since 1970."""

    token: str
    expires_at: float
    person: Person

    def __repr__(self) -> str:
        return "ApiToken(...)"


class ApiTokens(Protocol):
    """Makes the token for the API from Okta's answer and the verified claims of its ID token."""

    def make(self, answer: TokenAnswer, id_claims: JsonObject, gateway_url: str) -> ApiToken:
        """Raises TokenMixedUp when the parts of the answer do not belong together."""
        ...


class OktaApiTokens:
    """Custom authorization server: Okta's access token itself, once it is verified as the authorizer will do it."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier = verifier

    def make(self, answer: TokenAnswer, id_claims: JsonObject, gateway_url: str) -> ApiToken:
        del gateway_url  # Okta is the issuer here
        try:
            principal = identify(self._verifier.verify(answer.access_token))
        except TokenRefused as error:
            raise TokenMixedUp(f"the access token would be refused: {error}") from None
        if principal.kind != USER or principal.id != id_claims["sub"]:
            raise TokenMixedUp("access token and ID token are not of the same user")
        person = Person(principal.id, principal.username or principal.id, _email(id_claims), principal.groups)
        return ApiToken(answer.access_token, principal.expires_at, person)


class GatewayApiTokens:
    """Org authorization server: a token that the gateway issues from the verified ID token."""

    def __init__(self, tokens: Callable[[str], GatewayTokens], client_id: str) -> None:
        """`tokens` makes the issuer for the gateway at a given URL."""
        self._tokens = tokens
        self._client_id = client_id

    def make(self, answer: TokenAnswer, id_claims: JsonObject, gateway_url: str) -> ApiToken:
        del answer  # the org server's access token is for Okta only
        person = Person(
            subject=id_claims["sub"],
            username=str(id_claims.get("preferred_username") or id_claims.get("email") or id_claims["sub"]),
            email=_email(id_claims),
            groups=string_list(id_claims.get("groups")),
        )
        token, expires_at = self._tokens(gateway_url).issue(
            subject=person.subject,
            username=person.username,
            email=person.email,
            groups=person.groups,
            client_id=self._client_id,
        )
        return ApiToken(token, expires_at, person)


def _email(id_claims: JsonObject) -> str | None:
    email = id_claims.get("email")
    return email if isinstance(email, str) else None
