# One secret for each function, with that function's secret settings by name. What is not set is not in it.
# Their values are in Terraform's state: keep the state encrypted, and let nobody read it who may not read them.

locals {
  secret_settings = {
    token_authorizer = {
      DOCUMENTDB_URI = local.documentdb_uris["token_authorizer"]
    }
    oauth_callback = {
      DOCUMENTDB_URI     = local.documentdb_uris["oauth_callback"]
      OKTA_CLIENT_SECRET = var.okta_client_secret
    }
    iam_api = {
      DOCUMENTDB_URI       = local.documentdb_uris["iam_api"]
      OKTA_API_TOKEN       = var.okta_api_token
      OKTA_API_PRIVATE_KEY = var.okta_api_private_key
    }
  }
}

resource "aws_secretsmanager_secret" "function" {
  for_each = local.has_store ? local.functions : {}

  # A name of a deleted secret stays taken for its recovery window: the suffix lets a new apply go on.
  name_prefix = "${local.resource_names[each.key]}-"
  description = "Secret settings of ${local.resource_names[each.key]}."
  tags        = var.tags
}

resource "aws_secretsmanager_secret_version" "function" {
  for_each = local.has_store ? local.functions : {}

  secret_id     = aws_secretsmanager_secret.function[each.key].id
  secret_string = jsonencode({ for name, value in local.secret_settings[each.key] : name => value if value != "" })
}
