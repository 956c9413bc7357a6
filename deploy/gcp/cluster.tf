# Autopilot has Workload Identity, Dataplane V2 (which enforces network policies) and metrics-server from the start.
resource "google_container_cluster" "antenna_usage" {
  count               = var.create_cluster ? 1 : 0
  name                = "antenna-usage"
  location            = var.region
  network             = data.google_compute_network.network.id
  enable_autopilot    = true
  deletion_protection = true

  release_channel {
    channel = "REGULAR"
  }

  private_cluster_config {
    enable_private_nodes = true
  }

  depends_on = [google_project_service.used]
}
