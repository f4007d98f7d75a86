"""The real authorizer, opened up: what it was built from, so that each of its steps can be run and shown alone."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from okta_gateway.access.decision import Authorizer, Limits, PrincipalGroups
from okta_gateway.access.groups import ClientGroups
from okta_gateway.access.principal import Principal
from okta_gateway.access.rules import CurrentRules
from okta_gateway.apigateway.events import StageArn
from okta_gateway.tokens.issuer import IssuerProfile
from okta_gateway.tokens.jwks import parse_key_set
from okta_gateway.tokens.jws import Jws
from okta_gateway.tokens.verifier import Verifier
from okta_gateway.wiring import token_authorizer


class AuthorizerParts(NamedTuple):
    """What an authorizer decides by."""

    profiles: tuple[IssuerProfile, ...]
    rules: CurrentRules
    client_groups: ClientGroups | None
    limits: Limits


class OpenAuthorizer(NamedTuple):
    """An authorizer, with the steps in it that have no name of their own outside.

    They are its own methods: a copy of them could explain what the authorizer does not do.
    """

    authorizer: Authorizer
    profile_of: Callable[[Jws], IssuerProfile]
    groups_of: Callable[[Principal], PrincipalGroups]


def open_authorizer(environ: Mapping[str, str], stage: StageArn) -> AuthorizerParts:
    """The parts of the authorizer that these settings make for the stage. Raises ConfigurationInvalid."""
    authorizer = token_authorizer(environ).at(stage)
    return AuthorizerParts(
        profiles=tuple(authorizer.verifier.profiles),
        rules=authorizer.rules,
        client_groups=authorizer.client_groups,
        limits=authorizer.limits,
    )


def with_saved_keys(parts: AuthorizerParts, key_set: bytes) -> AuthorizerParts:
    """The parts with a saved key set for the first issuer: no network is needed. Raises KeysUnavailable."""
    first, *others = parts.profiles
    return parts._replace(profiles=(first._replace(key=parse_key_set(key_set).get), *others))


def assemble(parts: AuthorizerParts, clock: Callable[[], float]) -> OpenAuthorizer:
    """An authorizer of these parts, at the time of `clock`."""
    verifier = Verifier(parts.profiles, clock=clock)
    authorizer = Authorizer(verifier, parts.rules, parts.client_groups, parts.limits, clock=clock)
    return OpenAuthorizer(authorizer, verifier.profile_of, authorizer.groups_of)
