# examples/client-server as every builder understands it, also those that do not see what changes behind a bind mount.
ARG BASE=docker.io/library/golang:1.19
FROM $BASE AS base
ENV CGO_ENABLED=0 GOFLAGS=-trimpath GOPROXY=off GOWORK=/go.work
WORKDIR /src
COPY go.mod go.sum ./
RUN go work init && \
    go work edit -use=/src -replace=github.com/gorilla/mux=/usr/share/gocode/src/github.com/gorilla/mux
COPY . .

FROM base AS build-client
RUN --mount=type=cache,target=/root/.cache/go-build \
    go build -ldflags "-s -w" -o /bin/client ./cmd/client

FROM base AS build-server
RUN --mount=type=cache,target=/root/.cache/go-build \
    go build -ldflags "-s -w" -o /bin/server ./cmd/server

FROM scratch
COPY --from=build-client /bin/client /bin/
COPY --from=build-server /bin/server /bin/
USER 10001:10001
ENTRYPOINT ["/bin/server"]
