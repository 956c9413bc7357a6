#!/usr/bin/env bash
# Tries a restore: clones the database to a moment, lets the workers' own commands read the clone, and deletes it:
#   deploy/gcp/restore-drill.sh 2026-11-24T03:00:00Z
# Nothing of the real instance is touched, and no worker writes to the clone. Takes as long as Cloud SQL takes to clone,
# and costs an instance for that time. Needs gcloud, kubectl and jq, and the overlay in the cluster's current namespace.
set -euo pipefail

moment=${1:?the moment, in RFC 3339, within the last seven days} instance=${2:-antenna-usage} drill=antenna-usage-drill
connection=$(gcloud sql instances describe "$instance" --format='value(connectionName)')
drilled=${connection%:*}:$drill

# A command's Job with its proxy at the clone. The proxy takes the instance from a ConfigMap; an entry of its own goes before.
look() { # NAME CRONJOB
  kubectl delete job "$1" --ignore-not-found
  kubectl create job "$1" --from="cronjob/$2" --dry-run=client --output=json \
    | jq --arg drilled "$drilled" '
        .spec.template.spec.containers[0].args = ["status"]
        | .spec.template.spec.initContainers |= map(
            if .name == "sql-proxy" then .env += [{ name: "CSQL_PROXY_INSTANCE_CONNECTION_NAME", value: $drilled }] else . end)' \
    | kubectl create --filename=-
  kubectl wait --for=condition=Complete "job/$1" --timeout=600s
  kubectl logs "job/$1"
}

gcloud sql instances clone "$instance" "$drill" --point-in-time="$moment"
trap 'gcloud sql instances patch "$drill" --no-deletion-protection --quiet && gcloud sql instances delete "$drill" --quiet' EXIT
databases=$(gcloud sql databases list --instance="$drill" --format='value(name)')
grep --line-regexp --quiet superset <<< "$databases" || { printf 'the clone lacks database superset; it has: %s\n' "$databases" >&2; exit 1; }
look drill-positions speed-layer-command
look drill-hours batch-layer-backfill
printf 'the restore to %s works: the positions and hours above are those of that moment, and Superset is there\n' "$moment"
