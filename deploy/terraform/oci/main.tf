# Oracle writes its bill to a bucket of its own, which a group of yours may read then.
# Copy the reports to the exports folder with `oci os object bulk-download`.

terraform {
  required_providers {
    oci = { source = "oracle/oci", version = ">= 6.0" }
  }
}

variable "tenancy" {
  type        = string
  description = "The OCID of your tenancy."
}

variable "group" {
  type        = string
  description = "The name of the group that may read the reports."
}

resource "oci_identity_policy" "bill" {
  compartment_id = var.tenancy
  name           = "unitmill-reads-the-bill"
  description    = "A group may read the cost reports, which Oracle keeps."

  statements = [
    # The tenancy in which Oracle keeps the reports of all its customers.
    "define tenancy usage-report as ocid1.tenancy.oc1..aaaaaaaaned4fkpkisbwjlr56u7cj63lf3wffbilvqknstgtvzub7vhqkggq",
    "endorse group ${var.group} to read objects in tenancy usage-report",
  ]
}
