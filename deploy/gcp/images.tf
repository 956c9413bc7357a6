locals {
  # Registries whose images the charts of KEDA and of the Prometheus operator name. Nodes pull them through these
  # repositories, so that neither nodes nor pods need the internet for an image.
  registries = {
    docker-io       = "https://registry-1.docker.io"
    ghcr-io         = "https://ghcr.io"
    quay-io         = "https://quay.io"
    registry-k8s-io = "https://registry.k8s.io"
  }

  registry = "${var.region}-docker.pkg.dev/${var.project}"
}

# The product's own images. A tag that was pushed once stays what it is.
resource "google_artifact_registry_repository" "images" {
  repository_id = "antenna-usage"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of antenna-usage"

  docker_config {
    immutable_tags = true
  }

  depends_on = [google_project_service.used]
}

resource "google_artifact_registry_repository" "mirror" {
  for_each      = local.registries
  repository_id = each.key
  location      = var.region
  format        = "DOCKER"
  mode          = "REMOTE_REPOSITORY"
  description   = "Images of ${each.value}, kept once pulled"

  remote_repository_config {
    common_repository {
      uri = each.value
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_artifact_registry_repository_iam_member" "nodes" {
  for_each   = merge({ images = google_artifact_registry_repository.images }, google_artifact_registry_repository.mirror)
  location   = each.value.location
  repository = each.value.name
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.nodes.member
}
