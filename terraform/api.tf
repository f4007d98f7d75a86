locals {
  # Sign-in has an API of its own where it has a host of its own.
  own_sign_in_api = local.has_store && var.sign_in_domain_name != ""
  sign_in_api     = local.own_sign_in_api ? "sign_in" : "gateway"

  apis = merge(
    local.enabled ? { gateway = { title = var.name, domain_name = var.domain_name } } : {},
    local.own_sign_in_api ? { sign_in = { title = "${var.name}-sign-in", domain_name = var.sign_in_domain_name } } : {},
  )

  # Parsed and written again: a mistake in the template stops the plan, and its layout redeploys nothing.
  openapi = {
    for api, settings in local.apis : api => jsonencode({
      for key, value in yamldecode(templatefile("${path.module}/openapi.yaml.tftpl", {
        title                 = settings.title
        has_backend_routes    = api == "gateway"
        has_iam_routes        = api == "gateway" && local.has_store
        has_sign_in_routes    = api == local.sign_in_api && local.has_store
        has_functions         = local.has_store
        has_backend           = var.backend_url != ""
        backend_url           = var.backend_url
        has_vpc_link          = var.backend_protection == "vpc_link"
        vpc_link_id           = var.backend_vpc_link_id
        has_shared_secret     = var.backend_protection == "shared_secret"
        shared_secret         = var.backend_protection == "shared_secret" ? var.backend_shared_secret : ""
        forward_authorization = var.forward_authorization
        forward_cookies       = var.forward_cookies
        iam_docs_public       = var.iam_docs_public
        authorizer_result_ttl = var.authorizer_result_ttl
        authorizer_uri        = local.invoke_uris["token_authorizer"]
        sign_in_uri           = lookup(local.invoke_uris, "oauth_callback", "")
        iam_uri               = lookup(local.invoke_uris, "iam_api", "")
      })) : key => value if key != "x-parts"
    })
  }

  invoke_uris = { for name in local.function_names : name => aws_lambda_alias.live[name].invoke_arn }
}

resource "aws_api_gateway_rest_api" "this" {
  for_each = local.apis

  name        = each.value.title
  description = each.key == "gateway" ? "Okta in front of an HTTP API." : "Sign-in for ${var.name}."
  body        = local.openapi[each.key]
  tags        = var.tags

  # Whoever knew the execute-api address would go past the host, and past what stands before it.
  disable_execute_api_endpoint = each.value.domain_name != ""

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_deployment" "this" {
  for_each = local.apis

  rest_api_id = aws_api_gateway_rest_api.this[each.key].id

  triggers = {
    redeployment = sha256(local.openapi[each.key])
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  for_each = local.apis

  rest_api_id           = aws_api_gateway_rest_api.this[each.key].id
  deployment_id         = aws_api_gateway_deployment.this[each.key].id
  stage_name            = var.stage_name
  client_certificate_id = each.key == "gateway" ? one(aws_api_gateway_client_certificate.backend[*].id) : null
  tags                  = var.tags

  dynamic "access_log_settings" {
    for_each = var.access_logs_enabled ? [aws_cloudwatch_log_group.access[each.key].arn] : []

    content {
      destination_arn = access_log_settings.value
      format          = local.access_log_format
    }
  }

  depends_on = [aws_api_gateway_account.this]
}

resource "aws_api_gateway_method_settings" "all" {
  for_each = local.apis

  rest_api_id = aws_api_gateway_rest_api.this[each.key].id
  stage_name  = aws_api_gateway_stage.this[each.key].stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    throttling_rate_limit  = var.throttling.rate
    throttling_burst_limit = var.throttling.burst

    # Execution logs may hold the client's token.
    logging_level      = "OFF"
    data_trace_enabled = false
  }
}

# Anybody may call sign-in, so it has limits of its own. ANY is not a method here: each of the seven is named.
resource "aws_api_gateway_method_settings" "sign_in" {
  for_each = toset(local.has_store ? [
    for pair in setproduct(["~1oauth2", "~1oauth2~1{proxy+}"], ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]) : join("/", pair)
  ] : [])

  rest_api_id = aws_api_gateway_rest_api.this[local.sign_in_api].id
  stage_name  = aws_api_gateway_stage.this[local.sign_in_api].stage_name
  method_path = each.key

  settings {
    metrics_enabled        = true
    throttling_rate_limit  = var.sign_in_throttling.rate
    throttling_burst_limit = var.sign_in_throttling.burst
    logging_level          = "OFF"
    data_trace_enabled     = false
  }

  depends_on = [aws_api_gateway_method_settings.all]
}

# The backend trusts this certificate and no other (backend_protection = client_certificate).
resource "aws_api_gateway_client_certificate" "backend" {
  count = local.enabled && var.backend_protection == "client_certificate" ? 1 : 0

  description = "${var.name}: shown to the backend"
  tags        = var.tags
}
