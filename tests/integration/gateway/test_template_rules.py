"""The gateway is what the template says: a change there is a change here."""

import re
from pathlib import Path
from typing import Any

import pytest

from devkit.gateway.app import create_app
from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.functions import FunctionError
from devkit.gateway.intrinsics import Resolver
from devkit.gateway.template import load_template
from devkit.serving import serve
from tests.integration.gateway.rig import BEARER, TEMPLATE, Rig, Unfinished, running

REQUEST_AUTHORIZER = """
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        paths:
          /open:
            get:
              x-amazon-apigateway-integration: &mock
                type: mock
                responses: {default: {statusCode: "200"}}
          /items/{id}:
            get:
              security: [{Check: []}]
              x-amazon-apigateway-integration: *mock
        components:
          securitySchemes:
            Check:
              name: Unused
              x-amazon-apigateway-authorizer:
                type: request
                identitySource: method.request.header.X-Key, method.request.querystring.tenant
                authorizerResultTtlInSeconds: 60
                authorizerUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/functions/${Checker.Arn}/invocations
        x-amazon-apigateway-gateway-responses:
          DEFAULT_4XX:
            statusCode: 418
            responseParameters: {gatewayresponse.header.X-Own: "'yes'"}
            responseTemplates:
              application/json: '{"why":$context.error.messageString,"kind":"$context.error.responseType"}'
  Checker:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.handler, CodeUri: code}
"""


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The real template with one text replaced."""
    text = TEMPLATE.read_text()
    assert old in text
    path = tmp_path / "template.yaml"
    path.write_text(text.replace(old, new))
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A template with a REQUEST authorizer."""
    path = tmp_path / "template.yaml"
    path.write_text(REQUEST_AUTHORIZER)
    return path


def run_changed(tmp_path: Path, old: str, new: str) -> Any:
    return running(changed(tmp_path, old, new), OktaDomain="dev-1.okta.com", BackendUrl="http://127.0.0.1:1")


def test_another_challenge_in_the_template_is_another_challenge(tmp_path: Path) -> None:
    with run_changed(tmp_path, "\"'Bearer'\"", "\"'Bearer realm=x'\"") as rig:
        assert rig.send("GET", "/x", headers=[]).headers["WWW-Authenticate"] == "Bearer realm=x"


def test_a_resource_that_the_template_does_not_define_is_not_there(tmp_path: Path) -> None:
    with run_changed(tmp_path, "/{proxy+}:", "/only/{proxy+}:") as rig:
        assert rig.send("GET", "/x").json == {"message": "Missing Authentication Token"}
        assert rig.send("GET", "/only/x").status == 504


def test_without_the_expression_the_function_sees_every_token(tmp_path: Path) -> None:
    with run_changed(tmp_path, "identityValidationExpression", "x-nothing") as rig:
        rig.send("GET", "/x", headers=[("Authorization", "Basic dTpw")])
        assert [event["authorizationToken"] for event in rig.authorizer.events] == ["Basic dTpw"]


def test_without_binary_media_types_bytes_that_are_not_text_are_lost(tmp_path: Path) -> None:
    with running() as rig:
        assert rig.send("GET", "/x?x-answer=binary").body == bytes(range(256))
        backend = changed(tmp_path, '"*/*"', '"image/png"')
        with running(
            backend, OktaDomain="dev-1.okta.com", BackendUrl=rig.address, ForwardAuthorization="true"
        ) as outer:
            assert outer.send("GET", "/x?x-answer=binary").body == bytes(range(256)).decode(errors="replace").encode()


@pytest.mark.parametrize("error_type", ["Sandbox.Timedout", "Runtime.ExitError"])
def test_a_function_that_lambda_ended_is_a_configuration_error(error_type: str) -> None:
    """Source: dev.to marcogrcr, failure modes: a time-out is 500 {"message":null}."""
    template = load_template(TEMPLATE, {"OktaDomain": "dev-1.okta.com", "BackendUrl": "http://127.0.0.1:1"})
    function = Unfinished(FunctionError(error_type, "Task timed out after 10.00 seconds"))
    with serve(create_app(template.api, {"TokenAuthorizer": function})) as address:
        answered = Rig(address).send("GET", "/x")
    assert (answered.status, answered.body) == (500, b'{"message":null}')
    assert answered.headers["x-amzn-ErrorType"] == "AuthorizerConfigurationException"


def test_a_method_without_security_is_open(small: Path) -> None:
    with running(small) as rig:
        assert rig.send("GET", "/open", headers=[]).status == 200
        assert rig.authorizer.events == []


def test_a_gateway_response_has_the_templates_status_headers_and_body(small: Path) -> None:
    with running(small) as rig:
        answered = rig.send("GET", "/items/7", headers=[])
    assert (answered.status, answered.headers["X-Own"]) == (418, "yes")
    assert answered.json == {"why": "Unauthorized", "kind": "UNAUTHORIZED"}


