# Azure writes a subscription's bill to a container of yours: actual and amortized cost,
# every day, of the month so far.

terraform {
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = ">= 4.9" }
  }
}

provider "azurerm" {
  features {}
}

variable "resource_group" {
  type        = string
  description = "The resource group of the storage account."
}

variable "storage_account" {
  type        = string
  description = "The name of a new storage account: 3 to 24 small letters and digits."
}

variable "first_day" {
  type        = string
  description = "From when on it writes, in the future, such as 2026-12-02T00:00:00Z."
}

variable "last_day" {
  type        = string
  description = "Until when it writes."
  default     = "2036-01-01T00:00:00Z"
}

data "azurerm_subscription" "current" {}

data "azurerm_resource_group" "bill" {
  name = var.resource_group
}

resource "azurerm_storage_account" "bill" {
  name                            = var.storage_account
  resource_group_name             = data.azurerm_resource_group.bill.name
  location                        = data.azurerm_resource_group.bill.location
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  allow_nested_items_to_be_public = false
}

resource "azurerm_storage_container" "bill" {
  name               = "bill"
  storage_account_id = azurerm_storage_account.bill.id
}

resource "azurerm_subscription_cost_management_export" "bill" {
  for_each = { actual = "ActualCost", amortized = "AmortizedCost" }

  name                         = "unitmill-${each.key}"
  subscription_id              = data.azurerm_subscription.current.id
  recurrence_type              = "Daily"
  recurrence_period_start_date = var.first_day
  recurrence_period_end_date   = var.last_day

  export_data_storage_location {
    container_id     = azurerm_storage_container.bill.id
    root_folder_path = "costs"
  }

  export_data_options {
    type       = each.value
    time_frame = "MonthToDate"
  }
}

output "store" {
  value = "abfss://bill@${azurerm_storage_account.bill.name}.dfs.core.windows.net/costs"
}
