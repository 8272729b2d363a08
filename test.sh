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
)
scripts/install-packages.sh "${packages[@]}" || echo "Without them the tests that use them are skipped." >&2

# Optimised code is tested, as it is shipped. One compiler serves all projects; where the machine wants none to stay behind, it ends with the last build.
stays=${UseSharedCompilation-true}
export UseSharedCompilation=true
dotnet build Caisson.slnx --configuration Release --nologo --verbosity quiet
dotnet format whitespace Caisson.slnx --verify-no-changes --no-restore
# The shipped binary is compiled while those tests run that do not need it.
./build.sh &
shipping=$!

# A number of a test program's summary, 0 when it ended without one: count NAME LOG.
count() {
  local number
  number=$(grep --only-matching "Total: .*" "$2" | tail -n 1 | grep --only-matching "$1: [0-9]*" | grep --only-matching '[0-9]*$' || true)
  echo "${number:-0}"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
total=0 failed=0 skipped=0
run() {
  local project name exit broken
  for project; do
    name=$(basename "$project" .csproj)
    exit=0
    # One that stands still is ended, so that what the others say is not lost.
    timeout --foreground --kill-after=30 1200 "artifacts/bin/$name/release/$name" -noColor -parallelAlgorithm aggressive 2>&1 | tee "$log" | grep --invert-match --extended-regexp '^ *(Discover|Starting:|xUnit.net)' || exit=${PIPESTATUS[0]}
    broken=$(($(count Failed "$log") + $(count Errors "$log")))
    # A program that failed without a failed test has been killed or found no tests.
    if [[ $exit -ne 0 && $broken -eq 0 ]]; then
      echo "$name ended with exit code $exit" >&2
      broken=1
    fi
    total=$((total + $(count Total "$log")))
    failed=$((failed + broken))
    skipped=$((skipped + $(count Skipped "$log")))
  done
}

early=() late=()
for project in tests/*/*.csproj; do
  case $project in
    */Caisson.Cli.Tests/* | */Caisson.IntegrationTests/* | */conformance/*) late+=("$project") ;;
    *) early+=("$project") ;;
  esac
done
run "${early[@]}"
wait "$shipping"
[[ $stays == true ]] || dotnet build-server shutdown --vbcscompiler > /dev/null
run "${late[@]}"

echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
