locals {
  domains = {
    for api, settings in local.apis : api => {
      name        = settings.domain_name
      certificate = api == "gateway" ? var.certificate_arn : var.sign_in_certificate_arn
    } if settings.domain_name != ""
  }
}

resource "aws_api_gateway_domain_name" "this" {
  for_each = local.domains

  domain_name              = each.value.name
  regional_certificate_arn = each.value.certificate
  security_policy          = "TLS_1_2"
  tags                     = var.tags

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  for_each = local.domains

  api_id      = aws_api_gateway_rest_api.this[each.key].id
  stage_name  = aws_api_gateway_stage.this[each.key].stage_name
  domain_name = aws_api_gateway_domain_name.this[each.key].domain_name
}
