data "google_compute_network" "network" {
  name       = var.network
  depends_on = [google_project_service.used]
}

resource "google_compute_global_address" "services" {
  count         = var.create_network_peering ? 1 : 0
  name          = "antenna-usage-services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
  network       = data.google_compute_network.network.id
}

resource "google_service_networking_connection" "services" {
  count                   = var.create_network_peering ? 1 : 0
  network                 = data.google_compute_network.network.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services[0].name]
}

resource "google_sql_database_instance" "antenna_usage" {
  name                = "antenna-usage"
  region              = var.region
  database_version    = "POSTGRES_18"
  deletion_protection = true

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.database_tier
    availability_type           = var.database_availability
    disk_type                   = "PD_SSD"
    disk_size                   = 100
    disk_autoresize             = true
    deletion_protection_enabled = true

    ip_configuration {
      ipv4_enabled    = false
      private_network = data.google_compute_network.network.id
      # Nobody comes in without the client certificate that the proxy gets by IAM.
      ssl_mode = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      start_time                     = "02:00"
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
      }
    }

    insights_config {
      query_insights_enabled = true
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }

    # The workers log in as their service accounts.
    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }
  }

  depends_on = [google_service_networking_connection.services, google_project_service.used]
}

resource "google_sql_database" "antenna" {
  name     = "antenna"
  instance = google_sql_database_instance.antenna_usage.name
}

resource "google_sql_database" "superset" {
  name     = "superset"
  instance = google_sql_database_instance.antenna_usage.name
}

# Passwords of the logins that have one. They are in Terraform's state: keep that in a bucket that few can read.
resource "random_password" "database" {
  for_each = toset(["provisioner", "superset", "dashboards"])
  length   = 32
  special  = false
}

# A user made through the API is a member of cloudsqlsuperuser, which the provisioner needs to create roles.
resource "google_sql_user" "with_password" {
  for_each = toset(["provisioner", "superset"])
  name     = each.value
  instance = google_sql_database_instance.antenna_usage.name
  password = random_password.database[each.value].result
}

# The provisioner gives them their rights (SPEED_LAYER_ROLE, BATCH_LAYER_ROLE).
resource "google_sql_user" "by_service_account" {
  for_each = toset(["speed-layer", "batch-layer"])
  name     = trimsuffix(google_service_account.worker[each.value].email, ".gserviceaccount.com")
  instance = google_sql_database_instance.antenna_usage.name
  type     = "CLOUD_IAM_SERVICE_ACCOUNT"
}