@pytest.mark.parametrize(
    ("target", "headers"),
    [("/items/7", [("X-Key", "k")]), ("/items/7?tenant=", [("X-Key", "k")]), ("/items/7?tenant=a", [])],
)
def test_a_request_authorizer_needs_all_its_identity_sources(
    small: Path, target: str, headers: list[tuple[str, str]]
) -> None:
    with running(small) as rig:
        assert rig.send("GET", target, headers=headers).status == 418
        assert rig.authorizer.events == []


def test_the_identity_sources_are_the_cache_key(small: Path) -> None:
    with running(small) as rig:
        for target in ("/items/7?tenant=a", "/items/8?tenant=a&other=1", "/items/7?tenant=b"):
            assert rig.send("GET", target, headers=[("X-Key", "k")]).status == 200
        assert len(rig.authorizer.events) == 2


def test_a_request_event_describes_the_request(small: Path) -> None:
    with running(small) as rig:
        rig.send("GET", "/items/a%20b?tenant=x&tenant=y", headers=[("X-Key", "k"), ("X-Two", "1"), ("X-Two", "2")])
        (event,) = rig.authorizer.events
    assert event["type"] == "REQUEST"
    assert event["methodArn"].endswith("local/local/GET/items/a%20b")
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/items/{id}", "/items/a%20b", "GET")
    assert event["pathParameters"] == {"id": "a%20b"}
    assert event["queryStringParameters"] == {"tenant": "y"}
    assert event["multiValueQueryStringParameters"] == {"tenant": ["x", "y"]}
    assert event["headers"]["x-two"] == "2"
    assert event["multiValueHeaders"]["x-two"] == ["1", "2"]
    assert event["requestContext"]["stage"] == "local"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_both_resources_have_the_same_methods() -> None:
    """CloudFormation knows no way to write them once."""
    paths = read_yaml(TEMPLATE)["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]
    root, proxy = paths["/"], paths["/{proxy+}"]
    assert root["options"] == proxy["options"]
    name = "x-amazon-apigateway-any-method"
    both = [item[name]["x-amazon-apigateway-integration"]["requestParameters"] for item in (root, proxy)]
    assert both[1].pop("integration.request.path.proxy") == "method.request.path.proxy"
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("function", "source"),
    [
        ("TokenAuthorizer", ":${Api}/authorizers/*"),
        ("OauthCallback", ":${Api}/${StageName}/*"),
        ("IamApi", ":${Api}/${StageName}/*/api/iam/*"),
    ],
)
def test_a_function_may_be_invoked_by_its_part_of_this_api_only(function: str, source: str) -> None:
    permission = read_yaml(TEMPLATE)["Resources"][f"{function}Permission"]["Properties"]
    assert permission["FunctionName"] == {"Fn::GetAtt": [function, "Arn"]}
    assert permission["Principal"] == "apigateway.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(source)


KEY = "arn:aws:kms:us-east-1:123456789012:key/"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
GIVEN = {
    "SecretsArn": f"{SECRET}authorizer",
    "LoginSecretsArn": f"{SECRET}login",
    "IamSecretsArn": f"{SECRET}iam",
    "SessionKey": f"{KEY}session",
    "GatewaySigningKeys": f"{KEY}first,{KEY}second",
}
SIGN_IN_RIGHTS = {
    ("secretsmanager:GetSecretValue", f"{SECRET}login"),
    ("kms:GenerateDataKey", f"{KEY}session"),
    ("kms:Decrypt", f"{KEY}session"),
    *((f"kms:{action}", f"{KEY}{key}") for action in ("Sign", "GetPublicKey") for key in ("first", "second")),
}


@pytest.mark.parametrize(
    ("function", "given", "rights"),
    [
        pytest.param("TokenAuthorizer", GIVEN, {("secretsmanager:GetSecretValue", f"{SECRET}authorizer")}, id="a"),
        pytest.param("OauthCallback", GIVEN, SIGN_IN_RIGHTS, id="login"),
        pytest.param("IamApi", GIVEN, {("secretsmanager:GetSecretValue", f"{SECRET}iam")}, id="iam"),
        pytest.param("TokenAuthorizer", {}, set(), id="a, nothing given"),
        pytest.param("OauthCallback", {}, set(), id="login, nothing given"),
        pytest.param("IamApi", {}, set(), id="iam, nothing given"),
    ],
)
def test_a_function_has_the_rights_that_it_needs_and_no_others(
    function: str, given: dict[str, str], rights: set[tuple[str, str]]
) -> None:
    statements = statements_of(function, given)
    log = f"arn:aws:logs:us-east-1:123456789012:log-group:{function}Logs"
    own = {("logs:CreateLogStream", log), ("logs:PutLogEvents", log)}
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert {right for statement in allowed for right in rights_of(statement)} == rights | own


@pytest.mark.parametrize("function", ["TokenAuthorizer", "OauthCallback", "IamApi"])
def test_the_network_is_lambdas_and_not_the_codes(function: str) -> None:
    statements = {statement["Sid"]: statement for statement in statements_of(function, {"SubnetIds": "subnet-1"})}
    joining, refusing = statements["LambdaJoinsTheNetwork"], statements["ButNotTheCode"]
    assert (joining["Effect"], joining["Action"]) == ("Allow", refusing["Action"])
    assert refusing["Effect"] == "Deny"
    assert list(refusing["Condition"]["ArnEquals"]) == ["lambda:SourceFunctionArn"]


