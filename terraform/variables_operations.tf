# How it runs: packages, sizes, logs, alarms.

variable "package_directory" {
  description = "Folder with the packages that `make package` writes; empty for dist/ beside this module."
  type        = string
  default     = ""
  nullable    = false
}

variable "architecture" {
  description = "Processor of the functions: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

variable "memory" {
  description = "Memory of the functions in MB, which also sets their share of a processor."
  type = object({
    token_authorizer = optional(number, 512)
    oauth_callback   = optional(number, 512)
    iam_api          = optional(number, 512)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for size in values(var.memory) : size >= 128 && size <= 10240])
    error_message = "memory: each function has from 128 to 10240 MB."
  }
}

variable "snapstart_enabled" {
  description = "Whether the functions start from a snapshot (SnapStart): faster cold starts, at a price, and each apply takes minutes longer."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_level" {
  description = "Least severe log line to write."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "log_retention_days" {
  description = "Days for which log lines are kept; those of the IAM API are the audit log."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch knows, such as 7, 30, 90 or 365."
  }
}

variable "access_logs_enabled" {
  description = "Whether API Gateway writes a line for each request. It needs a role that the account has once for all APIs: see manage_account_logging."
  type        = bool
  default     = false
  nullable    = false
}

variable "manage_account_logging" {
  description = "Whether to create that role and set it for the whole account and region; false where somebody has done so."
  type        = bool
  default     = false
  nullable    = false
}

variable "powertools_metrics_namespace" {
  description = "CloudWatch namespace of the metrics."
  type        = string
  default     = "okta-gateway"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#:-]{1,255}$", var.powertools_metrics_namespace)) && !startswith(var.powertools_metrics_namespace, "AWS/")
    error_message = "powertools_metrics_namespace must be a name such as okta-gateway, and not begin with AWS/."
  }
}

variable "alarm_actions" {
  description = "ARNs that alarms tell, such as an SNS topic; empty shows them in CloudWatch only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.alarm_actions : startswith(arn, "arn:")])
    error_message = "Each of alarm_actions must be an ARN."
  }
}

variable "refusals_alarm" {
  description = "Refused tokens in five minutes that raise an alarm."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.refusals_alarm >= 1
    error_message = "refusals_alarm must be at least 1."
  }
}

variable "tags" {
  description = "Tags of everything that can have them."
  type        = map(string)
  default     = {}
  nullable    = false
}
