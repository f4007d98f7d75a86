"""The steps by name: what each assumes, and how it is settled, by a request, by the AWS API, or by hand."""

from collections.abc import Callable
from typing import NamedTuple

from devkit.verify_aws import aws_steps, http_steps
from devkit.verify_aws.deployed import Answer, DeployedGateway, NotRun, Outcome

type Run = Callable[[DeployedGateway], Answer]


class Step(NamedTuple):
    """One step; `by_hand` says what to do where no program can."""

    name: str
    run: Run | None = None
    by_hand: str = ""


STEPS = (
    Step("allowed", http_steps.allowed),
    Step("challenge", http_steps.challenge),
    Step("preflight", http_steps.preflight),
    Step("two-headers", http_steps.two_headers),
    Step("long-head", http_steps.long_head),
    Step("foreign-method", http_steps.foreign_method),
    Step("deny-text", http_steps.deny_text),
    Step("encoded-path", http_steps.encoded_path),
    Step("sign-in-slash", http_steps.sign_in_slash),
    Step("well-known", http_steps.well_known),
    Step("authorizer", aws_steps.authorizer),
    Step("limits", aws_steps.limits),
    Step("raised-errors", aws_steps.raised_errors),
    Step("audit-log", aws_steps.audit_log),
    Step("versions", aws_steps.versions),
    Step("empty-header", by_hand="map a header to a stage variable that is empty; look at what the backend gets"),
    Step("policy-size", by_hand="raise POLICY_MAX_BYTES, give a user many groups; look when API Gateway answers 500"),
    Step("missing-method", by_hand="add a resource with GET alone, call it with POST: 403 and not the catch-all"),
    Step("null-context", by_hand="let a test function return null in its context: API Gateway answers 500"),
    Step("backend-slash", by_hand="GET a path with a slash at its end; look at the path in the backend's log"),
    Step("secrets-extension", by_hand="attach the Parameters and Secrets extension; look for its line in a cold start"),
    Step("database-races", by_hand="run tests/contract/store against the cluster, from within the VPC"),
    Step("okta-texts", by_hand="sign in as a user outside of the application and one outside of every policy rule"),
    Step("refresh-reuse", by_hand="use a refresh token twice within its leeway: Okta answers both times"),
    Step("proxy-paths", by_hand="call /oauth2/a%2Fb; look at pathParameters in a log line at LOG_LEVEL=DEBUG"),
    Step("base-path", by_hand="map the API below a base path of a domain; sign in there"),
    Step(
        "frozen-connection",
        by_hand="sign in, wait an hour, sign in again: the second works, at the latest when repeated",
    ),
    Step("identity-encoding", by_hand="sign in: were Okta's answer compressed, it would fail with okta_unavailable"),
    Step("kms-errors", by_hand="disable the session key, look at the code in the log line, enable it again"),
    Step("destroy", by_hand="terraform destroy: it ends, and leaves the IAM function's log group"),
    Step(
        "client-certificate", by_hand="with client_certificate: the backend refuses a request that is not the gateway's"
    ),
    Step("database-users", by_hand="run documentdb_user_commands, set documentdb_function_users, sign in"),
)


def run_step(step: Step, gateway: DeployedGateway) -> Answer:
    """Run it; what it lacks is an answer too."""
    if step.run is None:
        return Answer(Outcome.BY_HAND, step.by_hand)
    try:
        return step.run(gateway)
    except NotRun as error:
        return Answer(Outcome.NOT_RUN, str(error))
