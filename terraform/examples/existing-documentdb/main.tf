# A network and a database that are there already: one database user for each function, and your API behind it.

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

variable "okta_client_secret" {
  description = "Secret of the web application."
  type        = string
  sensitive   = true
}

variable "documentdb_uris" {
  description = "Addresses of the database: token_authorizer, oauth_callback and iam_api, each with its own user."
  type        = map(string)
  sensitive   = true
}

variable "backend_shared_secret" {
  description = "What the backend expects in X-Gateway-Secret."
  type        = string
  sensitive   = true
}

module "okta_gateway" {
  source = "../.."

  okta_enabled        = true
  okta_domain         = "dev-123456.okta.com"
  okta_client_id      = "0oa1234567890abcdef"
  okta_client_secret  = var.okta_client_secret
  okta_auth_server_id = "aus1234567890abcdef"
  okta_audience       = "api://ai-registry"

  backend_url           = "https://registry.example.com"
  backend_protection    = "shared_secret"
  backend_shared_secret = var.backend_shared_secret

  documentdb_mode              = "existing"
  documentdb_uris              = var.documentdb_uris
  documentdb_security_group_id = "sg-0123456789abcdef0"

  egress             = "existing"
  vpc_id             = "vpc-0123456789abcdef0"
  private_subnet_ids = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
}

output "api_url" {
  description = "Address of the API."
  value       = module.okta_gateway.api_url
}
