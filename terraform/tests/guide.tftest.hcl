# The guide's terraform.tfvars with okta_audience: the whole gateway, with a database and a network of its own.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  okta_enabled           = true
  okta_domain            = "dev-123456.okta.com"
  okta_client_id         = "0oa1234567890abcdef"
  okta_client_secret     = "web-secret"
  okta_m2m_client_id     = "0oa0987654321fedcba"
  okta_m2m_client_secret = "machine-secret"
  okta_api_token         = "api-token"
  okta_auth_server_id    = "aus1234567890abcdef"
  okta_audience          = "api://ai-registry"
  entra_enabled          = false
}

run "the_three_functions" {
  assert {
    condition     = toset(keys(aws_lambda_function.this)) == toset(["token_authorizer", "oauth_callback", "iam_api"])
    error_message = "There must be three functions."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.publish && length(function.vpc_config) == 1])
    error_message = "Each function is published and in the VPC."
  }

  assert {
    condition     = length(aws_lambda_function.this["token_authorizer"].layers) == 3
    error_message = "The authorizer gets no more than it imports."
  }

  assert {
    condition     = alltrue([for alias in aws_lambda_alias.live : alias.function_version == "7"])
    error_message = "An alias names the published version."
  }
}

run "secrets" {
  assert {
    condition     = keys(jsondecode(aws_secretsmanager_secret_version.function["token_authorizer"].secret_string)) == ["DOCUMENTDB_URI"]
    error_message = "The authorizer's secret holds the database address and nothing else."
  }

  assert {
    condition     = keys(jsondecode(aws_secretsmanager_secret_version.function["oauth_callback"].secret_string)) == ["DOCUMENTDB_URI", "OKTA_CLIENT_SECRET"]
    error_message = "The secret of sign-in holds the database address and the client secret."
  }

  assert {
    condition     = keys(jsondecode(aws_secretsmanager_secret_version.function["iam_api"].secret_string)) == ["DOCUMENTDB_URI", "OKTA_API_TOKEN"]
    error_message = "The secret of the IAM API holds the database address and the API token, and no private key that is not set."
  }

  assert {
    condition = !anytrue([
      for function in aws_lambda_function.this : strcontains(jsonencode(function.environment), "machine-secret") || strcontains(jsonencode(function.environment), "api-token") || strcontains(jsonencode(function.environment), "web-secret")
    ])
    error_message = "A secret is in a function's environment."
  }

  assert {
    condition     = alltrue([for version in aws_secretsmanager_secret_version.function : !strcontains(version.secret_string, "machine-secret")])
    error_message = "The machine client's secret reaches no function."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.environment[0].variables["SECRETS_VERSION"] == "00000000-1111-2222-3333-444444444444"])
    error_message = "A changed secret must make new sandboxes."
  }
}

run "a_new_value_of_a_secret_is_applied" {
  variables {
    okta_client_secret = "another-web-secret"
  }

  assert {
    condition     = jsondecode(aws_secretsmanager_secret_version.function["oauth_callback"].secret_string)["OKTA_CLIENT_SECRET"] == "another-web-secret"
    error_message = "The new client secret is not applied."
  }
}

