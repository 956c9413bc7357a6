# Autopilot has Workload Identity, Dataplane V2 (which enforces network policies) and metrics-server from the start.
resource "google_container_cluster" "antenna_usage" {
  count               = var.create_cluster ? 1 : 0
  name                = "antenna-usage"
  location            = var.region
  network             = local.network
  subnetwork          = local.subnetwork
  enable_autopilot    = true
  deletion_protection = true

  release_channel {
    channel = "REGULAR"
  }

  # Upgrades of nodes and control plane: a change of nodes is a rebalance of the consumer group.
  maintenance_policy {
    recurring_window {
      start_time = "2026-01-01T01:00:00Z"
      end_time   = "2026-01-01T05:00:00Z"
      recurrence = "FREQ=DAILY"
    }
  }

  private_cluster_config {
    enable_private_nodes = true
  }

  # People come in by the DNS endpoint, where IAM decides (container.clusters.connect). By address only from these.
  control_plane_endpoints_config {
    dns_endpoint_config {
      allow_external_traffic = true
    }
  }

  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = false

    dynamic "cidr_blocks" {
      for_each = var.control_plane_networks
      content {
        display_name = cidr_blocks.key
        cidr_block   = cidr_blocks.value
      }
    }
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = var.create_network ? "pods" : null
    services_secondary_range_name = var.create_network ? "services" : null
  }

  cluster_autoscaling {
    auto_provisioning_defaults {
      service_account = google_service_account.nodes.email
      oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [
    google_compute_subnetwork.antenna_usage,
    google_project_iam_member.nodes,
    google_project_service.used,
  ]
}

# Nodes are this account, and not Compute Engine's default one, which may have the rights of an editor or none.
resource "google_service_account" "nodes" {
  account_id   = "antenna-usage-nodes"
  display_name = "antenna-usage nodes"
  depends_on   = [google_project_service.used]
}

resource "google_project_iam_member" "nodes" {
  project = var.project
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.nodes.member
}
