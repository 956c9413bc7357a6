# Google Cloud Managed Service for Apache Kafka. With create_kafka=false the brokers are yours (docs/deploy.md).
resource "google_managed_kafka_cluster" "antenna_usage" {
  count           = var.create_kafka ? 1 : 0
  cluster_id      = "antenna-usage"
  location        = var.region
  deletion_policy = "PREVENT"

  capacity_config {
    vcpu_count   = var.kafka_vcpus
    memory_bytes = var.kafka_vcpus * 4 * 1024 * 1024 * 1024
  }

  # Brokers and bootstrap address get addresses of this subnetwork.
  gcp_config {
    access_config {
      network_configs {
        subnet = local.subnetwork
      }
    }
  }

  rebalance_config {
    mode = "AUTO_REBALANCE_ON_SCALE_UP"
  }

  depends_on = [google_compute_subnetwork.antenna_usage, google_project_service.used]
}

resource "google_managed_kafka_topic" "devices" {
  count              = length(google_managed_kafka_cluster.antenna_usage)
  cluster            = google_managed_kafka_cluster.antenna_usage[0].cluster_id
  location           = var.region
  topic_id           = "devices"
  partition_count    = var.kafka_partitions
  replication_factor = 3
  deletion_policy    = "PREVENT"

  configs = {
    "cleanup.policy"      = "delete"
    "min.insync.replicas" = "2"
    # Records that are deleted before a worker has read them are lost (DATA_GAP), so they are kept for much longer than
    # an outage, or the time between a backup and its restore, lasts.
    "retention.ms" = tostring(var.kafka_retention_days * 24 * 60 * 60 * 1000)
    # The broker's clock. With the producer's (CreateTime) a device of a wrong clock would decide when its record is
    # deleted, and whether its own event lies in the future (wrong_clock).
    "message.timestamp.type" = "LogAppendTime"
  }
}

# Who is near or over quota, for those who throttle or bill (docs/operations.md, "Quota events").
resource "google_managed_kafka_topic" "quota_events" {
  count              = length(google_managed_kafka_cluster.antenna_usage)
  cluster            = google_managed_kafka_cluster.antenna_usage[0].cluster_id
  location           = var.region
  topic_id           = "quota-events"
  partition_count    = var.kafka_partitions
  replication_factor = 3

  configs = {
    "cleanup.policy"      = "delete"
    "min.insync.replicas" = "2"
    "retention.ms"        = tostring(var.kafka_retention_days * 24 * 60 * 60 * 1000)
  }
}

# The worker logs in as its service account (OAUTHBEARER), without a key. The role has read and write on every topic;
# where that is too much, Kafka's ACLs narrow it.
resource "google_project_iam_member" "kafka_client" {
  project = var.project
  role    = "roles/managedkafka.client"
  member  = google_service_account.worker["speed-layer"].member
}
