#!/usr/bin/env bash
# Runs a program whose temporary files are on a file system of its own: ext4, as on most disks, in memory. It is faster than a disk that has to flush and to discard what is
# of no use a second later. Nobody else sees the mounts, and they go with the program. Where that cannot be (not root, little memory), the program is run as it is.
# Usage: scripts/in-memory.sh PROGRAM [ARGUMENT]…
set -euo pipefail

needed_gib=16 size=12G
place=/tmp/caisson-tests

# In a mount namespace of its own: the program's.
if [[ ${1-} == --mounted ]]; then
  shift
  mount -t tmpfs -o "mode=700,size=$size" image "$place"
  truncate --size "$size" "$place/image"
  mkfs.ext4 -q -F -m 0 -E lazy_itable_init=1,nodiscard "$place/image"
  mount -o loop,nodiscard,nobarrier "$place/image" "$place"
  chmod 1777 "$place"
  export TMPDIR=$place
  exec "$@"
fi

memory_kib=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
if [[ $(id -u) -eq 0 ]] && ((memory_kib >= needed_gib << 20)) && mkdir -p "$place" && unshare --mount "$0" --mounted true 2> /dev/null; then
  exec unshare --mount "$0" --mounted "$@"
fi
exec "$@"
