"""`sam deploy` and `terraform apply` make the same stack: template.yaml, terraform/ and the settings table agree.

A difference names the two places. The API document is rendered without Terraform here; `make check-deploy` proves that
Terraform renders the same, and its tests of the module prove what is asserted here only from the files' text.
"""

import json
import re
from typing import Any, NamedTuple

import pytest

from devkit.deploy_checks.api_document import EVERYTHING, Values, render
from devkit.deploy_checks.module_tables import declared
from devkit.deploy_checks.terraform_files import MODULE, parsed
from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.intrinsics import Resolver
from okta_gateway.setting_rows import BY_NAME, SETTINGS
from tests.infra.repository import ROOT

TEMPLATE = read_yaml(ROOT / "template.yaml")
PARAMETERS: dict[str, Any] = TEMPLATE["Parameters"]
VARIABLES = declared(MODULE, "variable")
BACKEND = str(EVERYTHING["backend_url"])
GIVEN = {"BackendUrl": BACKEND, "BackendProtection": "none", "OktaDomain": "dev-123456.okta.com"}
FUNCTIONS = {"TokenAuthorizer": "token_authorizer", "OauthCallback": "oauth_callback", "IamApi": "iam_api"}
PARTS = {"token_authorizer": "authorizer", "oauth_callback": "login", "iam_api": "iam"}
SECRETS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"
KEY = "arn:aws:kms:us-east-1:123456789012:key/x"
WHOLE = {
    **GIVEN,
    "SecretsArn": SECRETS,
    "LoginSecretsArn": SECRETS,
    "IamSecretsArn": SECRETS,
    "SessionKey": KEY,
    "GatewaySigningKeys": KEY,
    "SubnetIds": "subnet-1",
    "SecurityGroupIds": "sg-1",
}
"""A stack with all that Terraform makes where there is a database and the gateway signs tokens."""

NOT_READ = {"SECRETS_VERSION"}
"""In the environment only so that a changed secret makes new sandboxes (terraform/functions.tf)."""

OWN_DIMENSIONS = {"service", "outcome", "code"}
MADE_BY_TERRAFORM = {"SESSION_KEY", "GATEWAY_SIGNING_KEYS", "SECRETS_ARN", "GATEWAY_URL"}
"""Parameters of SAM that are resources, or are derived, in Terraform."""


def text_of(name: str) -> str:
    return (MODULE / name).read_text(encoding="utf-8")


def locals_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in parsed(MODULE / name)["locals"]:
        found |= entry
    return found


def resolved(parameters: dict[str, str]) -> dict[str, Any]:
    resources: dict[str, Any] = Resolver(TEMPLATE, parameters).resolve(TEMPLATE["Resources"])
    return resources


MAIN = locals_of("main.tf")
SAM = resolved(GIVEN)


def comparable(document: dict[str, Any]) -> dict[str, Any]:
    """The document with a function's name for the address that invokes it, and numbers as text."""

    def name_functions(value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): name_functions(item) for key, item in value.items()}
        if isinstance(value, list):
            return [name_functions(item) for item in value]
        address = re.fullmatch(r"arn:aws:apigateway:.*/functions/(?:arn:.*:function:)?(\w+)/invocations", str(value))
        return address[1] if address else str(value)

    named = name_functions(document)
    return {**named, "info": None}


@pytest.mark.parametrize(
    ("parameters", "values"),
    [
        pytest.param({}, {}, id="as it comes"),
        pytest.param({"ForwardAuthorization": "true"}, {"forward_authorization": True}, id="forwards Authorization"),
        pytest.param({"ForwardCookies": "true"}, {"forward_cookies": True}, id="forwards cookies"),
        pytest.param({"IamDocsPublic": "true"}, {"iam_docs_public": True}, id="public documentation"),
        pytest.param({"AuthorizerResultTtl": "300"}, {"authorizer_result_ttl": 300}, id="another time to live"),
        pytest.param(
            {"BackendProtection": "vpc_link", "BackendVpcLinkId": "abc123"},
            {"has_vpc_link": True, "vpc_link_id": "abc123"},
            id="a VPC link",
        ),
    ],
)
def test_the_api_is_the_same(parameters: dict[str, str], values: Values) -> None:
    """template.yaml, DefinitionBody, and terraform/openapi.yaml.tftpl: routes, methods, authorizer, TTL, answers."""
    sam = comparable(resolved({**GIVEN, **parameters})["Api"]["Properties"]["DefinitionBody"])
    terraform = comparable(render({**EVERYTHING, **values}))
    assert terraform["paths"] == sam["paths"]
    assert terraform == sam


