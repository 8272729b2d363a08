using System.Net;
using System.Text.Json;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Daemon.Tests.EngineApi;

public sealed class ImageRoutesTests
{
    [Fact]
    public async Task Images_are_listed_named_and_removed_by_name_and_by_id()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string id = await BuildAsync(daemon, "one:1", "a");
        await daemon.BuildAsync("", await Context.TarAsync(("Dockerfile", "FROM scratch\nLABEL without=name\n")));
        Assert.Equal(HttpStatusCode.Created, await PostAsync(daemon, $"images/{id[7..19]}/tag?repo=registry.example/two&tag=x"));
        Assert.Equal(HttpStatusCode.Created, await PostAsync(daemon, "images/one:1/tag?repo=one&tag=2"));
        JsonElement listed = await daemon.GetAsync("v1.47/images/json");
        Assert.Equal(2, listed.GetArrayLength());
        Assert.Equal(["one:1", "one:2", "registry.example/two:x"], listed.EnumerateArray().Single(i => i.GetProperty("Id").GetString() == id).GetProperty("RepoTags").EnumerateArray().Select(static n => n.GetString()));
        Assert.Single((await daemon.GetAsync("images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D")).EnumerateArray());
        JsonElement byName = Assert.Single((await daemon.GetAsync("images/json?filters=%7B%22reference%22%3A%7B%22registry.example/*%22%3Atrue%7D%7D")).EnumerateArray());
        Assert.Equal("registry.example/two:x", Assert.Single(byName.GetProperty("RepoTags").EnumerateArray()).GetString());
        Assert.Empty((await daemon.GetAsync("images/json?filters=%7B%22reference%22%3A%5B%22tw*%22%5D%7D")).EnumerateArray());
        Assert.Single((await daemon.GetAsync("images/json?filters=%7B%22label%22%3A%5B%22of%3Da%22%5D%7D")).EnumerateArray());

