# Alarms on what people would notice, and not on Lambda's Errors: each refused token raises there (a 401).
# The names of the gateway's own metrics are those of its log lines (docs/runbook.md has a section for each alarm).

locals {
  api_dimensions = { ApiName = var.name, Stage = var.stage_name }

  alarms = local.enabled ? merge(local.gateway_alarms, local.throttle_alarms) : {}

  gateway_alarms = {
    gateway-5xx = {
      description = "The API answers with 5xx: the backend, or something that could not be checked."
      namespace   = "AWS/ApiGateway"
      metric      = "5XXError"
      dimensions  = local.api_dimensions
      statistic   = "Sum"
      threshold   = 5
    }
    refusals = {
      description = "More refused tokens than usual: an attack, or a key, an audience or a clock that does not fit."
      namespace   = var.powertools_metrics_namespace
      metric      = "Decisions"
      dimensions  = { service = "token-authorizer", outcome = "refused" }
      statistic   = "Sum"
      threshold   = var.refusals_alarm
    }
    keys-unavailable = {
      description = "Tokens cannot be checked: Okta's signing keys are not to be had."
      namespace   = var.powertools_metrics_namespace
      metric      = "Decisions"
      dimensions  = { service = "token-authorizer", code = "keys_unavailable" }
      statistic   = "Sum"
      threshold   = 1
    }
    key-set-age = {
      description = "The signing keys are older than two hours: they cannot be fetched, and serve for six hours at most."
      namespace   = var.powertools_metrics_namespace
      metric      = "KeySetAgeSeconds"
      dimensions  = { service = "token-authorizer" }
      statistic   = "Maximum"
      threshold   = 7200
    }
    store-errors = {
      description = "Groups of machines cannot be looked up: the database does not answer."
      namespace   = var.powertools_metrics_namespace
      metric      = "Decisions"
      dimensions  = { service = "token-authorizer", code = "store_unavailable" }
      statistic   = "Sum"
      threshold   = 1
    }
  }

  throttle_alarms = {
    for name in local.function_names : "${replace(name, "_", "-")}-throttles" => {
      description = "Lambda refuses to run ${local.resource_names[name]}: the account's concurrency is used up."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = { FunctionName = local.resource_names[name] }
      statistic   = "Sum"
      threshold   = 1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}

resource "aws_cloudwatch_dashboard" "this" {
  count = local.enabled ? 1 : 0

  dashboard_name = "${var.name}-${data.aws_region.current.region}"
  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = (index % 2) * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = data.aws_region.current.region
          view    = "timeSeries"
          stacked = widget.stacked
          period  = 300
          stat    = widget.stat
          metrics = widget.metrics
        }
      }
    ]
  })
}

locals {
  own = var.powertools_metrics_namespace

  widgets = [
    {
      title = "Decisions by outcome", stat = "Sum", stacked = true
      metrics = [
        for outcome in ["allowed", "no_rights", "refused", "failed"] :
        [local.own, "Decisions", "service", "token-authorizer", "outcome", outcome]
      ]
    },
    {
      title = "Refusals and failures by code", stat = "Sum", stacked = true
      metrics = [
        [{ expression = "SEARCH('{\"${local.own}\",service,code} MetricName=\"Decisions\"', 'Sum', 300)", id = "codes" }],
      ]
    },
    {
      title = "Time of a decision (ms)", stat = "p95", stacked = false
      metrics = [
        for outcome in ["allowed", "refused", "failed"] :
        [local.own, "DurationMs", "service", "token-authorizer", "outcome", outcome]
      ]
    },
    {
      title = "Signing keys", stat = "Maximum", stacked = false
      metrics = [
        [local.own, "KeySetAgeSeconds", "service", "token-authorizer"],
        [local.own, "KeySetFetches", "service", "token-authorizer", { stat = "Sum", yAxis = "right" }],
      ]
    },
    {
      title = "Groups of machines", stat = "Sum", stacked = true
      metrics = [
        for metric in ["EnrichmentHits", "EnrichmentMisses", "EnrichmentFailures"] :
        [local.own, metric, "service", "token-authorizer"]
      ]
    },
    {
      title = "Sign-in and administration", stat = "Sum", stacked = false
      metrics = [
        [local.own, "Sessions", "service", "oauth-callback"],
        [local.own, "Refreshes", "service", "oauth-callback"],
        [local.own, "IamChanges", "service", "iam-api"],
      ]
    },
    {
      title = "API", stat = "Sum", stacked = false
      metrics = [
        for metric in ["Count", "4XXError", "5XXError"] :
        ["AWS/ApiGateway", metric, "ApiName", var.name, "Stage", var.stage_name]
      ]
    },
    {
      title = "Functions: throttles and concurrency", stat = "Maximum", stacked = false
      metrics = concat(
        [for name in local.function_names : ["AWS/Lambda", "Throttles", "FunctionName", local.resource_names[name], { stat = "Sum" }]],
        [for name in local.function_names : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", local.resource_names[name]]],
      )
    },
  ]
}
