locals {
  # The service accounts of Kubernetes, which are those of Google Cloud with the same names.
  workers = toset(["provisioner", "speed-layer", "batch-layer", "superset"])

  # Those who log in to the database by IAM, besides reaching it through the proxy. The others have passwords (secrets.tf).
  by_iam = toset(["speed-layer", "batch-layer"])

  # The speed layer creates files and reads them back; it can neither overwrite nor delete. The batch layer reads.
  archive_roles = {
    speed-layer-create = { worker = "speed-layer", role = "roles/storage.objectCreator" }
    speed-layer-read   = { worker = "speed-layer", role = "roles/storage.objectViewer" }
    batch-layer-read   = { worker = "batch-layer", role = "roles/storage.objectViewer" }
  }
}

resource "google_service_account" "worker" {
  for_each     = local.workers
  account_id   = each.value
  display_name = "antenna-usage ${each.value}"
  depends_on   = [google_project_service.used]
}

resource "google_service_account_iam_member" "workload_identity" {
  for_each           = local.workers
  service_account_id = google_service_account.worker[each.value].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[${var.namespace}/${each.value}]"
  # The pool of identities comes with the first cluster.
  depends_on = [google_container_cluster.antenna_usage]
}

resource "google_project_iam_member" "database_client" {
  for_each = local.workers
  project  = var.project
  role     = "roles/cloudsql.client"
  member   = google_service_account.worker[each.value].member
}

resource "google_project_iam_member" "database_login" {
  for_each = local.by_iam
  project  = var.project
  role     = "roles/cloudsql.instanceUser"
  member   = google_service_account.worker[each.value].member
}

resource "google_storage_bucket_iam_member" "analytics" {
  bucket = google_storage_bucket.analytics.name
  # To replace a merged file is to delete the one before.
  role   = "roles/storage.objectUser"
  member = google_service_account.worker["batch-layer"].member
}

resource "google_storage_bucket_iam_member" "archive" {
  for_each = local.archive_roles
  bucket   = google_storage_bucket.archive.name
  role     = each.value.role
  member   = google_service_account.worker[each.value.worker].member
}

# The operators who erase persons (batch-layer:erase). They replace files of the archive, which no worker may.
resource "google_storage_bucket_iam_member" "erasure" {
  for_each = toset(var.erasers)
  bucket   = google_storage_bucket.archive.name
  role     = "roles/storage.objectUser"
  member   = each.value
}

# Grafana shows Cloud SQL's metrics beside Prometheus's. It is a service account of Kubernetes alone.
resource "google_project_iam_member" "grafana" {
  project = var.project
  role    = "roles/monitoring.viewer"
  member  = "principal://iam.googleapis.com/projects/${data.google_project.project.number}/locations/global/workloadIdentityPools/${var.project}.svc.id.goog/subject/ns/monitoring/sa/monitoring-grafana"
  # The pool of identities comes with the first cluster.
  depends_on = [google_container_cluster.antenna_usage]
}

data "google_project" "project" {
  project_id = var.project
}
