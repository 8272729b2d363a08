using System.Diagnostics;
using System.Text.Json;
using Caisson.IntegrationTests.Network;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Bundles;

/// <summary>Builds that are sealed in a bundle and repeated from it, by others, elsewhere, without a network.</summary>
public sealed class BundleTests(ExampleBases tools) : IDisposable
{
    private readonly TempDirectory _directory = new TempDirectory().OpenToAll();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string File => _directory["app.bundle"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Whatever_a_build_takes_is_in_it()
    {
        await using WebServer server = new();
        server.File("added", "added").File("asked", string.Concat(Enumerable.Repeat("what the server has\n", 500)));
        string repositories = _directory.Make("repositories");
        await Tool.ShellAsync(repositories, """
            git init -q -b main work; cd work; mkdir sub; echo tracked > sub/tracked; ln -s tracked sub/link; git add .
            git -c user.name=x -c user.email=x@example.org commit -qm first; cd ..; git clone -q --bare work repository.git
            """);
        await using GitDaemon git = new(repositories);
        string named = _directory.Make("named");
        await System.IO.File.WriteAllTextAsync(Path.Combine(named, "file"), "of a named context", Ct);
        await System.IO.File.WriteAllTextAsync(Path.Combine(named, "other"), "never taken", Ct);
        string layout = _directory["layout"];
        using Project project = new(tools.Store, $"""
            FROM {await tools.Tools} AS work
            ARG WORD
            RUN curl -fsS https://files.example/asked > /asked && (curl -fsS https://files.example/nothing || true) && curl -fsSI https://files.example/asked > /head
            RUN --mount=type=cache,target=/cache test ! -e /cache/seen && touch /cache/seen && echo $WORD > /word
            RUN --mount=type=bind,source=mounted,target=/m cp /m/script /script
            RUN --mount=type=secret,id=token sh -c 'wc -c < /run/secrets/token' > /length
            FROM scratch
            COPY --from=work /asked /word /script /length /
            COPY dir/ /dir/
            COPY through/deep/file *.txt /
            COPY --from=named file /named
            COPY --from=layout /inside /
            ADD https://files.example/added /added
            ADD {git.Address}/repository.git#main:sub /git/
            ADD packed.tar /packed/
            """);
        project.File("caisson.policy.json", "{\"rules\":[" + server.Rule + "]}").File("mounted/script", "echo").File("mounted/unused", "also mounted").File("never", "never taken").File("one.txt", "1").File("two.txt", "2").File("secret", "hunter2");
        await Tool.ShellAsync(project.Path, "mkdir -p dir real/deep; echo x > dir/x; ln dir/x dir/y; chmod 4751 dir/y; ln -s x dir/link; mkfifo dir/pipe; echo deep > real/deep/file; ln -s real through; tar -cf packed.tar --owner=7:7 dir");
        using (Project base1 = new(tools.Store, "FROM scratch\nCOPY inside /\n"))
            (await base1.File("inside", "of a layout").TryBuildAsync("-o", $"type=oci,tar=false,dest={layout}")).Succeeded();
        string[] inputs = ["--build-arg", "WORD=said", "--build-context", $"named={named}", "--build-context", $"layout=oci-layout://{layout}", "--ca", server.CertificatePath, "--secret", "id=token,src=secret"];
        (await project.TryAsync(["bundle", "create", "--progress=plain", "-t", "bundled:1", "-o", File, .. inputs, "."])).Succeeded();
        string first = await tools.Store.RunAsync("bundle", "inspect", "--format=json", File);
        using JsonDocument record = JsonDocument.Parse(first);
        Assert.Equal([("context", 7), ("named", 1)], record.RootElement.GetProperty("contexts").EnumerateArray().Select(static c => (c.GetProperty("name").GetString()!, c.GetProperty("files").GetInt32())));
        Assert.DoesNotContain("hunter2", first, StringComparison.Ordinal);
        // The same build is the same bundle.
        (await project.TryAsync(["bundle", "create", "-q", "-o", _directory["again.bundle"], .. inputs, "."])).Succeeded();
        await Tool.RunAsync("cmp", File, _directory["again.bundle"]);
        // Nothing of what was there is there any more, and the network is cut.
        project.Dispose();
        await server.DisposeAsync();
        Directory.Delete(named, recursive: true);
        Directory.Delete(layout, recursive: true);
        using ScratchStore other = new();
        _directory.File("secret", "hunter2");
        Outcome outcome = await other.Store.TryAsync("bundle", "build", "--progress=plain", "-t", "again:1", "--secret", $"id=token,src={_directory["secret"]}", File);
        outcome.Succeeded();
        Assert.Contains("network: cut; interfaces of this process: lo\n", outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"the same: {DigestOf(record)}, again:1", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(await tools.Store.RunAsync("image", "inspect", "--format=json", "bundled:1"), (await other.Store.RunAsync("image", "inspect", "--format=json", "store:again:1")).Replace("again:1", "bundled:1", StringComparison.Ordinal));
        Outcome without = await other.Store.TryAsync("bundle", "build", "--progress=plain", File);
        Assert.Contains("token", without.Failed(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_user_comes_to_the_same()
    {
        using Project project = new(tools.Store, $"FROM {await tools.Debian}\nRUN useradd -u 1234 someone && install -o someone -d /home/someone && id -u > /id\nCOPY file /\n");
        (await project.File("file", "content").TryAsync("bundle", "create", "-q", "-o", File, ".")).Succeeded();
        string home = _directory.Make("home");
        ProcessStartInfo start = await OrdinaryUser.AsUserAsync(new Store(Path.Combine(home, "store")).Start("bundle", "build", "--progress=plain", "-t", "same:1", File), home);
        Outcome outcome = await Tool.CaptureAsync(start);
        Assert.Contains("the same: sha256:", outcome.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("network: cut; interfaces of this process: lo\n", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packages_that_were_installed_are_installed_again_and_one_that_is_missing_is_named()
    {
        using Project project = new(tools.Store, $"FROM {await tools.Debian}\nRUN apt-get update && apt-get install -y --no-install-recommends hello && rm -rf /var/log/* /var/cache/* /var/lib/apt/lists/*\n");
        string layout = _directory["layout"];
        (await project.TryAsync("bundle", "create", "--progress=plain", "-o", "oci:" + layout, ".")).Succeeded();
        using ScratchStore other = new();
        (await other.Store.TryAsync("bundle", "build", "--progress=plain", layout)).Succeeded();
        string[] requests = await RequestsAsync(layout);
        using JsonDocument package = JsonDocument.Parse(Assert.Single(requests, static r => r.Contains("/hello_", StringComparison.Ordinal)));
        string address = package.RootElement.GetProperty("address").GetString()!;
        Assert.StartsWith("pkg:deb/", package.RootElement.GetProperty("package").GetString(), StringComparison.Ordinal);
        // One answer is gone.
        string digest = package.RootElement.GetProperty("content").GetString()!["sha256:".Length..];
        System.IO.File.Delete(Path.Combine(layout, "blobs", "sha256", digest));
        using ScratchStore third = new();
        foreach (string command in (string[])["verify", "build"])
            Assert.Contains($"CSN2181: oci:{layout} is damaged: the answer to GET {address}", (await third.Store.TryAsync("bundle", command, layout)).Failed(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_is_no_larger_than_what_it_is_made_of()
    {
        using Project project = new(tools.Store, $"FROM {await tools.Debian}\nRUN apt-get update && apt-get install -y --no-install-recommends hello\nCOPY zeros random /\n");
        await Tool.ShellAsync(project.Path, "head -c 8M /dev/zero > zeros; head -c 8M /dev/urandom > random; tar -cf - zeros random | gzip -6 > ../inputs.tar.gz || true; tar -cf - zeros random | gzip -6 | wc -c > size");
        long context = long.Parse(await System.IO.File.ReadAllTextAsync(Path.Combine(project.Path, "size"), Ct), System.Globalization.CultureInfo.InvariantCulture);
        string layout = _directory["layout"];
        (await project.TryAsync("bundle", "create", "-q", "-o", "oci:" + layout, ".")).Succeeded();
        (await project.TryAsync("image", "cp", "-q", "oci:" + layout, "oci-archive:" + File)).Succeeded();
        using JsonDocument inspected = JsonDocument.Parse(await tools.Store.RunAsync("image", "inspect", "--format=json", await tools.Debian));
        using JsonDocument image = JsonDocument.Parse(await Tool.RunAsync("cat", Directory.GetFiles(tools.Store.LayoutPath + "/blobs/sha256").Single(f => f.EndsWith(tools.Debian.Result.Split(':')[^1], StringComparison.Ordinal))));
        long layers = image.RootElement.GetProperty("layers").EnumerateArray().Sum(static l => l.GetProperty("size").GetInt64());
        // What apt was answered, as small as gzip makes it.
        long answers = 0;
        foreach (string request in await RequestsAsync(layout))
        {
            using JsonDocument exchange = JsonDocument.Parse(request);
            if (exchange.RootElement.TryGetProperty("content", out JsonElement content))
                answers += long.Parse(await Tool.ShellAsync(tools.Store.Root, $"f=network/{content.GetString()!["sha256:".Length..]}; gzip -6 < $f | cat - | wc -c | {{ read n; s=$(stat -c %s $f); echo $((n < s ? n : s)); }}"), System.Globalization.CultureInfo.InvariantCulture);
        }
        long size = new FileInfo(File).Length;
        Assert.True(size <= (layers + context + answers) * 1.05, $"{size} bytes of {layers} + {context} + {answers}");
    }

    [Fact]
    public async Task Whichever_byte_is_changed_is_found()
    {
        using Project project = new(tools.Store, "FROM scratch\nCOPY file /\n");
        (await project.File("file", "content").TryAsync("bundle", "create", "-q", "-o", File, ".")).Succeeded();
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, Ct);
        string damaged = _directory["damaged.bundle"];
        // In every block one byte in the front, and one where a block most often is filled up.
        foreach (int at in Enumerable.Range(0, whole.Length / 512).SelectMany(static b => (int[])[b * 512 + 3, b * 512 + 509]))
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x20;
            await System.IO.File.WriteAllBytesAsync(damaged, changed, Ct);
            Outcome outcome = await tools.Store.TryAsync("bundle", "verify", damaged);
            Assert.True(outcome.ExitCode is 4, $"byte {at}: {outcome}");
            Assert.Contains("damaged.bundle", outcome.Error, StringComparison.Ordinal);
        }
        await System.IO.File.WriteAllBytesAsync(damaged, [.. whole, 0], Ct);
        Assert.Contains($"byte {whole.Length} of the file", (await tools.Store.TryAsync("bundle", "verify", damaged)).Failed(4), StringComparison.Ordinal);
        await System.IO.File.WriteAllBytesAsync(damaged, whole, Ct);
        (await tools.Store.TryAsync("bundle", "verify", damaged)).Succeeded();
        Assert.Contains("is another bundle", (await tools.Store.TryAsync("bundle", "verify", "--digest", "sha256:" + new string('0', 64), damaged)).Failed(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_recorded_ends_the_step_and_is_named()
    {
        await using WebServer server = new();
        server.File("file", "content");
        using Project project = new(tools.Store, $"FROM {await tools.Tools}\nRUN curl -fsS https://files.example/file?$(cat /proc/sys/kernel/random/uuid) > /got\n");
        project.File("caisson.policy.json", "{\"rules\":[" + server.Rule + "]}");
        (await project.TryAsync("bundle", "create", "-q", "-o", File, "--ca", server.CertificatePath, ".")).Succeeded();
        string said = (await project.TryAsync("bundle", "build", "--progress=plain", "-t", "never:1", File)).Failed(4);
        Assert.Contains("Dockerfile:2:1: error CSN2182", said, StringComparison.Ordinal);
        Assert.Contains("has no answer to GET https://files.example/file?", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_to_something_else_is_not_kept()
    {
        using Project project = new(tools.Store, $"FROM {await tools.Debian}\nRUN echo same > /same\nRUN cat /proc/sys/kernel/random/uuid > /id\n");
        (await project.TryAsync("bundle", "create", "-q", "-t", "unlike:1", "-o", File, ".")).Succeeded();
        string said = (await project.TryAsync("bundle", "build", "--progress=plain", "-t", "never:2", File)).Failed(4);
        Assert.Contains("CSN2183", said, StringComparison.Ordinal);
        Assert.Contains("layer 3 is the first that differs (RUN /bin/sh -c cat /proc/sys/kernel/random/uuid", said, StringComparison.Ordinal);
        Assert.DoesNotContain("never", await tools.Store.RunAsync("images"), StringComparison.Ordinal);
        Assert.Contains("CSN2183", (await project.TryAsync("verify", "--bundle", File, "unlike:1")).Failed(4), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_goes_through_a_registry_and_is_found_beside_its_image()
    {
        await using Registry registry = await Registry.StartAsync();
        using Project project = new(tools.Store, "FROM scratch\nCOPY file /\n");
        string image = $"{registry.Authority}/carried:1";
        string platforms = "--platform=linux/amd64,linux/arm64";
        (await project.File("file", "content").TryAsync("bundle", "create", "-q", platforms, "-t", image, "-o", $"docker://{registry.Authority}/carried:bundle", ".")).Succeeded();
        (await project.TryAsync("push", image)).Succeeded();
        string fetched = _directory["fetched"];
        (await project.TryAsync("image", "cp", "-q", "--referrers", $"docker://{image}", $"oci:{fetched}:carried")).Succeeded();
        using ScratchStore other = new();
        Outcome outcome = await other.Store.TryAsync("verify", $"oci:{fetched}:carried");
        Assert.Contains($"oci:{fetched}:carried is what oci:{fetched}:carried comes to: sha256:", outcome.Succeeded(), StringComparison.Ordinal);
        Assert.Equal(2, (await other.Store.TryAsync("verify", $"docker://{image}")).ExitCode);
        string copied = await Tool.RunAsync("skopeo", "copy", "--all", "--src-tls-verify=false", $"docker://{registry.Authority}/carried:bundle", $"oci:{_directory["skopeo"]}:bundle");
        Assert.NotEmpty(copied);
        (await other.Store.TryAsync("bundle", "build", "-q", _directory["skopeo"])).Succeeded();
    }

    [Fact]
    public async Task What_a_bundle_says_of_the_network_is_no_result_for_others()
    {
        await using WebServer server = new();
        server.File("file", "what was recorded").File("added", "added");
        using Project project = new(tools.Store, $"FROM {await tools.Tools}\nADD https://files.example/added /\nRUN : {server.Address}; curl -fsS https://files.example/file > /got; cat /got\n");
        project.File("caisson.policy.json", "{\"rules\":[" + server.Rule + "]}");
        using ScratchStore other = new();
        (await project.TryAsync("bundle", "create", "-q", "-o", File, "--ca", server.CertificatePath, ".")).Succeeded();
        (await other.Store.TryAsync("bundle", "build", "-q", File)).Succeeded();
        string[] held = [.. Directory.GetDirectories(Path.Combine(other.Store.Root, "layers"), "fetched-*").Select(static d => Path.GetFileName(d))];
        Assert.DoesNotContain(held, h => Directory.Exists(Path.Combine(tools.Store.Root, "layers", h)));
        Assert.False(Directory.Exists(Path.Combine(other.Store.Root, "cache", "steps")), "a result of the bundle's build is kept for other builds");
    }

    [Theory]
    [InlineData("FROM scratch\nARG API_TOKEN\n", "--build-arg=API_TOKEN=x", "CSN2180: the build argument API_TOKEN")]
    [InlineData("FROM scratch\nARG PROXY\n", "--build-arg=PROXY=http://user:word@proxy.example", "CSN2180: the build argument PROXY has a user name and a password")]
    [InlineData("FROM scratch\nADD https://user:word@files.example/x /\n", "--label=a=b", "CSN2180: the Dockerfile has a user name and a password")]
    [InlineData("FROM scratch\nRUN --network=host true\n", "--allow=network.host", "CSN2173")]
    public async Task What_cannot_be_sealed_is_refused(string dockerfile, string option, string said)
    {
        using Project project = new(tools.Store, dockerfile);
        Outcome outcome = await project.TryAsync("bundle", "create", "-o", File, option, ".");
        Assert.Contains(said, outcome.Failed(4), StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task What_is_no_bundle_is_told()
    {
        _directory.File("text", "no archive");
        Assert.Contains("CSN2181: there is no bundle", (await tools.Store.TryAsync("bundle", "build", _directory["nothing"])).Failed(4), StringComparison.Ordinal);
        Assert.NotEqual(0, (await tools.Store.TryAsync("bundle", "inspect", _directory["text"])).ExitCode);
        using Project project = new(tools.Store, "FROM scratch\nCOPY file /\n");
        (await project.File("file").TryBuildAsync("-o", $"type=oci,dest={_directory["image.tar"]}")).Succeeded();
        Assert.Contains("is no bundle", (await tools.Store.TryAsync("bundle", "inspect", _directory["image.tar"])).Failed(4), StringComparison.Ordinal);
        Assert.Contains("nothing can be pushed", (await tools.Store.TryAsync("bundle", "build", "-o", "type=registry,name=x", _directory["image.tar"])).Failed(2), StringComparison.Ordinal);
    }

    private static string DigestOf(JsonDocument record) => record.RootElement.GetProperty("result").GetProperty("digest").GetString()!;

    private async Task<string[]> RequestsAsync(string layout)
    {
        using JsonDocument record = JsonDocument.Parse(await tools.Store.RunAsync("bundle", "inspect", "--format=json", layout));
        string part = record.RootElement.GetProperty("steps")[0].GetProperty("requests").GetString()!["sha256:".Length..];
        return await System.IO.File.ReadAllLinesAsync(Path.Combine(layout, "blobs", "sha256", part), Ct);
    }
}
