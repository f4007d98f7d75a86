"""template.yaml: what AWS's own transform makes of it, and what its parameters change."""

import functools
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.intrinsics import Resolver
from devkit.packaging.packages import packages
from tests.infra.repository import ROOT

TEMPLATE = read_yaml(ROOT / "template.yaml")
FUNCTIONS = ("TokenAuthorizer", "OauthCallback", "IamApi")
NEEDED = {"OktaDomain": "dev-1.okta.com", "BackendUrl": "https://backend.example.com", "BackendProtection": "none"}
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:backend"
SHARED_SECRET = {"BackendProtection": "shared_secret", "BackendSecretArn": SECRET, "BackendSecretVersion": "one"}
SIGN_IN_PATHS = ("/~1oauth2", "/~1oauth2~1{proxy+}")
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transform asks the AWS SDK where it runs."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@functools.cache
def as_text() -> str:
    source = json.loads(json.dumps(TEMPLATE))
    for resource in source["Resources"].values():
        resource.pop("Metadata", None)
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if name in properties:  # as `sam package` leaves it
                properties[name] = f"s3://bucket/{properties[name]}"
    values = {name: parameter.get("Default") for name, parameter in source["Parameters"].items()}
    return json.dumps(Translator({}, Parser()).translate(source, {**values, **NEEDED}))


def resources() -> dict[str, Any]:
    """The resources by logical id, as the transform leaves them: parameters and conditions are CloudFormation's."""
    deployed = json.loads(as_text())["Resources"]
    assert isinstance(deployed, dict)
    return deployed


def of_type(found: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in found.items() if resource["Type"] == kind}


def id_like(found: dict[str, Any], pattern: str) -> str:
    (name,) = (name for name in found if re.fullmatch(pattern, name))
    return name


def references(value: Any) -> Iterator[str]:
    """The logical ids that a value names."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.split(".")[0]
            elif key == "Fn::Sub":
                text = item if isinstance(item, str) else item[0]
                yield from (match.split(".")[0] for match in re.findall(r"\$\{([^!}]+)\}", text))
                yield from references(item)
            else:
                yield from references(item)


def test_nothing_is_made_that_the_template_does_not_name() -> None:
    """SAM would add roles with rights of its choice, and permissions for every caller."""
    kinds = {resource["Type"] for resource in resources().values()}
    assert sorted(of_type(resources(), "AWS::IAM::Role")) == sorted(
        [*(f"{name}Role" for name in FUNCTIONS), "AccountLoggingRole"]
    )
    assert sorted(of_type(resources(), "AWS::Lambda::Permission")) == sorted(f"{name}Permission" for name in FUNCTIONS)
    assert "AWS::Lambda::Url" not in kinds


def test_there_is_no_circular_reference() -> None:
    found = resources()
    needs = {name: set(references(resource["Properties"])) & set(found) for name, resource in found.items()}
    while ready := {name for name, needed in needs.items() if not needed}:
        needs = {name: needed - ready for name, needed in needs.items() if name not in ready}
    assert needs == {}


def test_there_is_one_stage_with_the_name_that_was_asked_for() -> None:
    (stage,) = of_type(resources(), "AWS::ApiGateway::Stage").values()
    assert stage["Properties"]["StageName"] == {"Ref": "StageName"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_api_calls_the_function_itself_and_may(function: str) -> None:
    """A version would not follow a changed parameter: docs/adr/0007-packages.md."""
    found = resources()
    called = re.findall(rf"\$\{{{function}\.Arn\}}([^/]*)/invocations", json.dumps(found["Api"]))
    assert called
    assert set(called) == {""}
    assert found[f"{function}Permission"]["Properties"]["FunctionName"] == {"Fn::GetAtt": [function, "Arn"]}
    assert of_type(found, "AWS::Lambda::Version") == {}


def test_every_deploy_deploys_the_api_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed parameter changes the API, but not the document that SAM compares."""
    deployments = set()
    for now in (0.0, 60.0):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        as_text.cache_clear()
        deployments.add(id_like(resources(), r"ApiDeployment\w+"))
    assert len(deployments) == 2


def test_the_authorizer_is_a_token_authorizer_with_the_ttl_that_was_asked_for() -> None:
    body = resources()["Api"]["Properties"]["Body"]
    scheme = body["components"]["securitySchemes"]["OktaToken"]["x-amazon-apigateway-authorizer"]
    assert (scheme["type"], scheme["authorizerResultTtlInSeconds"]) == ("token", {"Ref": "AuthorizerResultTtl"})
    assert scheme["identityValidationExpression"].startswith("^[Bb][Ee]")


def test_sign_in_has_limits_of_its_own() -> None:
    (stage,) = of_type(resources(), "AWS::ApiGateway::Stage").values()
    limits = {
        (setting["ResourcePath"], setting["HttpMethod"]): setting["ThrottlingRateLimit"]["Ref"]
        for setting in stage["Properties"]["MethodSettings"]
    }
    assert limits.pop(("/*", "*")) == "ThrottlingRate"
    assert limits == {(path, method): "SignInThrottlingRate" for path in SIGN_IN_PATHS for method in METHODS}


def test_execution_logs_which_may_hold_tokens_are_off() -> None:
    (stage,) = of_type(resources(), "AWS::ApiGateway::Stage").values()
    assert {setting["LoggingLevel"] for setting in stage["Properties"]["MethodSettings"]} == {"OFF"}
    assert not any(setting.get("DataTraceEnabled") for setting in stage["Properties"]["MethodSettings"])


