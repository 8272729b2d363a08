#!/usr/bin/env bash
# Makes the base images of the examples from the distribution's package repository, those that are not there yet:
#   golang:1.19          the Go compiler, what the builds need beside it, and the Go libraries that the examples use
#   debian:bookworm      a small Debian
#   distroless:bookworm  the C library with its loader: no shell, no package manager
# Usage: examples/bases.sh [golang] [debian] [distroless]   (without a name: all)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
caisson=${CAISSON:-$here/../artifacts/caisson}

# make_base NAME VARIANT [PACKAGE…]: skipped when the image is there with all of these packages.
make_base() {
  local name=$1 variant=$2 package held complete=yes
  shift 2
  if held=$("$caisson" inspect --show packages "$name" 2>/dev/null); then
    for package in "$@"; do
      [[ $'\n'$held == *$'\n'"$package="* ]] || complete=no
    done
    if [[ $complete == yes ]]; then
      echo "$name@$("$caisson" inspect --show digest "$name")"
      return
    fi
  fi
  "$caisson" base debian --quiet --suite bookworm --variant "$variant" "${@/#/--package=}" --tag "$name"
}

golang() {
  make_base golang:1.19 minbase golang-go go-staticcheck make ca-certificates tzdata \
    golang-github-gorilla-mux-dev golang-github-lib-pq-dev
}

debian() {
  make_base debian:bookworm minbase
}

distroless() {
  make_base distroless:bookworm extract libc6
}

[[ $# -gt 0 ]] || set -- golang debian distroless
for base in "$@"; do
  case $base in
    golang | debian | distroless) "$base" ;;
    *)
      echo "$0: there is no base \"$base\": golang, debian or distroless" >&2
      exit 2
      ;;
  esac
done
