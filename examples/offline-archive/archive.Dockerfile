# Makes the one archive that the lab gets: ./archive.sh
FROM golang:1.19 AS archive
COPY . /catalog
WORKDIR /catalog
# What "go mod vendor" does where a module proxy is. Here the module comes from the distribution's package golang-gopkg-yaml.v3-dev.
RUN <<vendor
set -eu
module=gopkg.in/yaml.v3
version=$(sed -n "s|^require $module ||p" go.mod)
mkdir -p vendor/$module
cp /usr/share/gocode/src/$module/*.go vendor/$module/
rm vendor/$module/*_test.go
cp /usr/share/doc/golang-gopkg-yaml.v3-dev/NOTICE /usr/share/doc/golang-gopkg-yaml.v3-dev/copyright vendor/$module/
printf '# %s %s\n## explicit\n%s\n' $module "$version" $module > vendor/modules.txt
vendor
# Nothing is missing: every package that the program needs is found without a network.
RUN --network=none go list -mod=vendor -deps . > /dev/null
# The same files give the same bytes: no owner, no time, one order.
RUN tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --directory=/ --create catalog | gzip -9 --no-name > /sources.tar.gz

FROM scratch
COPY --from=archive /sources.tar.gz /
