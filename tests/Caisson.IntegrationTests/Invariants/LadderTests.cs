using System.Diagnostics;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Invariants;

/// <summary>The rungs below root and subordinate ids: the same images, or a clear refusal.</summary>
public sealed class LadderTests : IDisposable
{
    // Owners, set-id bits, links, special files: all that a layer can hold and that an ordinary user cannot make.
    private const string Files = """
        FROM scratch AS one
        WORKDIR /opt/deep
        COPY --chown=1000:1001 file /data/file
        COPY --chown=7:8 --chmod=4750 tree /data/tree/
        ADD special.tar /special/
        FROM scratch AS two
        COPY --from=one /data /data
        COPY --from=one --chown=9 /special /special
        COPY --from=one / /all/
        """;

    private const string Programs = """
        FROM scratch
        COPY busybox /bin/
        RUN ["/bin/busybox", "--install", "-s", "/bin"]
        COPY --chown=1000:1001 file /data/file
        COPY --chown=7:8 --chmod=4755 tree /data/tree/
        ADD special.tar /special/
        RUN echo more >> /data/file; chmod 600 /data/tree/a; mv /data/tree/b /data/c; mkdir /data/tree/new; ln -s a /data/tree/l; rm /special/link; touch /special/sub/new
        RUN ls -lR /data; rm -r /data/tree/new
        """;

    private readonly TempDirectory _directory = new TempDirectory().OpenToAll();

    private delegate Task<ProcessStartInfo> Surroundings(ProcessStartInfo start, string home);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Copied_files_come_out_the_same_on_every_rung()
    {
        await WriteAsync(Files);
        string expected = await ImageAsync(static (start, _) => Task.FromResult(start), "root");
        Assert.Equal(expected, await ImageAsync(LadderUser.WithoutIdsAsync, "one-id"));
        Assert.Equal(expected, await ImageAsync(LadderUser.WithoutNamespacesAsync, "no-namespaces"));
        Assert.Equal(expected, await ImageAsync(LadderUser.AsRootWithoutRightsAsync, "root-without-rights"));
        Assert.Equal(expected, await ImageAsync(Asked("files-only"), "asked"));
    }

    [Fact]
    public async Task What_programs_leave_alone_keeps_its_owner_where_there_is_one_id()
    {
        await WriteAsync(Programs);
        string expected = await ImageAsync(static (start, _) => Task.FromResult(start), "root");
        Assert.Equal(expected, await ImageAsync(LadderUser.WithoutIdsAsync, "one-id"));
    }

    // The first build leaves an image in the store; the second unpacks its layers, which have no directories.
    [Fact]
    public async Task A_base_image_is_the_same_on_every_rung()
    {
        await WriteAsync(Files);
        string expected = await Twice(static (start, _) => Task.FromResult(start), "root");
        Assert.Equal(expected, await Twice(LadderUser.WithoutIdsAsync, "one-id"));
        Assert.Equal(expected, await Twice(LadderUser.WithoutNamespacesAsync, "no-namespaces"));

        async Task<string> Twice(Surroundings surroundings, string name)
        {
            await ImageAsync(surroundings, name);
            await Tool.ShellAsync(Path.Combine(_directory[name], "store"), "rm -rf layers* cache cache-*");
            await Tool.ShellAsync(_directory["project"], "printf 'FROM made AS made\\nFROM scratch\\nCOPY --from=made / /\\nCOPY --from=made --chown=5 /data/tree /again\\n' > Again");
            return await ImageAsync(surroundings, name, "--file=Again");
        }
    }

    [Fact]
    public async Task Files_can_be_exported_on_every_rung()
    {
        await WriteAsync(Files);
        string expected = await ExportAsync(static (start, _) => Task.FromResult(start), "root");
        Assert.Contains("570 all/special/closed", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await ExportAsync(LadderUser.WithoutIdsAsync, "one-id"));
        Assert.Equal(expected, await ExportAsync(LadderUser.WithoutNamespacesAsync, "no-namespaces"));

        async Task<string> ExportAsync(Surroundings surroundings, string name)
        {
            (await StartAsync(surroundings, name, "build", "--quiet", $"--output=type=local,dest={_directory[name]}/out", ".")).Succeeded();
            return await Tool.ShellAsync(Path.Combine(_directory[name], "out"), "find . -mindepth 1 -printf '%m %P %y %l %T@ %n\n' | LC_ALL=C sort");
        }
    }

