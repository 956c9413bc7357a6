output "instance_connection_name" {
  description = "CSQL_PROXY_INSTANCE_CONNECTION_NAME of deploy/overlays/gcp"
  value       = google_sql_database_instance.antenna_usage.connection_name
}

output "archive_url" {
  description = "ARCHIVE_URL of deploy/overlays/gcp"
  value       = google_storage_bucket.archive.url
}

output "analytics_url" {
  description = "ANALYTICS_URL of deploy/overlays/gcp"
  value       = google_storage_bucket.analytics.url
}

output "images" {
  description = "Prefix of the images' names"
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "passwords" {
  description = "Passwords of the database: provisioner, superset, dashboards"
  value       = { for name, password in random_password.database : name => password.result }
  sensitive   = true
}
