#!/usr/bin/env bash
# Measures the figures of the README and prints them as its table: Caisson beside BuildKit (of a Docker engine) and buildah, on this
# machine, in the same run. Everything is done on a fresh ext4 file system of its own, without any image registry. As root.
# Usage: bench/build/run.sh [RUNS]     (default 5; needs ./build.sh, buildah, skopeo, hyperfine, jq)
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5}
here=$PWD
scripts/install-packages.sh buildah runc skopeo hyperfine jq mmdebstrap >&2

work=$(mktemp -d)
truncate --size 20G "$work/disk"
mkfs.ext4 -q "$work/disk"
mkdir "$work/fs"
mount -o loop "$work/disk" "$work/fs"
finish() {
  # The engine ends when its standard input does.
  if [[ -n ${engine_input-} ]]; then exec {engine_input}>&- && wait "$engine_id" || true; fi
  umount -l "$work/fs"
  rm -rf "$work"
}
trap finish EXIT
cd "$work/fs"

export CAISSON=$here/artifacts/caisson CAISSON_ROOT=$PWD/caisson SOURCE_DATE_EPOCH=0
# Both with runc, which is the one that buildah of Debian 12 can use everywhere.
export CAISSON_RUNTIME=runc
buildah=(buildah --root "$PWD/buildah" --runroot "$PWD/buildah-run" --storage-driver overlay --runtime "$(command -v runc)")

echo "Starting a Docker engine…" >&2
"$here/scripts/docker-engine.sh" unpack "$here/artifacts/docker-engine"
mkfifo engine-ready
exec {engine_input}> >(exec "$here/scripts/docker-engine.sh" run "$here/artifacts/docker-engine" "$PWD/docker" > engine-ready)
engine_id=$!
read -r < engine-ready
export DOCKER_CONFIG=$PWD/docker/config DOCKER_HOST=unix://$PWD/docker/docker.sock
docker=$here/artifacts/docker-engine/root/usr/bin/docker

echo "Making the bases…" >&2
seconds() { local start=$EPOCHREALTIME; "$@" >&2; echo "$start $EPOCHREALTIME" | awk '{printf "%.0f", $2 - $1}'; }
base_seconds=$(seconds "$here/examples/bases.sh" golang)
seconds "$here/examples/bases.sh" distroless > /dev/null
skopeo copy --quiet "oci:$CAISSON_ROOT/images:docker.io/library/golang:1.19" "containers-storage:[overlay@$PWD/buildah+$PWD/buildah-run]docker.io/library/golang:1.19"
"$CAISSON" save docker.io/library/golang:1.19 | "$docker" load >&2

cp -r "$here/examples/client-server" project
cp "$here/bench/build/Dockerfile" project/Dockerfile
mkdir -p files/tree
for i in {0..49}; do
  mkdir "files/tree/$i"
  for j in {0..99}; do seq "$i" $((i + 200)) > "files/tree/$i/file$j"; done
done
cp "$here/bench/build/files.Dockerfile" files/Dockerfile

# measure NAME PREPARATION CONTEXT OPTION…: a row of the table.
declare -a rows
measure() {
  local name=$1 prepare=$2 context=$3
  shift 3
  # The engine has no network of its own here, so all use the machine's.
  local commands=(
    "$CAISSON build --quiet --tag bench $* $context"
    "$docker buildx build --quiet --network host --tag bench $* $context"
    "${buildah[*]} build --quiet --layers --pull-never --network host --tag bench $* $context"
  )
  hyperfine --warmup 1 --runs "$runs" --prepare "$prepare" --export-json result.json "${commands[@]/%/ > /dev/null}" >&2
  rows+=("$(jq -r --arg name "$name" '
    def time: . * 100 | round / 100 | "\(.) s";
    def ratio($own): . / $own * 10 | round / 10 | "(\(.) ×)";
    [.results[].median] as [$own, $buildkit, $buildah]
    | "| \($name) | \($own | time) | \($buildkit | time) \($buildkit | ratio($own)) | \($buildah | time) \($buildah | ratio($own)) |"' result.json)")
}

measure "nothing changed" "sync" project
measure "one source file changed, compilers' cache kept" "bash -c 'echo // \$RANDOM\$RANDOM >> project/cmd/server/main.go'" project
measure "\`go.mod\` changed: every step runs, compilers' cache kept" "bash -c 'echo // \$RANDOM\$RANDOM >> project/go.mod'" project
measure "5000 files copied, changed by a command and copied again" "bash -c 'echo \$RANDOM\$RANDOM > files/tree/0/file0'" files

size() { "$CAISSON" images "$1" | awk 'NR == 2 {print $NF}'; }
base=$("$here/examples/bases.sh" golang)
"$CAISSON" build --quiet --tag hello --build-arg GO_BASE="$base" "$here/examples/hello" > /dev/null
"$CAISSON" build --quiet --tag events "$here/examples/events" > /dev/null
"$CAISSON" build --quiet --tag greet/server "$here/examples/client-server" > /dev/null

cat <<END
| a build of two Go programs of one module; the base is on the machine | Caisson | BuildKit of Docker $("$docker" version --format '{{.Server.Version}}') | buildah $(buildah --version | awk '{print $3}') |
|---|---|---|---|
$(printf '%s\n' "${rows[@]}")

| image | compressed size |
|---|---|
| \`examples/hello\` (scratch, certificates, time zones) | $(size hello) |
| \`examples/client-server\`, target \`server\` (scratch) | $(size greet/server) |
| \`examples/events\` (distroless with the C library) | $(size events) |
| \`distroless:bookworm\`, the base of it | $(size distroless) |
| \`golang:1.19\`, the base of the builds, made from Debian's packages in $base_seconds s | $(size golang) |

Measured by \`bench/build/run.sh\`, medians of $runs runs, on $(nproc) × $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r), ext4 on a loop device, as root; all with $(runc --version | head -n 1).
END
