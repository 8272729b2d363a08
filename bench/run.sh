#!/usr/bin/env bash
# Whole builds, Caisson beside buildah, a Docker engine, and any BuildKit daemon that is named: prints a table and writes artifacts/bench.json. As root.
# Usage: bench/run.sh [--runs N] [--only WORDS[,…]] [--json FILE] [--buildctl ADDRESS] [--no-docker] [--served]
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -x artifacts/caisson ]] || ./build.sh
exec dotnet run --configuration Release --project bench/Caisson.Bench.Build -- "$@"
