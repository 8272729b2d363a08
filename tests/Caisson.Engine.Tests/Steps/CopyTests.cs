using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Steps;

/// <summary>What COPY does to a destination, case by case as BuildKit does it (fsutil's copy) unless a test says otherwise.</summary>
public sealed class CopyTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test
    private Folder _before = null!; // what the destination holds already

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _before = _workshop.Folder("before");
    }

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    [Fact]
    public async Task A_file_copied_to_a_new_name_gets_that_name()
    {
        _workshop.Context.File("a", "A", mode: 0x1C0);
        Assert.Equal(["f 0700 0:0 new \"A\""], await CopyAsync("COPY a /new"));
    }

    [Fact]
    public async Task A_file_copied_to_a_directory_keeps_its_name()
    {
        _workshop.Context.File("sub/a", "A");
        _before.Directory("dir", mode: 0x1C0);
        Assert.Equal(["d 0700 0:0 dir", "f 0644 0:0 dir/a \"A\""], await CopyAsync("COPY sub/a /dir"));
    }

    [Theory]
    [InlineData("/new/")]
    [InlineData("/new/.")]
    [InlineData("new/")]
    public async Task A_destination_that_ends_in_a_slash_is_made_as_a_directory(string destination)
    {
        _workshop.Context.File("a", "A");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\""], await CopyAsync("COPY a " + destination));
    }

    [Fact]
    public async Task Directories_on_the_way_to_the_destination_are_made()
    {
        _workshop.Context.File("a", "A");
        _before.Directory("x", mode: 0x1C0);
        Assert.Equal(["d 0700 0:0 x", "d 0755 0:0 x/y", "d 0755 0:0 x/y/z", "f 0644 0:0 x/y/z/b \"A\""], await CopyAsync("COPY a /x/y/z/b"));
    }

    [Fact]
    public async Task Of_a_directory_the_content_is_copied()
    {
        _workshop.Context.File("dir/a", "A").File("dir/sub/b", "B");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\"", "d 0755 0:0 new/sub", "f 0644 0:0 new/sub/b \"B\""], await CopyAsync("COPY dir /new"));
    }

    [Fact]
    public async Task A_new_destination_directory_has_no_mode_of_the_source()
    {
        _workshop.Context.File("dir/a", "A").Mode("dir", 0x1C0);
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\""], await CopyAsync("COPY dir /new"));
    }

    [Fact]
    public async Task A_destination_directory_that_exists_keeps_its_mode_and_those_below_take_that_of_the_source()
    {
        _workshop.Context.File("dir/sub/a", "A").Mode("dir", 0x1C0).Mode("dir/sub", 0x1C0);
        _before.Directory("x", mode: 0x1F8).Directory("x/sub", mode: 0x1F8);
        Assert.Equal(["d 0770 0:0 x", "d 0700 0:0 x/sub", "f 0644 0:0 x/sub/a \"A\""], await CopyAsync("COPY dir /x"));
    }

    [Fact]
    public async Task Copying_a_directory_merges_it_with_what_is_there()
    {
        _workshop.Context.File("dir/a", "new").File("dir/c", "C");
        _before.File("x/a", "old").File("x/b", "B");
        Assert.Equal(["d 0755 0:0 x", "f 0644 0:0 x/a \"new\"", "f 0644 0:0 x/b \"B\"", "f 0644 0:0 x/c \"C\""], await CopyAsync("COPY dir /x"));
    }

    [Fact]
    public async Task Two_directories_merge_and_the_later_source_wins()
    {
        _workshop.Context.File("one/a", "1").File("one/sub/x", "1").File("two/a", "2").File("two/sub/y", "2");
        Assert.Equal(
            ["d 0755 0:0 new", "f 0644 0:0 new/a \"2\"", "d 0755 0:0 new/sub", "f 0644 0:0 new/sub/x \"1\"", "f 0644 0:0 new/sub/y \"2\""],
            await CopyAsync("COPY one two /new/"));
    }

    [Fact]
    public async Task A_directory_and_then_a_file_make_a_directory_of_both()
    {
        _workshop.Context.File("dir/c", "C").File("a", "A");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\"", "f 0644 0:0 new/c \"C\""], await CopyAsync("COPY dir a /new"));
    }

    [Fact]
    public async Task A_file_and_then_a_directory_cannot_have_one_name()
    {
        _workshop.Context.File("dir/c", "C").File("a", "A");
        Diagnostic finding = await FailAsync("COPY a dir /new");
        Assert.Equal(EngineCodes.NotADirectory, finding.Code);
        Assert.Equal("\"/new\" exists and is not a directory", finding.Message);
    }

    // As BuildKit has it; the Dockerfile reference asks for a slash, and the classic builder refuses.
    [Theory]
    [InlineData("COPY a b /new")]
    [InlineData("COPY [ab] /new")]
    public async Task Of_two_files_copied_to_one_name_the_later_stays_and_the_user_is_told(string copy)
    {
        _workshop.Context.File("a", "A").File("b", "B");
        Assert.Equal(["f 0644 0:0 new \"B\""], await CopyAsync(copy));
        Built built = await _workshop.BuildAsync(Dockerfile(copy), request => Before(request) with { UsesCache = false });
        Diagnostic warning = Assert.Single(built.Events.OfType<BuildEvent.Warning>()).Diagnostic;
        Assert.Equal((EngineCodes.FilesOverwritten, "several files are copied to \"/new\", which is no directory: only the last is there"), (warning.Code, warning.Message));
        Assert.Equal(("write \"/new/\"", 3), (warning.Hint, warning.Where?.Line));
    }

    [Fact]
    public async Task Of_files_that_share_a_name_in_a_directory_the_later_stays_and_nobody_is_told()
    {
        _workshop.Context.File("one/a", "1").File("two/a", "2");
        Built built = await _workshop.BuildAsync(Dockerfile("COPY one/a two/a /new/"), Before);
        Assert.Empty(built.Warnings);
        Assert.Contains("f 0644 0:0 new/a \"2\"", (await Layers.OfAsync(built.Image))[^1]);
    }

    [Fact]
    public async Task A_wildcard_stands_for_every_name_that_it_matches()
    {
        _workshop.Context.File("src/b.go", "B").File("src/a.go", "A").File("src/c.txt", "C").File("other/d.go", "D");
        Assert.Equal(["d 0755 0:0 dst", "f 0644 0:0 dst/a.go \"A\"", "f 0644 0:0 dst/b.go \"B\"", "f 0644 0:0 dst/d.go \"D\""], await CopyAsync("COPY */*.go /dst/"));
    }

    [Fact]
    public async Task A_wildcard_that_matches_nothing_copies_nothing_and_makes_no_directory()
    {
        _workshop.Context.File("a", "A");
        Assert.Empty(await CopyAsync("COPY *.go /new"));
        Assert.Empty(await CopyAsync("COPY *.go /new/"));
    }

    [Fact]
    public async Task A_slash_behind_a_source_that_is_a_file_means_nothing()
    {
        _workshop.Context.File("a", "A");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\""], await CopyAsync("COPY a/ /new/"));
    }

    [Fact]
    public async Task Wildcards_do_not_go_through_links()
    {
        _workshop.Context.File("real/a", "A").Link("rlink", "real");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\""], await CopyAsync("COPY r*/a /new/"));
        Assert.Empty(await CopyAsync("COPY rl*/a /new/"));
    }

    [Fact]
    public async Task A_directory_that_a_wildcard_matches_is_copied_by_its_content()
    {
        _workshop.Context.File("mod1/a", "1").File("mod2/b", "2");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"1\"", "f 0644 0:0 new/b \"2\""], await CopyAsync("COPY mod* /new"));
    }

    [Fact]
    public async Task A_set_makes_a_wildcard_an_ordinary_character()
    {
        _workshop.Context.File("a*", "star").File("ab", "B");
        Assert.Equal(["f 0644 0:0 new \"star\""], await CopyAsync("COPY a[*] /new"));
    }

    [Fact]
    public async Task A_source_that_is_a_link_is_followed_and_keeps_its_own_name()
    {
        _workshop.Context.File("real", "R").Link("link", "real");
        Assert.Equal(["d 0755 0:0 dst", "f 0644 0:0 dst/link \"R\""], await CopyAsync("COPY link /dst/"));
    }

    [Fact]
    public async Task A_source_that_is_a_link_to_a_directory_is_copied_by_its_content()
    {
        _workshop.Context.File("real/a", "A").Link("link", "real");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\""], await CopyAsync("COPY link /new"));
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_context_leads_to_its_root()
    {
        _workshop.Folder("outside").File("secret", "S");
        _workshop.Context.Link("link", "../outside/secret").File("outside/secret", "mine");
        Assert.Equal(["f 0644 0:0 new \"mine\""], await CopyAsync("COPY link /new"));
    }

    [Fact]
    public async Task An_absolute_link_of_the_context_starts_at_the_root_of_the_context()
    {
        _workshop.Context.Link("link", "/etc/passwd").File("etc/passwd", "mine");
        Assert.Equal(["f 0644 0:0 new \"mine\""], await CopyAsync("COPY link /new"));
    }

    [Fact]
    public async Task Links_inside_a_directory_are_copied_as_links()
    {
        _workshop.Context.Link("dir/out", "../../etc/passwd").Link("dir/abs", "/etc").Link("dir/gone", "nowhere");
        Assert.Equal(["d 0755 0:0 new", "l 0:0 new/abs -> /etc", "l 0:0 new/gone -> nowhere", "l 0:0 new/out -> ../../etc/passwd"], await CopyAsync("COPY dir /new"));
    }

    [Fact]
    public async Task A_source_that_is_a_link_to_nothing_is_not_found()
    {
        _workshop.Context.Link("link", "nowhere");
        Assert.Equal(EngineCodes.SourceNotFound, (await FailAsync("COPY link /new")).Code);
    }

    [Fact]
    public async Task A_destination_that_is_a_link_to_a_directory_is_followed()
    {
        _workshop.Context.File("a", "A");
        _before.Directory("real").Link("link", "real");
        Assert.Equal(["l 0:0 link -> real", "d 0755 0:0 real", "f 0644 0:0 real/a \"A\""], await CopyAsync("COPY a /link"));
    }

    [Fact]
    public async Task A_destination_that_is_a_link_to_a_file_writes_that_file()
    {
        _workshop.Context.File("a", "A");
        _before.File("real", "old").Link("link", "real");
        Assert.Equal(["l 0:0 link -> real", "f 0644 0:0 real \"A\""], await CopyAsync("COPY a /link"));
    }

    [Fact]
    public async Task A_destination_that_is_a_link_to_nothing_makes_what_it_points_to()
    {
        _workshop.Context.File("a", "A");
        _before.Link("link", "gone");
        Assert.Equal(["f 0644 0:0 gone \"A\"", "l 0:0 link -> gone"], await CopyAsync("COPY a /link"));
    }

    [Fact]
    public async Task Links_on_the_way_to_the_destination_are_followed()
    {
        _workshop.Context.File("a", "A");
        _before.Directory("real").Link("link", "/real");
        Assert.Equal(["l 0:0 link -> /real", "d 0755 0:0 real", "d 0755 0:0 real/x", "f 0644 0:0 real/x/y \"A\""], await CopyAsync("COPY a /link/x/y"));
    }

    [Fact]
    public async Task A_file_replaces_a_link_of_its_name_in_a_directory()
    {
        _workshop.Context.File("a", "A");
        _before.File("other", "other").Link("dir/a", "../other");
        Assert.Equal(["d 0755 0:0 dir", "f 0644 0:0 dir/a \"A\"", "f 0644 0:0 other \"other\""], await CopyAsync("COPY a /dir/"));
    }

    [Fact]
    public async Task A_file_replaces_a_link_of_its_name_when_a_directory_is_copied()
    {
        _workshop.Context.File("src/a", "A");
        _before.File("other", "other").Link("dir/a", "../other");
        Assert.Equal(["d 0755 0:0 dir", "f 0644 0:0 dir/a \"A\"", "f 0644 0:0 other \"other\""], await CopyAsync("COPY src /dir"));
    }

    [Fact]
    public async Task A_file_replaces_a_file()
    {
        _workshop.Context.File("a", "A", mode: 0x1C0);
        _before.File("b", "a longer text").Owner("b", 7, 7);
        Assert.Equal(["f 0700 0:0 b \"A\""], await CopyAsync("COPY a /b"));
    }

    [Theory]
    [InlineData("COPY a /dir/")]
    [InlineData("COPY src /dir")]
    public async Task A_file_does_not_replace_a_directory(string copy)
    {
        _workshop.Context.File("a", "A").File("src/a", "A");
        _before.Directory("dir/a");
        Diagnostic finding = await FailAsync(copy);
        Assert.Equal(EngineCodes.IsADirectory, finding.Code);
        Assert.Equal("\"/dir/a\" is a directory and cannot be replaced by a file", finding.Message);
    }

    [Theory]
    [InlineData("COPY src /dir", "/dir/a")]
    [InlineData("COPY src/a /dir/a", "/dir/a")]
    [InlineData("COPY src/a/b /dir/a/", "/dir/a")]
    [InlineData("COPY src/a/b /dir/a/b", "/dir/a")]
    [InlineData("COPY src/a/b /dir/a/x/y", "/dir/a")]
    public async Task A_directory_does_not_replace_a_file(string copy, string file)
    {
        _workshop.Context.File("src/a/b", "B");
        _before.File("dir/a", "file");
        Diagnostic finding = await FailAsync(copy);
        Assert.Equal(EngineCodes.NotADirectory, finding.Code);
        Assert.StartsWith($"\"{file}\" exists and is not a directory", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_does_not_replace_a_link_to_a_directory()
    {
        _workshop.Context.File("src/a/b", "B");
        _before.Directory("dir/real").Link("dir/a", "real");
        Assert.Equal(EngineCodes.NotADirectory, (await FailAsync("COPY src /dir")).Code);
    }

    [Fact]
    public async Task The_root_can_be_the_destination()
    {
        _workshop.Context.File("src/a", "A").File("b", "B");
        Assert.Equal(["f 0644 0:0 a \"A\"", "f 0644 0:0 b \"B\""], await CopyAsync("COPY src b /"));
    }

    [Fact]
    public async Task The_whole_context_is_copied_by_a_dot()
    {
        _workshop.Context.File("a", "A").File(".hidden", "H").Directory("empty");
        Assert.Equal(["d 0755 0:0 app", "f 0644 0:0 app/.hidden \"H\"", "f 0644 0:0 app/a \"A\"", "d 0755 0:0 app/empty"], await CopyAsync("WORKDIR /app", "COPY . ."));
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("/../../a")]
    [InlineData("./x/../a")]
    public async Task A_source_stays_within_the_context(string source)
    {
        _workshop.Context.File("a", "A");
        Assert.Equal(["f 0644 0:0 new \"A\""], await CopyAsync($"COPY {source} /new"));
    }

    [Fact]
    public async Task Files_of_the_context_belong_to_root_whoever_owns_them()
    {
        _workshop.Context.File("dir/a", "A").Owner("dir/a", 1000, 1000).Directory("dir/sub").Owner("dir/sub", 1000, 1000);
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\"", "d 0755 0:0 new/sub"], await CopyAsync("COPY dir /new"));
    }

    [Fact]
    public async Task A_pipe_is_copied_as_a_pipe()
    {
        _workshop.Context.Fifo("dir/pipe");
        Assert.Equal(["d 0755 0:0 new", "p 0644 0:0 new/pipe"], await CopyAsync("COPY dir /new"));
    }

    [Fact]
    public async Task Set_id_bits_are_kept()
    {
        _workshop.Context.File("a", "A", mode: 0x9ED);
        Assert.Equal(["f 4755 0:0 new \"A\""], await CopyAsync("COPY a /new"));
    }

    [Fact]
    public async Task Hard_links_within_one_source_stay_hard_links()
    {
        _workshop.Context.File("dir/a", "A").HardLink("dir/b", "dir/a").HardLink("elsewhere", "dir/a");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\"", "h new/b => new/a"], await CopyAsync("COPY dir /new"));
    }

    [Fact]
    public async Task Hard_links_stay_hard_links_beside_other_sources()
    {
        _workshop.Context.File("dir/a", "A").HardLink("dir/b", "dir/a").File("c", "C");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"A\"", "h new/b => new/a", "f 0644 0:0 new/c \"C\""], await CopyAsync("COPY dir c /new/"));
    }

    [Fact]
    public async Task A_hard_link_whose_other_name_a_later_source_replaces_keeps_its_content()
    {
        _workshop.Context.File("one/a", "A").HardLink("one/b", "one/a").File("two/a", "other");
        Assert.Equal(["d 0755 0:0 new", "f 0644 0:0 new/a \"other\"", "f 0644 0:0 new/b \"A\""], await CopyAsync("COPY one two /new/"));
    }

    [Theory]
    [InlineData("--chown=7", "7:7")]
    [InlineData("--chown=7:8", "7:8")]
    [InlineData("--chown=root", "0:0")]
    [InlineData("--chown=app", "1000:1001")]
    [InlineData("--chown=app:staff", "1000:50")]
    [InlineData("--chown=7:staff", "7:50")]
    [InlineData("--chown=app:8", "1000:8")]
    [InlineData("--chown=:8", "0:8")]
    [InlineData("--chown=7:", "7:0")]
    [InlineData("--chown=app:", "1000:0")]
    public async Task Chown_gives_everything_an_owner(string flag, string owner)
    {
        _workshop.Context.File("dir/a", "A").Link("dir/l", "a");
        _before.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/:/bin/false\n").File("etc/group", "root:x:0:\nstaff:x:50:app\n");
        string[] files = await CopyAsync($"COPY {flag} dir /p/new");
        Assert.Equal([$"d 0755 {owner} p", $"d 0755 {owner} p/new", $"f 0644 {owner} p/new/a \"A\"", $"l {owner} p/new/l -> a"], files[3..]);
    }

    [Theory]
    [InlineData("--chown=ghost", "0:0", "ghost")]
    [InlineData("--chown=ghost:staff", "0:50", "ghost")]
    [InlineData("--chown=app:ghosts", "1000:1001", "ghosts")]
    [InlineData("--chown=7:ghosts", "7:7", "ghosts")]
    [InlineData("--chown=4294967294", "0:0", "4294967294")]
    public async Task Chown_to_an_unknown_name_warns_and_takes_what_is_left(string flag, string owner, string unknown)
    {
        _workshop.Context.File("a", "A");
        _before.File("etc/passwd", "app:x:1000:1001::/:/bin/false\n").File("etc/group", "staff:x:50:\n");
        Built built = await _workshop.BuildAsync(Dockerfile($"COPY {flag} a /new"), Before);
        Assert.Contains($"f 0644 {owner} new \"A\"", (await Layers.OfAsync(built.Image))[^1]);
        Assert.Contains($"\"{unknown}\" is no user or group of the image", Assert.Single(built.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chown_by_number_does_not_look_into_the_image()
    {
        _workshop.Context.File("a", "A").File("passwd", "app:x:1000:1000::/:/bin/sh\n");
        string dockerfile = "FROM scratch\nCOPY passwd /etc/passwd\nCOPY --chown=5:6 a /new\n";
        await _workshop.BuildAsync(dockerfile);
        _workshop.Context.File("a", "changed");
        await _workshop.ReopenAsync(); // /etc/passwd is now known from the cache
        Built built = await _workshop.BuildAsync(dockerfile);
        Assert.Equal(["f 0644 5:6 new \"changed\""], (await Layers.OfAsync(built.Image))[^1]);
    }

    [Theory]
    [InlineData("--chmod=640", "0640", "0640")]
    [InlineData("--chmod=4711", "4711", "4711")]
    [InlineData("--chmod=go-rwx", "0700", "0600")]
    [InlineData("--chmod=a=rX", "0555", "0444")]
    public async Task Chmod_gives_everything_a_mode(string flag, string directory, string file)
    {
        _workshop.Context.File("dir/sub/a", "A").Link("dir/l", "sub");
        string[] files = await CopyAsync($"COPY {flag} dir /new");
        Assert.Equal(["l 0:0 new/l -> sub", $"d {directory} 0:0 new/sub", $"f {file} 0:0 new/sub/a \"A\""], files[1..]);
    }

    [Theory]
    [InlineData("--chmod=640", "d 0640 0:0 x")]
    [InlineData("--chmod=4751", "d 0751 0:0 x")]
    [InlineData("--chmod=u=rwX,go=", "d 0755 0:0 x")]
    public async Task Directories_that_chmod_makes_on_the_way_have_its_mode_when_that_is_a_number(string flag, string expected)
    {
        _workshop.Context.File("a", "A");
        Assert.Equal(expected, (await CopyAsync($"COPY {flag} a /x/y"))[0]);
    }

    [Fact]
    public async Task A_linked_copy_is_laid_over_the_destination_without_a_look_at_it()
    {
        _workshop.Context.File("a", "A");
        _before.Directory("real").Link("x", "real");
        Assert.Equal(["d 0755 0:0 real", "d 0755 0:0 x", "f 0644 0:0 x/a \"A\""], await CopyAsync("COPY --link a /x/"));
    }

    [Fact]
    public async Task A_mode_makes_a_linked_copy_an_ordinary_one()
    {
        _workshop.Context.File("a", "A");
        _before.Directory("real").Link("x", "real");
        Assert.Equal(["d 0755 0:0 real", "f 0600 0:0 real/a \"A\"", "l 0:0 x -> real"], await CopyAsync("COPY --link --chmod=600 a /x/"));
    }

    [Theory]
    [InlineData("--chown=app", 19)]
    [InlineData("--chown=0:staff", 19)]
    public async Task A_linked_copy_cannot_look_up_names(string chown, int column)
    {
        _workshop.Context.File("a", "A");
        Diagnostic finding = await FailAsync($"COPY --link {chown} a /x/");
        Assert.Equal((DiagnosticCodes.LinkedOwnerByName, 3, column + 2), (finding.Code, finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_linked_copy_is_the_same_layer_on_whatever_it_is_laid()
    {
        _workshop.Context.File("a", "A").File("b", "B");
        Built one = await _workshop.BuildAsync("FROM scratch\nCOPY --link a /x/a\n");
        Built two = await _workshop.BuildAsync("FROM scratch\nCOPY b /x/b\nCOPY --link a /x/a\n");
        Assert.Equal(one.Image.Layers[0].Blob.Digest, two.Image.Layers[1].Blob.Digest);
    }

    [Fact]
    public async Task A_heredoc_is_a_file_of_its_name()
    {
        Assert.Equal(["d 0755 0:0 etc", "f 0644 0:0 etc/motd \"hello\n\""], await CopyAsync("COPY <<motd /etc/", "hello", "motd"));
    }

    [Fact]
    public async Task A_heredoc_goes_into_a_destination_that_is_a_directory()
    {
        _before.Directory("etc");
        Assert.Equal(["d 0755 0:0 etc", "f 0644 0:0 etc/motd \"hello\n\""], await CopyAsync("COPY <<motd /etc", "hello", "motd"));
        Assert.Equal(["d 0755 0:0 etc", "d 0755 0:0 x", "d 0755 0:0 x/y", "f 0644 0:0 x/y/file \"hello\n\""], await CopyAsync("ADD <<EOF /x/y/file", "hello", "EOF"));
    }

    [Fact]
    public async Task Heredocs_of_one_line_are_told_apart_by_their_names()
    {
        string[] files = await CopyAsync("ARG V=value", "COPY <<plain <<\"quoted\" <<-tabs <<\"/robots.txt\" /d/", "$V", "plain", "$V", "quoted", "\t$V", "\ttabs", "none", "/robots.txt");
        Assert.Equal(["f 0644 0:0 d/plain \"value\n\"", "f 0644 0:0 d/quoted \"$V\n\"", "f 0644 0:0 d/robots.txt \"none\n\"", "f 0644 0:0 d/tabs \"value\n\""], files[1..]);
    }

    [Fact]
    public async Task A_heredoc_with_a_directory_in_its_name_is_refused()
    {
        Diagnostic finding = await FailAsync("COPY <<x/y /d/", "text", "x/y");
        Assert.Equal((DiagnosticCodes.BadHeredocName, "\"x/y\" is no name of a file"), (finding.Code, finding.Message));
    }

    [Fact]
    public async Task Heredocs_and_files_are_copied_together()
    {
        _workshop.Context.File("a", "A");
        Assert.Equal(["d 0600 3:4 x", "f 0600 3:4 x/a \"A\"", "f 0600 3:4 x/b \"B\n\""], await CopyAsync("COPY --chmod=600 --chown=3:4 <<b a /x/", "B", "b"));
    }

    [Fact]
    public async Task A_missing_source_is_named_with_its_place()
    {
        _workshop.Context.File("a", "A");
        Diagnostic finding = await FailAsync("COPY a missing /new/");
        Assert.Equal(EngineCodes.SourceNotFound, finding.Code);
        Assert.Equal("\"missing\" is not in the build context", finding.Message);
        Assert.Equal((3, 8), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_missing_source_is_named_at_its_own_instruction_although_others_follow()
    {
        _workshop.Context.File("a", "A");
        Diagnostic finding = await FailAsync("COPY missing /new", "WORKDIR /app", "COPY a /app/");
        Assert.Equal("\"missing\" is not in the build context", finding.Message);
        Assert.Equal((3, 6), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_misspelt_source_is_answered_with_the_nearest_name()
    {
        _workshop.Context.File("cmd/server.go", "S");
        Assert.Equal("did you mean \"cmd/server.go\"?", (await FailAsync("COPY cmd/sever.go /")).Hint);
    }

    [Fact]
    public async Task A_misspelt_directory_is_answered_with_the_nearest_directory()
    {
        _workshop.Context.File("vendor/x", "X");
        Assert.Equal("did you mean \"vendor\"?", (await FailAsync("COPY vender/x /")).Hint);
    }

    [Fact]
    public async Task A_source_that_the_ignore_file_leaves_out_is_told_with_the_line()
    {
        _workshop.Context.File("dist/app", "A").File(".dockerignore", "*.log\n# built\ndist\n");
        Diagnostic finding = await FailAsync("COPY dist/app /");
        Assert.Equal("\"dist/app\" is excluded by .dockerignore line 3: dist", finding.Message);
    }

    [Fact]
    public async Task What_the_ignore_file_leaves_out_is_not_copied()
    {
        _workshop.Context.File("a", "A").File("b.log", "log").File("deep/c.log", "log").File("deep/keep.log", "kept").File(".dockerignore", "**/*.log\n!deep/keep.log\n.dockerignore\n");
        Assert.Equal(["f 0644 0:0 a \"A\"", "d 0755 0:0 deep", "f 0644 0:0 deep/keep.log \"kept\""], await CopyAsync("COPY . /"));
    }

    [Fact]
    public async Task A_set_of_characters_that_is_not_closed_is_told()
    {
        Diagnostic finding = await FailAsync("COPY a[b /");
        Assert.Equal(EngineCodes.BadPattern, finding.Code);
        Assert.Equal((3, 6), (finding.Where?.Line, finding.Where?.Column));
    }

    private Task<string[]> CopyAsync(params string[] lines) => _workshop.FilesAsync(Dockerfile(lines), Before);

    private Task<Diagnostic> FailAsync(params string[] lines) => _workshop.FailAsync(Dockerfile(lines), Before);

    private static string Dockerfile(params string[] lines) => $"FROM scratch\nCOPY --from=before . /\n{string.Join('\n', lines)}\n";

    private BuildRequest Before(BuildRequest request) => request with
    {
        NamedContexts = ImmutableDictionary<string, string>.Empty.Add("before", _before.Path),
    };
}
