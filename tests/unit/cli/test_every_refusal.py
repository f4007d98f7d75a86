"""Every row of the verifier's own tables, told by the explanation as the verifier has it.

The tests of tests/unit/tokens are collected a second time here, with a verifier that explains each token it is given
and compares: whatever a table there refuses or accepts, with whichever code, the explanation has to say the same.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType

import pytest

from okta_gateway.access.principal import identify
from okta_gateway.errors import OktaGatewayError
from okta_gateway.tokens.issuer import IssuerProfile
from okta_gateway.tokens.verifier import VerifiedToken, Verifier
from tests.unit.cli.explaining import explain, parts
from tests.unit.tokens import verifying

MODULES: tuple[ModuleType, ...] = tuple(
    import_module(f"tests.unit.tokens.test_{name}")
    for name in ("claims", "compact_form", "gateway_tokens", "header", "principal", "signature")
)
for module in MODULES:
    globals().update({name: test for name, test in vars(module).items() if name.startswith("test_")})

_compared: list[str] = []


class ExplainingVerifier:
    """Verifies as the real one, after it has compared the explanation with it."""

    def __init__(self, profiles: Sequence[IssuerProfile], *, clock: Callable[[], float]) -> None:
        self._profiles = tuple(profiles)
        self._clock = clock
        self._verifier = Verifier(profiles, clock=clock)

    def verify(self, token: str) -> VerifiedToken:
        code, detail = self._verdict(token)
        explanation = explain(token, parts(*self._profiles), now=self._clock())
        verdict = explanation.verdict
        assert verdict.outcome in ({"refused", "failed"} if code else {"allowed", "no_rights"})
        assert not code or (verdict.code, verdict.detail) == (code, detail)
        _compared.append(verdict.code)
        return self._verifier.verify(token)

    def _verdict(self, token: str) -> tuple[str, str]:
        try:
            identify(self._verifier.verify(token))
        except OktaGatewayError as error:
            return error.code, error.detail
        return "", ""


@pytest.fixture(autouse=True)
def _explaining(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "Verifier", ExplainingVerifier)


def test_the_tables_were_really_compared() -> None:
    """Runs last in this file; alone it has nothing to look at."""
    if not _compared:
        pytest.skip("runs with the tables above")
    assert len(_compared) > 300
    assert len(set(_compared)) > 15
