#!/usr/bin/env bash
# Makes sources.tar.gz beside this script: the sources with all of their dependencies. The same sources give the same bytes.
# Usage: ./archive.sh [option of caisson build]…
set -euo pipefail
cd "$(dirname "$0")"
"${CAISSON:-caisson}" build --file archive.Dockerfile --output type=local,dest=. "$@" .
sha256sum sources.tar.gz
