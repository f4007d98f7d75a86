"""What a client gets from a function behind a proxy integration, row by row, each with its source."""

import base64
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devkit.gateway.app import create_app
from devkit.gateway.functions import FunctionError, InProcessFunction
from devkit.gateway.lambda_proxy import ANSWER_BYTES, INVOKE_BYTES
from devkit.gateway.openapi import Api
from devkit.gateway.template import load_template
from devkit.serving import serve
from tests.integration.gateway.rig import TEMPLATE, Headers, Rig, Unfinished, running

FAILED = b'{"message":"Internal server error"}'
FAILED_HEADERS = {"x-amzn-ErrorType": "InternalServerErrorException", "Access-Control-Allow-Origin": "*"}

OUTPUT_FORMAT = 'AWS guide, "Output format of a Lambda function for proxy integration"'
ON_AWS = "LocalStack, test_aws_proxy_response_payload_format_validation, run on AWS"
NOTES = 'AWS guide, "Amazon API Gateway important notes"; anthropics/claude-ai-mcp issue 748'
BINARY = 'AWS guide, "Return binary media from a Lambda proxy integration"'
MALFORMED_502 = 'AWS knowledge centre, "Malformed Lambda proxy response"'
UNPROVEN = "(unproven)"


@dataclass(frozen=True)
class Row:
    """One answer of a function, and what comes of it."""

    behaviour: str
    source: str
    answer: object
    status: int = 200
    body: bytes = b""
    expected: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Headers = field(default_factory=list)


def malformed(behaviour: str, answer: object, source: str = MALFORMED_502) -> Row:
    return Row(behaviour, source, answer, 502, FAILED, {name: [value] for name, value in FAILED_HEADERS.items()})


def bytes_as_base64(data: bytes) -> dict[str, object]:
    return {"body": base64.b64encode(data).decode(), "isBase64Encoded": True}


