"""The explanation runs exactly the functions that the authorizer runs, in its order: none is missing or a copy."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from devkit.explain.authorizer_parts import assemble
from devkit.explain.steps import Steps
from devkit.explain.token_checks import TOKEN_CHECKS, TokenSubject
from okta_gateway.access.principal import identify
from okta_gateway.tokens import jws
from okta_gateway.tokens.issuer import IssuerProfile
from okta_gateway.tokens.verifier import Verifier
from tests.tokens import NOW, gateway_profile, gateway_token, machine_token, okta_profile, okta_token
from tests.unit.cli.explaining import parts

WATCHED = ("okta_gateway.tokens.", "okta_gateway.access.principal")
WHOLE = ("verify", "verify_claims")
"""What the verifier puts its steps together with; the explanation takes their place."""


def called_in(work: Callable[[], object]) -> list[str]:
    """The product's functions that the work calls, in their order."""
    names: list[str] = []
    jws._parse_header.cache_clear()  # what it remembers is called once

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(WATCHED) and frame.f_code.co_name not in WHOLE:
            names.append(f"{module}.{frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return names


@pytest.mark.parametrize(
    ("token", "profile"),
    [(okta_token(), okta_profile()), (machine_token(), okta_profile()), (gateway_token(), gateway_profile())],
    ids=["user", "machine", "gateway"],
)
def test_the_steps_are_the_verifiers(token: str, profile: IssuerProfile) -> None:
    real = called_in(lambda: identify(Verifier([profile], clock=lambda: NOW).verify(token)))
    opened = assemble(parts(profile), lambda: NOW)
    steps = Steps()
    explained = called_in(lambda: steps.run(TOKEN_CHECKS, TokenSubject(token, opened.profile_of, NOW)))
    assert steps.failure is None
    # Building the verifier is no step of a decision.
    assert explained == [name for name in real if not name.endswith(".__init__")]
    assert len(real) > 15
