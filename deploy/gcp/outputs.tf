output "instance_connection_name" {
  description = "CSQL_PROXY_INSTANCE_CONNECTION_NAME of deploy/overlays/gcp"
  value       = google_sql_database_instance.antenna_usage.connection_name
}

output "kafka_brokers" {
  description = "KAFKA_BROKERS of deploy/overlays/gcp"
  value       = var.create_kafka ? "bootstrap.antenna-usage.${var.region}.managedkafka.${var.project}.cloud.goog:9092" : "your own"
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
  value       = "${local.registry}/${google_artifact_registry_repository.images.repository_id}"
}

output "ranges" {
  description = "Ranges of the network policies of deploy/overlays/gcp"
  value = {
    database    = var.database_range
    google_apis = local.google_apis_range
    kafka       = var.subnetwork_range
  }
}
