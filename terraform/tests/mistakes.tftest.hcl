# A wrong terraform.tfvars stops at plan, with the variable's own sentence.

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

run "two_identity_providers" {
  command = plan

  variables {
    entra_enabled = true
  }

  expect_failures = [var.entra_enabled]
}

run "a_domain_with_a_scheme" {
  command = plan

  variables {
    okta_domain = "https://dev-123456.okta.com"
  }

  expect_failures = [var.okta_domain]
}

run "no_domain" {
  command = plan

  variables {
    okta_domain = ""
  }

  expect_failures = [var.okta_domain]
}

run "the_admin_console" {
  command = plan

  variables {
    okta_domain = "dev-123456-admin.okta.com"
  }

  expect_failures = [var.okta_domain]
}

run "no_client_id" {
  command = plan

  variables {
    okta_client_id = ""
  }

  expect_failures = [var.okta_client_id]
}

run "no_client_secret" {
  command = plan

  variables {
    okta_client_secret = ""
  }

  expect_failures = [var.okta_client_secret]
}

run "an_issuer_as_server_id" {
  command = plan

  variables {
    okta_auth_server_id = "https://dev-123456.okta.com/oauth2/aus1234567890abcdef"
  }

  expect_failures = [var.okta_auth_server_id]
}

run "a_custom_server_without_audience" {
  command = plan

  variables {
    okta_audience = " "
  }

  expect_failures = [var.okta_audience]
}

run "the_org_server_without_a_database" {
  command = plan

  variables {
    okta_auth_server_id = ""
    documentdb_mode     = "none"
  }

  expect_failures = [var.okta_auth_server_id]
}

run "half_a_service_app" {
  command = plan

  variables {
    okta_api_client_id = "0oa1234567890abcdef"
  }

  expect_failures = [var.okta_api_client_id]
}

run "another_kind_of_issuer" {
  command = plan

  variables {
    okta_issuers = ["http://login.example.com"]
  }

  expect_failures = [var.okta_issuers]
}

run "scopes_without_openid" {
  command = plan

  variables {
    okta_scopes = "profile email"
  }

  expect_failures = [var.okta_scopes]
}

run "no_signing_key" {
  command = plan

  variables {
    gateway_signing_keys = []
  }

  expect_failures = [var.gateway_signing_keys]
}

run "public_keys_that_are_none" {
  command = plan

  variables {
    gateway_public_keys = "PEM"
  }

  expect_failures = [var.gateway_public_keys]
}

run "an_idle_time_beyond_the_longest" {
  command = plan

  variables {
    session_idle_seconds = 90000
  }

  expect_failures = [var.session_idle_seconds]
}

run "a_session_of_months" {
  command = plan

  variables {
    session_max_seconds = 9000000
  }

  expect_failures = [var.session_max_seconds]
}

run "a_relative_redirect" {
  command = plan

  variables {
    login_redirects = ["/start"]
  }

  expect_failures = [var.login_redirects]
}

run "an_origin_with_a_slash" {
  command = plan

  variables {
    allowed_origins = ["https://app.example.com/"]
  }

  expect_failures = [var.allowed_origins]
}

run "two_admin_scopes" {
  command = plan

  variables {
    admin_scope = "a b"
  }

  expect_failures = [var.admin_scope]
}

run "rules_from_nowhere" {
  command = plan

  variables {
    scopes_source = "s3"
  }

  expect_failures = [var.scopes_source]
}

run "rules_in_no_database" {
  command = plan

  variables {
    scopes_source   = "documentdb"
    documentdb_mode = "none"
  }

  expect_failures = [var.scopes_source]
}

run "a_policy_of_nothing" {
  command = plan

  variables {
    policy_max_bytes = 10
  }

  expect_failures = [var.policy_max_bytes]
}

run "a_name_with_capitals" {
  command = plan

  variables {
    name = "Gateway"
  }

  expect_failures = [var.name]
}

run "a_stage_with_a_slash" {
  command = plan

  variables {
    stage_name = "a/b"
  }

  expect_failures = [var.stage_name]
}

run "a_backend_with_a_slash" {
  command = plan

  variables {
    backend_url        = "https://registry.example.com/"
    backend_protection = "none"
  }

  expect_failures = [var.backend_url]
}

run "a_backend_open_to_everybody" {
  command = plan

  variables {
    backend_url = "https://registry.example.com"
  }

  expect_failures = [var.backend_protection]
}

run "an_unknown_protection" {
  command = plan

  variables {
    backend_protection = "password"
  }

  expect_failures = [var.backend_protection]
}

run "a_certificate_over_plain_http" {
  command = plan

  variables {
    backend_url        = "http://registry.example.com"
    backend_protection = "client_certificate"
  }

  expect_failures = [var.backend_protection]
}

run "a_vpc_link_without_id" {
  command = plan

  variables {
    backend_url        = "http://registry.example.com"
    backend_protection = "vpc_link"
  }

  expect_failures = [var.backend_vpc_link_id]
}

run "a_shared_secret_without_value" {
  command = plan

  variables {
    backend_url        = "https://registry.example.com"
    backend_protection = "shared_secret"
  }

  expect_failures = [var.backend_shared_secret]
}

run "a_short_shared_secret" {
  command = plan

  variables {
    backend_url           = "https://registry.example.com"
    backend_protection    = "shared_secret"
    backend_shared_secret = "short"
  }

  expect_failures = [var.backend_shared_secret]
}

run "an_answer_kept_for_a_day" {
  command = plan

  variables {
    authorizer_result_ttl = 86400
  }

  expect_failures = [var.authorizer_result_ttl]
}

