"""What a route works with: the use cases, and who asks. The function's handler puts both into the event handler."""

from typing import cast

from aws_lambda_powertools.event_handler.api_gateway import Router

from okta_gateway.iam.actor import Actor
from okta_gateway.iam_wiring import Iam, UseCases


def use_cases(router: Router) -> UseCases:
    """Raises StoreUnavailable while the store's indexes cannot be made sure of."""
    return iam(router).use_cases()


def iam(router: Router) -> Iam:
    return cast("Iam", router.context["iam"])


def actor(router: Router) -> Actor:
    return cast("Actor", router.context["actor"])
