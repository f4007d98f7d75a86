# okta_enabled = false, which is the default: nothing at all.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "nothing_is_created" {
  command = plan

  assert {
    condition     = length(aws_api_gateway_rest_api.this) + length(aws_lambda_function.this) + length(aws_lambda_layer_version.this) == 0
    error_message = "An API, a function or a layer is created although okta_enabled is false."
  }

  assert {
    condition     = length(aws_vpc.this) + length(aws_docdb_cluster.this) + length(aws_eip.nat) + length(aws_security_group.functions) == 0
    error_message = "A network or a database is created although okta_enabled is false."
  }

  assert {
    condition     = length(aws_secretsmanager_secret.function) + length(aws_secretsmanager_secret.database) + length(aws_kms_key.session) + length(aws_kms_key.signing) == 0
    error_message = "A secret or a key is created although okta_enabled is false."
  }

  assert {
    condition     = length(aws_iam_role.function) + length(aws_cloudwatch_log_group.function) + length(aws_cloudwatch_metric_alarm.this) + length(aws_cloudwatch_dashboard.this) == 0
    error_message = "A role, a log group, an alarm or a dashboard is created although okta_enabled is false."
  }

  assert {
    condition     = output.api_url == null && output.sign_in_url == null && output.rest_api_id == null
    error_message = "There are addresses although there is no API."
  }
}

# Entra may be on beside it: then this module is simply off.
run "another_provider_may_be_on" {
  command = plan

  variables {
    entra_enabled = true
  }
}