def test_access_logs_hold_no_header_and_no_query() -> None:
    (stage,) = of_type(resources(), "AWS::ApiGateway::Stage").values()
    setting = stage["Properties"]["AccessLogSetting"]["Fn::If"]
    line = json.loads(setting[1]["Format"])
    assert setting[0] == "WritesAccessLogs"
    assert "status" in line
    assert not re.search(r"header|query|\$context\.path\b", json.dumps(line))


def integrations(**changes: str) -> list[dict[str, Any]]:
    resolver = Resolver(TEMPLATE, {**NEEDED, **changes})
    body = resolver.resolve(TEMPLATE["Resources"]["Api"]["Properties"]["DefinitionBody"])
    methods = [method for path in body["paths"].values() for method in path.values()]
    found = [method["x-amazon-apigateway-integration"] for method in methods]
    return [integration for integration in found if integration["type"] == "http_proxy"]


def test_the_shared_secret_reaches_the_backend_and_never_the_template() -> None:
    headers = [
        way["requestParameters"]["integration.request.header.X-Gateway-Secret"] for way in integrations(**SHARED_SECRET)
    ]
    assert headers == [f"'{{{{resolve:secretsmanager:{SECRET}:SecretString:BACKEND_SECRET::one}}}}'"] * 2


def test_a_vpc_link_is_used_for_every_way_to_the_backend() -> None:
    ways = integrations(BackendProtection="vpc_link", BackendVpcLinkId="abc123")
    assert [(way["connectionType"], way["connectionId"]) for way in ways] == [("VPC_LINK", "abc123")] * 2


def test_without_protection_nothing_of_it_is_left() -> None:
    for way in integrations():
        assert "connectionType" not in way
        assert "integration.request.header.X-Gateway-Secret" not in way["requestParameters"]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        pytest.param({"BackendProtection": ""}, "BackendProtection is missing", id="nothing chosen"),
        pytest.param({"BackendProtection": "shared_secret"}, "needs BackendSecretArn", id="no secret"),
        pytest.param({"BackendProtection": "vpc_link"}, "needs BackendVpcLinkId", id="no link"),
        pytest.param({}, "", id="none, typed"),
        pytest.param(SHARED_SECRET, "", id="a secret and its version"),
    ],
)
def test_a_deploy_without_a_decision_about_the_backend_is_stopped(given: dict[str, str], complaint: str) -> None:
    resolver = Resolver(TEMPLATE, {**NEEDED, **given})
    said = [
        assertion["AssertDescription"]
        for rule in TEMPLATE["Rules"].values()
        if resolver.resolve(rule.get("RuleCondition", True))
        for assertion in rule["Assertions"]
        if not resolver.resolve(assertion["Assert"])
    ]
    assert complaint in " ".join(said)
    assert bool(said) == bool(complaint)


def test_alarms_look_at_metrics_and_never_at_lambdas_errors() -> None:
    """Every refused token raises, and counts there."""
    own = str({"Ref": "PowertoolsMetricsNamespace"})
    alarms = of_type(resources(), "AWS::CloudWatch::Alarm")
    metrics = {(str(alarm["Properties"]["Namespace"]), alarm["Properties"]["MetricName"]) for alarm in alarms.values()}
    assert metrics == {
        ("AWS/ApiGateway", "5XXError"),
        ("AWS/Lambda", "Throttles"),
        (own, "Decisions"),
        (own, "KeySetAgeSeconds"),
    }


def test_the_dashboard_is_json_once_its_names_are_filled_in() -> None:
    body = Resolver(TEMPLATE, NEEDED).resolve(
        {"Fn::Sub": TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]}
    )
    widgets = json.loads(body)["widgets"]
    assert len({(widget["x"], widget["y"]) for widget in widgets}) == len(widgets)
    shown = {metric[1] for widget in widgets for metric in widget["properties"]["metrics"] if len(metric) > 1}
    assert {"Decisions", "DurationMs", "KeySetFetches", "Sessions", "Refreshes", "IamChanges", "5XXError"} < shown


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_a_function_gets_the_layers_of_its_processor(architecture: str) -> None:
    resolver = Resolver(TEMPLATE, {**NEEDED, "Architecture": architecture})
    deployed = {
        name
        for name, resource in TEMPLATE["Resources"].items()
        if resolver.resolve({"Condition": resource["Condition"]} if "Condition" in resource else True)
    }
    for function in FUNCTIONS:
        for layer in resolver.resolve(TEMPLATE["Resources"][function]["Properties"]["Layers"]):
            assert layer in deployed
            kinds = TEMPLATE["Resources"][layer]["Properties"].get("CompatibleArchitectures", [architecture])
            assert kinds == [architecture]


def test_sam_build_makes_each_function_and_layer_from_its_package() -> None:
    makefile = (ROOT / "devkit" / "packaging" / "Makefile").read_text(encoding="utf-8")
    made = dict(re.findall(r"^build-(\w+): package = (\S+)$", makefile, flags=re.MULTILINE))
    built = {
        name: resource
        for name, resource in TEMPLATE["Resources"].items()
        if resource["Type"] in {"AWS::Serverless::Function", "AWS::Serverless::LayerVersion"}
    }
    assert sorted(made) == sorted(built)
    assert set(made.values()) == {package.name for package in packages(ROOT)}
    for name, resource in built.items():
        assert resource["Metadata"]["ContextPath"] == "devkit/packaging"
        properties = resource["Properties"]
        folder = Path(properties.get("CodeUri") or properties["ContentUri"]).name
        assert made[name].partition("-")[0] == folder
        assert made[name].partition("-")[2] == "".join(properties.get("CompatibleArchitectures", []))
