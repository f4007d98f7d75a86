"""Why a token gets what it gets: the authorizer's decision, step by step, as data that commands and pages show."""

from devkit.explain.authorizer_parts import AuthorizerParts, open_authorizer, with_saved_keys
from devkit.explain.explainer import Disagreement, Explainer, authorization_of
from devkit.explain.explanation import Explanation, Verdict
from devkit.explain.routes import GroupScopes, OpenRoute
from devkit.explain.steps import Outcome, Step

__all__ = [
    "AuthorizerParts",
    "Disagreement",
    "Explainer",
    "Explanation",
    "GroupScopes",
    "OpenRoute",
    "Outcome",
    "Step",
    "Verdict",
    "authorization_of",
    "open_authorizer",
    "with_saved_keys",
]
