# Only the sign-in function may use these keys. The account may administer them, and see to it that somebody can.

locals {
  signing_keys = local.issues_tokens ? var.gateway_signing_keys : []

  key_administration = {
    Sid       = "TheAccountAdministers"
    Effect    = "Allow"
    Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
    Action = [
      "kms:CancelKeyDeletion",
      "kms:Create*",
      "kms:Delete*",
      "kms:Describe*",
      "kms:Disable*",
      "kms:Enable*",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:List*",
      "kms:Put*",
      "kms:Revoke*",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:Update*",
    ]
    Resource = "*"
  }
}

# Okta's tokens are sealed under this key before they go into the database.
resource "aws_kms_key" "session" {
  count = local.has_store ? 1 : 0

  description             = "${var.name}: seals sessions"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [local.key_administration, {
      Sid       = "SignInSealsSessions"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.function["oauth_callback"].arn }
      Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "session" {
  count = local.has_store ? 1 : 0

  name          = "alias/${var.name}-session"
  target_key_id = aws_kms_key.session[0].key_id
}

# Tokens of the gateway are signed with these keys, which never leave KMS.
resource "aws_kms_key" "signing" {
  for_each = toset(local.signing_keys)

  description              = "${var.name}: signs tokens (${each.key})"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "RSA_2048"
  deletion_window_in_days  = 30
  tags                     = var.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [local.key_administration, {
      Sid       = "SignInSignsTokens"
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.function["oauth_callback"].arn }
      Action    = ["kms:Sign", "kms:GetPublicKey"]
      Resource  = "*"
    }]
  })
}

resource "aws_kms_alias" "signing" {
  for_each = toset(local.signing_keys)

  name          = "alias/${var.name}-signing-${each.key}"
  target_key_id = aws_kms_key.signing[each.key].key_id
}