run "rights" {
  assert {
    condition     = !strcontains(aws_iam_role_policy.function["token_authorizer"].policy, "kms:") && !strcontains(aws_iam_role_policy.function["iam_api"].policy, "kms:")
    error_message = "Only sign-in may use the KMS keys."
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.function["oauth_callback"].policy, "kms:GenerateDataKey") && !strcontains(aws_iam_role_policy.function["oauth_callback"].policy, "kms:Sign")
    error_message = "Sign-in seals sessions, and signs no token where people call with Okta's."
  }

  assert {
    condition = alltrue(flatten([
      for policy in aws_iam_role_policy.function : [
        for statement in jsondecode(policy.policy).Statement :
        !contains(flatten([statement.Action]), "*") && (statement.Effect == "Deny" || statement.Resource != "*" || statement.Sid == "LambdaJoinsTheNetwork")
      ]
    ]))
    error_message = "A role may do everything, or something everywhere that has a resource."
  }

  assert {
    condition = alltrue([
      for policy in aws_iam_role_policy.function : anytrue([
        for statement in jsondecode(policy.policy).Statement : statement.Effect == "Deny" && contains(statement.Action, "logs:DeleteLogGroup")
      ])
    ])
    error_message = "No function may delete the audit log."
  }

  assert {
    condition     = aws_lambda_permission.api["token_authorizer"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:abc1234567/authorizers/*"
    error_message = "Only this API's authorizers may invoke the authorizer."
  }

  assert {
    condition     = aws_lambda_permission.api["iam_api"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:abc1234567/prod/*/api/iam/*"
    error_message = "Only the IAM routes may invoke the IAM function."
  }

  assert {
    condition     = alltrue([for permission in aws_lambda_permission.api : permission.qualifier == "live" && permission.principal == "apigateway.amazonaws.com"])
    error_message = "API Gateway invokes the alias."
  }
}

run "the_api" {
  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this["gateway"].body).components.securitySchemes.OktaToken["x-amazon-apigateway-authorizer"].authorizerResultTtlInSeconds == 60
    error_message = "API Gateway reuses an answer for 60 s."
  }

  assert {
    condition     = toset(keys(jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths)) == toset(["/", "/{proxy+}", "/api/iam/{proxy+}", "/api/iam/docs", "/api/iam/openapi.json", "/oauth2", "/oauth2/{proxy+}", "/.well-known/jwks.json"])
    error_message = "The API has other routes than expected."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths["/{proxy+}"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"].type == "mock"
    error_message = "Without backend_url the echo answers."
  }

  assert {
    condition     = aws_api_gateway_rest_api.this["gateway"].endpoint_configuration[0].types == tolist(["REGIONAL"]) && !aws_api_gateway_rest_api.this["gateway"].disable_execute_api_endpoint
    error_message = "The API is regional and has its execute-api address."
  }

  assert {
    condition     = aws_api_gateway_deployment.this["gateway"].triggers["redeployment"] == sha256(aws_api_gateway_rest_api.this["gateway"].body)
    error_message = "A change of the document must redeploy."
  }

  assert {
    condition     = length(aws_api_gateway_method_settings.sign_in) == 14 && alltrue([for settings in aws_api_gateway_method_settings.sign_in : settings.settings[0].throttling_rate_limit == 20])
    error_message = "Sign-in has tighter limits, on each method."
  }

  assert {
    condition     = aws_api_gateway_method_settings.all["gateway"].settings[0].logging_level == "OFF" && !aws_api_gateway_method_settings.all["gateway"].settings[0].data_trace_enabled
    error_message = "Execution logs may hold tokens: they stay off."
  }

  assert {
    condition     = output.api_url == "https://abc1234567.execute-api.eu-west-1.amazonaws.com/prod" && output.okta_redirect_uris.sign_in == "https://abc1234567.execute-api.eu-west-1.amazonaws.com/prod/oauth2/callback/okta"
    error_message = "The outputs name the addresses."
  }
}

run "database_and_network" {
  assert {
    condition     = aws_docdb_cluster.this[0].engine_version == "5.0.0" && aws_docdb_cluster.this[0].storage_encrypted && aws_docdb_cluster.this[0].deletion_protection
    error_message = "DocumentDB 5, encrypted, protected from deletion."
  }

  assert {
    condition     = anytrue([for parameter in aws_docdb_cluster_parameter_group.this[0].parameter : parameter.name == "tls" && parameter.value == "enabled"])
    error_message = "The cluster talks TLS only."
  }

  assert {
    condition     = startswith(jsondecode(aws_secretsmanager_secret_version.function["iam_api"].secret_string)["DOCUMENTDB_URI"], "mongodb://okta_gateway_admin:") && endswith(jsondecode(aws_secretsmanager_secret_version.function["iam_api"].secret_string)["DOCUMENTDB_URI"], "@db.cluster-mock.eu-west-1.docdb.amazonaws.com:27017/?tls=true&replicaSet=rs0&retryWrites=false")
    error_message = "The functions know the cluster's address."
  }

  assert {
    condition     = length(jsondecode(aws_secretsmanager_secret_version.database[0].secret_string).admin) == 64
    error_message = "Passwords are two random UUIDs."
  }

  assert {
    condition     = length(aws_subnet.private) == 2 && length(aws_nat_gateway.this) == 1 && length(output.nat_addresses) == 1
    error_message = "Two private subnets, one NAT gateway, whose address is an output."
  }
}

run "each_function_with_a_database_user_of_its_own" {
  variables {
    documentdb_function_users = true
  }

  assert {
    condition     = alltrue([for name, version in aws_secretsmanager_secret_version.function : startswith(jsondecode(version.secret_string)["DOCUMENTDB_URI"], "mongodb://${name}:${jsondecode(aws_secretsmanager_secret_version.database[0].secret_string)[name]}@")])
    error_message = "Each function has its own user and password."
  }

  assert {
    condition     = strcontains(output.documentdb_user_commands, "user: \"token_authorizer\"") && strcontains(output.documentdb_user_commands, "role: \"read\", db: \"mcp_registry_default\"")
    error_message = "The commands make these users; the authorizer only reads."
  }
}

run "alarms" {
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["gateway-5xx", "refusals", "keys-unavailable", "key-set-age", "store-errors", "token-authorizer-throttles", "oauth-callback-throttles", "iam-api-throttles"])
    error_message = "The alarms are others than the runbook's."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name != "Errors" && alarm.treat_missing_data == "notBreaching"])
    error_message = "Each refused token raises in Lambda: no alarm on its Errors."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 30])
    error_message = "Log lines are kept for 30 days."
  }
}
