#!/usr/bin/env bash
# Finds out what the shipped command would have to compile while it runs, and writes it to src/Caisson.Cli/startup-methods.txt, from which it is compiled beforehand: a command lives for a
# fraction of a second, and each of some hundred methods costs it about a tenth of a millisecond. Run it when many methods have come or gone; as root, for what runs steps.
# Usage: scripts/startup-methods.sh     (takes four minutes, needs mmdebstrap, an OCI runtime and docker-registry)
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
registry=
trap '[[ -z $registry ]] || kill "$registry"; rm -rf "$work"' EXIT

echo "Publishing without the list…" >&2
dotnet publish src/Caisson.Cli/Caisson.Cli.csproj --configuration Release --artifacts-path "$work/artifacts" --output "$work/publish" --nologo --verbosity quiet -p:StartupMethods=none
export CAISSON=$work/publish/caisson CAISSON_ROOT=$work/store SOURCE_DATE_EPOCH=0
examples/bases.sh golang > /dev/null
cp -r examples/client-server "$work/"
cp bench/Caisson.Bench.Build/Workloads/go.Dockerfile "$work/client-server/Dockerfile"

cat > "$work/registry.yml" << EOF
version: 0.1
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: 127.0.0.1:0}
EOF
OTEL_TRACES_EXPORTER=none docker-registry serve "$work/registry.yml" > "$work/registry.out" 2> "$work/registry.log" &
registry=$!
until listening=$(grep --only-matching 'listening on 127[^"]*' "$work/registry.log"); do sleep 0.1; done
remote=${listening#listening on }/team/app

echo "Training…" >&2
trained=0
train() { DOTNET_JitStdOutFile=$work/jit.$((++trained)) DOTNET_JitDisasmSummary=1 "$CAISSON" "$@" > "$work/output" 2>&1 < /dev/null || true; }
project=$work/client-server
train build --tag first "$project"
train build --tag first "$project"
train build --quiet --tag first "$project"
echo '// changed' >> "$project/cmd/server/main.go"
train build --tag first --tag second "$project"
train build --output "type=oci,dest=$work/image.tar" "$project"
train build --output "type=local,dest=$work/files" "$project"
train build --file "$work/missing" "$project"
train build --target missing "$project"
printf 'FROM golang:1.19\nARG A=1\nRUN exit 3\n' | train build -
train check "$project"
train parse "$project/Dockerfile"
train build --no-cache --explain "$project"
train build --max-size 1TB "$project"
train build --platform linux/amd64,linux/arm64 --push --tag "$remote:two" --cache-to "type=registry,ref=$remote:cache" "$project"
train build --push --tag "$remote:one" "$project"
train --root "$work/elsewhere" build --cache-from "$remote:cache" --no-cache-filter none "$project"
train push first "$remote:first"
train push first "$remote:first"
train pull "$remote:one"
train image inspect first
train image tree "docker://$remote:two"
train image cp "docker://$remote:two" "oci:$work/layout:two"
train diff first second
train size first
train registry tags "${remote}"
train explain
train history ls
train history inspect ^0
train history logs ^0
train du
train prune --dry-run
train images
train inspect first
train tag first third
train rmi third
train run golang:1.19 true
train doctor
train version
train build --help
train build --no-cache --timestamps=keep --output "type=oci,dest=$work/image.tar" "$project"

# The daemon, by its clients; it ends with its standard input.
scripts/docker-engine.sh unpack artifacts/docker-engine
mkdir -p "$work/docker/cli-plugins"
ln -s "$PWD/artifacts/docker-engine/root/usr/libexec/docker/cli-plugins/docker-buildx" "$work/docker/cli-plugins/"
export PATH=$PWD/artifacts/docker-engine/root/usr/bin:$PATH DOCKER_CONFIG=$work/docker DOCKER_HOST=unix://$work/serve.sock
serve() {
  DOTNET_JitStdOutFile=$work/jit.$((++trained)) DOTNET_JitDisasmSummary=1 "$CAISSON" serve --addr "$DOCKER_HOST" 2> "$work/serve.log" &
  serving=$!
  until [[ -S $work/serve.sock ]]; do sleep 0.1; done
  "$@" > "$work/output" 2>&1 || cat "$work/output" >&2
  kill "$serving"
  wait "$serving" || true
}
served() {
  docker version
  docker buildx build --tag served "$project"
  docker buildx build --tag served "$project"
  docker buildx build --target missing "$project" || true
  docker buildx build --no-cache --output "type=local,dest=$work/served" "$project"
  docker buildx create --name remote --driver remote "$DOCKER_HOST"
  docker buildx build --builder remote --output "type=oci,dest=$work/served.tar" "$project"
  docker buildx build --call=outline "$project"
  docker images
  docker tag served other
  docker rmi other
}
serve served
classic() { DOCKER_BUILDKIT=0 docker build --tag classic "$project"; }
serve classic

LC_ALL=C sort --unique > src/Caisson.Cli/startup-methods.txt < <(
  # What was compiled anew for speed, or is made by the runtime itself, was or cannot be compiled beforehand.
  sed -n 's/^ *[0-9]*: JIT compiled \(.*\) \[Tier-\?0.*$/\1/p' "$work"/jit.* | grep -v '^(\?dynamicClass'
)
wc -l src/Caisson.Cli/startup-methods.txt >&2
