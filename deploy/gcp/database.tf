resource "google_sql_database_instance" "antenna_usage" {
  # After a restore this is the name of the clone (docs/runbook.md, "Backup and restore").
  name                = var.database_instance
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
    disk_autoresize_limit       = var.database_disk_limit_gb
    deletion_protection_enabled = true
    # Backups outlive an instance that somebody deletes after all.
    retain_backups_on_delete = true

    ip_configuration {
      ipv4_enabled       = false
      private_network    = local.network
      allocated_ip_range = var.create_network_peering ? google_compute_global_address.services[0].name : null
      # No connection is accepted without the client certificate that the proxy gets by IAM.
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

  lifecycle {
    prevent_destroy = true
    # Cloud SQL enlarges the disk by itself. Terraform would replace the instance to make it small again.
    ignore_changes = [settings[0].disk_size]
  }

  depends_on = [google_service_networking_connection.services, google_project_service.used]
}

# Superset's own database is not here: the provisioner makes it, with a login that owns nothing else.
resource "google_sql_database" "antenna" {
  name     = "antenna"
  instance = google_sql_database_instance.antenna_usage.name
  # Postgres does not drop a database that sessions use.
  deletion_policy = "ABANDON"
}

# A user made through the API is a member of cloudsqlsuperuser, which the provisioner needs to create roles. It is the
# only one.
resource "google_sql_user" "provisioner" {
  name                = "provisioner"
  instance            = google_sql_database_instance.antenna_usage.name
  password_wo         = ephemeral.google_secret_manager_secret_version.provisioner.secret_data
  password_wo_version = var.passwords_version
  # Postgres does not drop a role that owns something.
  deletion_policy = "ABANDON"
}

# The provisioner gives them their rights (SPEED_LAYER_ROLE, BATCH_LAYER_ROLE).
resource "google_sql_user" "by_service_account" {
  for_each        = local.by_iam
  name            = trimsuffix(google_service_account.worker[each.value].email, ".gserviceaccount.com")
  instance        = google_sql_database_instance.antenna_usage.name
  type            = "CLOUD_IAM_SERVICE_ACCOUNT"
  deletion_policy = "ABANDON"
}
