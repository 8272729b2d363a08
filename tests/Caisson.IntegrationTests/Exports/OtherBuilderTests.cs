using System.Text.Json;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Exports;

/// <summary>The same Dockerfile, built by Caisson and by buildah: the files and the configuration are the same.</summary>
public sealed class OtherBuilderTests(ExampleBases bases)
{
    private const string Dockerfile = """
        ARG BASE
        FROM $BASE AS build
        ARG NAME=world
        ENV GREETING="hello $NAME" EMPTY=
        WORKDIR /work/deep
        COPY . .
        RUN mkdir -p out/empty && printf '%s\n' "$GREETING" > out/greeting && ln -s greeting out/link && chmod 0751 out
        RUN useradd --uid 1500 --no-log-init app && chown app:app out/greeting

        FROM $BASE
        LABEL org.example.name="two words" org.example.other=x
        COPY --from=build /work/deep/out /srv/out
        COPY --from=build /etc/passwd /etc/group /etc/
        COPY --chown=1500:1500 dir/ /srv/dir/
        COPY *.txt /srv/texts/
        ADD one.txt /srv/renamed
        RUN rm /srv/texts/two.txt && touch -d @0 /srv/texts
        WORKDIR /srv
        WORKDIR texts
        VOLUME ["/data", "/more data"]
        EXPOSE 8080 53/udp
        STOPSIGNAL SIGQUIT
        USER app
        ENTRYPOINT ["/bin/cat", "--"]
        CMD ["one.txt"]

        """;

    // What the kernel or the builder puts there for the time of a step.
    private static readonly string[] NotOfTheImage = ["dev", "proc", "sys", "run", "etc/resolv.conf", "etc/hosts", "etc/hostname", "tmp", "root", "var/cache/ldconfig"];

    private static readonly string[] Members = ["Env", "Cmd", "Entrypoint", "User", "WorkingDir", "ExposedPorts", "Labels", "Volumes", "StopSignal"];

    [Fact]
    public async Task Buildah_makes_the_same_image()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "buildah is run as root");
        Tool.Require("buildah");
        await using Registry registry = await Registry.StartAsync();
        await bases.Debian;
        string name = $"{registry.Authority}/debian:bookworm";
        await bases.Store.RunAsync("push", "debian:bookworm", name);

        using TempDirectory work = new();
        using Project project = new(bases.Store, Dockerfile);
        project.File("one.txt", "one\n").File("two.txt", "two\n").File("dir/below/file", "file\n").File(".dockerignore", "Dockerfile\n*.log\n").File("ignored.log");
        (await project.TryBuildAsync("--build-arg=BASE=" + name, "-o", "type=oci,tar=false,dest=" + work["ours"], "-t", "same:1")).Succeeded();
        await BuildahAsync(work, "bud", "--identity-label=false", "--isolation=chroot", "--ulimit=nofile=1024:1024", "--tls-verify=false", "--format=oci", "--build-arg=BASE=" + name, "-t", "same:1", project.Path);
        await BuildahAsync(work, "push", "same:1", $"oci:{work["theirs"]}:same");

        Assert.Equal(await ConfigAsync($"oci:{work["theirs"]}:same"), await ConfigAsync($"oci:{work["ours"]}:docker.io/library/same:1"));
        Tree.Same(await FilesAsync($"{work["theirs"]}:same", work["their-bundle"]), await FilesAsync($"{work["ours"]}:docker.io/library/same:1", work["our-bundle"]));
    }

    private static Task<string> BuildahAsync(TempDirectory work, params string[] arguments) =>
        Tool.RunAsync("buildah", ["--root", work["storage"], "--runroot", work["run"], "--storage-driver=overlay", .. arguments]);

    private static async Task<string[]> ConfigAsync(string image)
    {
        using JsonDocument config = JsonDocument.Parse(await Tool.RunAsync("skopeo", "inspect", "--config", image));
        JsonElement run = config.RootElement.GetProperty("config");
        return [.. Members.Select(member => $"{member}: {(run.TryGetProperty(member, out JsonElement value) ? Canonical(value) : "")}")];
    }

    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().OrderBy(static p => p.Name, StringComparer.Ordinal).Select(static p => $"{p.Name}={p.Value.GetRawText()}")),
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(static v => v.GetRawText())),
        _ => value.GetRawText(),
    };

    private static async Task<string[]> FilesAsync(string image, string bundle)
    {
        await Tool.RunAsync("umoci", "unpack", "--image", image, bundle);
        string[] lines = Tree.Read(Path.Combine(bundle, "rootfs"), TreeFacets.Owners | TreeFacets.Attributes | TreeFacets.Devices);
        return [.. lines.Where(static line => !Array.Exists(NotOfTheImage, path => line.StartsWith(path + " ", StringComparison.Ordinal) || line.StartsWith(path + "/", StringComparison.Ordinal)))];
    }
}
