"""Apply the module to moto's AWS, plan again, destroy; in parts, since moto has no DocumentDB cluster.

Whole, with an existing database and network; only the network that the module creates; and without a database. The
second plan must be empty but for what is known, and nothing may be left after destroy.
"""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from devkit.deploy_checks.moto_server import CREDENTIALS, REGION, moto_server
from devkit.deploy_checks.terraform_cli import Terraform, TerraformFailed

SERVICES = (
    "apigateway",
    "cloudwatch",
    "cloudwatchlogs",
    "docdb",
    "ec2",
    "iam",
    "kms",
    "lambda",
    "secretsmanager",
    "sts",
)
MOCK_INTEGRATION = re.compile(r"^( +)type: mock\n", re.MULTILINE)
"""moto 5.2.5 fails on an integration without uri and httpMethod, which one of type mock has not (put_rest_api)."""

NEW_VERSIONS = (
    "aws_lambda_function.this: qualified_arn",
    "aws_lambda_function.this: version",
    "aws_lambda_alias.live: function_version",
)
"""Provider 3.39 publishes a function in a VPC again at each plan, though nothing else changes; outside of the VPC (the
third trip) the same function stays as it is."""

GATEWAY = {
    "okta_enabled": True,
    "okta_domain": "dev-123456.okta.com",
    "okta_client_id": "0oa1234567890abcdef",
    "okta_client_secret": "a-client-secret",
    "okta_api_token": "an-api-token",
    "okta_auth_server_id": "aus1234567890abcdef",
    "okta_audience": "api://ai-registry",
    "gateway_tokens": True,
}
EXISTING_DATABASE = {
    "backend_url": "https://registry.example.com",
    "backend_protection": "shared_secret",
    "backend_shared_secret": "0123456789abcdef0123456789abcdef",
    "documentdb_mode": "existing",
    "documentdb_uri": "mongodb://user:password@db.example.com:27017/?tls=true",
    "egress": "existing",
    "access_logs_enabled": True,
    "manage_account_logging": True,
}
NETWORK = (
    "aws_route.private",
    "aws_route_table_association.private",
    "aws_route_table_association.public",
    "aws_default_security_group.this",
    "aws_security_group.functions",
    "aws_security_group.database",
)


@dataclass(frozen=True)
class RoundTrip:
    """One way to use the module: its variables, and what of it moto can make (everything where empty)."""

    name: str
    variables: Mapping[str, Any]
    targets: tuple[str, ...] = ()
    known_changes: tuple[str, ...] = ()


def run_round_trips(terraform: Terraform, module: Path, packages: Path) -> str:
    """Go through all with a copy of the module that fits the provider; return a sentence. Raises TerraformFailed."""
    with tempfile.TemporaryDirectory() as scratch, moto_server(Path(scratch) / "moto.log") as address:
        _write_provider(module, address)
        _complete_mock_integrations(module / "openapi.yaml.tftpl")
        trips = (
            RoundTrip("the gateway", {**GATEWAY, **EXISTING_DATABASE, **_network(address)}, known_changes=NEW_VERSIONS),
            RoundTrip("the network", GATEWAY, targets=NETWORK),
            RoundTrip("without a database", {**GATEWAY, "documentdb_mode": "none", "gateway_tokens": False}),
        )
        counts = [_round_trip(terraform, module, packages, trip) for trip in trips]
    return ", ".join(f"{trip.name}: {count} resources" for trip, count in zip(trips, counts, strict=True))


def _round_trip(terraform: Terraform, module: Path, packages: Path, trip: RoundTrip) -> int:
    """Apply, look whether a second plan changes anything, destroy; return how much was created."""
    values = module / "round-trip.tfvars.json"
    values.write_text(json.dumps({**trip.variables, "package_directory": str(packages)}), encoding="utf-8")
    options = ("-no-color", "-input=false", f"-var-file={values.name}")
    targets = [f"-target={name}" for name in trip.targets]
    terraform.run(module, "apply", "-auto-approve", *options, *targets, environ=CREDENTIALS)
    created = terraform.run(module, "state", "list", environ=CREDENTIALS).split()
    terraform.run(
        module, "plan", "-detailed-exitcode", "-out=second.plan", *options, *targets, environ=CREDENTIALS, allow=(0, 2)
    )
    plan = json.loads(terraform.run(module, "show", "-json", "second.plan", environ=CREDENTIALS))
    if changes := [change for change in _changes(plan) if _without_key(change) not in trip.known_changes]:
        raise TerraformFailed(f"{trip.name}: a second plan would change {', '.join(changes)}")
    terraform.run(module, "destroy", "-auto-approve", *options, environ=CREDENTIALS)
    if left := terraform.run(module, "state", "list", environ=CREDENTIALS).split():
        raise TerraformFailed(f"{trip.name}: destroy left {', '.join(left)}")
    return len([name for name in created if not name.startswith("data.")])


def _changes(plan: Mapping[str, Any]) -> list[str]:
    """`address: attribute` for all that a plan would change."""
    changes = []
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        if change["actions"] in (["no-op"], ["read"]):
            continue
        before, after = change["before"] or {}, change["after"] or {}
        names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
        changes += [f"{resource['address']}: {name}" for name in names or change["actions"]]
    return changes


def _without_key(change: str) -> str:
    return re.sub(r"\[[^]]*\]", "", change)


def _write_provider(module: Path, address: str) -> None:
    endpoints = "\n".join(f"    {service} = {json.dumps(address)}" for service in SERVICES)
    (module / "round_trip_provider.tf").write_text(
        f"""provider "aws" {{
  region                      = "{REGION}"
  max_retries                 = 1
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_get_ec2_platforms      = true

  endpoints {{
{endpoints}
  }}
}}
""",
        encoding="utf-8",
    )


def _complete_mock_integrations(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    template.write_text(MOCK_INTEGRATION.sub(r'\1type: mock\n\1httpMethod: POST\n\1uri: ""\n', text), encoding="utf-8")


def _network(address: str) -> dict[str, Any]:
    """A network that is there already."""
    ec2 = boto3.Session("test", "test", region_name=REGION).client("ec2", endpoint_url=address)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")
        for number, zone in enumerate("ab")
    ]
    return {"vpc_id": vpc, "private_subnet_ids": [subnet["Subnet"]["SubnetId"] for subnet in subnets]}
