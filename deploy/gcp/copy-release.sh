#!/usr/bin/env bash
# Copies the images of a release into the project's repository, and writes their digests into deploy/overlays/gcp/images:
#   deploy/gcp/copy-release.sh OWNER/REPOSITORY 1.2.3 REGION-docker.pkg.dev/PROJECT/antenna-usage
# What the release's own workflow has not signed is refused. A digest stays the same when an image is copied, so what runs
# is what was built, scanned and signed. Needs cosign, gh and a login of both registries (docs/deploy.md, step 2).
set -euo pipefail

repository=${1:?the repository on GitHub: OWNER/REPOSITORY} version=${2:?the version, such as 1.2.3}
target=${3:?the prefix of the images: terraform -chdir=deploy/gcp output -raw images}
overlay=$(dirname "$0")/../overlays/gcp/images/kustomization.yaml
source=ghcr.io/${repository,,}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

gh release download "v$version" --repo="$repository" --pattern='*.digest' --dir="$work"
{
  printf '# The images of release %s. %s writes this file anew, with the digests that were signed.\n' \
    "$version" "\`deploy/gcp/copy-release.sh\`"
  printf 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n'
} > "$work/kustomization.yaml"

for image in provisioner speed-layer batch-layer serving superset; do
  digest=$(cat "$work/$image.digest")
  cosign verify "$source/$image@$digest" --output=text \
    --certificate-oidc-issuer=https://token.actions.githubusercontent.com \
    --certificate-identity="https://github.com/$repository/.github/workflows/release.yaml@refs/tags/v$version" > "$work/$image.verified"
  cosign copy "$source/$image@$digest" "$target/$image:$version"
  {
    printf '  - name: antenna-usage/%s\n' "$image"
    printf '    newName: %s/%s\n' "$target" "$image"
    printf '    digest: %s\n' "$digest"
  } >> "$work/kustomization.yaml"
done

cp "$work/kustomization.yaml" "$overlay"
printf 'the images of release %s are in %s, and their digests in %s\n' "$version" "$target" "$overlay"