def test_a_shared_secret_goes_into_the_same_header() -> None:
    secret = {"BackendProtection": "shared_secret", "BackendSecretArn": SECRETS, "BackendSecretVersion": "one"}
    sam = comparable(resolved({**GIVEN, **secret})["Api"]["Properties"]["DefinitionBody"])
    terraform = comparable(render({**EVERYTHING, "has_shared_secret": True, "shared_secret": "s" * 32}))
    reference = re.compile(r"\{\{resolve:[^}]*\}\}")
    assert json.loads(reference.sub("s" * 32, json.dumps(sam))) == terraform


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_the_same(function: str) -> None:
    sam, terraform = SAM[function]["Properties"], MAIN["every_function"][FUNCTIONS[function]]
    memory = re.search(rf"{FUNCTIONS[function]} = optional\(number, (\d+)\)", str(VARIABLES["memory"]["type"]))
    assert memory is not None
    assert {
        "description": terraform["description"],
        "memory": int(memory[1]),
        "timeout": terraform["timeout"],
        "layers": terraform["layers"],
        "runtime": locals_of("functions.tf")["runtime"],
        "architecture": VARIABLES["architecture"]["default"],
    } == {
        "description": sam["Description"],
        "memory": int(sam["MemorySize"]),
        "timeout": sam["Timeout"],
        "layers": [layer_name(layer) for layer in sam["Layers"]],
        "runtime": sam["Runtime"],
        "architecture": sam["Architectures"][0],
    }


def layer_name(logical_id: str) -> str:
    """`WebDependenciesArm64Layer` is web_dependencies."""
    words = re.sub(r"(Arm64|X8664)?Layer$", "", logical_id)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", words).lower()


def terraform_environment(function: str) -> dict[str, str]:
    """The settings that every function is told, its own, and those that stand in functions.tf."""
    further = re.findall(r"^ +(SECRETS_\w+) +=", text_of("functions.tf"), re.MULTILINE)
    return {**MAIN["settings_of_all"], **MAIN["settings_of"][function], **dict.fromkeys(further, "")}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_the_same_settings(function: str) -> None:
    """template.yaml, Environment, and terraform/main.tf, settings_of_all and settings_of."""
    sam = SAM[function]["Properties"]["Environment"]["Variables"]
    part = PARTS[FUNCTIONS[function]]
    read = {setting.name for setting in SETTINGS if part in setting.needed_by and not setting.secret}
    told = set(terraform_environment(FUNCTIONS[function])) - NOT_READ
    assert told == set(sam)
    assert told - read == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_setting_comes_from_the_variable_of_its_name(function: str) -> None:
    """As in SAM, where OKTA_DOMAIN is the parameter OktaDomain."""
    wrong = {
        name: value
        for name, value in terraform_environment(FUNCTIONS[function]).items()
        if name not in NOT_READ | MADE_BY_TERRAFORM
        and "${" in value
        and not re.search(rf"\bvar\.{name.lower()}\b", value)
    }
    assert wrong == {}


@pytest.mark.parametrize("setting", [setting.name for setting in SETTINGS if not setting.secret])
def test_a_default_of_terraform_is_that_of_the_code(setting: str) -> None:
    variable = VARIABLES.get(setting.lower(), {})
    default = variable.get("default", "")
    if default in ("", []) or setting in {"GATEWAY_SIGNING_KEYS"}:
        return
    assert str(default).lower() == BY_NAME[setting].default.lower()


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("parameter", [name for name in PARAMETERS if snake(name) in VARIABLES])
def test_a_default_of_sam_is_that_of_terraform(parameter: str) -> None:
    """Empty in SAM means "not set", where the code's default counts; the code's is compared above."""
    sam, terraform = PARAMETERS[parameter].get("Default", ""), VARIABLES[snake(parameter)]["default"]
    if sam != "":
        assert str(sam).lower() == str(terraform).lower()


@pytest.mark.parametrize(
    ("parameter", "variable", "member"),
    [
        ("ThrottlingRate", "throttling", "rate"),
        ("ThrottlingBurst", "throttling", "burst"),
        ("SignInThrottlingRate", "sign_in_throttling", "rate"),
        ("SignInThrottlingBurst", "sign_in_throttling", "burst"),
    ],
)
def test_the_limits_are_the_same(parameter: str, variable: str, member: str) -> None:
    assert PARAMETERS[parameter]["Default"] == VARIABLES[variable]["default"][member]


def test_the_same_methods_have_the_tighter_limits() -> None:
    settings = SAM["Api"]["Properties"]["MethodSettings"]
    sam = {f"{row['ResourcePath'].removeprefix('/')}/{row['HttpMethod']}" for row in settings}
    paths, methods = re.findall(r"setproduct\((\[.*?\]), (\[.*?\])\)", text_of("api.tf"))[0]
    terraform = {f"{path}/{method}" for path in json.loads(paths) for method in json.loads(methods)}
    assert terraform | {"*/*"} == sam


