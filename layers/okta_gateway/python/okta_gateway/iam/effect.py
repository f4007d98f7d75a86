"""When a change bites at the gateway, told with the answer to every change."""

from okta_gateway.access.groups import HIT_SECONDS, MISS_SECONDS
from okta_gateway.access.rules import STORED_RULES_SECONDS
from okta_gateway.iam.answers import TakesEffect


class Effects:
    """`result_ttl`: seconds for which API Gateway keeps an answer of the authorizer."""

    def __init__(self, result_ttl: int) -> None:
        self._ttl = result_ttl

    def of_client_change(self) -> TakesEffect:
        return self._bounded(HIT_SECONDS, "The authorizer keeps a client's groups")

    def of_new_client(self) -> TakesEffect:
        """Nobody can have asked with its token before."""
        return TakesEffect(
            within_seconds=MISS_SECONDS, note=f"At once; the authorizer keeps a miss for {MISS_SECONDS} s."
        )

    def of_registered_client(self) -> TakesEffect:
        """Its tokens may have been refused a moment ago, and the gateway keeps that answer, too."""
        return self._bounded(MISS_SECONDS, "The authorizer keeps that a client is unknown")

    def of_rule_change(self) -> TakesEffect:
        return self._bounded(STORED_RULES_SECONDS, "The authorizer keeps the access rules")

    def of_user_change(self) -> TakesEffect:
        """Groups of users are in their tokens, which nobody can call back."""
        note = (
            "With the user's next token: groups of users come with the token, and a token lives as long as the policy "
            "of the authorization server says (up to 24 h). DELETE /api/iam/users/{user}/sessions ends the renewal."
        )
        return TakesEffect(within_seconds=None, note=note)

    def _bounded(self, seconds: int, what: str) -> TakesEffect:
        note = f"{what} for {seconds} s, and the gateway its answers for {self._ttl} s."
        return TakesEffect(within_seconds=seconds + self._ttl, note=note)
