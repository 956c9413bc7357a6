# The names are texts and no data sources: a data source that depends on the list of APIs is unknown whenever that list
# changes, and Terraform would then plan to replace the database and the cluster.
locals {
  network    = "projects/${var.project}/global/networks/${var.network}"
  subnetwork = "projects/${var.project}/regions/${var.region}/subnetworks/${var.subnetwork}"

  # https://docs.cloud.google.com/vpc/docs/configure-private-google-access: private.googleapis.com. The network policies
  # of deploy/overlays/gcp let pods reach Google's APIs in this range alone.
  google_apis_range = "199.36.153.8/30"
  google_apis_zones = var.create_network ? toset(["gcr.io", "googleapis.com", "pkg.dev"]) : toset([])
}

resource "google_compute_network" "antenna_usage" {
  count                   = var.create_network ? 1 : 0
  name                    = var.network
  auto_create_subnetworks = false
  depends_on              = [google_project_service.used]
}

resource "google_compute_subnetwork" "antenna_usage" {
  count         = var.create_network ? 1 : 0
  name          = var.subnetwork
  network       = google_compute_network.antenna_usage[0].id
  ip_cidr_range = var.subnetwork_range
  # Nodes have no public address: images and Google's APIs are reached without one.
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = var.pods_range
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = var.services_range
  }
}

resource "google_dns_managed_zone" "google_apis" {
  for_each    = local.google_apis_zones
  name        = "antenna-usage-${replace(each.value, ".", "-")}"
  dns_name    = "${each.value}."
  description = "Leads to private.googleapis.com"
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.antenna_usage[0].id
    }
  }
}

resource "google_dns_record_set" "google_apis" {
  for_each     = local.google_apis_zones
  managed_zone = google_dns_managed_zone.google_apis[each.value].name
  name         = "${each.value}."
  type         = "A"
  ttl          = 300
  rrdatas      = [for host in range(4) : cidrhost(local.google_apis_range, host)]
}

resource "google_dns_record_set" "google_apis_hosts" {
  for_each     = local.google_apis_zones
  managed_zone = google_dns_managed_zone.google_apis[each.value].name
  name         = "*.${each.value}."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["${each.value}."]
}

# The one thing that leaves for the internet is what Alertmanager sends (docs/deploy.md, step 3). The product's pods are
# held back by their network policies.
resource "google_compute_router" "notifications" {
  count   = var.create_network && var.create_nat ? 1 : 0
  name    = "antenna-usage"
  network = google_compute_network.antenna_usage[0].id
}

resource "google_compute_router_nat" "notifications" {
  count                              = length(google_compute_router.notifications)
  name                               = "antenna-usage"
  router                             = google_compute_router.notifications[0].name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}

# Where the database's private address comes from. Pinned, since a network policy names it.
resource "google_compute_global_address" "services" {
  count         = var.create_network_peering ? 1 : 0
  name          = "antenna-usage-services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = split("/", var.database_range)[0]
  prefix_length = tonumber(split("/", var.database_range)[1])
  network       = local.network
  depends_on    = [google_compute_network.antenna_usage, google_project_service.used]
}

resource "google_service_networking_connection" "services" {
  count                   = var.create_network_peering ? 1 : 0
  network                 = local.network
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services[0].name]
  # Google keeps the connection for days after the last instance is gone, and refuses to delete it.
  deletion_policy = "ABANDON"
}
