variable "project" {
  description = "Project in which everything is made"
  type        = string
}

variable "region" {
  description = "Region of the database, the buckets, Kafka and the cluster"
  type        = string
  default     = "europe-west1"
}

variable "namespace" {
  description = "Namespace of Kubernetes that the workers run in"
  type        = string
  default     = "antenna-usage"
}

variable "create_network" {
  description = "Whether to make the network and the subnetwork. One that is there needs private Google access, and zones of Cloud DNS that lead googleapis.com, pkg.dev and gcr.io to private.googleapis.com"
  type        = bool
  default     = true
}

variable "network" {
  description = "VPC network of the cluster, the database and Kafka"
  type        = string
  default     = "antenna-usage"
}

variable "subnetwork" {
  description = "Subnetwork of the cluster and Kafka, in the region"
  type        = string
  default     = "antenna-usage"
}

variable "subnetwork_range" {
  description = "Addresses of nodes and of Kafka's brokers; a network policy names them"
  type        = string
  default     = "10.10.0.0/20"
}

variable "pods_range" {
  description = "Addresses of pods"
  type        = string
  default     = "10.20.0.0/16"
}

variable "services_range" {
  description = "Addresses of Kubernetes' services"
  type        = string
  default     = "10.30.0.0/20"
}

variable "create_network_peering" {
  description = "Whether to make the network's private service access, which it may have already"
  type        = bool
  default     = true
}

variable "database_range" {
  description = "Addresses that Cloud SQL takes the database's from, for private service access; a network policy names them"
  type        = string
  default     = "10.40.0.0/20"
}

variable "create_nat" {
  description = "Whether to make the way out that Alertmanager needs for its notifications"
  type        = bool
  default     = true
}

variable "create_cluster" {
  description = "Whether to make a GKE Autopilot cluster; without it, the workers run in one that is there"
  type        = bool
  default     = true
}

variable "control_plane_networks" {
  description = "Networks from which the control plane is reached by address, besides the DNS endpoint: name to range"
  type        = map(string)
  default     = {}
}

variable "create_kafka" {
  description = "Whether to make a cluster of Managed Service for Apache Kafka, with the topic; without it, the brokers are yours"
  type        = bool
  default     = true
}

variable "kafka_vcpus" {
  description = "vCPUs of the Kafka cluster, at least 3; each has 4 GiB of memory"
  type        = number
  default     = 3
}

variable "kafka_partitions" {
  description = "Partitions of the topic: no more workers than this get any. They can be made more, and never fewer; maxReplicaCount of the ScaledObject follows"
  type        = number
  default     = 4
}

variable "kafka_retention_days" {
  description = "Days for which the topic keeps records; alert SpeedLayerNearRetention presumes 7"
  type        = number
  default     = 7
}

variable "database_instance" {
  description = "Name of the Cloud SQL instance; that of the clone after a restore"
  type        = string
  default     = "antenna-usage"
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

variable "database_disk_limit_gb" {
  description = "Size up to which Cloud SQL enlarges the database's disk by itself"
  type        = number
  default     = 1000
}

variable "passwords_version" {
  description = "Raised by one, all passwords but Superset's secret key are made anew"
  type        = number
  default     = 1
}

variable "archive_soft_delete_days" {
  description = "Days for which deleted and replaced files of the archive can be brought back; the replaced files with an erased person exist for as long"
  type        = number
  default     = 90

  validation {
    condition     = var.archive_soft_delete_days >= 7 && var.archive_soft_delete_days <= 90
    error_message = "Cloud Storage keeps deleted objects for 7 to 90 days."
  }
}

variable "erasers" {
  description = "Who may erase a person (batch-layer:erase), as IAM members such as user:NAME@DOMAIN: the right to replace files of the archive, best given for the time of an erasure"
  type        = list(string)
  default     = []
}

variable "archive_coldline_days" {
  description = "Age in days at which files of the archive move to Coldline"
  type        = number
  default     = 90
}

variable "alert_email" {
  description = "Who is written to about the database by Cloud Monitoring; empty for no one"
  type        = string
  default     = ""
}

variable "repository" {
  description = "OWNER/NAME on GitHub of the repository whose runbook the alerts of Cloud Monitoring lead to; empty for its path alone"
  type        = string
  default     = ""
}
