# The API, the backend behind it and its addresses.

variable "name" {
  description = "Name of the API, and the start of every other name; different for each gateway of an account and region."
  type        = string
  default     = "okta-gateway"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 32 lower-case letters, digits and hyphens, starting with a letter."
  }
}

variable "stage_name" {
  description = "Stage of the API; the first segment of its URL unless a custom domain hides it."
  type        = string
  default     = "prod"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_]{1,128}$", var.stage_name))
    error_message = "stage_name must be letters, digits and underscores."
  }
}

variable "backend_url" {
  description = "Where verified requests go, such as https://registry.example.com; empty answers them with an echo."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.backend_url == "" || can(regex("^https?://[^/?#\"\\s{}]+(/[^?#\"\\s{}]*[^/?#\"\\s{}])?$", var.backend_url))
    error_message = "backend_url must be an http or https address without a slash at its end."
  }
}

variable "backend_protection" {
  description = "How the backend tells the gateway from anybody else: `client_certificate` (mutual TLS), `vpc_link` (private network), `shared_secret` (header X-Gateway-Secret), or `none`, which has to be typed."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = contains(["", "client_certificate", "vpc_link", "shared_secret", "none"], var.backend_protection)
    error_message = "backend_protection must be client_certificate, vpc_link, shared_secret or none."
  }

  validation {
    condition     = var.backend_url == "" || var.backend_protection != ""
    error_message = "backend_protection is missing: whoever reaches backend_url directly can claim to be any user. Choose client_certificate, vpc_link or shared_secret, or write none."
  }

  validation {
    condition     = var.backend_protection != "client_certificate" || startswith(var.backend_url, "https://")
    error_message = "backend_protection = client_certificate needs a backend_url that begins with https://."
  }
}

variable "backend_vpc_link_id" {
  description = "Id of the VPC link to the backend's network load balancer, for backend_protection = vpc_link."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (var.backend_protection == "vpc_link") == (var.backend_vpc_link_id != "")
    error_message = "backend_vpc_link_id belongs to backend_protection = vpc_link: set both or neither."
  }
}

variable "backend_shared_secret" {
  description = "Value of the header X-Gateway-Secret, for backend_protection = shared_secret."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true

  validation {
    condition     = (var.backend_protection == "shared_secret") == (nonsensitive(var.backend_shared_secret) != "")
    error_message = "backend_shared_secret belongs to backend_protection = shared_secret: set both or neither."
  }

  validation {
    condition     = nonsensitive(var.backend_shared_secret) == "" || can(regex("^[A-Za-z0-9_-]{32,256}$", var.backend_shared_secret))
    error_message = "backend_shared_secret must be 32 to 256 letters, digits, hyphens and underscores, such as `openssl rand -hex 32` prints."
  }
}

variable "forward_authorization" {
  description = "Whether the backend gets the client's Authorization header; otherwise it gets a hyphen."
  type        = bool
  default     = false
  nullable    = false
}

variable "forward_cookies" {
  description = "Whether the backend gets the client's Cookie header; otherwise it gets a hyphen."
  type        = bool
  default     = false
  nullable    = false
}

variable "authorizer_result_ttl" {
  description = "Seconds for which API Gateway reuses the authorizer's answer for a token; 0 asks every time."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.authorizer_result_ttl >= 0 && var.authorizer_result_ttl <= 3600 && floor(var.authorizer_result_ttl) == var.authorizer_result_ttl
    error_message = "authorizer_result_ttl must be a whole number of seconds from 0 to 3600."
  }
}

variable "throttling" {
  description = "Requests a second, and burst, for each route of the API."
  type        = object({ rate = number, burst = number })
  default     = { rate = 1000, burst = 2000 }
  nullable    = false

  validation {
    condition     = var.throttling.rate > 0 && var.throttling.burst > 0
    error_message = "throttling: rate and burst must be above 0, or nobody gets in."
  }
}

variable "sign_in_throttling" {
  description = "Requests a second, and burst, for each method of /oauth2/*, which anybody may call."
  type        = object({ rate = number, burst = number })
  default     = { rate = 20, burst = 40 }
  nullable    = false

  validation {
    condition     = var.sign_in_throttling.rate > 0 && var.sign_in_throttling.rate <= var.throttling.rate
    error_message = "sign_in_throttling: rate must be above 0 and at most that of throttling."
  }

  validation {
    condition     = var.sign_in_throttling.burst > 0 && var.sign_in_throttling.burst <= var.throttling.burst
    error_message = "sign_in_throttling: burst must be above 0 and at most that of throttling."
  }
}

variable "domain_name" {
  description = "Host of the API, such as api.example.com; then the execute-api address is switched off. Empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.domain_name == "" || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain_name))
    error_message = "domain_name must be a host in lower case, such as api.example.com."
  }
}

variable "certificate_arn" {
  description = "ACM certificate for domain_name, in this region."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (var.domain_name == "") == (var.certificate_arn == "")
    error_message = "domain_name and certificate_arn belong together: set both or neither."
  }
}

variable "sign_in_domain_name" {
  description = "A host of its own for /oauth2/*, such as login.example.com, so that pages of the backend cannot use people's sessions. Empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.sign_in_domain_name == "" || can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.sign_in_domain_name))
    error_message = "sign_in_domain_name must be a host in lower case, such as login.example.com."
  }

  validation {
    condition     = var.sign_in_domain_name == "" || (var.domain_name != "" && var.sign_in_domain_name != var.domain_name)
    error_message = "sign_in_domain_name must be another host than domain_name, which has to be set too."
  }
}

variable "sign_in_certificate_arn" {
  description = "ACM certificate for sign_in_domain_name, in this region."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (var.sign_in_domain_name == "") == (var.sign_in_certificate_arn == "")
    error_message = "sign_in_domain_name and sign_in_certificate_arn belong together: set both or neither."
  }
}

variable "gateway_url" {
  description = "Public URL of the gateway where that is neither a domain of this module nor the execute-api address."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.gateway_url == "" || can(regex("^https://[^/?#\\s]+(/[^?#\\s]*[^/?#\\s])?$", var.gateway_url))
    error_message = "gateway_url must be an https address without a slash at its end."
  }

  validation {
    condition     = var.gateway_url == "" || var.domain_name == ""
    error_message = "gateway_url and domain_name exclude each other: with domain_name the URL is known."
  }
}
