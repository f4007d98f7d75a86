# Okta: the names of the setup guide, and the settings of the same names in the README.

variable "okta_enabled" {
  description = "Whether to create anything at all."
  type        = bool
  default     = false
  nullable    = false
}

variable "entra_enabled" {
  description = "Only there so that the guide's file works: this module knows Okta alone, so it has to be false."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !(var.entra_enabled && var.okta_enabled)
    error_message = "entra_enabled and okta_enabled are both true: one gateway has one identity provider; set entra_enabled = false."
  }
}

variable "okta_domain" {
  description = "Host of the Okta org, such as dev-123456.okta.com, without https:// and without -admin."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = !var.okta_enabled || can(regex("^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$", var.okta_domain))
    error_message = "okta_domain must be a host such as dev-123456.okta.com, without https:// and without a path."
  }

  validation {
    condition     = !can(regex("-admin\\.okta(preview|-emea)?\\.com$", var.okta_domain))
    error_message = "okta_domain is the address of the Admin Console: leave out -admin."
  }
}

variable "okta_client_id" {
  description = "Client id of the web application that people sign in with."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = !var.okta_enabled || var.documentdb_mode == "none" || var.okta_client_id != ""
    error_message = "okta_client_id is missing: the client id of the Okta web application that people sign in with."
  }
}

variable "okta_client_secret" {
  description = "Client secret of that web application; only the sign-in function can read it."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true

  validation {
    condition     = !var.okta_enabled || var.documentdb_mode == "none" || var.okta_client_secret != ""
    error_message = "okta_client_secret is missing: the client secret of the Okta web application that people sign in with."
  }
}

variable "okta_m2m_client_id" {
  description = "Client id of a machine client, for the commands `token` and `doctor` on a laptop; no function gets it."
  type        = string
  default     = ""
  nullable    = false
}

variable "okta_m2m_client_secret" {
  description = "Secret of that machine client, for the same commands; it reaches no function and no state."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
}

variable "okta_api_token" {
  description = "Okta API token (SSWS) for the IAM API; only the IAM function can read it. Without it and okta_api_client_id, only the routes of the document store work."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
}

variable "okta_api_client_id" {
  description = "Instead of okta_api_token: client id of an Okta service app with an admin role and okta.* scopes."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (var.okta_api_client_id == "") == (nonsensitive(var.okta_api_private_key) == "")
    error_message = "okta_api_client_id and okta_api_private_key belong together: set both or neither."
  }
}

variable "okta_api_private_key" {
  description = "RSA private key of that service app, as PEM or as a JWK; only the IAM function can read it."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
}

variable "okta_auth_server_id" {
  description = "Id of the custom authorization server, such as aus1234567890abcdef or default; empty for the org server, where the gateway issues tokens at sign-in."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]*$", var.okta_auth_server_id))
    error_message = "okta_auth_server_id must be the last part of the issuer URI, such as aus1234567890abcdef, not the whole URI."
  }

  validation {
    condition     = !var.okta_enabled || var.okta_auth_server_id != "" || var.documentdb_mode != "none"
    error_message = "Without okta_auth_server_id people call with tokens that the gateway issues at sign-in, and sign-in needs a database: set okta_auth_server_id, or documentdb_mode to create or existing."
  }
}

variable "okta_audience" {
  description = "Accepted `aud` values, separated by commas, such as api://ai-registry; required with okta_auth_server_id."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = !var.okta_enabled || var.okta_auth_server_id == "" || trimspace(var.okta_audience) != ""
    error_message = "okta_audience is missing: with okta_auth_server_id it must be the authorization server's audience (Okta: Security, API, your server, column Audience)."
  }
}

variable "okta_allowed_client_ids" {
  description = "Client ids (`cid`) that may call; empty accepts every client of the authorization server."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "okta_issuers" {
  description = "Further issuers of the same authorization server on other https hosts (Okta's dynamic issuer mode)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for issuer in var.okta_issuers : can(regex("^https://[^/]+/oauth2/[A-Za-z0-9_-]+$", issuer))])
    error_message = "Each of okta_issuers must look like https://login.example.com/oauth2/aus1234567890abcdef."
  }
}

