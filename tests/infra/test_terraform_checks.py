"""The checks of the Terraform module see mistakes, and the module is as they want it (what needs no Terraform)."""

import json
from pathlib import Path

import pytest

from devkit.deploy_checks.api_document import SHAPES, Values, render
from devkit.deploy_checks.argument_lint import argument_problems
from devkit.deploy_checks.checks import PACKAGES
from devkit.deploy_checks.module_tables import PAGE, declared, with_tables
from devkit.deploy_checks.older_provider import older_copy
from devkit.deploy_checks.provider_schema import schema_of
from devkit.deploy_checks.terraform_files import MODULE, terraform_folders
from devkit.packaging.packages import packages
from tests.infra.repository import ROOT

GUIDE = (
    "okta_enabled",
    "okta_domain",
    "okta_client_id",
    "okta_client_secret",
    "okta_m2m_client_id",
    "okta_m2m_client_secret",
    "okta_api_token",
    "okta_auth_server_id",
    "entra_enabled",
)
SECRET = (
    "okta_client_secret",
    "okta_m2m_client_secret",
    "okta_api_token",
    "okta_api_private_key",
    "backend_shared_secret",
    "documentdb_uri",
    "documentdb_uris",
)
VARIABLES = declared(MODULE, "variable")

ROLE = """resource "aws_iam_role" "this" {
  name               = "x"
  assume_role_policy = "{}"
}
"""


def module_with(folder: Path, text: str) -> Path:
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return folder


def test_the_module_and_its_examples_have_only_arguments_that_the_provider_knows() -> None:
    assert argument_problems(MODULE) == []
    assert len(terraform_folders(MODULE)) == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(ROLE.replace("name  ", "nmae  "), "nmae is no argument", id="a misspelt argument"),
        pytest.param(ROLE.replace("assume_role_policy", "description"), "assume_role_policy is missing", id="missing"),
        pytest.param(ROLE.replace("}\n", "\n  trust {\n    x = 1\n  }\n}\n", 1), "trust is no argument", id="a block"),
        pytest.param(
            ROLE.replace('"{}"\n}', '"{}"\n\n  dynamic "trust" {\n    for_each = []\n    content {}\n  }\n}'),
            "trust is no argument",
            id="a dynamic block",
        ),
        pytest.param(ROLE.replace("aws_iam_role", "aws_iam_rolle"), "does not know aws_iam_rolle", id="a resource"),
        pytest.param(ROLE + 'output "x" {\n  value = aws_iam_role.that.arn\n}\n', "no aws_iam_role.that", id="a name"),
        pytest.param(
            ROLE + 'output "x" {\n  value = aws_iam_role.this.arm\n}\n', "no attribute arm", id="an attribute"
        ),
    ],
)
def test_a_mistake_in_an_argument_is_seen(tmp_path: Path, text: str, problem: str) -> None:
    found = argument_problems(module_with(tmp_path, text))
    assert any(problem in sentence for sentence in found), found


def test_a_right_resource_is_let_through(tmp_path: Path) -> None:
    assert argument_problems(module_with(tmp_path, ROLE)) == []


OLDER = {
    "resource_schemas": {
        "aws_lambda_function": {
            "block": {
                "attributes": {"function_name": {"required": True}, "arn": {"computed": True}},
                "block_types": {"environment": {"block": {"attributes": {"variables": {"optional": True}}}}},
            }
        }
    },
    "data_source_schemas": {},
}
NEWER = """resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name = each.key # { unbalanced in a comment
  architectures = [
    "${var.architecture["x"]}",
  ]

  environment {
    variables = { A = "}" }
    extra     = 1
  }

  dynamic "snap_start" {
    for_each = [1]

    content {
      apply_on = "PublishedVersions"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_thing" "new" {
  x = 1
}

locals {
  runtime = "python3.13"
}
"""


