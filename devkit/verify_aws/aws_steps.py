"""What AWS's own API can settle, with the account's credentials of the shell."""

import base64
import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from devkit.verify_aws.deployed import Answer, DeployedGateway, NotRun, Outcome

LOG_SECONDS = 90.0  # until CloudWatch shows a line
PAUSE_SECONDS = 5.0
SIGN_IN_METHODS = 14  # seven methods of /oauth2 and of /oauth2/{proxy+}

type Run = Callable[[DeployedGateway], Answer]


def _needs_aws(step: Run) -> Run:
    """Turns what AWS's SDK raises into a sentence."""

    @wraps(step)
    def run(gateway: DeployedGateway) -> Answer:
        try:
            return step(gateway)
        except (BotoCoreError, ClientError) as error:
            raise NotRun(f"AWS could not be asked (credentials, region?): {error}") from None

    return run


@_needs_aws
def authorizer(gateway: DeployedGateway) -> Answer:
    """The document's time to live and validation expression arrived."""
    api = gateway.output("rest_api_id")
    found = _client("apigateway").get_authorizers(restApiId=api)["items"]
    seen = [
        (item.get("authorizerResultTtlInSeconds"), bool(item.get("identityValidationExpression"))) for item in found
    ]
    outcome = Outcome.AS_ASSUMED if len(seen) == 1 and seen[0][0] is not None and seen[0][1] else Outcome.DIFFERENT
    return Answer(outcome, f"time to live and validation expression: {seen}")


@_needs_aws
def limits(gateway: DeployedGateway) -> Answer:
    """Each method of sign-in has limits that are lower than those of the rest."""
    api, stage_name = gateway.output("rest_api_id"), gateway.output("stage_name")
    stage = _client("apigateway").get_stage(restApiId=api, stageName=stage_name)
    settings = stage.get("methodSettings", {})
    common = settings.get("*/*", {}).get("throttlingRateLimit", 0.0)
    lower = [name for name, row in settings.items() if "oauth2" in name and row["throttlingRateLimit"] < common]
    outcome = Outcome.AS_ASSUMED if len(lower) == SIGN_IN_METHODS else Outcome.DIFFERENT
    return Answer(outcome, f"{len(lower)} of {SIGN_IN_METHODS} methods of sign-in have lower limits")


@_needs_aws
def raised_errors(gateway: DeployedGateway) -> Answer:
    """A refusal is raised, and raised errors are not cached: the same bad token is looked at twice."""
    group = gateway.output("function_log_groups")["token_authorizer"]
    logs = _client("logs")
    started = int(time.time() * 1000)
    token = ".".join(_segment(part) for part in ({"alg": "RS256", "kid": "verify-aws"}, {"sub": "verify-aws"}, {}))
    for _ in range(2):
        gateway.get(gateway.path, Authorization=f"Bearer {token}")
    deadline = time.monotonic() + LOG_SECONDS
    refused: list[Any] = []
    while len(refused) < 2 and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
        pattern = '{ $.outcome = "refused" }'
        refused = logs.filter_log_events(logGroupName=group, startTime=started, filterPattern=pattern)["events"]
    outcome = Outcome.AS_ASSUMED if len(refused) >= 2 else Outcome.DIFFERENT
    return Answer(outcome, f"two requests, {len(refused)} refusals in the log")


@_needs_aws
def audit_log(gateway: DeployedGateway) -> Answer:
    """AWS refuses to delete the log group of the IAM function."""
    name = gateway.output("function_log_groups")["iam_api"]
    groups = _client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    protected = [group.get("deletionProtectionEnabled") for group in groups if group["logGroupName"] == name]
    return Answer(Outcome.AS_ASSUMED if protected == [True] else Outcome.DIFFERENT, f"deletion protection: {protected}")


@_needs_aws
def versions(gateway: DeployedGateway) -> Answer:
    """API Gateway calls a published version by its alias."""
    functions = gateway.output("function_arns")
    client = _client("lambda")
    seen = {name: client.get_alias(FunctionName=arn, Name="live")["FunctionVersion"] for name, arn in functions.items()}
    published = all(version.isdigit() for version in seen.values())
    return Answer(Outcome.AS_ASSUMED if published else Outcome.DIFFERENT, str(seen))


def _client(service: str) -> Any:  # noqa: ANN401 - boto3 has no types without stubs for each service
    return boto3.Session().client(service)  # type: ignore[call-overload]


def _segment(part: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
