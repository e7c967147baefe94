# AWS writes its bill (CUR 2.0, by the day, with resources) to a bucket of yours.
# Apply it in the management account; Data Exports are in us-east-1.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.60" }
  }
}

variable "bucket" {
  type        = string
  description = "The name of a new bucket for the bill."
}

variable "region" {
  type        = string
  description = "Where the bucket is."
  default     = "us-east-1"
}

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "exports"
  region = "us-east-1"
}

data "aws_caller_identity" "current" {}

locals {
  columns = [
    "bill_bill_type",
    "bill_billing_entity",
    "bill_billing_period_end_date",
    "bill_billing_period_start_date",
    "bill_invoice_id",
    "bill_invoicing_entity",
    "bill_payer_account_id",
    "bill_payer_account_name",
    "line_item_availability_zone",
    "line_item_currency_code",
    "line_item_legal_entity",
    "line_item_line_item_description",
    "line_item_line_item_type",
    "line_item_net_unblended_cost",
    "line_item_net_unblended_rate",
    "line_item_operation",
    "line_item_product_code",
    "line_item_resource_id",
    "line_item_tax_type",
    "line_item_unblended_cost",
    "line_item_unblended_rate",
    "line_item_usage_account_id",
    "line_item_usage_account_name",
    "line_item_usage_amount",
    "line_item_usage_end_date",
    "line_item_usage_start_date",
    "line_item_usage_type",
    "pricing_public_on_demand_cost",
    "pricing_public_on_demand_rate",
    "pricing_rate_code",
    "pricing_rate_id",
    "pricing_unit",
    "product",
    "product_instance_type",
    "product_location",
    "product_product_family",
    "product_region_code",
    "product_servicecode",
    "product_sku",
    "reservation_amortized_upfront_cost_for_usage",
    "reservation_effective_cost",
    "reservation_end_time",
    "reservation_net_amortized_upfront_cost_for_usage",
    "reservation_net_effective_cost",
    "reservation_net_recurring_fee_for_usage",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period",
    "reservation_net_unused_recurring_fee",
    "reservation_recurring_fee_for_usage",
    "reservation_reservation_a_r_n",
    "reservation_start_time",
    "reservation_total_reserved_units",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_quantity",
    "reservation_unused_recurring_fee",
    "resource_tags",
    "savings_plan_end_time",
    "savings_plan_net_savings_plan_effective_cost",
    "savings_plan_payment_option",
    "savings_plan_savings_plan_a_r_n",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_start_time",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
  ]
}

resource "aws_s3_bucket" "bill" {
  bucket = var.bucket
}

resource "aws_s3_bucket_public_access_block" "bill" {
  bucket                  = aws_s3_bucket.bill.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "writes" {
  statement {
    actions   = ["s3:PutObject", "s3:GetBucketPolicy"]
    resources = [aws_s3_bucket.bill.arn, "${aws_s3_bucket.bill.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "StringLike"
      variable = "aws:SourceArn"
      values = [
        "arn:aws:bcm-data-exports:us-east-1:${data.aws_caller_identity.current.account_id}:export/*",
        "arn:aws:cur:us-east-1:${data.aws_caller_identity.current.account_id}:definition/*",
      ]
    }
  }
}

resource "aws_s3_bucket_policy" "writes" {
  bucket = aws_s3_bucket.bill.id
  policy = data.aws_iam_policy_document.writes.json
}

resource "aws_bcmdataexports_export" "bill" {
  provider   = aws.exports
  depends_on = [aws_s3_bucket_policy.writes]

  export {
    name = "unitmill"

    data_query {
      query_statement = "SELECT ${join(", ", local.columns)} FROM COST_AND_USAGE_REPORT"

      table_configurations = {
        COST_AND_USAGE_REPORT = {
          TIME_GRANULARITY                      = "DAILY"
          INCLUDE_RESOURCES                     = "TRUE"
          INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY = "FALSE"
          INCLUDE_SPLIT_COST_ALLOCATION_DATA    = "FALSE"
        }
      }
    }

    destination_configurations {
      s3_destination {
        s3_bucket = aws_s3_bucket.bill.bucket
        s3_prefix = "cur2"
        s3_region = var.region

        s3_output_configurations {
          format      = "PARQUET"
          compression = "PARQUET"
          output_type = "CUSTOM"
          overwrite   = "OVERWRITE_REPORT"
        }
      }
    }

    refresh_cadence {
      frequency = "SYNCHRONOUS"
    }
  }
}

# What the role or user that runs Unitmill needs.
data "aws_iam_policy_document" "reads" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.bill.arn]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.bill.arn}/*"]
  }
}

resource "aws_iam_policy" "reads" {
  name   = "unitmill-reads-the-bill"
  policy = data.aws_iam_policy_document.reads.json
}

output "store" {
  value = "s3://${aws_s3_bucket.bill.bucket}/cur2"
}
