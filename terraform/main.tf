# Okta in front of an HTTP API. From here, top to bottom:
#
#   main.tf           what is created, and the settings of the three functions
#   api.tf            the APIs, their routes (openapi.yaml.tftpl), stages and throttling
#   domains.tf        hosts and certificates
#   functions.tf      packages, functions, aliases, who may invoke them
#   roles.tf          what each function may do, and nothing else
#   secrets.tf        one secret for each function
#   keys.tf           KMS keys for sessions and for tokens of the gateway
#   documentdb.tf     the database
#   network.tf        VPC, NAT and security groups
#   logs.tf           log groups, the audit log, access logs
#   observability.tf  alarms and dashboard

data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  enabled   = var.okta_enabled
  has_store = local.enabled && var.documentdb_mode != "none"

  # Okta lets nobody verify access tokens of its org server: there, people call with tokens that the gateway issues.
  org_mode       = var.okta_auth_server_id == ""
  issues_tokens  = local.has_store && (local.org_mode || var.gateway_tokens)
  sign_in_domain = var.sign_in_domain_name != "" && local.has_store ? var.sign_in_domain_name : var.domain_name
  gateway_url    = local.sign_in_domain != "" ? "https://${local.sign_in_domain}" : var.gateway_url

  # Without a database there is no sign-in and no IAM API.
  function_names = local.has_store ? ["token_authorizer", "oauth_callback", "iam_api"] : local.enabled ? ["token_authorizer"] : []
  functions      = { for name in local.function_names : name => local.every_function[name] }

  every_function = {
    token_authorizer = {
      description = "Verifies the caller's token and returns the IAM policy that its groups open."
      memory      = var.memory.token_authorizer
      # Above the sum of one key fetch (3 s) and one database lookup (3 s at most), far below the gateway's own limit.
      timeout = 10
      layers  = ["dependencies", "okta_gateway", "policies"]
    }
    oauth_callback = {
      description = "Signs people in at Okta, keeps their sessions, and publishes the keys of this gateway's own tokens."
      memory      = var.memory.oauth_callback
      # Above the sum of one exchange at Okta (8 s), one key fetch (3 s) and the database (2 s selection, twice), below the
      # 29 s after which API Gateway gives up.
      timeout = 25
      layers  = ["dependencies", "web_dependencies", "okta_gateway", "policies"]
    }
    iam_api = {
      description = "Users, groups and machine clients, in Okta and in the document store."
      memory      = var.memory.iam_api
      # API Gateway gives up after 29 s; the function keeps its own budget below this.
      timeout = 28
      layers  = ["dependencies", "web_dependencies", "iam_dependencies", "okta_gateway", "policies"]
    }
  }

  # What every function is told.
  settings_of_all = {
    AUTH_PROVIDER          = "okta"
    OKTA_DOMAIN            = var.okta_domain
    DOCUMENTDB_DATABASE    = var.documentdb_database
    DOCUMENTDB_TLS_CA_FILE = var.documentdb_tls_ca_file
    SCOPES_SOURCE          = var.scopes_source
    SCOPES_FILE            = var.scopes_file
    GATEWAY_URL            = local.gateway_url
    LOG_LEVEL              = var.log_level

    POWERTOOLS_METRICS_NAMESPACE = var.powertools_metrics_namespace
  }

  # What each function is told besides.
  settings_of = {
    token_authorizer = {
      OKTA_AUTH_SERVER_ID     = var.okta_auth_server_id
      OKTA_AUDIENCE           = var.okta_audience
      OKTA_ALLOWED_CLIENT_IDS = join(",", var.okta_allowed_client_ids)
      OKTA_ISSUERS            = join(",", var.okta_issuers)
      WARM_ENRICHMENT         = tostring(var.warm_enrichment)
      POLICY_MAX_BYTES        = tostring(var.policy_max_bytes)
      ALLOW_ENCODED_SLASH     = tostring(var.allow_encoded_slash)
      GATEWAY_TOKENS          = tostring(var.gateway_tokens)
      GATEWAY_PUBLIC_KEYS     = var.gateway_public_keys
    }
    oauth_callback = {
      OKTA_AUTH_SERVER_ID     = var.okta_auth_server_id
      OKTA_AUDIENCE           = var.okta_audience
      OKTA_CLIENT_ID          = var.okta_client_id
      OKTA_SCOPES             = var.okta_scopes
      OKTA_ISSUERS            = join(",", var.okta_issuers)
      GATEWAY_SIGNING_KEYS    = join(",", [for key in local.signing_keys : aws_kms_key.signing[key].arn])
      SESSION_KEY             = one(aws_kms_key.session[*].arn)
      SESSION_IDLE_SECONDS    = tostring(var.session_idle_seconds)
      SESSION_MAX_SECONDS     = tostring(var.session_max_seconds)
      LOGIN_REDIRECTS         = join(",", var.login_redirects)
      ALLOWED_ORIGINS         = join(",", var.allowed_origins)
      POWERTOOLS_SERVICE_NAME = "oauth-callback"
    }
    iam_api = {
      OKTA_API_CLIENT_ID      = var.okta_api_client_id
      ADMIN_SCOPE             = var.admin_scope
      AUTHORIZER_RESULT_TTL   = tostring(var.authorizer_result_ttl)
      IAM_DOCS_PUBLIC         = tostring(var.iam_docs_public)
      POWERTOOLS_SERVICE_NAME = "iam-api"
    }
  }
}
