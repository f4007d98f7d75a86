locals {
  arn = "arn:${data.aws_partition.current.partition}:%s:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:%s"

  # Lambda makes and removes the functions' network interfaces with the function's role (AWS Lambda developer guide,
  # "Giving Lambda functions access to resources in an Amazon VPC").
  network_actions = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
  ]

  # Who gets what, and when.
  statements = {
    for name in local.function_names : name => [
      for right in [
        { given = true, statement = local.log_rights[name] },
        { given = local.has_store, statement = local.secret_rights[name] },
        { given = local.has_store, statement = local.network_rights },
        { given = local.has_store, statement = local.no_network_for_code[name] },
        { given = local.has_store, statement = local.no_change_of_the_audit_log },
        { given = name == "oauth_callback", statement = local.session_rights },
        { given = name == "oauth_callback" && local.issues_tokens, statement = local.signing_rights },
      ] : right.statement if right.given
    ]
  }

  log_rights = {
    for name in local.function_names : name => {
      Sid      = "WriteItsOwnLog"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function[name].arn}:*"
    }
  }

  secret_rights = {
    for name in local.function_names : name => {
      Sid      = "ReadItsOwnSecret"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = local.has_store ? aws_secretsmanager_secret.function[name].arn : null
    }
  }

  network_rights = {
    Sid      = "LambdaJoinsTheNetwork"
    Effect   = "Allow"
    Action   = local.network_actions
    Resource = "*"
  }

  no_network_for_code = {
    for name in local.function_names : name => {
      Sid       = "ButNotTheCode"
      Effect    = "Deny"
      Action    = local.network_actions
      Resource  = "*"
      Condition = { ArnEquals = { "lambda:SourceFunctionArn" = [format(local.arn, "lambda", "function:${local.resource_names[name]}")] } }
    }
  }

  no_change_of_the_audit_log = {
    Sid      = "NobodyChangesTheAuditLog"
    Effect   = "Deny"
    Action   = ["logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:DeleteRetentionPolicy", "logs:PutRetentionPolicy"]
    Resource = local.has_store ? [for suffix in ["", ":*"] : "${aws_cloudwatch_log_group.function["iam_api"].arn}${suffix}"] : []
  }

  session_rights = {
    Sid      = "SealSessions"
    Effect   = "Allow"
    Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
    Resource = one(aws_kms_key.session[*].arn)
  }

  signing_rights = {
    Sid      = "SignTokens"
    Effect   = "Allow"
    Action   = ["kms:Sign", "kms:GetPublicKey"]
    Resource = [for key in local.signing_keys : aws_kms_key.signing[key].arn]
  }
}

resource "aws_iam_role" "function" {
  for_each = local.functions

  name        = "${local.resource_names[each.key]}-${data.aws_region.current.region}"
  description = "${local.resource_names[each.key]}: ${each.value.description}"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions

  name   = "what-it-needs"
  role   = aws_iam_role.function[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}
