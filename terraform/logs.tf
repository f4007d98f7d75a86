resource "aws_cloudwatch_log_group" "function" {
  for_each = local.functions

  name              = "/aws/lambda/${local.resource_names[each.key]}"
  retention_in_days = var.log_retention_days
  tags              = var.tags

  # The lines of the IAM API are the audit log: AWS refuses to delete it, and `terraform destroy` leaves it behind.
  deletion_protection_enabled = each.key == "iam_api"
  skip_destroy                = each.key == "iam_api"
}

resource "aws_cloudwatch_log_group" "access" {
  for_each = var.access_logs_enabled ? local.apis : {}

  name              = "/aws/apigateway/${each.value.title}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

locals {
  # No header and no query: those may hold tokens.
  access_log_format = jsonencode({
    time              = "$context.requestTime"
    request_id        = "$context.requestId"
    source_ip         = "$context.identity.sourceIp"
    method            = "$context.httpMethod"
    resource          = "$context.resourcePath"
    status            = "$context.status"
    latency_ms        = "$context.responseLatency"
    response_bytes    = "$context.responseLength"
    authorizer_status = "$context.authorizer.status"
    authorizer_ms     = "$context.authorizer.latency"
    integration_ms    = "$context.integration.latency"
    error             = "$context.error.responseType"
    principal         = "$context.authorizer.principalId"
    client_id         = "$context.authorizer.client_id"
  })
  account_logging = local.enabled && var.manage_account_logging
}

# One for all APIs of the account and region (API Gateway developer guide, "Set up CloudWatch logging for REST APIs").
resource "aws_api_gateway_account" "this" {
  count = local.account_logging ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.account_logging[0].arn

  depends_on = [aws_iam_role_policy_attachment.account_logging]
}

resource "aws_iam_role" "account_logging" {
  count = local.account_logging ? 1 : 0

  name        = "${var.name}-api-logging-${data.aws_region.current.region}"
  description = "Lets API Gateway write the logs of every API of this account and region."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "account_logging" {
  count = local.account_logging ? 1 : 0

  role       = aws_iam_role.account_logging[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}
