# DocumentDB, and the network that the functions share with it.

variable "documentdb_mode" {
  description = "`create` a DocumentDB 5 cluster, use an `existing` database, or `none`: then there is no sign-in, no IAM API and no group of a machine, and the authorizer stays out of the VPC."
  type        = string
  default     = "create"
  nullable    = false

  validation {
    condition     = contains(["create", "existing", "none"], var.documentdb_mode)
    error_message = "documentdb_mode must be create, existing or none."
  }
}

variable "documentdb_uri" {
  description = "mongodb:// address of the existing database, with user and password, for documentdb_mode = existing."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true

  validation {
    condition     = nonsensitive(var.documentdb_uri) == "" || startswith(nonsensitive(var.documentdb_uri), "mongodb://")
    error_message = "documentdb_uri must begin with mongodb://."
  }

  validation {
    condition     = var.documentdb_mode == "existing" || nonsensitive(var.documentdb_uri) == ""
    error_message = "documentdb_uri is for documentdb_mode = existing: set that, or leave the address out."
  }

  validation {
    condition     = var.documentdb_mode != "existing" || !var.okta_enabled || nonsensitive(var.documentdb_uri) != "" || length(nonsensitive(var.documentdb_uris)) == 3
    error_message = "documentdb_mode = existing needs documentdb_uri, or one address for each function in documentdb_uris."
  }
}

variable "documentdb_uris" {
  description = "Addresses with a database user for each function (token_authorizer, oauth_callback, iam_api), instead of documentdb_uri."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(setsubtract(keys(nonsensitive(var.documentdb_uris)), ["token_authorizer", "oauth_callback", "iam_api"])) == 0
    error_message = "documentdb_uris knows the names token_authorizer, oauth_callback and iam_api."
  }

  validation {
    condition     = alltrue([for uri in values(nonsensitive(var.documentdb_uris)) : startswith(uri, "mongodb://")])
    error_message = "Each of documentdb_uris must begin with mongodb://."
  }
}

variable "documentdb_security_group_id" {
  description = "Security group of the existing database, which then lets the functions in; empty where that is done already."
  type        = string
  default     = ""
  nullable    = false
}

variable "documentdb_function_users" {
  description = "With documentdb_mode = create: whether each function uses a database user of its own. Set it after running the commands of the output documentdb_user_commands."
  type        = bool
  default     = false
  nullable    = false
}

variable "documentdb_database" {
  description = "Name of the database."
  type        = string
  default     = "mcp_registry_default"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,63}$", var.documentdb_database))
    error_message = "documentdb_database must be 1 to 63 letters, digits, hyphens and underscores."
  }
}

variable "documentdb_tls_ca_file" {
  description = "Path of CA certificates inside the functions; empty for Amazon's, which are packaged."
  type        = string
  default     = ""
  nullable    = false
}

variable "documentdb_instances" {
  description = "Number of instances of the created cluster; two or more survive the loss of a zone."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.documentdb_instances >= 1 && var.documentdb_instances <= 16
    error_message = "documentdb_instances must be from 1 to 16."
  }
}

variable "documentdb_instance_class" {
  description = "Size of these instances."
  type        = string
  default     = "db.t4g.medium"
  nullable    = false

  validation {
    condition     = startswith(var.documentdb_instance_class, "db.")
    error_message = "documentdb_instance_class must be a class such as db.t4g.medium."
  }
}

variable "documentdb_backup_days" {
  description = "Days for which backups of the created cluster are kept."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.documentdb_backup_days >= 1 && var.documentdb_backup_days <= 35
    error_message = "documentdb_backup_days must be from 1 to 35."
  }
}

variable "documentdb_deletion_protection" {
  description = "Whether AWS refuses to delete the created cluster; set it to false and apply before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "egress" {
  description = "How the functions reach Okta from the VPC: `nat` (a VPC with a NAT gateway is created) or `existing` (your subnets have a way out)."
  type        = string
  default     = "nat"
  nullable    = false

  validation {
    condition     = contains(["nat", "existing"], var.egress)
    error_message = "egress must be nat or existing: with a database every function needs it (VPC) and Okta (internet)."
  }

  validation {
    condition     = var.documentdb_mode == "none" || (var.vpc_id == "") == (var.egress == "nat")
    error_message = "egress and vpc_id do not fit: without vpc_id a VPC with a NAT gateway is created (egress = nat); with vpc_id its subnets must have a way to the internet already (egress = existing)."
  }
}

variable "vpc_id" {
  description = "An existing VPC for the functions (and the created database); empty to create one."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = var.documentdb_mode != "existing" || !var.okta_enabled || var.vpc_id != ""
    error_message = "documentdb_mode = existing needs vpc_id and private_subnet_ids: those from which the database can be reached."
  }
}

variable "private_subnet_ids" {
  description = "Private subnets of that VPC, in two zones or more, with a route to the internet (NAT)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.vpc_id == "" ? length(var.private_subnet_ids) == 0 : length(var.private_subnet_ids) >= 2
    error_message = "private_subnet_ids must name at least two subnets of vpc_id, in two zones, and none without vpc_id."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the created VPC, a block of /24 to /16."
  type        = string
  default     = "10.90.0.0/22"
  nullable    = false

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 15)) && can(regex("/(1[6-9]|2[0-4])$", var.vpc_cidr))
    error_message = "vpc_cidr must be a block of addresses from /16 to /24, such as 10.90.0.0/22."
  }
}

variable "nat_per_zone" {
  description = "Whether each zone gets a NAT gateway of its own: more cost, and no common failure."
  type        = bool
  default     = false
  nullable    = false
}
