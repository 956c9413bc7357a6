# The hours' merged files, for analysts: a copy of the archive, which can be made anew.
resource "google_storage_bucket" "analytics" {
  name                        = "${var.project}-antenna-analytics"
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  # Late events replace a file: the one before is not worth keeping.
  soft_delete_policy {
    retention_duration_seconds = 0
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

  depends_on = [google_project_service.used]
}