run "nobody_gets_in" {
  command = plan

  variables {
    throttling = { rate = 0, burst = 1 }
  }

  expect_failures = [var.throttling]
}

run "sign_in_faster_than_the_api" {
  command = plan

  variables {
    sign_in_throttling = { rate = 5000, burst = 40 }
  }

  expect_failures = [var.sign_in_throttling]
}

run "a_bigger_burst_at_sign_in" {
  command = plan

  variables {
    sign_in_throttling = { rate = 20, burst = 9000 }
  }

  expect_failures = [var.sign_in_throttling]
}

run "a_host_without_certificate" {
  command = plan

  variables {
    domain_name = "api.example.com"
  }

  expect_failures = [var.certificate_arn]
}

run "a_url_as_host" {
  command = plan

  variables {
    domain_name     = "https://api.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
  }

  expect_failures = [var.domain_name]
}

run "sign_in_alone_at_a_host" {
  command = plan

  variables {
    sign_in_domain_name     = "login.example.com"
    sign_in_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
  }

  expect_failures = [var.sign_in_domain_name]
}

run "a_sign_in_host_without_certificate" {
  command = plan

  variables {
    domain_name         = "api.example.com"
    certificate_arn     = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
    sign_in_domain_name = "login.example.com"
  }

  expect_failures = [var.sign_in_certificate_arn]
}

run "a_gateway_url_with_a_slash" {
  command = plan

  variables {
    gateway_url = "https://api.example.com/"
  }

  expect_failures = [var.gateway_url]
}

run "two_addresses_of_the_gateway" {
  command = plan

  variables {
    gateway_url     = "https://a.example.com"
    domain_name     = "api.example.com"
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1"
  }

  expect_failures = [var.gateway_url]
}

run "an_unknown_database_mode" {
  command = plan

  variables {
    documentdb_mode = "serverless"
  }

  expect_failures = [var.documentdb_mode]
}

run "an_existing_database_without_address" {
  command = plan

  variables {
    documentdb_mode    = "existing"
    egress             = "existing"
    vpc_id             = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }

  expect_failures = [var.documentdb_uri]
}

run "an_address_for_a_created_database" {
  command = plan

  variables {
    documentdb_uri = "mongodb://a:b@c"
  }

  expect_failures = [var.documentdb_uri]
}

run "an_srv_address" {
  command = plan

  variables {
    documentdb_mode    = "existing"
    egress             = "existing"
    vpc_id             = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-1", "subnet-2"]
    documentdb_uri     = "mongodb+srv://a:b@c"
  }

  expect_failures = [var.documentdb_uri]
}

run "an_address_for_no_function" {
  command = plan

  variables {
    documentdb_uris = { authorizer = "mongodb://a:b@c" }
  }

  expect_failures = [var.documentdb_uris]
}

run "a_database_name_with_a_dot" {
  command = plan

  variables {
    documentdb_database = "a.b"
  }

  expect_failures = [var.documentdb_database]
}

run "no_instance" {
  command = plan

  variables {
    documentdb_instances = 0
  }

  expect_failures = [var.documentdb_instances]
}

run "an_instance_class_of_ec2" {
  command = plan

  variables {
    documentdb_instance_class = "t4g.medium"
  }

  expect_failures = [var.documentdb_instance_class]
}

run "no_backups" {
  command = plan

  variables {
    documentdb_backup_days = 0
  }

  expect_failures = [var.documentdb_backup_days]
}

run "no_way_to_okta" {
  command = plan

  variables {
    egress = "none"
  }

  expect_failures = [var.egress]
}

run "a_nat_gateway_in_somebody_elses_network" {
  command = plan

  variables {
    vpc_id             = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-1", "subnet-2"]
  }

  expect_failures = [var.egress]
}

run "an_existing_way_out_of_a_new_network" {
  command = plan

  variables {
    egress = "existing"
  }

  expect_failures = [var.egress]
}

run "an_existing_database_in_a_new_network" {
  command = plan

  variables {
    documentdb_mode = "existing"
    documentdb_uri  = "mongodb://a:b@c"
  }

  expect_failures = [var.vpc_id]
}

run "one_subnet" {
  command = plan

  variables {
    egress             = "existing"
    vpc_id             = "vpc-0123456789abcdef0"
    private_subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.private_subnet_ids]
}

run "a_small_network" {
  command = plan

  variables {
    vpc_cidr = "10.0.0.0/28"
  }

  expect_failures = [var.vpc_cidr]
}

run "an_unknown_processor" {
  command = plan

  variables {
    architecture = "riscv"
  }

  expect_failures = [var.architecture]
}

run "too_little_memory" {
  command = plan

  variables {
    memory = { iam_api = 64 }
  }

  expect_failures = [var.memory]
}

run "an_unknown_log_level" {
  command = plan

  variables {
    log_level = "TRACE"
  }

  expect_failures = [var.log_level]
}

run "an_odd_retention" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "metrics_in_the_place_of_aws" {
  command = plan

  variables {
    powertools_metrics_namespace = "AWS/Lambda"
  }

  expect_failures = [var.powertools_metrics_namespace]
}

run "an_alarm_to_an_address" {
  command = plan

  variables {
    alarm_actions = ["ops@example.com"]
  }

  expect_failures = [var.alarm_actions]
}

run "an_alarm_at_nothing" {
  command = plan

  variables {
    refusals_alarm = 0
  }

  expect_failures = [var.refusals_alarm]
}

# An empty folder: the plan stops at the packages, and says what makes them.
run "no_packages" {
  command = plan

  variables {
    package_directory = "tests/mocks"
  }

  expect_failures = [aws_lambda_layer_version.this]
}
