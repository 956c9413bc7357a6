locals {
  # The version of each; raised, Terraform makes another secret. That of Superset's key stays: with a new key, Superset
  # cannot read the passwords that it has stored.
  secrets = {
    database-provisioner   = var.passwords_version
    database-dashboards    = var.passwords_version
    superset-administrator = var.passwords_version
    superset-metadata      = var.passwords_version
    superset-secret-key    = 1
  }
}

# Made anew in each run, and stored only where the version of the secret is a new one. None of it is in the state.
ephemeral "random_password" "secret" {
  for_each = local.secrets
  length   = 42
  special  = false
}

resource "google_secret_manager_secret" "secret" {
  for_each  = local.secrets
  secret_id = "antenna-usage-${each.key}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_version" "secret" {
  for_each               = local.secrets
  secret                 = google_secret_manager_secret.secret[each.key].id
  secret_data_wo         = ephemeral.random_password.secret[each.key].result
  secret_data_wo_version = each.value
  # The one before stays readable until the database has the new one.
  deletion_policy = "ABANDON"
}

# Read back, so that the database gets what is stored even where an earlier run ended between the two.
ephemeral "google_secret_manager_secret_version" "provisioner" {
  secret  = google_secret_manager_secret_version.secret["database-provisioner"].secret
  version = google_secret_manager_secret_version.secret["database-provisioner"].version
}