variable "okta_scopes" {
  description = "Scopes requested at sign-in, separated by spaces; empty for what the gateway needs."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.okta_scopes == "" || contains(split(" ", var.okta_scopes), "openid")
    error_message = "okta_scopes must hold openid; without it Okta sends no ID token."
  }
}

variable "gateway_tokens" {
  description = "Whether tokens that this gateway issued are accepted beside Okta's; always so without okta_auth_server_id."
  type        = bool
  default     = false
  nullable    = false
}

variable "gateway_signing_keys" {
  description = "Names of the KMS keys for tokens that this gateway issues: the first signs, all are published. To rotate, add a new name at the end, put it first an hour later, and drop the old one a day after that."
  type        = list(string)
  default     = ["1"]
  nullable    = false

  validation {
    condition     = length(var.gateway_signing_keys) > 0 && length(distinct(var.gateway_signing_keys)) == length(var.gateway_signing_keys)
    error_message = "gateway_signing_keys needs at least one name, and each name once."
  }
}

variable "gateway_public_keys" {
  description = "JWK set that verifies tokens of this gateway; empty to fetch it from the gateway's /.well-known/jwks.json."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.gateway_public_keys == "" || can(jsondecode(var.gateway_public_keys).keys)
    error_message = "gateway_public_keys must be a JSON object with a list of keys, as /.well-known/jwks.json answers."
  }
}

variable "session_idle_seconds" {
  description = "Seconds without use after which a session ends."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.session_idle_seconds >= 60 && var.session_idle_seconds <= var.session_max_seconds
    error_message = "session_idle_seconds must be at least 60 and at most session_max_seconds."
  }
}

variable "session_max_seconds" {
  description = "Seconds after which a session ends in any case."
  type        = number
  default     = 28800
  nullable    = false

  validation {
    condition     = var.session_max_seconds <= 2592000
    error_message = "session_max_seconds must be at most 2592000, which is 30 days."
  }
}

variable "login_redirects" {
  description = "Absolute addresses that may be gone to after sign-in, exact."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for address in var.login_redirects : can(regex("^https://[^,]+$", address))])
    error_message = "Each of login_redirects must be a whole https address, such as https://app.example.com/start."
  }
}

variable "allowed_origins" {
  description = "Origins whose pages may use the session, exact."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.allowed_origins : can(regex("^https://[^/,]+$", origin))])
    error_message = "Each of allowed_origins must be an https origin without a path or a slash at its end, such as https://app.example.com."
  }
}

variable "admin_scope" {
  description = "Scope that opens the IAM API."
  type        = string
  default     = "registry:admin:full"
  nullable    = false

  validation {
    condition     = can(regex("^[^\\s,]+$", var.admin_scope))
    error_message = "admin_scope must be one scope, without spaces."
  }
}

variable "iam_docs_public" {
  description = "Whether everybody may read the IAM API's documentation at /api/iam/docs."
  type        = bool
  default     = false
  nullable    = false
}

variable "scopes_source" {
  description = "Where groups are mapped to scopes: `file` (scopes.yml, packaged) or `documentdb`."
  type        = string
  default     = "file"
  nullable    = false

  validation {
    condition     = contains(["file", "documentdb"], var.scopes_source)
    error_message = "scopes_source must be file or documentdb."
  }

  validation {
    condition     = var.scopes_source != "documentdb" || var.documentdb_mode != "none"
    error_message = "scopes_source = documentdb needs a database: set documentdb_mode to create or existing."
  }
}

variable "scopes_file" {
  description = "Path of the access rules inside the functions; empty for those of the policies package."
  type        = string
  default     = ""
  nullable    = false
}

variable "policy_max_bytes" {
  description = "Largest IAM policy that the authorizer returns, in bytes; a larger one is refused with its own error."
  type        = number
  default     = 8192
  nullable    = false

  validation {
    condition     = var.policy_max_bytes >= 1024
    error_message = "policy_max_bytes must be at least 1024."
  }
}

variable "allow_encoded_slash" {
  description = "Whether paths may hold %2f."
  type        = bool
  default     = false
  nullable    = false
}

variable "warm_enrichment" {
  description = "Whether a new sandbox of the authorizer connects to the database before its first request."
  type        = bool
  default     = false
  nullable    = false
}
