# Google writes its bill to BigQuery; only the console can switch that on (Billing >
# Billing export). Every day this copies the rows that BigQuery got the day before to a
# bucket of yours: export_time only grows, so no row comes twice.

terraform {
  required_providers {
    google = { source = "hashicorp/google", version = ">= 5.0" }
  }
}

variable "project" {
  type        = string
  description = "The project of the dataset that the billing export writes to."
}

variable "dataset" {
  type        = string
  description = "That dataset."
}

variable "table" {
  type        = string
  description = "Its table, gcp_billing_export_resource_v1_XXXXXX_XXXXXX_XXXXXX."
}

variable "location" {
  type        = string
  description = "Where the dataset is; the bucket has to be there, too."
}

variable "bucket" {
  type        = string
  description = "The name of a new bucket for the bill."
}

provider "google" {
  project = var.project
}

resource "google_storage_bucket" "bill" {
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

resource "google_service_account" "copies" {
  account_id   = "unitmill-copies-the-bill"
  display_name = "Copies the bill from BigQuery to its bucket"
}

resource "google_project_iam_member" "jobs" {
  project = var.project
  role    = "roles/bigquery.jobUser"
  member  = google_service_account.copies.member
}

resource "google_bigquery_dataset_iam_member" "rows" {
  dataset_id = var.dataset
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.copies.member
}

resource "google_storage_bucket_iam_member" "objects" {
  bucket = google_storage_bucket.bill.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.copies.member
}

resource "google_bigquery_data_transfer_config" "bill" {
  display_name         = "unitmill"
  location             = var.location
  data_source_id       = "scheduled_query"
  schedule             = "every day 03:00"
  service_account_name = google_service_account.copies.email

  params = {
    query = <<-SQL
      EXECUTE IMMEDIATE FORMAT(
        """
        EXPORT DATA OPTIONS (
            uri = 'gs://${var.bucket}/%t/rows-*.json.gz', format = 'JSON', compression = 'GZIP'
        ) AS
        SELECT * FROM `${var.project}.${var.dataset}.${var.table}`
        WHERE export_time >= TIMESTAMP '%t' AND export_time < TIMESTAMP '%t'
        """,
        @run_date, DATE_SUB(@run_date, INTERVAL 1 DAY), @run_date
      );
    SQL
  }

  depends_on = [
    google_project_iam_member.jobs,
    google_bigquery_dataset_iam_member.rows,
    google_storage_bucket_iam_member.objects,
  ]
}

output "store" {
  value = "gs://${google_storage_bucket.bill.name}"
}
