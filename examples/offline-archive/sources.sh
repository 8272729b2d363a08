#!/usr/bin/env bash
# Fetches the server and its Go libraries from the distribution's package repository, and packs them: sources.tar.gz beside this script.
# The same packages give the same bytes.
# Usage: ./sources.sh [option of caisson build]…
set -euo pipefail
cd "$(dirname "$0")"
caisson=${CAISSON:-caisson}
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
"$caisson" build --file sources.Dockerfile --output type=local,dest="$fetched" "$@" .
GOPROXY=file://$fetched/proxy GOSUMDB=off "$caisson" vendor go --toolchain-from golang:1.19 --output sources.tar.gz "$fetched/nats-server"
