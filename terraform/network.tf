locals {
  create_network = local.has_store && var.vpc_id == ""
  vpc_id         = local.create_network ? one(aws_vpc.this[*].id) : var.vpc_id

  # A block of /22 gives sixteen subnets of 64 addresses: private ones first, then public ones, and room for more.
  zone_count         = 2
  private_subnet_ids = local.create_network ? aws_subnet.private[*].id : var.private_subnet_ids
  nat_count          = local.create_network ? (var.nat_per_zone ? local.zone_count : 1) : 0
}

data "aws_availability_zones" "available" {
  state = "available"

  # Without local zones, which have no NAT gateways.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

resource "aws_vpc" "this" {
  count = local.create_network ? 1 : 0

  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

# The group that AWS makes with each VPC lets everything through; nobody uses it, and now nobody can by mistake.
resource "aws_default_security_group" "this" {
  count = local.create_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(var.tags, { Name = "${var.name}-unused" })
}

resource "aws_subnet" "private" {
  count = local.create_network ? local.zone_count : 0

  vpc_id            = aws_vpc.this[0].id
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
  tags              = merge(var.tags, { Name = "${var.name}-private-${count.index + 1}" })
}

resource "aws_subnet" "public" {
  count = local.nat_count

  vpc_id            = aws_vpc.this[0].id
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, 8 + count.index)
  availability_zone = data.aws_availability_zones.available.names[count.index]
  tags              = merge(var.tags, { Name = "${var.name}-public-${count.index + 1}" })
}

resource "aws_internet_gateway" "this" {
  count = local.create_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(var.tags, { Name = var.name })
}

# The addresses that Okta sees: name them in a network zone there, to let an API token work from here only.
resource "aws_eip" "nat" {
  count = local.nat_count

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat-${count.index + 1}" })
}

resource "aws_nat_gateway" "this" {
  count = local.nat_count

  allocation_id = aws_eip.nat[count.index].id
  subnet_id     = aws_subnet.public[count.index].id
  tags          = merge(var.tags, { Name = "${var.name}-${count.index + 1}" })

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  count = local.create_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route" "public" {
  count = local.create_network ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  count = local.nat_count

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_route_table" "private" {
  count = local.create_network ? local.zone_count : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(var.tags, { Name = "${var.name}-private-${count.index + 1}" })
}

resource "aws_route" "private" {
  count = local.create_network ? local.zone_count : 0

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[count.index % local.nat_count].id
}

resource "aws_route_table_association" "private" {
  count = local.create_network ? local.zone_count : 0

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

resource "aws_security_group" "functions" {
  count = local.has_store ? 1 : 0

  name_prefix = "${var.name}-functions-"
  description = "${var.name}: the functions. Nothing comes in."
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-functions" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "https" {
  count = local.has_store ? 1 : 0

  security_group_id = aws_security_group.functions[0].id
  description       = "Okta, Secrets Manager and KMS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  database_security_group_id = local.create_database ? one(aws_security_group.database[*].id) : var.documentdb_security_group_id
  knows_database_group       = local.create_database || (local.has_store && var.documentdb_security_group_id != "")
}

# Where the group of an existing database is not known, its port is open towards anywhere.
resource "aws_vpc_security_group_egress_rule" "database" {
  count = local.has_store ? 1 : 0

  security_group_id            = aws_security_group.functions[0].id
  description                  = "The database"
  ip_protocol                  = "tcp"
  from_port                    = 27017
  to_port                      = 27017
  referenced_security_group_id = local.knows_database_group ? local.database_security_group_id : null
  cidr_ipv4                    = local.knows_database_group ? null : "0.0.0.0/0"
}

resource "aws_security_group" "database" {
  count = local.create_database ? 1 : 0

  name_prefix = "${var.name}-database-"
  description = "${var.name}: DocumentDB. Only the functions come in."
  vpc_id      = local.vpc_id
  tags        = merge(var.tags, { Name = "${var.name}-database" })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count = local.knows_database_group ? 1 : 0

  security_group_id            = local.database_security_group_id
  description                  = "The functions of ${var.name}"
  ip_protocol                  = "tcp"
  from_port                    = 27017
  to_port                      = 27017
  referenced_security_group_id = aws_security_group.functions[0].id
}
