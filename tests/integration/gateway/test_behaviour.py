"""What the gateway answers, row by row, each with its source; (unproven) marks what no source settles for REST APIs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from tests.integration.gateway.rig import BEARER, TOKEN, Answered, Headers, Rig, answer

UNAUTHORIZED = b'{"message":"Unauthorized"}'
NULL = b'{"message":null}'
NO_MATCH = b'{"Message":"User is not authorized to access this resource"}'
EXPLICIT = (
    b'{"Message":"User is not authorized to access this resource with an explicit deny in an identity-based policy"}'
)
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "WWW-Authenticate"}
CHALLENGE = {**CORS, "x-amzn-ErrorType": "UnauthorizedException", "WWW-Authenticate": "Bearer"}
FORBIDDEN = {
    **CORS,
    "x-amzn-ErrorType": "AccessDeniedException",
    "WWW-Authenticate": 'Bearer error="insufficient_scope"',
}
FAILED = {**CORS, "x-amzn-ErrorType": "AuthorizerFailureException", "WWW-Authenticate": None}
MISCONFIGURED = {**CORS, "x-amzn-ErrorType": "AuthorizerConfigurationException", "WWW-Authenticate": None}

OUTPUT_GUIDE = 'AWS guide, "Output from an API Gateway Lambda authorizer"'
AUTHORIZER_REFERENCE = "AWS API reference, Authorizer, identityValidationExpression"
FAILURE_MODES = "dev.to marcogrcr, API Gateway + Lambda authorizer failure modes"
QUOTAS = 'AWS guide, "Quotas for configuring and running a REST API"'
RESPONSE_TYPES = 'AWS guide, "Gateway response types for API Gateway"'


@dataclass(frozen=True)
class Row:
    """One behaviour. `calls` is how often the authorizer is asked."""

    behaviour: str
    source: str
    status: int
    body: bytes | None = None
    authorizer: object = field(default_factory=lambda: answer("*"))
    request: tuple[str, str] = ("GET", "/api/servers")
    headers: Headers = field(default_factory=lambda: [BEARER])
    expected: Mapping[str, str | None] = field(default_factory=dict)
    calls: int = 1


def refused(behaviour: str, token: str | None, source: str = AUTHORIZER_REFERENCE) -> Row:
    headers = [] if token is None else [("Authorization", token)]
    return Row(behaviour, source, 401, UNAUTHORIZED, headers=headers, expected=CHALLENGE, calls=0)


def malformed(behaviour: str, value: object, source: str = OUTPUT_GUIDE) -> Row:
    return Row(behaviour, source, 500, NULL, authorizer=value, expected=MISCONFIGURED)


def passes(behaviour: str, token: str) -> Row:
    return Row(behaviour, AUTHORIZER_REFERENCE, 200, headers=[("Authorization", token)])


def long_path(arn_bytes: int) -> str:
    prefix = "arn:aws:execute-api:us-east-1:123456789012:local/local/GET/"
    return "/" + "x" * (arn_bytes - len(prefix))


def filler(total: int) -> Headers:
    """Headers that make request line and headers, Host with a port of five digits included, `total` bytes long."""
    fixed = len("GET /api/servers HTTP/1.1\r\nHost: 127.0.0.1:40000\r\nX-Filler: \r\n")
    return [BEARER, ("X-Filler", "x" * (total - fixed - len(f"Authorization: Bearer {TOKEN}\r\n")))]


TABLE = [
    # Identity source and validation expression, before the function.
    refused("no Authorization header is 401 without a call", None, FAILURE_MODES),
    refused("an empty one too", "", FAILURE_MODES),
    refused("another scheme", "Basic dTpw"),
    refused("a token alone", TOKEN),
    refused("the scheme alone", "Bearer "),
    refused("two segments", "Bearer a.b"),
    refused("four segments", "Bearer a.b.c.d"),
    refused("six segments", "Bearer a.b.c.d.e.f"),
    refused("a character outside base64url", "Bearer a.b+c.d"),
    refused("text after the token: the expression is anchored", f"Bearer {TOKEN} x"),
    refused("text before the scheme", f"x Bearer {TOKEN}"),
    Row(
        "two Authorization headers are joined, and that is no token (unproven)",
        "RFC 9110, section 5.3",
        401,
        UNAUTHORIZED,
        headers=[BEARER, BEARER],
        expected=CHALLENGE,
        calls=0,
    ),
    passes("the scheme in lower case", f"bearer {TOKEN}"),
    passes("the scheme in upper case", f"BEARER {TOKEN}"),
    passes("the whole base64url alphabet", "Bearer aZ0-_.aZ0-_.aZ0-_"),
    passes("a token without signature: our function says why", "Bearer e30.e30."),
    passes("an encrypted token: our function says why", "Bearer a..c.d.e"),
    # What the function says.
    Row(
        "an error with the message Unauthorized is 401",
        "auth0-samples/jwt-rsa-aws-custom-authorizer pull 6",
        401,
        UNAUTHORIZED,
        authorizer=Exception("Unauthorized"),
        expected=CHALLENGE,
    ),
    Row("its type does not matter", FAILURE_MODES, 401, UNAUTHORIZED, ValueError("Unauthorized"), expected=CHALLENGE),
    Row("another case is 500", FAILURE_MODES, 500, NULL, Exception("unauthorized"), expected=FAILED),
    Row("more text is 500", FAILURE_MODES, 500, NULL, Exception("Unauthorized: why"), expected=FAILED),
    Row("another error is 500", FAILURE_MODES, 500, NULL, RuntimeError("boom"), expected=FAILED),
    malformed("no object is 500", "Allow", FAILURE_MODES),
    malformed("an HTTP response is 500", {"statusCode": 401}, "serverless/examples issue 305"),
    malformed("no principalId is 500", {"policyDocument": {}}),
    malformed("a list in the context is 500", answer("*", groups=["a"]), "dev.to dborgenvik"),
    malformed("an object in the context is 500", answer("*", user={"id": 1}), "dev.to dborgenvik"),
    malformed(
        "a resource over 512 characters is 500",
        answer("GET/" + "x" * 512),
        "aws-solutions/generative-ai-application-builder-on-aws issue 203",
    ),
    malformed(
        "a policy over 8 KB is 500 (unproven)", answer(*(f"GET/{'x' * 90}{number}" for number in range(80))), QUOTAS
    ),
    Row("no match is 403", FAILURE_MODES, 403, NO_MATCH, answer("POST/*"), expected=FORBIDDEN),
    Row(
        "a deny over an allow is 403 with other words",
        "published answers of AWS: course reports and issue trackers of 2025 and 2026",
        403,
        EXPLICIT,
        answer("*", denied=("GET/api/*",)),
        expected=FORBIDDEN,
    ),
    Row(
        "a match is passed on", OUTPUT_GUIDE, 200, None, answer("GET/api/servers"), expected={"x-amzn-ErrorType": None}
    ),
    # Sizes.
    Row("a method ARN of 1600 bytes is taken", OUTPUT_GUIDE, 200, request=("GET", long_path(1600))),
    Row(
        "a longer one is 414",
        OUTPUT_GUIDE,
        414,
        b'{"message":"Request URI too long"}',
        request=("GET", long_path(1601)),
        expected=CORS,
        calls=0,
    ),
    Row("10,240 bytes of request line and headers are taken", QUOTAS, 200, headers=filler(10_240)),
    Row(
        "more are refused (status unproven)",
        f"{QUOTAS}; text: reports of AWS's answer",
        431,
        b'{"message":"HTTP header is larger than 10240 bytes."}',
        headers=filler(10_241),
        calls=0,
    ),
    # Routes.
    Row(
        "a method that the API does not define is 403, not 404",
        RESPONSE_TYPES,
        403,
        b'{"message":"Missing Authentication Token"}',
        request=("TRACE", "/api/servers"),
        expected={**CORS, "x-amzn-ErrorType": "MissingAuthenticationTokenException"},
        calls=0,
    ),
    Row(
        "OPTIONS needs no token",
        "scartill/easysam issue 25",
        204,
        b"",
        request=("OPTIONS", "/api/servers"),
        headers=[],
        expected={"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": None},
        calls=0,
    ),
    Row("so it does at the root", "scartill/easysam issue 25", 204, b"", request=("OPTIONS", "/"), headers=[], calls=0),
]


@pytest.mark.parametrize("row", TABLE, ids=[row.behaviour for row in TABLE])
def test_the_gateway_answers_as_aws_does(rig: Rig, row: Row) -> None:
    if isinstance(row.authorizer, Exception):
        rig.authorizer.raises(row.authorizer)
    else:
        rig.authorizer.returns(row.authorizer)
    answered = rig.send(*row.request, headers=row.headers)
    assert answered.status == row.status, answered.body
    assert row.body is None or answered.body == row.body
    assert {name: answered.headers.get(name) for name in row.expected} == row.expected
    assert len(rig.authorizer.events) == row.calls


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda rig: rig.send("GET", "/x"), id="from the backend"),
        pytest.param(lambda rig: rig.send("GET", "/x", headers=[]), id="a refusal"),
        pytest.param(lambda rig: rig.send("OPTIONS", "/x"), id="a mock"),
    ],
)
def test_every_answer_has_a_request_id_of_its_own(rig: Rig, send: Callable[[Rig], Answered]) -> None:
    names = ("x-amzn-RequestId", "x-amz-apigw-id")
    first, second = ([send(rig).headers[name] for name in names] for _ in range(2))
    assert all(first)
    assert first != second


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/api/servers?a=b", "api/servers"),
        ("/", ""),
        ("/api//x/", "api//x/"),
        ("/a/../b", "a/../b"),
        ("/a%2Fb%2e%00", "a%2Fb%2e%00"),
        ("/a*?b", "a*"),
        ("/line%0Abreak", "line%0Abreak"),
    ],
)
def test_the_method_arn_has_the_path_as_the_client_wrote_it(rig: Rig, target: str, path: str) -> None:
    rig.send("GET", target)
    assert rig.authorizer.events == [
        {
            "type": "TOKEN",
            "authorizationToken": f"Bearer {TOKEN}",
            "methodArn": f"arn:aws:execute-api:us-east-1:123456789012:local/local/GET/{path}",
        }
    ]
