"""Reading CloudFormation templates."""

import re
from pathlib import Path

import pytest

from devkit.gateway.template import Template, TemplateError, load_template

SMALL = """
Parameters:
  Ttl: {Type: Number, Default: 60, MinValue: 0, MaxValue: 3600}
  Color: {Type: String, Default: red, AllowedValues: [red, blue]}
Conditions:
  IsBlue: !Equals [!Ref Color, blue]
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      DefinitionBody:
        security: [{Token: []}]
        paths:
          /x:
            get:
              x-amazon-apigateway-integration:
                type: http_proxy
                httpMethod: GET
                uri: http://127.0.0.1:1/x
                requestParameters:
                  integration.request.header.X-Color: !Sub "'${Color}'"
                  integration.request.header.X-Blue: !If [IsBlue, "'blue'", !Ref AWS::NoValue]
        components:
          securitySchemes:
            Token:
              name: Authorization
              x-amazon-apigateway-authorizer:
                type: token
                authorizerResultTtlInSeconds: !Ref Ttl
                authorizerUri: !Sub
                  - arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/functions/${Arn}/invocations
                  - Arn: !GetAtt Checker.Arn
  Checker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      CodeUri: code
      Timeout: 7
      Environment:
        Variables:
          COLOR: !Ref Color
          JOINED: !Join ["-", [a, !Ref AWS::Region]]
          EMPTY: ""
      Layers: [!Ref Library, !Ref Requirements]
  Library:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: library}
  Requirements:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: requirements}
"""


LAMBDA_PROXY = "type: aws_proxy\n                httpMethod: POST"
HTTP_PROXY = "type: http_proxy\n                httpMethod: GET\n                uri: http://127.0.0.1:1/x"
INVOKED = "arn:aws:apigateway:us-east-1:lambda:path/functions/arn:aws:lambda:us-east-1:1:function:Other/invocations"


def load(tmp_path: Path, text: str = SMALL, **parameters: str) -> Template:
    path = tmp_path / "template.yaml"
    path.write_text(text)
    return load_template(path, parameters)


def test_a_function_has_what_the_template_says(tmp_path: Path) -> None:
    function = load(tmp_path).functions["Checker"]
    assert (function.handler, function.code, function.timeout) == ("app.handler", tmp_path / "code", 7)
    assert function.environment == {"COLOR": "red", "JOINED": "a-us-east-1", "EMPTY": ""}


def test_a_layer_of_ours_is_on_the_path_and_one_built_from_requirements_is_the_interpreters(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "requirements.txt").touch()
    assert load(tmp_path).functions["Checker"].paths == (tmp_path / "library" / "python",)


def test_a_parameter_changes_what_refers_to_it(tmp_path: Path) -> None:
    template = load(tmp_path, Color="blue", Ttl="0")
    (method,) = template.api.methods
    assert template.functions["Checker"].environment["COLOR"] == "blue"
    assert method.authorizer
    assert method.authorizer.ttl_seconds == 0
    assert method.integration.request_parameters == {
        "integration.request.header.X-Color": "'blue'",
        "integration.request.header.X-Blue": "'blue'",
    }


def test_what_is_no_value_disappears(tmp_path: Path) -> None:
    (method,) = load(tmp_path).api.methods
    assert list(method.integration.request_parameters) == ["integration.request.header.X-Color"]


def test_environment_values_stay_out_of_the_repr(tmp_path: Path) -> None:
    assert "a-us-east-1" not in repr(load(tmp_path))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"Ttl": "3601"}, "Ttl: must lie between 0 and 3600"),
        ({"Ttl": "soon"}, "Ttl: must be a number"),
        ({"Color": "green"}, "Color: must be one of red, blue"),
        ({"Colour": "red"}, "Colour: the template has no such parameter"),
    ],
)
def test_a_wrong_parameter_is_named(tmp_path: Path, parameters: dict[str, str], message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)):
        load(tmp_path, **parameters)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("!Ref Ttl", "!Ref Nothing", "!Ref Nothing"),
        ("!Ref Ttl", "!GetAtt Checker.Name", "!GetAtt Checker.Name"),
        ("!Ref Ttl", "!ImportValue x", "Fn::ImportValue is not supported"),
        ("type: token", "type: jwt", "token and request"),
        ("type: token", "type: request", "results are cached by identitySource"),
        ("type: token", "type: request\n                identityValidationExpression: x", "for token authorizers only"),
        ("type: http_proxy", "type: aws", "integration type aws"),
        ("type: http_proxy", "type: aws_proxy", "GET /x: the httpMethod of a Lambda proxy integration is POST"),
        (HTTP_PROXY.partition("\n                uri")[0], LAMBDA_PROXY, "GET /x: uri does not name a function"),
        (HTTP_PROXY, f"{LAMBDA_PROXY}\n                uri: {INVOKED}", "GET /x names Other, not a function"),
        ("get:", "trace:", "trace is not a method"),
        ("Token: []", "Other: []", "no security scheme Other"),
        ("[IsBlue,", "[IsGreen,", "no condition IsGreen"),
        ("Checker.Arn", "Api.Arn", "!GetAtt Api.Arn"),
        ("Conditions:", "Globals: {}\nConditions:", "Globals"),
        ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi", "one AWS::Serverless::Api"),
        ("Parameters:", "Parameters: [", "template.yaml"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(TemplateError, match=re.escape(message)):
        load(tmp_path, SMALL.replace(old, new))


def test_a_missing_file_is_a_template_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"absent\.yaml"):
        load_template(tmp_path / "absent.yaml")
