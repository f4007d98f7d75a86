# The other shapes that the module can take.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  okta_enabled        = true
  okta_domain         = "dev-123456.okta.com"
  okta_client_id      = "0oa1234567890abcdef"
  okta_client_secret  = "web-secret"
  okta_auth_server_id = "aus1234567890abcdef"
  okta_audience       = "api://ai-registry"
}

run "without_a_database" {
  variables {
    documentdb_mode    = "none"
    okta_client_id     = ""
    okta_client_secret = ""
  }

  assert {
    condition     = keys(aws_lambda_function.this) == ["token_authorizer"] && length(aws_lambda_function.this["token_authorizer"].vpc_config) == 0
    error_message = "Only the authorizer, and outside of the VPC."
  }

  assert {
    condition     = length(aws_vpc.this) + length(aws_secretsmanager_secret.function) + length(aws_kms_key.session) == 0
    error_message = "No network, no secret, no key."
  }

  assert {
    condition     = keys(jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths) == ["/", "/{proxy+}"]
    error_message = "No routes of functions that are not there."
  }

  assert {
    condition     = output.sign_in_url == null && output.api_url != null
    error_message = "There is an API and no sign-in."
  }
}

run "the_org_server" {
  variables {
    okta_auth_server_id  = ""
    okta_audience        = ""
    gateway_signing_keys = ["2", "1"]
  }

  assert {
    condition     = toset(keys(aws_kms_key.signing)) == toset(["1", "2"]) && alltrue([for key in aws_kms_key.signing : key.customer_master_key_spec == "RSA_2048" && key.key_usage == "SIGN_VERIFY"])
    error_message = "The gateway signs tokens with RSA keys."
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.function["oauth_callback"].policy, "kms:Sign") && !strcontains(aws_iam_role_policy.function["token_authorizer"].policy, "kms:")
    error_message = "Sign-in may sign, the authorizer may not."
  }

  assert {
    condition     = length(split(",", aws_lambda_function.this["oauth_callback"].environment[0].variables["GATEWAY_SIGNING_KEYS"])) == 2
    error_message = "Both keys are published."
  }
}

run "an_existing_database" {
  variables {
    documentdb_mode              = "existing"
    documentdb_uri               = "mongodb://all:pw@db.example.com:27017/?tls=true"
    documentdb_uris              = { token_authorizer = "mongodb://reader:pw@db.example.com:27017/?tls=true" }
    documentdb_security_group_id = "sg-0123456789abcdef0"
    egress                       = "existing"
    vpc_id                       = "vpc-0123456789abcdef0"
    private_subnet_ids           = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  }

  assert {
    condition     = length(aws_docdb_cluster.this) + length(aws_vpc.this) + length(aws_eip.nat) + length(aws_secretsmanager_secret.database) == 0
    error_message = "Neither database nor network is created."
  }

  assert {
    condition     = jsondecode(aws_secretsmanager_secret_version.function["token_authorizer"].secret_string)["DOCUMENTDB_URI"] == "mongodb://reader:pw@db.example.com:27017/?tls=true" && jsondecode(aws_secretsmanager_secret_version.function["iam_api"].secret_string)["DOCUMENTDB_URI"] == "mongodb://all:pw@db.example.com:27017/?tls=true"
    error_message = "Each function gets its own address, else the common one."
  }

  assert {
    condition     = aws_lambda_function.this["iam_api"].vpc_config[0].subnet_ids == toset(["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"])
    error_message = "The functions are in the given subnets."
  }
}

run "a_backend_with_a_shared_secret" {
  variables {
    backend_url           = "https://registry.example.com/v0"
    backend_protection    = "shared_secret"
    backend_shared_secret = "0123456789abcdef0123456789abcdef"
    forward_cookies       = true
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths["/{proxy+}"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"].uri == "https://registry.example.com/v0/{proxy}"
    error_message = "Requests go to the backend."
  }

  assert {
    condition = jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths["/"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"].requestParameters == {
      "integration.request.header.X-User"           = "context.authorizer.sub"
      "integration.request.header.X-Username"       = "context.authorizer.username"
      "integration.request.header.X-Client-Id"      = "context.authorizer.client_id"
      "integration.request.header.X-Groups"         = "context.authorizer.groups"
      "integration.request.header.X-Scopes"         = "context.authorizer.scopes"
      "integration.request.header.X-Auth-Method"    = "context.authorizer.auth_method"
      "integration.request.header.Authorization"    = "'-'"
      "integration.request.header.X-Gateway-Secret" = "'0123456789abcdef0123456789abcdef'"
    }
    error_message = "The backend gets identity and secret; the token is dropped and cookies come through."
  }
}

run "a_backend_behind_a_vpc_link" {
  variables {
    backend_url         = "http://internal.example.com"
    backend_protection  = "vpc_link"
    backend_vpc_link_id = "a1b2c3"
  }

  assert {
    condition     = jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths["/"]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"].connectionId == "a1b2c3"
    error_message = "Requests go through the VPC link."
  }
}

run "a_backend_that_asks_for_a_certificate" {
  variables {
    backend_url        = "https://registry.example.com"
    backend_protection = "client_certificate"
  }

  assert {
    condition     = length(aws_api_gateway_client_certificate.backend) == 1
    error_message = "There is a certificate to show."
  }
}

run "hosts_of_its_own" {
  variables {
    domain_name             = "api.example.com"
    certificate_arn         = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
    sign_in_domain_name     = "login.example.com"
    sign_in_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/2"
    access_logs_enabled     = true
    manage_account_logging  = true
    snapstart_enabled       = true
  }

  assert {
    condition     = alltrue([for api in aws_api_gateway_rest_api.this : api.disable_execute_api_endpoint])
    error_message = "With hosts the execute-api addresses are off."
  }

  assert {
    condition     = !anytrue([for path in keys(jsondecode(aws_api_gateway_rest_api.this["gateway"].body).paths) : startswith(path, "/oauth2")]) && toset(keys(jsondecode(aws_api_gateway_rest_api.this["sign_in"].body).paths)) == toset(["/oauth2", "/oauth2/{proxy+}", "/.well-known/jwks.json"])
    error_message = "Sign-in is at its own host and nothing else is."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.environment[0].variables["GATEWAY_URL"] == "https://login.example.com"])
    error_message = "The functions know where sign-in is."
  }

  assert {
    condition     = output.api_url == "https://api.example.com" && output.sign_in_url == "https://login.example.com/oauth2/"
    error_message = "The outputs name the hosts."
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.access) == 2 && alltrue([for stage in aws_api_gateway_stage.this : length(stage.access_log_settings) == 1])
    error_message = "Both APIs have access logs."
  }
}
