#!/usr/bin/env bash
# From a fresh clone to a running image: installs what is missing, builds caisson, makes a Go base image from the distribution's package
# repository, builds examples/hello, starts the image and asks it for a page. What it makes stays in Caisson's store and in artifacts/.
set -euo pipefail
cd "$(dirname "$0")"
step() { printf '\n\033[1m%s\033[0m\n' "$*"; }

if ! command -v dotnet > /dev/null; then
  echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
  exit 1
fi

step "1. What is missing on this machine"
runtime=(crun)
for name in crun runc youki; do
  if command -v "$name" > /dev/null; then runtime=(); fi
done
scripts/install-packages.sh "${runtime[@]}" mmdebstrap gpg uidmap util-linux curl

step "2. caisson itself, into artifacts/caisson"
./build.sh
export CAISSON=$PWD/artifacts/caisson
"$CAISSON" version

step "3. A base image with Go, from the distribution's package repository"
base=$(examples/bases.sh golang)
echo "$base"

step "4. examples/hello"
"$CAISSON" build --tag hello --build-arg GO_BASE="$base" examples/hello

step "5. The image runs"
log=$(mktemp)
# Port 0: one that is free. The program says which.
"$CAISSON" run --rm -e ADDR=127.0.0.1:0 hello > "$log" 2>&1 &
container=$!
trap 'kill "$container" 2> /dev/null || true; wait "$container" 2> /dev/null || true; rm -f "$log"' EXIT
for ((i = 0; i < 100; i++)); do
  address=$(sed -n 's/^.*listening on //p' "$log")
  if [[ -n $address ]] || ! kill -0 "$container" 2> /dev/null; then break; fi
  sleep 0.1
done
if [[ -z $address ]]; then
  cat "$log" >&2
  exit 1
fi
printf '$ curl http://%s/\n' "$address"
curl --silent --show-error --fail "http://$address/"

step "6. Its size"
"$CAISSON" images hello
