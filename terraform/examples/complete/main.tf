# For production: hosts of its own, two zones, alarms, access logs, and a backend that asks for a certificate.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  # The secrets are in the state: keep it encrypted, and where few may read it.
  backend "s3" {
    bucket       = "example-terraform-state"
    key          = "okta-gateway/terraform.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    kms_key_id   = "alias/terraform-state"
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "okta_client_secret" {
  description = "Secret of the web application."
  type        = string
  sensitive   = true
}

variable "okta_api_private_key" {
  description = "Private key of the service app that the IAM API uses at Okta."
  type        = string
  sensitive   = true
}

module "okta_gateway" {
  source = "../.."

  name = "ai-registry"
  tags = { team = "platform", service = "ai-registry" }

  okta_enabled            = true
  okta_domain             = "login.example.com"
  okta_client_id          = "0oa1234567890abcdef"
  okta_client_secret      = var.okta_client_secret
  okta_api_client_id      = "0oa5432109876fedcba"
  okta_api_private_key    = var.okta_api_private_key
  okta_auth_server_id     = "aus1234567890abcdef"
  okta_audience           = "api://ai-registry"
  okta_allowed_client_ids = ["0oa1234567890abcdef", "0oa0987654321fedcba"]

  backend_url        = "https://registry.internal.example.com"
  backend_protection = "client_certificate"

  domain_name             = "api.example.com"
  certificate_arn         = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  sign_in_domain_name     = "signin.example.com"
  sign_in_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/66666666-7777-8888-9999-000000000000"
  allowed_origins         = ["https://app.example.com"]
  login_redirects         = ["https://app.example.com/"]

  documentdb_mode           = "create"
  documentdb_instances      = 2
  documentdb_instance_class = "db.r6g.large"
  documentdb_backup_days    = 35
  documentdb_function_users = true # after the first apply, and the commands of documentdb_user_commands
  scopes_source             = "documentdb"
  egress                    = "nat"
  nat_per_zone              = true
  vpc_cidr                  = "10.90.0.0/22"

  throttling         = { rate = 2000, burst = 4000 }
  sign_in_throttling = { rate = 50, burst = 100 }

  memory              = { token_authorizer = 1024 }
  warm_enrichment     = true
  log_retention_days  = 365
  access_logs_enabled = true

  # Once for each account and region; leave it out where another stack does it.
  manage_account_logging = true

  alarm_actions = [aws_sns_topic.operators.arn]
}

# Alarms cannot write to a topic that is encrypted with the key of AWS (alias/aws/sns): take one of your own, or none.
resource "aws_sns_topic" "operators" {
  name = "ai-registry-alarms"
}

output "api_url" {
  description = "Address of the API."
  value       = module.okta_gateway.api_url
}

output "okta_redirect_uris" {
  description = "What to enter at the Okta web application."
  value       = module.okta_gateway.okta_redirect_uris
}

output "nat_addresses" {
  description = "For an Okta network zone."
  value       = module.okta_gateway.nat_addresses
}

output "domain_targets" {
  description = "Where DNS has to point."
  value       = module.okta_gateway.domain_targets
}

output "documentdb_user_commands" {
  description = "For mongosh, once."
  value       = module.okta_gateway.documentdb_user_commands
  sensitive   = true
}