        Assert.Equal(HttpStatusCode.Conflict, (await daemon.Client.DeleteAsync($"images/{id}", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal("[{\"Untagged\":\"one:1\"}]", await DeleteAsync(daemon, "one:1"));
        Assert.Equal("[{\"Untagged\":\"one:2\"},{\"Untagged\":\"registry.example/two:x\"},{\"Deleted\":\"" + id + "\"}]", await DeleteAsync(daemon, id[7..20] + "?force=1"));
        Assert.Equal(HttpStatusCode.NotFound, (await daemon.Client.GetAsync($"images/{id}/json", TestContext.Current.CancellationToken)).StatusCode);
        using HttpResponseMessage pruned = await daemon.Client.PostAsync("images/prune", null, TestContext.Current.CancellationToken);
        Assert.Contains("Deleted", await pruned.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task Images_travel_in_one_file_with_their_names()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string first = await BuildAsync(daemon, "one:1", "a");
        string second = await BuildAsync(daemon, "two:1", "b");
        byte[] saved = await daemon.Client.GetByteArrayAsync("images/get?names=one:1&names=two", TestContext.Current.CancellationToken);
        Assert.Equal(["one:1", "two:1"], await SavedImage.NamesAsync(saved));
        await DeleteAsync(daemon, "one:1");
        await DeleteAsync(daemon, "two:1");
        using HttpResponseMessage loaded = await daemon.Client.PostAsync("images/load", new ByteArrayContent(saved), TestContext.Current.CancellationToken);
        string text = await loaded.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Loaded image: one:1\\n", text, StringComparison.Ordinal);
        Assert.Equal(first, (await daemon.GetAsync("images/one:1/json")).GetProperty("Id").GetString());
        Assert.Equal(second, (await daemon.GetAsync("images/two:1/json")).GetProperty("Id").GetString());

        // Without a name, by its id.
        byte[] nameless = await daemon.Client.GetByteArrayAsync($"images/{first[7..]}/get", TestContext.Current.CancellationToken);
        await DeleteAsync(daemon, "one:1");
        using HttpResponseMessage again = await daemon.Client.PostAsync("images/load", new ByteArrayContent(nameless), TestContext.Current.CancellationToken);
        Assert.Contains($"Loaded image ID: {first}", await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_digest_that_none_of_an_images_names_has_removes_nothing()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await BuildAsync(daemon, "one:1", "a");
        string digest = await DigestAsync(daemon, "one:1");
        foreach (string other in (string[])[digest.Replace("one@", "two@", StringComparison.Ordinal), digest.Replace("one@", "one:2@", StringComparison.Ordinal), "one@sha256:" + new string('0', 64)])
            Assert.Equal(HttpStatusCode.NotFound, (await daemon.AskAsync(HttpMethod.Delete, "images/" + other)).Status);
        Assert.Equal(1, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task A_digest_removes_the_names_of_its_repository()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string id = await BuildAsync(daemon, "one:1", "a");
        foreach (string name in (string[])["repo=one&tag=2", "repo=two&tag=1"])
            await PostAsync(daemon, "images/one:1/tag?" + name);
        string digest = await DigestAsync(daemon, "one:1");
        Assert.Equal("[{\"Untagged\":\"one:1\"},{\"Untagged\":\"one:2\"}]", await DeleteAsync(daemon, digest));
        Assert.Equal("[{\"Untagged\":\"two:1\"},{\"Deleted\":\"" + id + "\"}]", await DeleteAsync(daemon, digest.Replace("one@", "two@", StringComparison.Ordinal)));
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task An_image_that_is_packed_in_two_ways_is_one()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        Image packed = TestImages.Create(BuildEngine.MachinePlatform, "a");
        Image plain = Image.Create(packed.Config with { RootFs = new RootFs { DiffIds = [] } }, [TestImages.Layer(new BytesSource(), "a", MediaTypes.OciLayer)]);
        string id = packed.Manifest.Config.Digest.Value;
        Assert.Equal(id, plain.Manifest.Config.Digest.Value);
        await daemon.AddAsync("two:1", packed);
        await daemon.AddAsync("one:1", plain);
        JsonElement listed = Assert.Single((await daemon.GetAsync("images/json")).EnumerateArray());
        foreach (JsonElement told in (JsonElement[])[listed, await daemon.GetAsync($"images/{id}/json"), await daemon.GetAsync("images/two:1/json")])
        {
            Assert.Equal(["one:1", "two:1"], told.GetProperty("RepoTags").EnumerateArray().Select(static n => n.GetString()));
            Assert.Equal([$"one@{plain.Descriptor.Digest}", $"two@{packed.Descriptor.Digest}"], told.GetProperty("RepoDigests").EnumerateArray().Select(static n => n.GetString()).Order(StringComparer.Ordinal));
        }
        foreach ((string name, Image image) in ((string, Image)[])[("one", plain), ("two", packed)])
            Assert.Equal($"{name}@{image.Descriptor.Digest}", (await daemon.GetAsync($"images/{name}:1/json")).GetProperty("RepoDigests")[0].GetString());
        Assert.Equal(HttpStatusCode.Conflict, (await daemon.AskAsync(HttpMethod.Delete, "images/" + id)).Status);
        Assert.Equal("[{\"Untagged\":\"one:1\"}]", await DeleteAsync(daemon, "one:1"));
        await daemon.AddAsync("one:1", plain);
        Assert.Equal(3, JsonDocument.Parse(await DeleteAsync(daemon, id + "?force=1")).RootElement.GetArrayLength());
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());

        // What has no name goes with the last name, and is no image besides.
        await daemon.AddAsync("two:1", packed);
        await daemon.AddAsync(null, plain);
        Assert.Single((await daemon.GetAsync("images/json")).EnumerateArray());
        Assert.Empty((await daemon.GetAsync("images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D")).EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, await PostAsync(daemon, "images/prune"));
        Assert.Equal("[{\"Untagged\":\"two:1\"},{\"Deleted\":\"" + id + "\"}]", await DeleteAsync(daemon, "two:1"));
        Assert.Equal(0, (await daemon.GetAsync("images/json")).GetArrayLength());
        await daemon.AddAsync("one:1", plain);
        await daemon.AddAsync("two:1", packed);
        string pruned = (await daemon.AskAsync(HttpMethod.Post, "images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D")).Text;
        Assert.Contains("[{\"Untagged\":\"one:1\"},{\"Untagged\":\"two:1\"},{\"Deleted\":\"" + id + "\"}]", pruned, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_given_besides_takes_the_place_of_a_names_own()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        await BuildAsync(daemon, "one:1", "a");
        Assert.Equal(HttpStatusCode.Created, await PostAsync(daemon, "images/one:1/tag?repo=two:1&tag=2"));
        Assert.Equal(HttpStatusCode.OK, (await daemon.AskAsync(HttpMethod.Get, "images/two:2/json")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(daemon, $"images/one:1/tag?repo={await DigestAsync(daemon, "one:1")}&tag=2"));

        await using ScriptedRegistry registry = new();
        Image image = TestImages.Create(BuildEngine.MachinePlatform, "a");
        await registry.AddImageAsync(image, "2");
        string[] tags = ["2", image.Descriptor.Digest.Value];
        foreach (string tag in tags)
            Assert.Contains("Digest: " + image.Descriptor.Digest, (await daemon.AskAsync(HttpMethod.Post, $"images/create?fromImage={registry.Authority}/one:1&tag={tag}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_repository_without_a_tag_all_tags_are_pulled()
    {
        await using ScriptedRegistry registry = new();
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string name = registry.Authority + "/one";
        (HttpStatusCode status, string text) = await daemon.AskAsync(HttpMethod.Post, "images/create?fromImage=" + name);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains($"{name} has no tags in its registry", text, StringComparison.Ordinal);
        Image[] images = [TestImages.Create(BuildEngine.MachinePlatform, "a"), TestImages.Create(BuildEngine.MachinePlatform, "b")];
        foreach (Image image in images)
            await registry.AddImageAsync(image, "v" + Array.IndexOf(images, image));
        string[] told = (await daemon.AskAsync(HttpMethod.Post, "images/create?fromImage=" + name)).Text.Split("\r\n");
        Assert.Equal(["v0", "v1"], told.Where(static t => t.Contains("Pulling from one", StringComparison.Ordinal)).Select(static t => JsonDocument.Parse(t).RootElement.GetProperty("id").GetString()));
        Assert.Equal(images.Select((_, i) => $"Status: Downloaded newer image for {name}:v{i}"), told.Select(static t => JsonDocument.Parse(t).RootElement.GetProperty("status").GetString()).Where(static t => t!.StartsWith("Status:", StringComparison.Ordinal)));
        Assert.Equal(2, (await daemon.GetAsync("images/json")).GetArrayLength());

        // What goes wrong with one ends it, and is told.
        registry.AddManifest("application/json", "{}"u8.ToArray(), "v00");
        Assert.Contains("\"error\":", (await daemon.AskAsync(HttpMethod.Post, "images/create?fromImage=" + name)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_archive_what_has_no_name_is_loaded_as_well()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string[] ids = [await BuildAsync(daemon, "one:1", "a"), await BuildAsync(daemon, "two:1", "b"), await BuildAsync(daemon, "three:1", "c")];
        byte[] saved = await daemon.Client.GetByteArrayAsync($"images/get?names={ids[0]}&names=two:1&names={ids[2]}", TestContext.Current.CancellationToken);
        foreach (string name in (string[])["one:1", "two:1", "three:1"])
            await DeleteAsync(daemon, name);
        using HttpResponseMessage loaded = await daemon.Client.PostAsync("images/load", new ByteArrayContent(saved), TestContext.Current.CancellationToken);
        string text = await loaded.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("Loaded image: two:1", text, StringComparison.Ordinal);
        Assert.Contains("Loaded image ID: " + ids[0], text, StringComparison.Ordinal);
        Assert.Contains("Loaded image ID: " + ids[2], text, StringComparison.Ordinal);
        Assert.Equal(3, (await daemon.GetAsync("images/json")).GetArrayLength());
    }

    [Fact]
    public async Task Layouts_are_loaded_with_and_without_names()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string id = await BuildAsync(daemon, "one:1", "a");
        StoredImage image = Assert.Single(await daemon.Engine.Images.ListAllAsync(TestContext.Current.CancellationToken));
        foreach ((Reference? name, string told) in ((Reference?, string)[])[(Reference.Parse("other:2"), "Loaded image: other:2"), (null, "Loaded image ID: " + id)])
        {
            using MemoryStream archive = new();
            await new OciArchiveSink(archive, name).WriteAsync(image.Images[0], TestContext.Current.CancellationToken);
            using HttpResponseMessage loaded = await daemon.Client.PostAsync("images/load", new ByteArrayContent(archive.ToArray()), TestContext.Current.CancellationToken);
            Assert.Contains(told, await loaded.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task History_is_told_newest_first()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        string id = await BuildAsync(daemon, "one:1", "a");
        JsonElement[] entries = [.. (await daemon.GetAsync("images/one:1/history")).EnumerateArray()];
        Assert.Equal((id, "<missing>"), (entries[0].GetProperty("Id").GetString(), entries[1].GetProperty("Id").GetString()));
        Assert.StartsWith("LABEL", entries[0].GetProperty("CreatedBy").GetString(), StringComparison.Ordinal);
        Assert.True(entries[1].GetProperty("Size").GetInt64() > 0);
    }

    [Fact]
    public async Task What_is_no_archive_is_not_loaded()
    {
        await using TestDaemon daemon = await TestDaemon.StartAsync();
        using HttpResponseMessage answer = await daemon.Client.PostAsync("images/load", new StringContent("nonsense"), TestContext.Current.CancellationToken);
        Assert.False(answer.IsSuccessStatusCode);
    }

    private static async Task<string> BuildAsync(TestDaemon daemon, string name, string label)
    {
        JsonElement[] messages = await daemon.BuildAsync("?t=" + name, await Context.TarAsync(("Dockerfile", $"FROM scratch\nCOPY f /f\nLABEL of={label}\n"), ("f", label)));
        return messages.Single(static m => m.TryGetProperty("aux", out _)).GetProperty("aux").GetProperty("ID").GetString()!;
    }

    private static async Task<string> DigestAsync(TestDaemon daemon, string name) =>
        Assert.Single((await daemon.GetAsync($"images/{name}/json")).GetProperty("RepoDigests").EnumerateArray(), d => d.GetString()!.StartsWith(name[..name.IndexOf(':', StringComparison.Ordinal)], StringComparison.Ordinal)).GetString()!;

    private static async Task<HttpStatusCode> PostAsync(TestDaemon daemon, string path)
    {
        using HttpResponseMessage answer = await daemon.Client.PostAsync(path, null, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<string> DeleteAsync(TestDaemon daemon, string name)
    {
        using HttpResponseMessage answer = await daemon.Client.DeleteAsync("images/" + name, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.TrimEnd();
    }
}
