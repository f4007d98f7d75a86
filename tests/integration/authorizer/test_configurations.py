"""The handler in each of its configurations: org mode, gateway tokens, stored rules, secrets, warm start, mistakes."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devkit.gateway.cfn_yaml import read_yaml
from devkit.gateway.iam_policy import is_allowed
from devkit.serving import serve
from okta_gateway.errors import ConfigurationInvalid
from tests import tokens
from tests.integration.authorizer.conftest import Clients, Load
from tests.integration.authorizer.invocation import AGENT, ROOT, SCOPES, STAGE_ARN, Function, Okta, Store, token_event

EXECUTE_API = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
GATEWAY_KEYS = tokens.key_set(tokens.signing_key("gateway")).decode()
ORG = {"AUTH_PROVIDER": "okta", "OKTA_DOMAIN": "dev-123456.okta.com", "SCOPES_FILE": str(SCOPES)}


def gateway_token(url: str, **claims: Any) -> str:
    now = int(time.time())
    fresh: dict[str, Any] = {"iss": url, "aud": url, "iat": now, "exp": now + 900}
    return tokens.gateway_token(**fresh | claims)


def opens(answer: dict[str, Any], route: str, stage_arn: str = STAGE_ARN) -> bool:
    return is_allowed(answer["policyDocument"], f"{stage_arn}/{route}")


@pytest.fixture
def gateway() -> Iterator[str]:
    """A gateway that publishes its keys, stage in its URL; what GATEWAY_URL would be."""
    keys = Route("/prod/.well-known/jwks.json", lambda _: Response(GATEWAY_KEYS, media_type="application/json"))
    with serve(Starlette(routes=[keys])) as address:
        yield f"{address}/prod"


class Secrets:
    """AWS's Parameters and Secrets extension with one secret; counts how often it is asked."""

    def __init__(self, secret: dict[str, str]) -> None:
        self.secret = secret
        self.asked = 0

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        assert request.headers["X-Aws-Parameters-Secrets-Token"] == "session"
        return JSONResponse({"ARN": request.query_params["secretId"], "SecretString": json.dumps(self.secret)})


@pytest.fixture
def secrets(store: Store) -> Secrets:
    return Secrets({"DOCUMENTDB_URI": store.uri})


@pytest.fixture
def secret_settings(secrets: Secrets, store: Store) -> Iterator[dict[str, str]]:
    """Settings for a function whose secrets are behind SECRETS_ARN."""
    with serve(Starlette(routes=[Route("/secretsmanager/get", secrets.answer)])) as address:
        yield {
            "SECRETS_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:authorizer-AbCdEf",
            "DOCUMENTDB_DATABASE": store.database.name,
            "AWS_SESSION_TOKEN": "session",
            "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": address.rpartition(":")[2],
        }


def test_org_mode_accepts_gateway_tokens_by_the_keys_of_the_deployment(load: Load) -> None:
    function = load(ORG, GATEWAY_URL="https://gw.example.com", GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS)
    answer = function.decide(gateway_token("https://gw.example.com"))
    assert opens(answer, "DELETE/api/servers/1")
    assert (answer["context"]["auth_method"], answer["context"]["token_type"]) == ("gateway", "user")
    assert answer["context"]["username"] == "ada@example.com"


def test_org_mode_fetches_the_keys_that_the_gateway_publishes(load: Load, gateway: str) -> None:
    function = load(ORG, GATEWAY_URL=gateway)
    assert opens(function.decide(gateway_token(gateway)), "GET/api/servers")


def test_org_mode_takes_the_gateways_url_from_the_arn(load: Load) -> None:
    function = load(ORG, GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS)
    token = gateway_token(f"{EXECUTE_API}/prod")
    assert opens(function.decide(token), "GET/api/servers")
    function.output()
    other_stage = token_event(token) | {"methodArn": f"{STAGE_ARN.replace('prod', 'dev')}/GET/x"}
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        function(other_stage)
    assert function.log_line()["code"] == "issuer_mismatch"


@pytest.mark.parametrize(
    ("arn", "url"),
    [
        (STAGE_ARN.replace("/prod", "/$default"), EXECUTE_API),
        (
            STAGE_ARN.replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1"),
            "https://a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn/prod",
        ),
        (
            STAGE_ARN.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east-1", "us-gov-west-1"),
            "https://a1b2c3d4e5.execute-api.us-gov-west-1.amazonaws.com/prod",
        ),
    ],
    ids=["default stage", "China", "GovCloud"],
)
def test_the_url_of_a_stage_is_the_one_aws_gives_it(load: Load, arn: str, url: str) -> None:
    function = load(ORG, GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS)
    answer = function(token_event(gateway_token(url)) | {"methodArn": f"{arn}/GET/x"})
    assert opens(answer, "GET/x", arn)


@pytest.mark.parametrize("key", ["okta-active", "stranger"])
def test_org_mode_refuses_tokens_signed_by_another_key(load: Load, key: str) -> None:
    function = load(ORG, GATEWAY_URL="https://gw.example.com", GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS)
    forged = gateway_token("https://gw.example.com", key=tokens.signing_key(key))
    assert function.refused(forged)["code"] == "signature_invalid"


