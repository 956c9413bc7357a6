variable "project" {
  description = "Project in which everything is made"
  type        = string
}

variable "region" {
  description = "Region of the database, the bucket and the cluster"
  type        = string
  default     = "europe-west1"
}

variable "namespace" {
  description = "Namespace of Kubernetes that the workers run in"
  type        = string
  default     = "antenna-usage"
}

variable "network" {
  description = "VPC network from which the database is reached; it must have private service access"
  type        = string
  default     = "default"
}

variable "database_tier" {
  description = "Machine type of the database"
  type        = string
  default     = "db-custom-4-16384"
}

variable "database_availability" {
  description = "REGIONAL for a standby in another zone, or ZONAL"
  type        = string
  default     = "REGIONAL"

  validation {
    condition     = contains(["REGIONAL", "ZONAL"], var.database_availability)
    error_message = "Either REGIONAL or ZONAL."
  }
}

variable "archive_coldline_days" {
  description = "Age in days at which files of the archive move to Coldline"
  type        = number
  default     = 90
}

variable "create_network_peering" {
  description = "Whether to make the network's private service access, which it may have already"
  type        = bool
  default     = true
}

variable "create_cluster" {
  description = "Whether to make a GKE Autopilot cluster; without it, the workers run in one that is there"
  type        = bool
  default     = true
}
