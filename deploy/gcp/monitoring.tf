# What Google measures and no pod does. Everything else is in deploy/components/monitoring.
locals {
  database_alerts = {
    disk = {
      title     = "The database's disk is 80 % full"
      metric    = "cloudsql.googleapis.com/database/disk/utilization"
      threshold = 0.8
      minutes   = 15
      advice    = "Cloud SQL enlarges the disk up to database_disk_limit_gb. Raise that, or delete what is no longer shown."
    }
    cpu = {
      title     = "The database's CPU has been at 90 % for 15 minutes"
      metric    = "cloudsql.googleapis.com/database/cpu/utilization"
      threshold = 0.9
      minutes   = 15
      advice    = "See Query Insights for what uses it; a larger database_tier restarts the instance."
    }
    memory = {
      title     = "The database's memory has been at 95 % for 15 minutes"
      metric    = "cloudsql.googleapis.com/database/memory/utilization"
      threshold = 0.95
      minutes   = 15
      advice    = "A larger database_tier restarts the instance."
    }
    connections = {
      title     = "More than 300 connections to the database for 15 minutes"
      metric    = "cloudsql.googleapis.com/database/postgresql/num_backends"
      threshold = 300
      minutes   = 15
      advice    = "max_connections of 16 GB is 500. Each worker has a handful: see pg_stat_activity for whose they are."
    }
  }
  runbook = "${var.repository == "" ? "" : "https://github.com/${var.repository}/blob/main/"}docs/runbook.md#the-database-on-google-cloud"
}

resource "google_monitoring_notification_channel" "email" {
  count        = var.alert_email == "" ? 0 : 1
  display_name = "antenna-usage"
  type         = "email"
  labels       = { email_address = var.alert_email }
  depends_on   = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "database" {
  for_each              = local.database_alerts
  display_name          = "antenna-usage: ${each.value.title}"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = google_monitoring_notification_channel.email[*].name

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter          = "metric.type=\"${each.value.metric}\" AND resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project}:${var.database_instance}\""
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "${each.value.minutes * 60}s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.labels.database_id"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "${each.value.advice} ${local.runbook}"
  }

  depends_on = [google_project_service.used]
}

# Cloud SQL logs the outcome of each automatic backup in `windowStatus`; which severity a failure has is not documented:
# https://docs.cloud.google.com/sql/docs/postgres/backup-recovery/view-audit-logs-for-automated-backups
# Point-in-time recovery begins at a backup. An attempt that fails is repeated within the window.
resource "google_monitoring_alert_policy" "backup" {
  display_name          = "antenna-usage: a backup of the database has failed or was skipped"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = google_monitoring_notification_channel.email[*].name

  conditions {
    display_name = "A backup has failed or was skipped"
    condition_matched_log {
      filter = join(" AND ", [
        "log_id(\"cloudaudit.googleapis.com/system_event\")",
        "resource.type=\"cloudsql_database\"",
        "resource.labels.database_id=\"${var.project}:${var.database_instance}\"",
        "protoPayload.methodName=\"cloudsql.instances.automatedBackup\"",
        "protoPayload.metadata.windowStatus=(\"STATUS_FAILED\" OR \"STATUS_SKIPPED\")",
      ])
    }
  }

  alert_strategy {
    auto_close = "86400s"
    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Make one by hand: gcloud sql backups create --instance=${var.database_instance}. ${local.runbook}"
  }

  depends_on = [google_project_service.used]
}
