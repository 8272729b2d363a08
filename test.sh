#!/usr/bin/env bash
# Installs what the tests need, builds everything with warnings as errors, checks the format and runs every test.
# Ends with "N passed, N failed, N skipped"; fails when anything failed. Each skipped test says what it misses.
set -euo pipefail
cd "$(dirname "$0")"

packages=(
  crun runc mmdebstrap uidmap util-linux                      # what caisson uses
  docker-registry skopeo umoci buildah postgresql golang-go   # real parts and independent tools
  busybox-static openssl curl gnupg apt-utils dpkg-dev git    # what tests make their inputs of
  attr libcap2-bin pigz zstd xz-utils bzip2 python3 perl tmux
  qemu-user-static                                            # runs programs for other processors
  strace e2fsprogs                                            # what makes faults
  chromium                                                    # looks at reports
  python3-docker                                              # a library that speaks to Docker's engine
)
scripts/install-packages.sh "${packages[@]}" || echo "Without them the tests that use them are skipped." >&2

# Optimised code is tested, as it is shipped. One compiler serves all projects; where the machine wants none to stay behind, it ends with the last build.
stays=${UseSharedCompilation-true}
export UseSharedCompilation=true
dotnet build Caisson.slnx --configuration Release --nologo --verbosity quiet
# The shipped binary is compiled, and the format checked, while those tests run that do not need it.
dotnet format whitespace Caisson.slnx --verify-no-changes --no-restore &
formatting=$!
./build.sh &
shipping=$!

# A number of a test program's summary, 0 when it ended without one: count NAME LOG.
count() {
  local number
  number=$(grep --text --only-matching "Total: .*" "$2" | tail -n 1 | grep --only-matching "$1: [0-9]*" | grep --only-matching '[0-9]*$' || true)
  echo "${number:-0}"
}

logs=$(mktemp --directory)
trap 'rm -rf "$logs"' EXIT
# Runs a test program. What it says is shown when it has ended, so that of programs that run side by side nothing is mixed up.
run() {
  local name exit=0
  name=$(basename "$1" .csproj)
  trap - INT QUIT # which the shell takes from what runs in the background; tests send them
  # One that stands still is ended, so that what the others say is not lost.
  timeout --foreground --kill-after=30 1800 scripts/in-memory.sh "artifacts/bin/$name/release/$name" -noColor -parallelAlgorithm aggressive > "$logs/$name" 2>&1 || exit=$?
  echo "$exit" > "$logs/$name.exit"
  flock "$logs" grep --text --invert-match --extended-regexp '^ *(Discover|Starting:|xUnit.net)' "$logs/$name" || true
}

# Runs test programs at the same time: each of them waits now and then, for a registry, an engine, a disk.
run_all() {
  local project running=()
  for project; do
    run "$project" &
    running+=($!)
  done
  wait "${running[@]}"
}

early=() late=()
for project in tests/*/*.csproj; do
  case $project in
    */Caisson.Cli.Tests/* | */Caisson.IntegrationTests/* | */conformance/*) late+=("$project") ;;
    *) early+=("$project") ;;
  esac
done
run_all "${early[@]}" &
beginning=$!
wait "$formatting"
wait "$shipping"
[[ $stays == true ]] || dotnet build-server shutdown --vbcscompiler > /dev/null
run_all "${late[@]}"
wait "$beginning"

total=0 failed=0 skipped=0
for project in "${early[@]}" "${late[@]}"; do
  name=$(basename "$project" .csproj)
  broken=$(($(count Failed "$logs/$name") + $(count Errors "$logs/$name")))
  # A program that failed without a failed test has been killed or found no tests.
  exit=$(cat "$logs/$name.exit" || echo unknown)
  if [[ $exit != 0 && $broken -eq 0 ]]; then
    echo "$name ended with exit code $exit" >&2
    broken=1
  fi
  total=$((total + $(count Total "$logs/$name")))
  failed=$((failed + broken))
  skipped=$((skipped + $(count Skipped "$logs/$name")))
done
echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