TABLE = [
    Row("an empty object is an empty 200", ON_AWS, {}),
    Row("nulls are as nothing", ON_AWS, {"statusCode": 200, "headers": None, "multiValueHeaders": None, "body": None}),
    Row("a status in digits is taken", ON_AWS, {"statusCode": "201"}, 201),
    Row(
        "a body is JSON unless it says otherwise",
        ON_AWS,
        {"body": "{}"},
        body=b"{}",
        expected={"Content-Type": ["application/json"]},
    ),
    Row(
        "a type of its own is kept",
        OUTPUT_FORMAT,
        {"headers": {"content-type": "text/html; charset=utf-8"}, "body": "Zoë"},
        body="Zoë".encode(),
        expected={"Content-Type": ["text/html; charset=utf-8"]},
    ),
    Row(
        "a boolean header is a word",
        ON_AWS,
        {"headers": {"X-A": True, "X-B": False}},
        expected={"X-A": ["true"], "X-B": ["false"]},
    ),
    Row(
        "several cookies are several headers",
        OUTPUT_FORMAT,
        {"statusCode": 302, "headers": {"Location": "/x"}, "multiValueHeaders": {"Set-Cookie": ["a=1; Secure", "b=2"]}},
        302,
        expected={"Set-Cookie": ["a=1; Secure", "b=2"], "Location": ["/x"]},
    ),
    Row(
        "multi-value headers replace single ones, whatever the case",
        ON_AWS,
        {"headers": {"X-OWN": "solo"}, "multiValueHeaders": {"X-Own": ["first", "second"]}},
        expected={"X-Own": ["first", "second"]},
    ),
    Row(
        "a challenge comes back under another name",
        NOTES,
        {"statusCode": 401, "headers": {"WWW-Authenticate": "Bearer", "Date": "never", "Server": "mine"}},
        401,
        expected={
            "WWW-Authenticate": [],
            "x-amzn-Remapped-WWW-Authenticate": ["Bearer"],
            "x-amzn-Remapped-Server": ["mine"],
        },
    ),
    Row(
        "headers of the connection stay",
        "RFC 9110, section 7.6.1",
        {"headers": {"Keep-Alive": "5", "Upgrade": "x"}},
        expected={"Keep-Alive": [], "Upgrade": []},
    ),
    Row("base64 becomes bytes", BINARY, bytes_as_base64(bytes(range(256))), body=bytes(range(256))),
    Row("base64 that nobody announces stays text", ON_AWS, {"body": "dGVzdA=="}, body=b"dGVzdA=="),
    Row(
        "with */* every client takes bytes",
        BINARY,
        bytes_as_base64(b"\xff"),
        body=b"\xff",
        headers=[("Accept", "text/html, */*")],
    ),
    malformed("text is 502", "justAString", ON_AWS),
    malformed("nothing is 502", None),
    malformed("a list is 502", [200]),
    malformed("an unknown member is 502", {"statusCode": 200, "wrongValue": "value"}, ON_AWS),
    malformed("a status in words is 502", {"statusCode": "test"}, ON_AWS),
    malformed("a status that HTTP has not is 502", {"statusCode": 99}, UNPROVEN),
    malformed("true is no status", {"statusCode": True}, UNPROVEN),
    malformed("an object as body is 502", {"body": {"a": 1}}),
    malformed("text for a boolean is 502", {"isBase64Encoded": "yes"}, UNPROVEN),
    malformed("what is not base64 is 502", {"body": "%", "isBase64Encoded": True}, UNPROVEN),
    malformed("a list of headers is 502", {"headers": [["a", "b"]]}),
    malformed("a list as a header is 502", {"headers": {"Set-Cookie": ["a=1"]}}),
    malformed("a number as a header is 502", {"headers": {"Retry-After": 5}}, UNPROVEN),
    malformed("a multi-value header that is no list is 502", {"multiValueHeaders": {"X-Own": "value1"}}, ON_AWS),
    malformed("a line break in a header is 502", {"headers": {"X-Own": "a\r\nSet-Cookie: b=1"}}, UNPROVEN),
    malformed("a header that is not ASCII is 502", {"multiValueHeaders": {"X-Own": ["Zoë"]}}, UNPROVEN),
    malformed("a function that raises is 502", RuntimeError("boom")),
    malformed("whatever it says", Exception("Unauthorized")),
    malformed(
        "an answer over Lambda's limit is 502", {"body": "x" * ANSWER_BYTES}, "Z. Charles, payload limits, measured"
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=[row.behaviour for row in TABLE])
def test_the_client_gets_what_the_function_says(rig: Rig, row: Row) -> None:
    if isinstance(row.answer, Exception):
        rig.sign_in.raises(row.answer)
    else:
        rig.sign_in.returns(row.answer)
    answered = rig.send("GET", "/oauth2/session", headers=row.headers)
    assert (answered.status, answered.body) == (row.status, row.body)
    assert {name: answered.headers.get_all(name) or [] for name in row.expected} == row.expected
    assert rig.authorizer.events == []


@pytest.mark.parametrize("target", ["/oauth2", "/oauth2/", "/oauth2/login/okta?a=b", "/oauth2/anything/else/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_whatever_is_below_oauth2_reaches_the_function_without_a_token(rig: Rig, method: str, target: str) -> None:
    assert rig.send(method, target, headers=[]).status == 200
    (event,) = rig.sign_in.events
    assert (event["httpMethod"], event["path"]) == (method, target.partition("?")[0])


@pytest.mark.parametrize(
    "target", ["/oauth2x", "/OAUTH2/session", "//oauth2", "/x/oauth2/session", "/oauth2%2Fsession"]
)
def test_what_only_looks_like_it_needs_a_token(rig: Rig, target: str) -> None:
    assert rig.send("GET", target, headers=[]).status == 401
    assert rig.sign_in.events == []


def test_the_public_keys_are_for_everybody_and_to_be_read_only(rig: Rig) -> None:
    assert rig.send("GET", "/.well-known/jwks.json", headers=[]).status == 200
    assert rig.send("POST", "/.well-known/jwks.json", headers=[]).status == 403
    assert [event["resource"] for event in rig.sign_in.events] == ["/.well-known/jwks.json"]


def test_a_head_request_has_no_body_in_its_answer(rig: Rig) -> None:
    rig.sign_in.returns({"body": "text"})
    assert rig.send("HEAD", "/oauth2").body == b""


def test_a_request_over_lambdas_limit_is_413_and_reaches_nobody(rig: Rig) -> None:
    """Source: AWS Lambda quotas, 6 MB; the event holds the body in base64, so 3/4 of that is left for it."""
    answered = rig.send("POST", "/oauth2/session/token", body=b"x" * (INVOKE_BYTES * 3 // 4))
    assert (answered.status, answered.json) == (413, {"message": "Request Too Long"})
    assert rig.send("POST", "/oauth2/session/token", body=b"x" * (INVOKE_BYTES * 3 // 4 - 4096)).status == 200
    assert len(rig.sign_in.events) == 1


def test_the_cause_is_in_the_gateways_log_without_what_the_function_said(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.sign_in.returns({"statusCode": 200, "headers": {"Set-Cookie": 7}, "body": "eyJ-a-token"})
    rig.send("GET", "/oauth2", headers=[("Cookie", "session=hunter2")])
    assert "Malformed Lambda proxy response: the header Set-Cookie is not a string" in caplog.text
    assert "eyJ-a-token" not in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("error_type", ["Sandbox.Timedout", "Runtime.ExitError"])
def test_a_function_that_lambda_ended_is_502(error_type: str) -> None:
    """Source: AWS knowledge centre, "502 errors from API Gateway": the invocation ended in a function error."""
    ended = Unfinished(FunctionError(error_type, "Task timed out after 25.00 seconds"))
    with serve(create_app(load(), {"TokenAuthorizer": ended, "OauthCallback": ended})) as address:
        assert Rig(address).send("GET", "/oauth2").status == 502


def test_a_function_that_is_not_there_is_500() -> None:
    """Source: AWS knowledge centre, "Internal server error" of functions that API Gateway may not invoke."""
    nobody = InProcessFunction(lambda _event, _context: {})
    with serve(create_app(load(), {"TokenAuthorizer": nobody})) as address:
        answered = Rig(address).send("GET", "/oauth2")
    assert (answered.status, answered.body) == (500, FAILED)


SLOW = """
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        x-amazon-apigateway-binary-media-types: [image/png]
        paths:
          /slow:
            get:
              x-amazon-apigateway-integration:
                type: aws_proxy
                httpMethod: POST
                timeoutInMillis: 100
                uri: !Sub arn:aws:apigateway:us-east-1:lambda:path/functions/${Slow.Arn}/invocations
  Slow:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: code}
"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Rig]:
    """An API with images as its only binary type, and little patience."""
    (tmp_path / "template.yaml").write_text(SLOW)
    with running(tmp_path / "template.yaml") as rig:
        yield rig


def test_an_integration_that_takes_too_long_is_504_and_the_next_request_is_served(small: Rig) -> None:
    """Source: AWS API reference, Integration, timeoutInMillis; guide, "Gateway response types", INTEGRATION_TIMEOUT."""
    release = threading.Event()
    small.sign_in.reply = lambda: {"statusCode": 200 if release.wait(10) else 500}
    answered = small.send("GET", "/slow")
    assert (answered.status, answered.json) == (504, {"message": "Endpoint request timed out"})
    release.set()
    assert small.send("GET", "/slow").status == 200


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        pytest.param([("Accept", "image/png")], b"\xff", id="the type itself"),
        pytest.param([("Accept", "image/png, text/html;q=0.5")], b"\xff", id="the first of several"),
        pytest.param([("Accept", "text/html, image/png")], b"/w==", id="the second is not looked at"),
        pytest.param([("Accept", "*/*")], b"/w==", id="every type is none of the list"),
    ],
)
def test_the_first_accepted_type_decides_about_bytes(small: Rig, accept: Headers, body: bytes) -> None:
    """Source: AWS guide, "Return binary media from a Lambda proxy integration"; run on AWS for ministack pull 767."""
    small.sign_in.returns(bytes_as_base64(b"\xff"))
    assert small.send("GET", "/slow", headers=accept).body == body


@pytest.mark.parametrize(
    ("content_type", "event"),
    [
        pytest.param([("Content-Type", "image/png")], {"body": "e30=", "isBase64Encoded": True}, id="binary"),
        pytest.param([("Content-Type", "text/plain")], {"body": "{}", "isBase64Encoded": False}, id="text"),
        pytest.param([], {"body": "{}", "isBase64Encoded": False}, id="none, which is JSON"),
    ],
)
def test_the_content_type_decides_how_a_body_is_passed_on(small: Rig, content_type: Headers, event: object) -> None:
    """Source: AWS guide, "Content type conversions in API Gateway"; run on AWS for ministack pull 767."""
    small.send("GET", "/slow", headers=content_type, body=b"{}")
    assert {name: small.sign_in.events[0][name] for name in ("body", "isBase64Encoded")} == event


@pytest.mark.parametrize(
    ("target", "path"), [("/local/oauth2/", "/oauth2/"), ("/local/oauth2/session?a=b", "/oauth2/session")]
)
def test_below_the_stage_the_path_is_without_it_and_the_contexts_path_is_with_it(target: str, path: str) -> None:
    """Source: AWS guide, "Input format of a Lambda function for proxy integration"."""
    with running(TEMPLATE, True) as rig:
        assert rig.send("GET", target).status == 200
        (event,) = rig.sign_in.events
    assert (event["path"], event["requestContext"]["path"]) == (path, f"/local{path}")


@pytest.mark.parametrize("target", ["/", "/oauth2", "/locally/oauth2", "/x/local/oauth2", "/LOCAL/oauth2"])
def test_another_stage_is_forbidden(target: str) -> None:
    """Source: AWS knowledge centre, "403 errors": Forbidden for a stage that does not exist; the body is (unproven)."""
    with running(TEMPLATE, True) as rig:
        answered = rig.send("GET", target)
        assert (answered.status, answered.json) == (403, {"message": "Forbidden"})
        assert rig.send("GET", "/local").json["target"] == "/"


def load() -> Api:
    return load_template(TEMPLATE, {"OktaDomain": "dev-1.okta.com", "BackendUrl": "http://127.0.0.1:1"}).api
