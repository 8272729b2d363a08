#!/usr/bin/env bash
# A recent Docker engine with BuildKit, unpacked from the distribution's own repository (suite sid) beside the system: the builder that
# Caisson is compared with; beside it crane, oras and cosign, which read what Caisson pushes, and an older client (suite bookworm, 20.10), the last that speaks
# to an engine's own BuildKit without a plugin. Nothing is installed, and nothing of the machine's own Docker, if it has one, is touched.
#
#   scripts/docker-engine.sh unpack DIR      fetches it into DIR, once: about 180 MB. The mirror is the one that this machine's apt uses.
#   scripts/docker-engine.sh run DIR STATE [CONFIG]
#                                            runs it, as root, with all that it writes below STATE, and with a configuration (JSON). Prints
#                                            "ready" when it answers, and ends when its standard input does: it never outlives who started it.
#
# The programs are DIR/root/usr/bin/docker and STATE/config/cli-plugins/docker-buildx, with DOCKER_HOST=unix://STATE/docker.sock and
# DOCKER_CONFIG=STATE/config; the older client is DIR/older/usr/bin/docker. The engine has no network of its own: build with --network=host.
set -euo pipefail

unpack() {
  local directory packages older site options
  directory=$(realpath -m "$1")
  mkdir -p "$directory"
  exec 9> "$directory/lock"
  flock 9
  packages=(docker.io docker-cli docker-buildx docker-compose containerd crane oras cosign)
  older=docker.io/bookworm
  if [[ -e $directory/complete && $(< "$directory/complete") == "${packages[*]} $older" ]]; then return; fi
  mkdir -p "$directory"/{lists/partial,cache/archives/partial,debs/older,root,older}
  site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Identifier: Packages' | awk '$2 !~ /-/ {print $1; exit}')
  printf 'deb %s %s main\n' "$site" sid "$site" bookworm > "$directory/sources.list"
  options=(
    -o "Dir::Etc::SourceList=$directory/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$directory/lists" -o "Dir::Cache=$directory/cache" -o APT::Sandbox::User=root
  )
  apt-get "${options[@]}" --quiet update > /dev/null
  cd "$directory/debs"
  apt-get "${options[@]}" --quiet download "${packages[@]}" > /dev/null
  for deb in ./*.deb; do dpkg-deb --extract "$deb" "$directory/root"; done
  cd older
  apt-get "${options[@]}" --quiet download "$older" > /dev/null
  dpkg-deb --extract ./*.deb "$directory/older"
  rm -rf "$directory"/{lists,cache,debs}
  "$directory/root/usr/bin/docker" --version > /dev/null
  "$directory/older/usr/bin/docker" --version > /dev/null
  echo "${packages[*]} $older" > "$directory/complete"
}

run() {
  local directory state engine i in_memory=()
  directory=$(realpath "$1")
  state=$(realpath -m "$2")
  mkdir -p "$state/config/cli-plugins" "$state/data"
  ln -sf "$directory/root/usr/libexec/docker/cli-plugins/docker-buildx" "$state/config/cli-plugins/"
  echo "${3:-"{}"}" > "$state/daemon.json"
  export PATH=$directory/root/usr/bin:$directory/root/usr/sbin:$PATH DOCKER_HOST=unix://$state/docker.sock DOCKER_CONFIG=$state/config
  # It flushes what it writes, a hundred times for a build: that is kept in memory, where memory keeps attributes of files (Linux 6.6) and there is enough.
  # Nobody else sees the mount, and it goes with the engine.
  if printf '6.6\n%s\n' "$(uname -r)" | sort --check=quiet --version-sort && (($(awk '/^MemAvailable:/ {print $2}' /proc/meminfo) > 4 << 20)); then
    # shellcheck disable=SC2016  # arguments of the shell within
    in_memory=(unshare --mount sh -euc 'mount -t tmpfs -o mode=711,size=4g engine "$0"; exec "$@"' "$state/data")
  fi
  "${in_memory[@]}" dockerd --config-file "$state/daemon.json" --bridge=none --iptables=false --ip6tables=false --ip-forward=false \
    --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/docker.pid" --host "$DOCKER_HOST" > "$state/log" 2>&1 < /dev/null &
  engine=$!
  # shellcheck disable=SC2064  # the engine of now
  trap "kill $engine 2> /dev/null && wait $engine || true" EXIT
  for ((i = 0; i < 600; i++)); do
    if docker version > /dev/null 2>&1; then
      echo ready
      cat > /dev/null
      return
    fi
    if ! kill -0 "$engine" 2> /dev/null; then break; fi
    sleep 0.1
  done
  tail -n 20 "$state/log" >&2
  return 1
}

case ${1-} in
  unpack) unpack "$2" ;;
  run) run "$2" "$3" "${4-}" ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 64
    ;;
esac
