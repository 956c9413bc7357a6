# The system of record: from it every hour can be computed again (docs/decisions/0009-archive-protection.md).
resource "google_storage_bucket" "archive" {
  name                        = "${var.project}-antenna-archive"
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # No versions are kept: what somebody deletes or replaces can be brought back for these days, 90 by default, the longest
  # that Cloud Storage offers.
  soft_delete_policy {
    retention_duration_seconds = var.archive_soft_delete_days * 24 * 60 * 60
  }

  lifecycle_rule {
    condition {
      age = var.archive_coldline_days
    }
    action {
      type          = "SetStorageClass"
      storage_class = "COLDLINE"
    }
  }

  # Parts of uploads that were never finished.
  lifecycle_rule {
    condition {
      age = 1
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.used]
}

# Who changed or read which object. The workers' reads are left out: they are most of the requests, and known.
resource "google_project_iam_audit_config" "storage" {
  project = var.project
  service = "storage.googleapis.com"

  audit_log_config {
    log_type = "ADMIN_READ"
  }

  audit_log_config {
    log_type = "DATA_WRITE"
  }

  audit_log_config {
    log_type         = "DATA_READ"
    exempted_members = [for worker in ["batch-layer", "speed-layer"] : google_service_account.worker[worker].member]
  }

  depends_on = [google_project_service.used]
}
