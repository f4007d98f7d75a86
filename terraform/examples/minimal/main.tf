# The setup guide's terraform.tfvars, with okta_audience: everything is created, and an echo stands in for your API.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

module "okta_gateway" {
  source = "../.."

  okta_enabled           = var.okta_enabled
  okta_domain            = var.okta_domain
  okta_client_id         = var.okta_client_id
  okta_client_secret     = var.okta_client_secret
  okta_m2m_client_id     = var.okta_m2m_client_id
  okta_m2m_client_secret = var.okta_m2m_client_secret
  okta_api_token         = var.okta_api_token
  okta_auth_server_id    = var.okta_auth_server_id
  okta_audience          = var.okta_audience
  entra_enabled          = var.entra_enabled
}

output "api_url" {
  description = "Address of the API."
  value       = module.okta_gateway.api_url
}

output "sign_in_url" {
  description = "Where people sign in."
  value       = module.okta_gateway.sign_in_url
}

output "rest_api_id" {
  description = "Id of the API, to flush the authorizer's cache."
  value       = module.okta_gateway.rest_api_id
}

output "stage_name" {
  description = "Stage of the API."
  value       = module.okta_gateway.stage_name
}

output "function_log_groups" {
  description = "Where each function writes."
  value       = module.okta_gateway.function_log_groups
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = module.okta_gateway.dashboard_name
}

output "okta_redirect_uris" {
  description = "What to enter at the Okta web application."
  value       = module.okta_gateway.okta_redirect_uris
}
