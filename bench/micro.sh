#!/usr/bin/env bash
# The parts, one by one, each beside the machine's limit: BenchmarkDotNet, a short run in one process. Tables and JSON go to artifacts/bench-micro.
# Usage: bench/micro.sh [OPTIONS OF BENCHMARKDOTNET], for example --filter '*Gzip*' or --job medium
#        bench/micro.sh trace   a Go build with the files watched that it opens, beside one without; as root
set -euo pipefail
cd "$(dirname "$0")/.."
exec dotnet run --configuration Release --project bench/Caisson.Bench.Micro -- "$@"