def sam_rights(function: str) -> dict[str, tuple[str, list[str]]]:
    role = resolved(WHOLE)[f"{function}Role"]["Properties"]
    return {
        statement["Sid"]: (statement["Effect"], as_list(statement["Action"]))
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    }


def as_list(value: str | list[str]) -> list[str]:
    return sorted([value] if isinstance(value, str) else value)


def terraform_rights(function: str) -> dict[str, tuple[str, list[str]]]:
    """The statements in roles.tf that this function gets in a whole stack."""
    text = text_of("roles.tf")
    network = json.dumps(locals_of("roles.tf")["network_actions"])
    rights = {}
    for given, name in re.findall(r"\{ given = (.*?), statement = local\.(\w+)", text):
        others = re.findall(r'name == "(\w+)"', given)
        statement = re.search(
            rf"^  {name} = .*?Sid +\= \"(\w+)\"\n +Effect +\= \"(\w+)\"\n +Action +\= ([^\n]+)", text, re.M | re.S
        )
        assert statement is not None, name
        if not others or function in others:
            actions = json.loads(statement[3].replace("local.network_actions", network))
            rights[statement[1]] = (statement[2], sorted(actions))
    return rights


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_has_the_same_rights(function: str) -> None:
    """template.yaml, ...Role, and terraform/roles.tf."""
    assert terraform_rights(FUNCTIONS[function]) == sam_rights(function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_same_callers_may_invoke_a_function(function: str) -> None:
    sam = SAM[f"{function}Permission"]["Properties"]["SourceArn"]
    rows = re.search(rf'^    {FUNCTIONS[function]} += "\$\{{[^}}]*\}}(.*)"$', text_of("functions.tf"), re.MULTILINE)
    assert rows is not None
    terraform = rows[1].replace("${var.stage_name}", PARAMETERS["StageName"]["Default"])
    assert sam.endswith(terraform)
    assert re.fullmatch(r"arn:aws:execute-api:[\w-]+:\d+:\w+", sam.removesuffix(terraform))


class Alarm(NamedTuple):
    """What decides when an alarm rings."""

    metric: str
    statistic: str
    threshold: str
    dimensions: dict[str, str]


def sam_alarms() -> dict[str, Alarm]:
    alarms = [resource["Properties"] for resource in SAM.values() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    return {
        alarm["AlarmName"].removeprefix("local-"): Alarm(
            alarm["MetricName"],
            alarm["Statistic"],
            str(alarm["Threshold"]),
            {row["Name"]: row["Value"] for row in alarm["Dimensions"] if row["Name"] in OWN_DIMENSIONS},
        )
        for alarm in alarms
    }


def terraform_alarms() -> dict[str, Alarm]:
    """The gateway's alarms from observability.tf; those for throttles are one expression there."""
    alarms = {
        name: Alarm(
            row["metric"],
            row["statistic"],
            str(row["threshold"]).replace("${var.refusals_alarm}", str(VARIABLES["refusals_alarm"]["default"])),
            own_dimensions(row["dimensions"]),
        )
        for name, row in locals_of("observability.tf")["gateway_alarms"].items()
    }
    throttles = Alarm("Throttles", "Sum", "1", {})
    return alarms | {f"{name.replace('_', '-')}-throttles": throttles for name in FUNCTIONS.values()}


def own_dimensions(dimensions: dict[str, str] | str) -> dict[str, str]:
    return {} if isinstance(dimensions, str) else {n: v for n, v in dimensions.items() if n in OWN_DIMENSIONS}


def test_the_alarms_are_the_same() -> None:
    """template.yaml, AWS::CloudWatch::Alarm, and terraform/observability.tf."""
    assert terraform_alarms() == sam_alarms()
    assert len(sam_alarms()) == 8


def test_the_dashboards_show_the_same_metrics() -> None:
    """template.yaml, AWS::CloudWatch::Dashboard, and terraform/observability.tf, widgets."""
    boards = [resource["Properties"] for resource in SAM.values() if resource["Type"] == "AWS::CloudWatch::Dashboard"]
    shown = re.findall(r'\[\s*"[^"]+",\s*"(\w+)"', "".join(str(board["DashboardBody"]) for board in boards))
    widgets = text_of("observability.tf").split("widgets = [\n    {", 1)[1]
    named = set(re.findall(r'"(\w*(?:[a-z][A-Z]|XX)\w+|Count|Decisions|Sessions|Refreshes|Throttles)"', widgets))
    assert named - {"ApiName", "FunctionName"} == set(shown)
