using System.Text;

namespace Caisson.Bench.Dockerfile;

/// <summary>A Dockerfile as long as the largest that people write: stages that build parts of a product, each with what such stages have.</summary>
internal static class SampleDockerfile
{
    private const string Stage =
        """
        # part-{0} compiles part {0} of the product
        FROM golang:1.21-bookworm AS part-{0}
        ARG VERSION
        ARG TARGETOS
        ARG TARGETARCH
        ENV CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=${{TARGETARCH:-amd64}}
        WORKDIR /src/part-{0}
        COPY --link go.mod go.sum ./
        RUN --mount=type=cache,target=/go/pkg/mod \
            --mount=type=bind,source=tools,target=/tools,readonly \
            go mod download && go mod verify
        COPY --chown=10001:10001 . .
        # The tests are run by another stage.
        RUN --mount=type=cache,target=/root/.cache/go-build,sharing=locked \
            set -eux && \
            apt-get update && \
            apt-get install -y --no-install-recommends ca-certificates git && \
            go build -trimpath -ldflags "-s -w -X main.version=$VERSION" \
                -o /out/part-{0} ./cmd/part-{0}
        LABEL org.opencontainers.image.title="part {0}" org.opencontainers.image.version=$VERSION
        EXPOSE 8080/tcp 8443
        HEALTHCHECK --interval=30s --timeout=3s CMD ["/out/part-{0}", "-check"]
        USER 10001:10001
        ENTRYPOINT ["/out/part-{0}"]

        """;

    /// <summary>The text, of at least as many lines.</summary>
    public static string Create(int lines)
    {
        StringBuilder text = new("# syntax=docker/dockerfile:1\n# check=error=false\nARG VERSION=1.0\n\n");
        for (int i = 0; text.ToString().Count(static c => c == '\n') < lines - 25; i++)
            text.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, System.Text.CompositeFormat.Parse(Stage), i).Append('\n');
        text.Append("FROM scratch AS product\n");
        while (text.ToString().Count(static c => c == '\n') < lines)
            text.Append("COPY --from=part-0 /out /usr/local/bin/\n");
        return text.ToString();
    }
}
