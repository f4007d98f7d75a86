locals {
  packages = var.package_directory != "" ? var.package_directory : "${path.module}/../dist"

  # Third-party packages hold compiled code, so there is one package for each kind of processor.
  layer_files = {
    dependencies     = "dependencies-${var.architecture}.zip"
    web_dependencies = "web_dependencies-${var.architecture}.zip"
    iam_dependencies = "iam_dependencies-${var.architecture}.zip"
    okta_gateway     = "okta_gateway.zip"
    policies         = "policies.zip"
  }
  layers = { for name in toset(flatten([for function in local.functions : function.layers])) : name => "${local.packages}/${local.layer_files[name]}" }
}

resource "aws_lambda_layer_version" "this" {
  for_each = local.layers

  layer_name               = local.resource_names[each.key]
  filename                 = each.value
  source_code_hash         = try(filebase64sha256(each.value), null)
  compatible_runtimes      = [local.runtime]
  compatible_architectures = [var.architecture]

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = fileexists(each.value)
      error_message = "The package ${each.value} is missing: run `make package` in the repository first, or set package_directory."
    }
  }
}

resource "aws_lambda_function" "this" {
  for_each = local.functions

  function_name    = local.resource_names[each.key]
  description      = each.value.description
  role             = aws_iam_role.function[each.key].arn
  runtime          = local.runtime
  architectures    = [var.architecture]
  handler          = "app.handler"
  filename         = "${local.packages}/${each.key}.zip"
  source_code_hash = try(filebase64sha256("${local.packages}/${each.key}.zip"), null)
  layers           = [for layer in each.value.layers : aws_lambda_layer_version.this[layer].arn]
  memory_size      = each.value.memory
  timeout          = each.value.timeout
  publish          = true
  tags             = var.tags

  environment {
    variables = { for name, value in local.environments[each.key] : name => value if value != null && value != "" }
  }

  # Okta is on the internet and the database in the VPC; without a database nothing has to be in the VPC.
  dynamic "vpc_config" {
    for_each = local.has_store ? [true] : []

    content {
      subnet_ids         = local.private_subnet_ids
      security_group_ids = aws_security_group.functions[*].id
    }
  }

  dynamic "snap_start" {
    for_each = var.snapstart_enabled ? [true] : []

    content {
      apply_on = "PublishedVersions"
    }
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  lifecycle {
    precondition {
      condition     = fileexists("${local.packages}/${each.key}.zip")
      error_message = "The package ${local.packages}/${each.key}.zip is missing: run `make package` in the repository first, or set package_directory."
    }
  }

  # With SnapStart a function initialises while it is published, and then needs its secret and the way to it.
  depends_on = [
    aws_iam_role_policy.function,
    aws_route.private,
    aws_route.public,
    aws_route_table_association.private,
    aws_route_table_association.public,
    aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.database,
  ]
}

locals {
  runtime        = "python3.13"
  resource_names = { for name in concat(keys(local.every_function), keys(local.layer_files)) : name => "${var.name}-${replace(name, "_", "-")}" }

  # SECRETS_VERSION is read by nobody: another value of a secret makes another version of the function, and so new
  # sandboxes, since the old ones keep what they read at their start.
  environments = {
    for name in local.function_names : name => merge(local.settings_of_all, local.settings_of[name], {
      SECRETS_ARN     = local.has_store ? aws_secretsmanager_secret.function[name].arn : null
      SECRETS_VERSION = local.has_store ? aws_secretsmanager_secret_version.function[name].version_id : null
    })
  }
}

# What the API calls. Requests go over from one version to the next at once.
resource "aws_lambda_alias" "live" {
  for_each = local.functions

  name             = "live"
  function_name    = aws_lambda_function.this[each.key].function_name
  function_version = aws_lambda_function.this[each.key].version
}

# Only this API's authorizers may invoke the authorizer, and only the stage's own routes the other two.
resource "aws_lambda_permission" "api" {
  for_each = local.functions

  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  principal     = "apigateway.amazonaws.com"
  source_arn = {
    token_authorizer = "${aws_api_gateway_rest_api.this["gateway"].execution_arn}/authorizers/*"
    oauth_callback   = "${aws_api_gateway_rest_api.this[local.sign_in_api].execution_arn}/${var.stage_name}/*"
    iam_api          = "${aws_api_gateway_rest_api.this["gateway"].execution_arn}/${var.stage_name}/*/api/iam/*"
  }[each.key]
}
