"""Ask the outside world once: what was answered, or what failed, stays so for the rest of an explanation."""

from collections.abc import Callable

from devkit.explain.authorizer_parts import AuthorizerParts
from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.rules import CurrentRules, RulesInForce
from okta_gateway.errors import OktaGatewayError


class Once[Asked, Answer]:
    """Gives the answer of `ask` for each value, or raises what it raised, however often the value is asked about."""

    def __init__(self, ask: Callable[[Asked], Answer]) -> None:
        self._ask = ask
        self._answers: dict[Asked, Answer] = {}
        self._failures: dict[Asked, OktaGatewayError] = {}

    def __call__(self, asked: Asked) -> Answer:
        if asked in self._failures:
            raise self._failures[asked]
        if asked not in self._answers:
            try:
                self._answers[asked] = self._ask(asked)
            except OktaGatewayError as error:
                self._failures[asked] = error
                raise
        return self._answers[asked]


def asked_once(parts: AuthorizerParts, clock: Callable[[], float]) -> AuthorizerParts:
    """The same parts, whose keys, rules and groups are looked up once.

    The authorizer decides first and is explained then: both must have seen the same world.
    """
    return AuthorizerParts(
        profiles=tuple(profile._replace(key=Once(profile.key)) for profile in parts.profiles),
        rules=_rules_once(parts.rules),
        client_groups=_groups_once(parts.client_groups, clock),
        limits=parts.limits,
    )


def _rules_once(rules: CurrentRules) -> CurrentRules:
    def in_force(_nothing: None) -> RulesInForce:
        return rules()

    once = Once(in_force)
    return lambda: once(None)


def _groups_once(groups: ClientGroups | None, clock: Callable[[], float]) -> ClientGroups | None:
    if groups is None:
        return None

    def find(client_id: str) -> tuple[str, ...] | None:
        return groups.of(client_id).groups

    return ClientGroups(Once(find), clock=clock)
