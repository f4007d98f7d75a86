locals {
  create_database = local.has_store && var.documentdb_mode == "create"
  database_admin  = "okta_gateway_admin"

  # The addresses of the created cluster; its administrator is used until each function has a user of its own.
  created_uris = {
    for name in local.create_database ? local.function_names : [] : name => format(
      "mongodb://%s:%s@%s:27017/?tls=true&replicaSet=rs0&retryWrites=false",
      var.documentdb_function_users ? name : local.database_admin,
      var.documentdb_function_users ? local.database_passwords[name] : local.database_passwords["admin"],
      one(aws_docdb_cluster.this[*].endpoint),
    )
  }
  documentdb_uris = {
    for name in keys(local.every_function) : name => local.create_database ? local.created_uris[name] : lookup(var.documentdb_uris, name, var.documentdb_uri)
  }
  database_passwords = local.create_database ? jsondecode(aws_secretsmanager_secret_version.database[0].secret_string) : {}
}

resource "aws_docdb_cluster" "this" {
  count = local.create_database ? 1 : 0

  cluster_identifier              = var.name
  engine                          = "docdb"
  engine_version                  = "5.0.0"
  master_username                 = local.database_admin
  master_password                 = local.database_passwords["admin"]
  db_subnet_group_name            = aws_docdb_subnet_group.this[0].name
  db_cluster_parameter_group_name = aws_docdb_cluster_parameter_group.this[0].name
  vpc_security_group_ids          = aws_security_group.database[*].id
  storage_encrypted               = true
  deletion_protection             = var.documentdb_deletion_protection
  backup_retention_period         = var.documentdb_backup_days
  final_snapshot_identifier       = "${var.name}-final-${substr(sha256(aws_secretsmanager_secret.database[0].arn), 0, 8)}"
  enabled_cloudwatch_logs_exports = ["audit", "profiler"]
  tags                            = var.tags
}

resource "aws_docdb_cluster_instance" "this" {
  count = local.create_database ? var.documentdb_instances : 0

  identifier         = "${var.name}-${count.index + 1}"
  cluster_identifier = aws_docdb_cluster.this[0].id
  instance_class     = var.documentdb_instance_class
  tags               = var.tags
}

resource "aws_docdb_cluster_parameter_group" "this" {
  count = local.create_database ? 1 : 0

  name        = var.name
  family      = "docdb5.0"
  description = "${var.name}: TLS only, and who did what"
  tags        = var.tags

  parameter {
    name  = "tls"
    value = "enabled"
  }

  parameter {
    name  = "audit_logs"
    value = "enabled"
  }
}

resource "aws_docdb_subnet_group" "this" {
  count = local.create_database ? 1 : 0

  name        = var.name
  description = "${var.name}: private subnets"
  subnet_ids  = local.private_subnet_ids
  tags        = var.tags
}

# The passwords of the administrator and of each function's user: made here, once. No function can read this secret.
resource "aws_secretsmanager_secret" "database" {
  count = local.create_database ? 1 : 0

  name_prefix = "${var.name}-database-"
  description = "Passwords of the DocumentDB cluster ${var.name}: admin (user ${local.database_admin}) and one for each function."
  tags        = var.tags
}

resource "aws_secretsmanager_secret_version" "database" {
  count = local.create_database ? 1 : 0

  secret_id = aws_secretsmanager_secret.database[0].id
  secret_string = jsonencode({
    admin            = replace("${uuid()}${uuid()}", "-", "")
    token_authorizer = replace("${uuid()}${uuid()}", "-", "")
    oauth_callback   = replace("${uuid()}${uuid()}", "-", "")
    iam_api          = replace("${uuid()}${uuid()}", "-", "")
  })

  lifecycle {
    # uuid() is random (244 bits in two) and new in each plan; new passwords are asked for with
    # terraform apply -replace='aws_secretsmanager_secret_version.database[0]'.
    ignore_changes = [secret_string]
  }
}