    [Fact]
    public async Task A_program_that_is_to_be_someone_else_is_refused_where_there_is_one_id()
    {
        await WriteAsync(Programs + "\nUSER 1000:1000\nRUN id");
        string said = (await TryAsync(LadderUser.WithoutIdsAsync, "one-id")).Failed(5);
        Assert.Contains("Dockerfile:10:1: error CSN3011: the program is to run as 1000:1000, and root is the only user here", said, StringComparison.Ordinal);
        Assert.Contains("hint: give the user who builds subordinate ids", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_cannot_give_a_file_away_is_explained()
    {
        await WriteAsync(Programs + "\nRUN chown 1000 /data/c");
        string said = (await TryAsync(LadderUser.WithoutIdsAsync, "one-id")).Failed(1);
        Assert.Contains("Dockerfile:9:1: error CSN3001", said, StringComparison.Ordinal);
        Assert.Contains("hint: root is the only user of this build", said, StringComparison.Ordinal);
    }

    // Nobody answers where the base image is said to be: it is not asked for.
    [Fact]
    public async Task Without_namespaces_a_run_is_refused_before_anything_is_fetched()
    {
        await WriteAsync("FROM 127.0.0.1:1/nothing\nCOPY file /\nRUN true\n");
        string said = (await TryAsync(LadderUser.WithoutNamespacesAsync, "home")).Failed(5);
        Assert.Contains("Dockerfile:3:1: error CSN3010: no program can be run here, for want of a user namespace: unshare --user --map-root-user: ", said, StringComparison.Ordinal);
        Assert.Contains("No space left on device", said, StringComparison.Ordinal);
        Assert.Contains("hint: as root: sysctl user.max_user_namespaces=10000", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_namespaces_a_run_that_the_base_image_brings_is_refused_too()
    {
        await WriteAsync("FROM scratch\nCOPY file /\nONBUILD RUN true\n");
        await ImageAsync(LadderUser.WithoutNamespacesAsync, "home");
        await Tool.ShellAsync(_directory["project"], "printf 'FROM made\\n' > Again");
        string said = (await TryAsync(LadderUser.WithoutNamespacesAsync, "home", "--file=Again")).Failed(5);
        Assert.Contains("CSN3010", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_the_build_does_not_need_is_no_hindrance()
    {
        await WriteAsync("FROM scratch AS unneeded\nRUN true\nFROM scratch\nCOPY file /\n");
        Assert.NotEqual("", await ImageAsync(LadderUser.WithoutNamespacesAsync, "home"));
    }

    [Fact]
    public async Task Doctor_shows_the_rung_and_what_keeps_from_those_above()
    {
        await WriteAsync("FROM scratch\n");
        string one = (await DoctorAsync(LadderUser.WithoutIdsAsync)).Output;
        Assert.Matches(@"note rung 1: all ids +this user has no subordinate ids in /etc/subuid and /etc/subgid\n +→ as root: usermod ", one);
        Assert.Contains("ok   rung 2: one id      builds are here", one, StringComparison.Ordinal);
        Outcome none = await DoctorAsync(LadderUser.WithoutNamespacesAsync);
        none.Failed(5);
        Assert.Matches(@"FAIL rung 2: one id +unshare --user --map-root-user: .*No space left on device\n +→ as root: sysctl user.max_user_namespaces=10000", none.Output);
        Assert.Contains("ok   rung 3: files only  builds are here", none.Output, StringComparison.Ordinal);
        Assert.Contains("ok   rung 1: all ids     builds are here", (await DoctorAsync(static (start, _) => Task.FromResult(start))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rung_that_there_is_not_is_told_of()
    {
        await WriteAsync("FROM scratch\n");
        Assert.Contains("CAISSON_RUNG=first: write all-ids, one-id or files-only", (await TryAsync(Asked("first"), "home")).Failed(2), StringComparison.Ordinal);
    }

    private static Surroundings Asked(string rung) => (start, _) =>
    {
        start.Environment["CAISSON_RUNG"] = rung;
        return Task.FromResult(start);
    };

    private async Task<string> ImageAsync(Surroundings surroundings, string name, params string[] options) => (await TryAsync(surroundings, name, options)).Succeeded().Trim();

    private Task<Outcome> TryAsync(Surroundings surroundings, string name, params string[] options) => StartAsync(surroundings, name, ["build", "--quiet", "--tag", "made", .. options, "."]);

    private Task<Outcome> DoctorAsync(Surroundings surroundings) => StartAsync(surroundings, "home", "doctor");

    private async Task<Outcome> StartAsync(Surroundings surroundings, string name, params string[] arguments)
    {
        string home = _directory.Make(name);
        ProcessStartInfo start = new Store(Path.Combine(home, "store")).Start(arguments);
        start.WorkingDirectory = _directory["project"];
        return await Tool.CaptureAsync(await surroundings(start, home));
    }

    private async Task WriteAsync(string dockerfile)
    {
        string busybox = Tool.Require("busybox");
        _directory.File("project/Dockerfile", dockerfile).File("project/file", "file\n").File("project/tree/a", "a\n");
        await Tool.ShellAsync(
            _directory["project"],
            $"""
            cp {busybox} busybox; ln tree/a tree/b; ln -s a tree/link; mkdir tree/sub
            mkdir -p ../made/sub; cd ../made; echo x > capable; mkfifo pipe; ln -s capable link; echo y > secret; echo z > sub/file; mkdir closed; echo q > closed/in
            chown 33:34 capable; chown 35:36 pipe sub/file; chown -h 37:38 link; chown 39:40 sub; chmod 0 secret; chmod 2570 closed
            setcap cap_net_raw+ep capable; setfattr -n user.note -v hello sub
            tar --xattrs --xattrs-include='*' --sort=name -cf ../project/special.tar .
            cd ../project; chmod -R a+rX,u+w .
            """);
    }
}
