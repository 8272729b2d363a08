# Outside, where there is a network: the sources of a server, and of all Go libraries that it needs, as the distribution has them. ./sources.sh calls it.
# The result is two directories: nats-server, a Go module, and proxy, a module proxy in files.
FROM golang:1.19 AS sources
ARG SERVER=nats-server
# apt checks the signature of the repository, and the digest of everything that it fetches.
COPY <<settings /etc/apt/apt.conf.d/sources
APT::Sandbox::User "root";
Acquire::Languages "none";
settings
WORKDIR /fetched
RUN <<fetch
set -eu
sed 's/^deb /deb-src /' /etc/apt/sources.list > /etc/apt/sources.list.d/sources.list
apt-get update
apt-get install -y --no-install-recommends patch xz-utils
apt-get source --download-only "$SERVER"
apt-get build-dep --simulate --arch-only -o Dir::State::status=/dev/null "$SERVER" | sed -n 's/^Inst \(golang-[^ ]*-dev\) .*/\1/p' > libraries
xargs apt-get download < libraries
fetch
# The sources as their authors released them, with what the distribution changes of them.
WORKDIR /out
RUN --network=none <<unpack
set -eu
mkdir "$SERVER"
tar -xf /fetched/*.orig.tar.* -C "$SERVER" --strip-components=1
tar -xf /fetched/*.debian.tar.* -C /fetched
if [ -e /fetched/debian/patches/series ]; then
  sed -e 's/#.*//' -e 's/ .*//' -e '/^$/d' /fetched/debian/patches/series | while read -r change; do
    patch -d "$SERVER" -p1 < "/fetched/debian/patches/$change"
  done
fi
# The distribution's libraries have no parts for Windows, so the server's have nothing to stand on.
find "$SERVER" -name '*_windows*.go' -delete
unpack
# Libraries become modules of the versions that they have, and go.mod asks for these.
COPY modules.go /
ENV GOFLAGS=-mod=mod GOPROXY=file:///out/proxy GOSUMDB=off
RUN --network=none <<modules
set -eu
go run /modules.go /out/proxy /fetched/*.deb
cd "$SERVER"
sed -i -e '/^require (/,/^)/d' -e '/^require /d' go.mod
rm go.sum
go mod tidy -e
modules

FROM scratch
COPY --from=sources /out /