def test_the_copy_leaves_out_what_the_older_provider_does_not_know_and_says_so(tmp_path: Path) -> None:
    module = tmp_path / "module"
    module.mkdir()
    left_out = older_copy(module_with(module, NEWER), tmp_path / "copy", OLDER)
    assert left_out == [
        "aws_lambda_function.architectures",
        "aws_lambda_function.extra",
        "aws_lambda_function.snap_start",
        "aws_thing",
    ]
    copied = (tmp_path / "copy" / "main.tf").read_text(encoding="utf-8")
    assert "function_name = each.key" in copied
    assert 'variables = { A = "}" }' in copied
    assert "create_before_destroy" in copied
    assert '"python3.8"' in copied
    assert copied.count("{") - copied.count("}") == NEWER.count("{ unbalanced") - NEWER.count('"}"')


def test_the_readme_has_the_tables_of_the_files() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page
    assert "| `okta_domain` | `string` |" in page


@pytest.mark.parametrize("name", GUIDE)
def test_the_variables_of_the_guide_are_there(name: str) -> None:
    assert name in VARIABLES


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_is_typed_described_and_never_null(name: str) -> None:
    variable = VARIABLES[name]
    assert variable["type"]
    assert variable["description"].endswith(".")
    assert variable["nullable"] is False
    assert all(rule["error_message"].endswith((".", "?")) for rule in variable.get("validation", []))


def test_secrets_are_sensitive_and_nothing_else_is() -> None:
    assert sorted(name for name, body in VARIABLES.items() if body.get("sensitive")) == sorted(SECRET)


def test_every_variable_is_used() -> None:
    """Those of a machine client and of another provider are there for the guide's file alone."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in MODULE.glob("*.tf"))
    unused = {name for name in VARIABLES if f"var.{name}" not in text}
    assert unused == {"okta_m2m_client_id", "okta_m2m_client_secret"}


def test_the_only_ignored_change_is_of_passwords_that_are_random() -> None:
    """A changed secret of the user's is really applied."""
    ignored = [path.name for path in MODULE.glob("*.tf") if "ignore_changes" in path.read_text(encoding="utf-8")]
    assert ignored == ["documentdb.tf"]


def test_the_guides_file_is_an_example() -> None:
    example = (MODULE / "examples" / "minimal" / "terraform.tfvars.example").read_text(encoding="utf-8")
    assert [name for name in (*GUIDE, "okta_audience") if f"{name} " not in example] == []


@pytest.mark.parametrize("values", SHAPES, ids=str)
def test_every_shape_of_the_api_is_a_document(values: Values) -> None:
    document = render(values)
    assert document["openapi"] == "3.0.1"
    assert document["paths"]
    assert "x-parts" not in document
    assert "${" not in json.dumps(document)


def test_the_packages_are_those_that_make_package_writes() -> None:
    assert set(PACKAGES) == {package.name for package in packages(ROOT, ("arm64",))}


BINDING = {
    "aws-thing.js": """
class AwsThing extends cdktn.TerraformResource {
    constructor() {
        // arn - computed: true, optional: false, required: false
        // link https://registry.terraform.io/providers/hashicorp/aws/6.62.0/docs/resources/thing
    }
    synthesizeHclAttributes() {
        const attrs = {
            thing_name: {
                value: cdktn.stringToHclTerraform(this._thingName),
                isBlock: false,
                type: "simple",
            },
            part: {
                value: awsThingPartPropertyToHclTerraform(this._part.internalValue),
                isBlock: true,
                type: "list",
            },
        };
    }
}

function awsThingPartPropertyToHclTerraform(struct) {
    const attrs = {
        size: {
            value: cdktn.numberToHclTerraform(struct.size),
            isBlock: false,
            type: "simple",
        },
    };
}
""",
    "aws-thing.d.ts": """
export interface AwsThingConfig extends cdktn.TerraformMetaArguments {
    readonly thingName: string;
    readonly part?: AwsThing.PartProperty;
}
export declare namespace AwsThing {
    interface PartProperty {
        readonly size: number;
    }
}
""",
}


def test_the_schema_is_read_from_the_bindings() -> None:
    assert schema_of({"resource": {"aws_thing"}, "data": set()}, BINDING) == {
        "provider": "6.62.0",
        "data": {},
        "resource": {
            "aws_thing": {
                "arguments": {"thing_name": True},
                "blocks": {"part": {"required": False, "arguments": {"size": True}, "blocks": {}}},
                "attributes": ["arn"],
            }
        },
    }
