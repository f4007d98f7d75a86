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

output "okta_redirect_uris" {
  description = "What to enter at the Okta web application."
  value       = module.okta_gateway.okta_redirect_uris
}
