#!/usr/bin/env bash
# Measures what files cost: builds in which nothing changed with contexts of 2,000, 20,000 and 200,000 files, and copies of many small files and a
# large one into an image. Each row stands beside the machine's limit, measured in the same run. Everything is done on a fresh ext4 file system. As root.
# Usage: bench/contexts/run.sh [RUNS [JSON]]   (default 5 and artifacts/bench-contexts.json; needs ./build.sh, hyperfine, jq, python3)
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-5}
json=$(realpath -m "${2:-artifacts/bench-contexts.json}")
caisson=$PWD/artifacts/caisson
scripts/install-packages.sh hyperfine jq python3 >&2

work=$(mktemp -d)
truncate --size 30G "$work/disk"
mkfs.ext4 -q "$work/disk"
mkdir "$work/fs"
mount -o loop,discard "$work/disk" "$work/fs"
trap 'umount -l "$work/fs"; rm -rf "$work"' EXIT
cp bench/contexts/make-tree.py "$work/"
cd "$work/fs"
export CAISSON_ROOT=$PWD/store SOURCE_DATE_EPOCH=0
mkdir results

# measure NAME PREPARATION COMMAND: one result, in results/NAME.json.
measure() {
  hyperfine --show-output --warmup 1 --runs "$runs" --prepare "$2" --export-json "results/$1.json" "$3 > /dev/null" >&2
}

for count in 2000 20000 200000; do
  python3 ../make-tree.py "context-$count/tree" "$count" 200
  printf 'FROM scratch\nCOPY tree /tree\n' > "context-$count/Dockerfile"
  sync
  "$caisson" build --quiet --tag "context-$count" "context-$count" > /dev/null
  measure "unchanged-$count" true "$caisson build --quiet --tag context-$count context-$count"
  measure "unchanged-$count.limit" true "find context-$count -printf '%i %s %T@ %C@\n'"
done

python3 ../make-tree.py copy/files 20000 4096
mkdir copy/large
head --bytes 1G /dev/urandom > copy/large/random
printf 'FROM scratch\nCOPY . /data\n' > copy/Dockerfile
clean="rm -rf store out.tar copied; sync"
measure copy-store "$clean" "$caisson build --quiet --tag copy copy"
measure copy-gzip "$clean" "$caisson build --quiet --output type=oci,dest=out.tar copy"
measure copy-uncompressed "$clean" "$caisson build --quiet --output type=oci,dest=out.tar,compression=uncompressed copy"
measure copy.limit "$clean" "cp -a copy copied"
for row in store gzip uncompressed; do cp results/copy.limit.json "results/copy-$row.limit.json"; done
rm results/copy.limit.json

jq -n --arg machine "$(nproc) × $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)" --arg load "$(cut -d ' ' -f 1-3 /proc/loadavg)" '
  def figures: .results[0] | {median, min, max, cpu: (.user + .system), times};
  [inputs | {name: (input_filename | sub("^results/"; "") | sub("\\.json$"; "")), value: figures}] as $all
  | {machine: $machine, load: $load, workloads: [$all[] | select(.name | endswith(".limit") | not) | . as $own
      | ($all[] | select(.name == $own.name + ".limit") | .value) as $limit
      | {name, caisson: .value, limit: $limit, ratio: (.value.median / $limit.median)}]}' results/*.json > "$json"
jq -r '
  def s: . * 1000 | round / 1000;
  "| workload | median | min | max | CPU | the limit: median | CPU | ratio |", "|---|---|---|---|---|---|---|---|",
  (.workloads[] | "| \(.name) | \(.caisson.median | s) s | \(.caisson.min | s) s | \(.caisson.max | s) s | \(.caisson.cpu | s) s | \(.limit.median | s) s | \(.limit.cpu | s) s | \(.ratio * 10 | round / 10) |"),
  "", "\(.machine); load averages at the end \(.load). The limit of an unchanged build is `find -printf` over its context, that of a copy `cp -a`."' "$json"
