#!/usr/bin/env bash
# Unpacks a recent Docker engine with BuildKit from the distribution's own repository (suite sid) into a directory, without installing it.
# The mirror is the one that this machine's apt uses. Usage: bench/build/docker-engine.sh DIR
set -euo pipefail
directory=$(realpath -m "$1")
packages=(docker.io docker-cli docker-buildx containerd)
mkdir -p "$directory"/{lists/partial,cache/archives/partial,debs,root}
site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Identifier: Packages' | awk '$2 !~ /-/ {print $1; exit}')
echo "deb $site sid main" > "$directory/sources.list"
options=(
  -o "Dir::Etc::SourceList=$directory/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$directory/lists" -o "Dir::Cache=$directory/cache" -o APT::Sandbox::User=root
)
apt-get "${options[@]}" --quiet update > /dev/null
cd "$directory/debs"
apt-get "${options[@]}" --quiet download "${packages[@]}" > /dev/null
for deb in ./*.deb; do dpkg-deb --extract "$deb" "$directory/root"; done
"$directory/root/usr/bin/docker" --version