@pytest.mark.parametrize("server", ["org", "aus1234567890abcdef"])
def test_org_mode_refuses_every_token_of_okta(load: Load, custom: dict[str, str], okta: Okta, server: str) -> None:
    without_server = {
        name: value for name, value in custom.items() if name not in {"OKTA_AUTH_SERVER_ID", "OKTA_AUDIENCE"}
    }
    function = load(without_server, GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS)
    code = function.refused(okta.mint(user="ada@example.com", server=server))["code"]
    assert code in {"org_server_token", "token_type_refused"}
    assert function.refused(okta.mint(user="ada@example.com", server=server, header={"typ": "at+jwt"}))["code"] in {
        "no_matching_key",
        "issuer_mismatch",
    }


def test_a_custom_server_refuses_gateway_tokens_unless_told_otherwise(
    load: Load, custom: dict[str, str], okta: Okta
) -> None:
    url = "https://gw.example.com"
    own = {"GATEWAY_URL": url, "GATEWAY_PUBLIC_KEYS": GATEWAY_KEYS}
    assert load(custom, **own).refused(gateway_token(url))["code"] == "no_matching_key"
    both = load(custom, **own, GATEWAY_TOKENS="true")
    assert both.decide(gateway_token(url))["context"]["auth_method"] == "gateway"
    assert both.decide(okta.mint(user="ada@example.com"))["context"]["auth_method"] == "okta"


def test_the_two_issuers_do_not_lend_each_other_their_keys(load: Load, custom: dict[str, str], okta: Okta) -> None:
    url = "https://gw.example.com"
    both = load(custom, GATEWAY_URL=url, GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS, GATEWAY_TOKENS="true")
    now = int(time.time())
    disguised = {
        "iss": f"{okta.address}/oauth2/aus1234567890abcdef",
        "aud": "api://ai-registry",
        "iat": now,
        "exp": now + 900,
    }
    assert both.refused(gateway_token(url, **disguised, cid="x", uid="x"))["code"] == "no_matching_key"
    forged = okta.mint(user="ada@example.com", header={"typ": "at+jwt"}, claims={"iss": url, "aud": url})
    assert both.refused(forged)["code"] == "no_matching_key"


def test_rules_may_live_in_the_store(load: Load, custom: dict[str, str], store: Store, okta: Okta) -> None:
    store.write_rules({"registry-admins": ["only"]}, {"only": ["PUT /stored"]})
    function = load(custom, **store.settings, SCOPES_SOURCE="documentdb", SCOPES_FILE="/nowhere.yml")
    answer = function.decide(okta.mint(user="ada@example.com"))
    assert [opens(answer, route) for route in ("PUT/stored", "GET/api/servers")] == [True, False]
    assert answer["context"]["scopes"] == "only"


def test_an_invalid_stored_rule_is_a_500_that_names_it(
    load: Load, custom: dict[str, str], store: Store, okta: Okta
) -> None:
    store.write_rules({}, {"broken": ["GET /*/x"]})
    function = load(custom, **store.settings, SCOPES_SOURCE="documentdb")
    line = function.failed(token_event(okta.mint(user="ada@example.com")))
    assert line["code"] == "access_rules_invalid"
    assert "idp_scope_permissions, _id 'broken'" in line["detail"]


def test_a_sandbox_has_one_database_client(
    load: Load, custom: dict[str, str], store: Store, okta: Okta, clients: Clients
) -> None:
    """DESIGN 6: one client a sandbox, for the rules and for the groups."""
    store.write_rules({"public-mcp-users": ["s"]}, {"s": ["GET /"]})
    function = load(custom, **store.settings, SCOPES_SOURCE="documentdb")
    assert opens(function.decide(okta.mint(client=AGENT)), "GET/")
    assert len(clients) == 1


def test_the_store_is_connected_only_when_somebody_needs_it(
    load: Load, custom: dict[str, str], store: Store, okta: Okta, clients: Clients
) -> None:
    function = load(custom, **store.settings)
    function.decide(okta.mint(user="ada@example.com"))
    assert clients == []
    function.decide(okta.mint(client=AGENT))
    assert len(clients) == 1


def test_warm_enrichment_connects_at_start(
    load: Load, custom: dict[str, str], store: Store, okta: Okta, clients: Clients
) -> None:
    function = load(custom, **store.settings, WARM_ENRICHMENT="true")
    assert len(clients) == 1
    assert function.decide(okta.mint(client=AGENT))["context"]["groups"] == "public-mcp-users"
    assert len(clients) == 1


def test_warm_enrichment_does_not_keep_the_function_from_starting(
    load: Load, custom: dict[str, str], okta: Okta, caplog: pytest.LogCaptureFixture
) -> None:
    function = load(custom, DOCUMENTDB_URI="mongodb://user:hunter2@127.0.0.1:9/", WARM_ENRICHMENT="true")
    assert any(message.startswith("WARM_ENRICHMENT: store_unavailable") for message in caplog.messages)
    assert "hunter2" not in caplog.text
    assert function.decide(okta.mint(user="ada@example.com"))


