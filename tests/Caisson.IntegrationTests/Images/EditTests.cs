using System.Text.Json;
using Caisson.IntegrationTests.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.IntegrationTests.Images;

/// <summary>Images that are edited without a build, compared and measured.</summary>
public sealed class EditTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly ScratchStore _scratch = new();

    private Store Store => _scratch.Store;

    public void Dispose()
    {
        _scratch.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_tar_is_appended_as_it_is_and_a_directory_the_same_way_every_time()
    {
        _directory.File("files/etc/motd", "hello\n").File("files/bin/tool", "#!/bin/sh\n");
        await Tool.ShellAsync(_directory.Path, "chmod 755 files/bin/tool; ln files/etc/motd files/etc/again; ln -s motd files/etc/link; tar -C files --owner=5 --group=6 --mtime=@100 -czf files.tgz .");
        string first = await Store.RunAsync("image", "append", "-q", "scratch", "--layer", _directory["files"], "--platform=linux/arm/v7", "-t", "from:dir");
        await Tool.ShellAsync(_directory.Path, "touch files/etc/motd");
        Assert.Equal(first, await Store.RunAsync("image", "append", "-q", "scratch", "--layer", _directory["files"], "--platform=linux/arm/v7", "-t", "from:again"));
        await Store.RunAsync("image", "append", "-q", "from:dir", "--layer", _directory["files.tgz"], "-t", "from:tar");
        string blob = (await Store.RunAsync("image", "inspect", "--platform=linux/arm/v7", "--show=layers", "from:tar")).Split('\n')[1].Split(' ')[0];
        Assert.Equal(await File.ReadAllBytesAsync(_directory["files.tgz"], TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(Path.Combine(Store.LayoutPath, "blobs", blob.Replace(':', '/')), TestContext.Current.CancellationToken));
        Assert.Contains("\"variant\": \"v7\"", await Store.RunAsync("image", "inspect", "--show=config", "from:tar"), StringComparison.Ordinal);
        Assert.Empty(OciSchema.CheckLayout(Store.LayoutPath).Findings);
        Outcome diff = await Store.TryAsync("diff", "--files-only", "--format=json", "from:dir", "from:tar");
        diff.Failed(1);
        using JsonDocument json = JsonDocument.Parse(diff.Output);
        JsonElement motd = json.RootElement.GetProperty("files").EnumerateArray().Single(static f => f.GetProperty("path").GetString() == "/etc/motd");
        Assert.Equal(["owner", "time"], motd.GetProperty("what").EnumerateArray().Select(static w => w.GetString()));
        Assert.Contains("error CSN4057: ", (await Store.TryAsync("image", "append", "scratch", "--layer", Repository.Binary, "-t", "x")).Failed(6), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_grows_and_shrinks_in_the_registry()
    {
        await using Registry registry = await Registry.StartAsync();
        _directory.File("files/file", "1");
        string index = $"docker://{registry.Authority}/team/app:1";
        foreach (string platform in (string[])["amd64", "arm64", "s390x"])
            await Store.RunAsync("image", "append", "-q", "scratch", "--layer", _directory["files"], $"--platform=linux/{platform}", "-t", $"part:{platform}");
        await Store.RunAsync("image", "index", "create", "-q", "--annotation", "a=b", index, "part:amd64", "part:arm64");
        string added = await Store.RunAsync("image", "index", "add", "-q", index, "part:s390x");
        Assert.Equal(["linux/amd64", "linux/arm64", "linux/s390x"], (await Store.RunAsync("image", "index", "ls", index)).Split('\n').Skip(1).Select(static l => l.Split(' ')[0]));
        string raw = await Tool.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", index);
        Assert.Empty(OciSchema.Check("application/vnd.oci.image.index.v1+json", System.Text.Encoding.UTF8.GetBytes(raw))!);
        Assert.Contains("\"annotations\":{\"a\":\"b\"}", raw, StringComparison.Ordinal);
        Assert.Contains("error CSN4058: ", (await Store.TryAsync("image", "index", "create", "x", "part:amd64", index)).Succeeded() + (await ReplacedAsync(index)).Failed(6), StringComparison.Ordinal);
        Assert.NotEqual(added, await Store.RunAsync("image", "index", "rm", "-q", index, "linux/s390x", "linux/arm64"));
        Assert.Contains("error CSN4060: ", (await Store.TryAsync("image", "index", "rm", index, "linux/arm64")).Failed(6), StringComparison.Ordinal);
        Assert.Contains("error CSN4059: ", (await Store.TryAsync("image", "index", "ls", "part:amd64")).Failed(6), StringComparison.Ordinal);
        await Tool.RunAsync("skopeo", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", index, $"oci:{_directory["skopeo"]}:x");
    }

    [Fact]
    public async Task An_image_moves_to_another_base_with_only_its_own_files()
    {
        _directory.File("old/os", "1").File("new/os", "2").File("app/app", "app");
        await AppendAsync("scratch", "old", "base:1");
        await AppendAsync("scratch", "new", "base:2");
        await AppendAsync("base:1", "app", "app:1");
        await Store.RunAsync("image", "rebase", "-q", "app:1", "--old-base=base:1", "--new-base=base:2", "-t", "app:2");
        Outcome diff = await Store.TryAsync("diff", "--files-only", "app:1", "app:2");
        diff.Failed(1);
        Assert.Contains("different: 1 name (0 added, 0 removed, 1 changed)", diff.Output, StringComparison.Ordinal);
        Assert.Contains("org.opencontainers.image.base.name=docker.io/library/base:2", await Store.RunAsync("image", "inspect", "app:2"), StringComparison.Ordinal);
        // Now the annotations say what the base is: nothing changes when it has not.
        Assert.Equal(await Store.RunAsync("image", "inspect", "--show=digest", "app:2"), await Store.RunAsync("image", "rebase", "-q", "app:2", "-t", "app:3"));
        Assert.Contains("error CSN4055: ", (await Store.TryAsync("image", "rebase", "app:1", "--old-base=base:2", "--new-base=base:1", "-t", "x")).Failed(6), StringComparison.Ordinal);
        Assert.Contains("error CSN4056: ", (await Store.TryAsync("image", "rebase", "app:1", "-t", "x")).Failed(6), StringComparison.Ordinal);
        Assert.Empty(OciSchema.CheckLayout(Store.LayoutPath).Findings);
    }

    [Fact]
    public async Task What_is_different_and_what_is_wasted_is_said()
    {
        _directory.File("one/etc/conf", "first").File("one/cache", new string('x', 5000)).File("two/etc/conf", "second");
        await Tool.ShellAsync(_directory.Path, "touch two/.keep; tar -cf two.tar -C two . ; mkdir gone; : > gone/.wh.cache; tar -cf gone.tar -C gone .wh.cache");
        await AppendAsync("scratch", "one", "app:1");
        await AppendAsync("app:1", "two.tar", "app:2");
        await AppendAsync("app:2", "gone.tar", "app:3");
        Assert.EndsWith("no difference", await Store.RunAsync("diff", "app:1", "app:1"), StringComparison.Ordinal);
        string diff = (await Store.TryAsync("diff", "--ignore=time,mode,owner", "app:1", "app:3")).Output;
        Assert.Contains("  + /.keep  0B", diff, StringComparison.Ordinal);
        Assert.Contains("  - /cache  5.0kB", diff, StringComparison.Ordinal);
        Assert.Contains("  ~ /etc/conf  (content 5B -> 6B)", diff, StringComparison.Ordinal);
        using JsonDocument size = JsonDocument.Parse(await Store.RunAsync("size", "--format=json", "app:3"));
        Assert.Equal(5005, size.RootElement.GetProperty("wastedBytes").GetInt64());
        JsonElement cache = size.RootElement.GetProperty("wasted")[0];
        Assert.Equal(("/cache", 1, 3, "deleted"), (cache.GetProperty("path").GetString(), cache.GetProperty("writtenByLayer").GetInt32(), cache.GetProperty("hiddenByLayer").GetInt32(), cache.GetProperty("how").GetString()));
        string text = await Store.RunAsync("size", "app:3");
        Assert.All(text.Split('\n'), static line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public async Task What_is_no_place_is_a_wrong_command_line()
    {
        Assert.Contains("which is no place of images here", (await Store.TryAsync("image", "tree", "docker-daemon:app")).Failed(2), StringComparison.Ordinal);
        Assert.Contains("names no path", (await Store.TryAsync("image", "cp", "oci:", "x")).Failed(2), StringComparison.Ordinal);
        Assert.Contains("write NAME=VALUE", (await Store.TryAsync("image", "index", "create", "--annotation=x", "a", "b")).Failed(2), StringComparison.Ordinal);
        Assert.Contains("error CSN4003: ", (await Store.TryAsync("diff", "store:none", "store:none")).Failed(6), StringComparison.Ordinal);
    }

    private async Task<Outcome> ReplacedAsync(string index)
    {
        _directory.File("other/file", "2");
        await Store.RunAsync("image", "append", "-q", "scratch", "--layer", _directory["other"], "--platform=linux/amd64", "-t", "other:amd64");
        return await Store.TryAsync("image", "index", "add", index, "other:amd64");
    }

    private Task<string> AppendAsync(string image, string layer, string name) => Store.RunAsync("image", "append", "-q", image, "--layer", _directory[layer], "-t", name);
}
