variable "okta_enabled" {
  description = "Whether to create anything at all."
  type        = bool
}

variable "okta_domain" {
  description = "Host of the Okta org."
  type        = string
}

variable "okta_client_id" {
  description = "Client id of the web application."
  type        = string
}

variable "okta_client_secret" {
  description = "Its secret."
  type        = string
  sensitive   = true
}

variable "okta_m2m_client_id" {
  description = "Client id of a machine client."
  type        = string
  default     = ""
}

variable "okta_m2m_client_secret" {
  description = "Its secret."
  type        = string
  default     = ""
  sensitive   = true
}

variable "okta_api_token" {
  description = "Okta API token, for the IAM API."
  type        = string
  default     = ""
  sensitive   = true
}

variable "okta_auth_server_id" {
  description = "Id of the custom authorization server."
  type        = string
  default     = ""
}

variable "okta_audience" {
  description = "Its audience."
  type        = string
  default     = ""
}

variable "entra_enabled" {
  description = "Has to be false."
  type        = bool
  default     = false
}