def test_the_secret_is_read_at_the_first_enrichment(
    load: Load, custom: dict[str, str], okta: Okta, secrets: Secrets, secret_settings: dict[str, str]
) -> None:
    function = load(custom, **secret_settings)
    function.decide(okta.mint(user="ada@example.com"))
    assert secrets.asked == 0
    for _ in range(2):
        assert function.decide(okta.mint(client=AGENT))["context"]["groups"] == "public-mcp-users"
    assert secrets.asked == 1


def test_a_secret_without_the_setting_is_a_500_and_read_again(
    load: Load, custom: dict[str, str], okta: Okta, secrets: Secrets, secret_settings: dict[str, str], store: Store
) -> None:
    secrets.secret = {"DOCUMENTDB_URl": "mongodb://user:hunter2@host/"}
    function = load(custom, **secret_settings)
    line = function.failed(token_event(okta.mint(client=AGENT)))
    assert line["code"] == "secret_unavailable"
    assert "DOCUMENTDB_URI" in line["detail"]
    assert "hunter2" not in json.dumps(line)
    secrets.secret = {"DOCUMENTDB_URI": store.uri}
    assert function.decide(okta.mint(client=AGENT))["context"]["groups"] == "public-mcp-users"


def test_a_template_full_of_empty_values_means_not_set(load: Load, custom: dict[str, str], okta: Okta) -> None:
    template = read_yaml(ROOT / "template.yaml")
    names = template["Resources"]["TokenAuthorizer"]["Properties"]["Environment"]["Variables"]
    function = load(dict.fromkeys(names, "") | custom)
    assert function.decide(okta.mint(user="ada@example.com"))


def problems(load: Load, environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationInvalid) as refused:
        load(environ)
    assert "hunter2" not in str(refused.value)
    return refused.value.problems


def test_all_problems_are_told_together_at_start(load: Load, rules_file: Callable[[object], str]) -> None:
    told = problems(
        load,
        {
            "AUTH_PROVIDER": "entra",
            "OKTA_DOMAIN": "https://dev-1.okta.com/",
            "OKTA_AUTH_SERVER_ID": "a/b",
            "DOCUMENTDB_URI": "postgres://user:hunter2@host/",
            "POLICY_MAX_BYTES": "many",
            "SCOPES_FILE": rules_file({"groups": {"g": ["a b"]}, "roles": {}}),
        },
    )
    names = ["AUTH_PROVIDER", "OKTA_DOMAIN", "OKTA_AUTH_SERVER_ID", "DOCUMENTDB_URI", "POLICY_MAX_BYTES"]
    assert [problem.partition(":")[0] for problem in told] == [*names, "scopes.json", "scopes.json"]


def test_the_problems_of_the_rules_are_told_with_the_others_when_the_source_is_empty(
    load: Load, rules_file: Callable[[object], str]
) -> None:
    """The template passes an empty SCOPES_SOURCE for "not set"."""
    told = problems(load, {"AUTH_PROVIDER": "okta", "SCOPES_SOURCE": "", "SCOPES_FILE": rules_file({"groups": 1})})
    assert [problem.split()[0] for problem in told] == ["OKTA_DOMAIN", "scopes.json:"]


def test_rules_that_are_not_there_are_a_problem_of_the_settings(load: Load, custom: dict[str, str]) -> None:
    (told,) = problems(load, custom | {"SCOPES_FILE": "/nowhere/scopes.yml"})
    assert "SCOPES_FILE" in told


@pytest.mark.parametrize("url", ["https://gw.example.com", ""], ids=["with a URL", "with the URL from the ARN"])
@pytest.mark.parametrize("keys", ['{"keys": []}', '{"keys": [{"kty": "EC", "kid": "x"}]}'])
def test_public_keys_that_cannot_verify_anything_stop_the_start(load: Load, keys: str, url: str) -> None:
    (told,) = problems(load, ORG | {"GATEWAY_PUBLIC_KEYS": keys, "GATEWAY_URL": url})
    assert told.startswith("GATEWAY_PUBLIC_KEYS")


def test_org_mode_says_at_start_that_machines_cannot_call(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    load(ORG, GATEWAY_PUBLIC_KEYS=GATEWAY_KEYS)
    assert any("OKTA_AUTH_SERVER_ID is not set" in message for message in caplog.messages)
    assert any("no DOCUMENTDB_URI" in message for message in caplog.messages)


def test_the_rules_may_be_compiled(load: Load, custom: dict[str, str], okta: Okta, tmp_path: Path) -> None:
    from okta_gateway.access.scopes_file import compile_rules

    compiled = tmp_path / "scopes.json"
    compiled.write_text(compile_rules(SCOPES))
    token = okta.mint(user="pat@example.com")
    answers: list[Function] = [load(custom), load(custom, SCOPES_FILE=str(compiled))]
    first, second = (function.decide(token)["policyDocument"] for function in answers)
    assert first == second
