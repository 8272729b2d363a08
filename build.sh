#!/usr/bin/env bash
# Publishes the shipped binary, one self-contained file, to artifacts/caisson.
set -euo pipefail
cd "$(dirname "$0")"
dotnet publish src/Caisson.Cli/Caisson.Cli.csproj --configuration Release --output artifacts/publish --nologo --verbosity quiet
# A running caisson keeps the file it was started from.
install -m 755 artifacts/publish/caisson artifacts/caisson.new
mv -f artifacts/caisson.new artifacts/caisson
