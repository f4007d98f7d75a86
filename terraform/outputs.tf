locals {
  stage_url = local.enabled ? aws_api_gateway_stage.this["gateway"].invoke_url : null
  api_url   = !local.enabled ? null : var.domain_name != "" ? "https://${var.domain_name}" : var.gateway_url != "" ? var.gateway_url : local.stage_url
  login_url = !local.has_store ? null : local.gateway_url != "" ? local.gateway_url : local.stage_url
}

output "api_url" {
  description = "Address of the API."
  value       = local.api_url
}

output "sign_in_url" {
  description = "Where people sign in, and what to open first."
  value       = local.has_store ? "${local.login_url}/oauth2/" : null
}

output "okta_redirect_uris" {
  description = "What to enter at the Okta web application: sign-in redirect URI and sign-out redirect URI."
  value = local.has_store ? {
    sign_in  = "${local.login_url}/oauth2/callback/okta"
    sign_out = "${local.login_url}/oauth2/"
  } : null
}

output "nat_addresses" {
  description = "Public addresses from which the functions call Okta: name them in an Okta network zone."
  value       = aws_eip.nat[*].public_ip
}

output "domain_targets" {
  description = "DNS: where each host has to point (alias or CNAME)."
  value       = { for domain in aws_api_gateway_domain_name.this : domain.domain_name => domain.regional_domain_name }
}

output "client_certificate_pem" {
  description = "What the backend has to trust, with backend_protection = client_certificate."
  value       = one(aws_api_gateway_client_certificate.backend[*].pem_encoded_certificate)
}

output "rest_api_id" {
  description = "Id of the API, to flush the authorizer's cache: aws apigateway flush-stage-authorizers-cache."
  value       = local.enabled ? aws_api_gateway_rest_api.this["gateway"].id : null
}

output "stage_name" {
  description = "Stage of the API."
  value       = local.enabled ? var.stage_name : null
}

output "stage_arn" {
  description = "ARN of the stage, to associate a web ACL with (aws_wafv2_web_acl_association)."
  value       = local.enabled ? aws_api_gateway_stage.this["gateway"].arn : null
}

output "function_arns" {
  description = "The functions, by name."
  value       = { for name, function in aws_lambda_function.this : name => function.arn }
}

output "function_log_groups" {
  description = "Where each function writes; that of iam_api is the audit log."
  value       = { for name, group in aws_cloudwatch_log_group.function : name => group.name }
}

output "functions_security_group_id" {
  description = "Security group of the functions, for an existing database to let in."
  value       = one(aws_security_group.functions[*].id)
}

output "documentdb_endpoint" {
  description = "Address of the created cluster."
  value       = one(aws_docdb_cluster.this[*].endpoint)
}

output "documentdb_admin_secret_arn" {
  description = "Secret with the passwords of the created cluster's administrator and of the functions' users."
  value       = one(aws_secretsmanager_secret.database[*].arn)
}

output "documentdb_user_commands" {
  description = "Commands for mongosh, as the administrator, that give each function a database user of its own; then set documentdb_function_users."
  sensitive   = true
  value = local.create_database ? join("\n", [
    for name in local.function_names : format(
      "db.getSiblingDB(\"admin\").createUser({ user: \"%s\", pwd: \"%s\", roles: [{ role: \"%s\", db: \"%s\" }] })",
      name, local.database_passwords[name], name == "token_authorizer" ? "read" : "readWrite", var.documentdb_database,
    )
  ]) : null
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}