@pytest.mark.parametrize("function", ["TokenAuthorizer", "OauthCallback", "IamApi"])
def test_no_function_may_remove_lines_of_the_audit_log(function: str) -> None:
    (refusing,) = (statement for statement in statements_of(function, {}) if statement["Effect"] == "Deny")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/local-iam-api"
    assert refusing["Resource"] == [group, f"{group}:*"]
    assert {"logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy"} < set(refusing["Action"])


def statements_of(function: str, given: dict[str, str]) -> list[dict[str, Any]]:
    """What the role of a function says; it has no other policies."""
    template = read_yaml(TEMPLATE)
    resolver = Resolver(template, {"OktaDomain": "dev-1.okta.com", "BackendUrl": "http://127.0.0.1:1", **given})
    assert template["Resources"][function]["Properties"]["Role"] == {"Fn::GetAtt": [f"{function}Role", "Arn"]}
    assert "Policies" not in template["Resources"][function]["Properties"]
    role = template["Resources"][f"{function}Role"]["Properties"]
    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    resolved = resolver.resolve(policy["PolicyDocument"]["Statement"])
    assert isinstance(resolved, list)
    return resolved


def rights_of(statement: dict[str, Any]) -> set[tuple[str, str]]:
    assert statement.keys() == {"Sid", "Effect", "Action", "Resource"}
    actions, resources = (
        value if isinstance(value, list) else [value] for value in (statement["Action"], statement["Resource"])
    )
    return {(action, resource) for action in actions for resource in resources}


def test_only_sign_in_and_preflights_are_open() -> None:
    api = load_template(TEMPLATE, {"OktaDomain": "dev-1.okta.com", "BackendUrl": "http://127.0.0.1:1"}).api
    assert {(method.verb, method.resource) for method in api.methods if not method.authorizer} == {
        ("OPTIONS", "/"),
        ("OPTIONS", "/{proxy+}"),
        ("OPTIONS", "/api/iam/{proxy+}"),
        ("ANY", "/oauth2"),
        ("ANY", "/oauth2/{proxy+}"),
        ("GET", "/.well-known/jwks.json"),
    }


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("SessionKey", "alias/session"),
        ("SessionKey", ".local/session.key"),
        ("GatewaySigningKeys", f"{KEY}first, {KEY}second"),
        ("GatewaySigningKeys", f"{KEY}first,"),
        ("GatewaySigningKeys", "*"),
        ("LoginSecretsArn", "okta-gateway/login"),
    ],
)
def test_what_a_role_would_get_rights_on_is_an_arn(parameter: str, value: str) -> None:
    assert not re.fullmatch(read_yaml(TEMPLATE)["Parameters"][parameter]["AllowedPattern"], value)


def test_every_gateway_response_has_cors_headers_and_none_allows_credentials() -> None:
    api = load_template(TEMPLATE, {"OktaDomain": "dev-1.okta.com", "BackendUrl": "http://127.0.0.1:1"}).api
    for response in api.gateway_responses.values():
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Expose-Headers"] == "WWW-Authenticate"
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    ("function", "own"),
    [
        ("TokenAuthorizer", {}),
        ("OauthCallback", {"SECRETS_ARN": {"Ref": "LoginSecretsArn"}, "POWERTOOLS_SERVICE_NAME": "oauth-callback"}),
        ("IamApi", {"SECRETS_ARN": {"Ref": "IamSecretsArn"}, "POWERTOOLS_SERVICE_NAME": "iam-api"}),
    ],
)
def test_a_variable_is_its_parameter_in_another_spelling(function: str, own: dict[str, object]) -> None:
    variables = read_yaml(TEMPLATE)["Resources"][function]["Properties"]["Environment"]["Variables"]
    for name, value in variables.items():
        assert value == own.get(name, {"Ref": "".join(word.capitalize() for word in name.split("_"))})


def test_no_resource_has_a_path_that_aws_reserves() -> None:
    """Source: AWS guide, "Important notes": /ping and /sping."""
    api = load_template(TEMPLATE, {"OktaDomain": "dev-1.okta.com", "BackendUrl": "http://127.0.0.1:1"}).api
    assert not {method.resource for method in api.methods} & {"/ping", "/sping"}


@pytest.mark.parametrize("url", ["https://x/", "x.example.com", "https://x?a=b", "ftp://x"])
def test_a_backend_url_that_cannot_be_joined_with_a_path_is_refused(url: str) -> None:
    pattern = read_yaml(TEMPLATE)["Parameters"]["BackendUrl"]["AllowedPattern"]
    assert not re.fullmatch(pattern, url)


def test_the_token_stays_out_of_the_gateways_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.authorizer.raises(RuntimeError("no keys"))
    rig.send("GET", "/x")
    assert "AUTHORIZER_FAILURE: RuntimeError: no keys" in caplog.text
    assert BEARER[1] not in caplog.text
