using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Reproducing;

/// <summary>Builds that are done twice under other conditions: what comes to the same is exported, and of what does not step, file, kind and cure are told.</summary>
public sealed partial class ReproduceTests(ScratchStore scratch) : IClassFixture<ScratchStore>
{
    private const string Head = "FROM scratch\nCOPY busybox /bin/\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n";

    [Theory]
    [InlineData("date > /x", "time stamp", "SOURCE_DATE_EPOCH")]
    [InlineData("date +%s > /x", "time stamp", "SOURCE_DATE_EPOCH")]
    [InlineData("mkdir -p /var/log && date > /var/log/x", "time stamp: a log", "rm -rf /var/log/*")]
    [InlineData("cat /proc/sys/kernel/random/uuid > /x", "random", "fixed seed")]
    [InlineData("head -c 64 /dev/urandom > /x", "random", "fixed seed")]
    [InlineData("mkdir /tmp && mktemp -d", "random: a temporary file: its name", "--mount=type=tmpfs")]
    [InlineData("hostname > /x", "host name: \"caisson\" and \"caisso2\"", "BUILDKIT_SANDBOX_HOSTNAME")]
    [InlineData("date > /t && touch -r /t /t && gzip -c /t > /x && rm /t", "time stamp", "gzip -n")]
    [InlineData("mkdir d && cd d && date > t && tar -cf /x t && rm -r /d", "time stamp", "--mtime=@$SOURCE_DATE_EPOCH")]
    [InlineData("test $(hostname) = caisson || chmod 700 /bin/busybox", "owner or mode", "umask 022")]
    [InlineData("test $(hostname) = caisson || echo > /x", "in one build only: the second build made it", "remove what is not needed")]
    public async Task The_step_the_file_the_kind_and_the_cure_are_told(string command, string kind, string cure)
    {
        using Project project = Make(command);
        string told = (await project.TryBuildAsync("--reproduce=2", "-t", "differs", "-o", "type=tar,dest=out.tar")).Failed(10);
        Assert.Contains("Dockerfile:4:1: error CSN2160: build 2 came to something else than build 1 in [3/4] RUN ", told, StringComparison.Ordinal);
        Assert.Matches(new Regex("^error CSN2161: /[^ ]*: " + Regex.Escape(kind), RegexOptions.Multiline), told);
        Assert.Contains(cure, told, StringComparison.Ordinal);
        Assert.DoesNotContain("CSN2160: build 2 came to something else than build 1 in [4/4]", told, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(project.Path, "out.tar")));
        Assert.DoesNotContain("differs", await scratch.Store.RunAsync("images"), StringComparison.Ordinal);
        Assert.Empty(Leftovers.In(scratch.Store.Root));
    }

    [Fact]
    public async Task The_number_of_processors_is_told()
    {
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs more than one processor");
        using Project project = Make("nproc > /x");
        string told = (await project.TryBuildAsync("--reproduce=2")).Failed(10);
        Assert.Matches(new Regex("^error CSN2161: /x: parallelism: \"[0-9]+\" and \"1\"", RegexOptions.Multiline), told);
        Assert.Contains("GOMAXPROCS", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("find /d -type f > /x", "order: the same lines in another order", "LC_ALL=C sort")]
    [InlineData("tar -cf /x /d", "order: a tar archive: the same members in another order", "--sort=name")]
    public async Task The_order_of_a_directory_is_told(string command, string kind, string cure)
    {
        RequireOtherOrder();
        using Project project = Make($"mkdir /d && cd /d && for i in $(seq 1 40); do echo $i > file$i; touch -d @0 file$i; done && touch -d @0 . && {command}");
        string told = (await project.TryBuildAsync("--reproduce=2")).Failed(10);
        Assert.Contains("error CSN2161: /x: " + kind, told, StringComparison.Ordinal);
        Assert.Contains(cure, told, StringComparison.Ordinal);
        Assert.Matches(new Regex(" varied: time, .*directory order$", RegexOptions.Multiline), told);
    }

    [Fact]
    public async Task A_step_that_only_stands_on_what_differs_is_not_blamed()
    {
        using Project project = new Project(scratch.Store, Head + "RUN date > /logged\nRUN date > /taken\n" + "FROM scratch AS other\nCOPY busybox /bin/\n\nFROM scratch\nCOPY --from=0 /taken /app\n").File("x");
        File.Copy(Tool.Require("busybox"), Path.Combine(project.Path, "busybox"));
        string told = (await project.TryBuildAsync("--reproduce=2")).Failed(10);
        // What is copied is of the second of the two steps, which stands on the first.
        Assert.Contains("Dockerfile:4:1: error CSN2160", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Dockerfile:5:1", told, StringComparison.Ordinal);
        Assert.Contains("/logged: time stamp", told, StringComparison.Ordinal);
        Assert.Contains("RUN date > /taken", told, StringComparison.Ordinal);
        Assert.Contains("differ as well, perhaps only for that", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_of_which_nothing_that_differs_is_taken_does_not_matter()
    {
        using Project project = new(scratch.Store, Head + "RUN date > /noise; echo same > /app\nFROM scratch\nCOPY --from=0 /app /app\n");
        File.Copy(Tool.Require("busybox"), Path.Combine(project.Path, "busybox"));
        Assert.Contains("reproduced: 2 builds, the same sha256:", (await project.TryBuildAsync("--reproduce=2")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_comes_to_the_same_is_exported_and_said_to_be_reproducible()
    {
        using Project project = Make("for i in 3 2 1; do echo $i; done | sort > /x; chown 7:8 /x; ln /x /y; mkfifo /pipe");
        Outcome built = await project.TryBuildAsync("--reproduce=3", "-t", "same:1", "--provenance=mode=max", "-o", "type=local,dest=out", "-o", "type=image", "--iidfile=id");
        built.Succeeded();
        string said = Said().Match(built.Error).Value;
        Assert.StartsWith("reproduced: 3 builds, the same sha256:", said, StringComparison.Ordinal);
        Assert.Contains("varied: time, ", said, StringComparison.Ordinal);
        Assert.Contains("host name", said, StringComparison.Ordinal);
        JsonElement statement = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(project.Path, "out/provenance.json"), TestContext.Current.CancellationToken)).RootElement;
        Assert.True(statement.GetProperty("predicate").GetProperty("runDetails").GetProperty("metadata").GetProperty("caisson_reproducible").GetBoolean());
        // It is the image of an ordinary build.
        string id = await File.ReadAllTextAsync(Path.Combine(project.Path, "id"), TestContext.Current.CancellationToken);
        Assert.Equal(id, (await project.TryAsync("build", "-q", "--no-cache", ".")).Succeeded().Trim());
        Assert.Empty(Leftovers.In(scratch.Store.Root));
    }

    [Fact]
    public async Task Several_platforms_are_compared_all_of_them()
    {
        using Project project = new(scratch.Store, "FROM scratch\nARG TARGETARCH\nCOPY x /$TARGETARCH/x\n");
        project.File("x", "content");
        Assert.Contains("reproduced: 2 builds", (await project.TryBuildAsync("--reproduce", "--platform=linux/amd64,linux/arm64", "-t", "two")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_mount_begins_empty_and_is_named_when_what_it_holds_gets_in()
    {
        using Project project = new(scratch.Store, Head + "RUN --mount=type=cache,target=/cache test -e /cache/id || head -c 12 /dev/urandom | od -x > /cache/id; cp /cache/id /x\n");
        File.Copy(Tool.Require("busybox"), Path.Combine(project.Path, "busybox"));
        string told = (await project.TryBuildAsync("--reproduce=2")).Failed(10);
        Assert.Contains("the cache mount /cache began empty in the second build", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_shown_of_a_file_with_a_secret()
    {
        using Project project = new Project(scratch.Store, Head + "RUN --mount=type=secret,id=s echo $(cat /run/secrets/s)-$(date +%s) > /x\n").File("s", "open-sesame");
        File.Copy(Tool.Require("busybox"), Path.Combine(project.Path, "busybox"));
        string told = (await project.TryBuildAsync("--reproduce=2", "--secret", "id=s,src=s")).Failed(10);
        Assert.Contains("error CSN2161: /x: time stamp: beside a secret", told, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_the_second_time_is_told_with_its_output()
    {
        using Project project = Make("echo looked at $(hostname); test $(hostname) = caisson");
        string told = (await project.TryBuildAsync("--reproduce=2")).Failed(10);
        Assert.Contains("Dockerfile:4:1: error CSN2162: the step went well in build 1, and failed in build 2: the command ended with exit code 1", told, StringComparison.Ordinal);
        Assert.Contains("looked at caisso2", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_name_that_the_user_chose_stays()
    {
        using Project project = Make("hostname > /x");
        string said = Said().Match((await project.TryBuildAsync("--reproduce=2", "--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=mine")).Error).Value;
        Assert.Contains("not varied: host name (BUILDKIT_SANDBOX_HOSTNAME sets it)", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ordinary_user_gets_the_same_proof()
    {
        using TempDirectory directory = new TempDirectory().OpenToAll();
        string home = directory.Make("home");
        directory.File("home/project/Dockerfile", Head + "RUN ls / > /x\n");
        File.Copy(Tool.Require("busybox"), directory["home/project/busybox"]);
        ProcessStartInfo start = new Store(Path.Combine(home, "store")).Start("build", "--progress=plain", "--reproduce=2", Path.Combine(home, "project"));
        Outcome built = await Tool.CaptureAsync(await OrdinaryUser.AsUserAsync(start, home));
        built.Succeeded();
        Assert.Contains("reproduced: 2 builds, the same sha256:", built.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(directory.Path + "/", await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("KILL", 137)]
    public async Task Stopped_in_the_second_build_nothing_is_left(string signal, int exitCode)
    {
        using TempDirectory directory = new();
        directory.File("project/Dockerfile", Head + "RUN test $(hostname) = caisson || { echo the build waits; sleep 600; }\n");
        File.Copy(Tool.Require("busybox"), directory["project/busybox"]);
        Store store = new(directory["store"]);
        await using (Server build = Server.Start(store.Start("build", "--progress=plain", "--reproduce=2", directory["project"]), signal))
        {
            await build.SaysAsync(Waiting());
            Assert.Equal(exitCode, await build.StopAsync());
        }
        await RunningProcesses.GoneAsync(store.Root);
        Assert.DoesNotContain(directory.Path + "/", await File.ReadAllTextAsync("/proc/self/mountinfo", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await NoDeviceAsync(directory.Path);
        await store.RunAsync("images"); // whoever comes next tidies up
        Assert.Empty(Leftovers.In(store.Root));
    }

    [Theory]
    [InlineData("--reproduce=1", "write how often to build, 2 to 100")]
    [InlineData("--reproduce=often", "write how often to build, 2 to 100")]
    [InlineData("--reproduce --check", "leave one of them out")]
    [InlineData("--reproduce --call=outline", "leave one of them out")]
    public async Task What_makes_no_sense_is_refused(string options, string told)
    {
        using Project project = new(scratch.Store, "FROM scratch\n");
        Assert.Contains(told, (await project.TryBuildAsync(options.Split(' '))).Failed(2), StringComparison.Ordinal);
    }

    private static void RequireOtherOrder()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/dev/loop-control"), "needs root and loop devices, for a file system of its own");
        Tool.Require("mkfs.ext4");
    }

    // What a killed build had started dies a moment later, and only then does the kernel take the mount away that they were in.
    private static async Task NoDeviceAsync(string path)
    {
        if (Tool.Find("losetup") is not { } losetup)
            return;
        CancellationToken ct = TestContext.Current.CancellationToken;
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromMinutes(1));
        while (await Tool.RunAsync(losetup, "--all") is var devices && devices.Contains(path + "/", StringComparison.Ordinal))
        {
            Assert.False(deadline.IsCancellationRequested, devices);
            await Task.Delay(20, ct);
        }
    }

    private Project Make(string command)
    {
        Project project = new(scratch.Store, $"{Head}RUN {command}\nRUN cat /bin/busybox > /copy\n");
        File.Copy(Tool.Require("busybox"), Path.Combine(project.Path, "busybox"));
        return project;
    }

    [GeneratedRegex("^reproduced: .*$", RegexOptions.Multiline)]
    private static partial Regex Said();

    [GeneratedRegex(@"^#\d+ [\d.]+ the build waits$")]
    private static partial Regex Waiting();
}
