using Caisson.Dockerfile.Source;
using Caisson.Engine.Exporting;
using Caisson.Engine.Graph;
using Caisson.Engine.Solving;
using Caisson.Engine.Steps;
using Caisson.Engine.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Sandbox;
using Caisson.Linux.Snapshots;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tar;

namespace Caisson.Engine.Tests;

/// <summary>What the user reads when something goes wrong, code by code.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private Workshop _workshop = null!; // made before each test

    public async ValueTask InitializeAsync() => _workshop = await Workshop.OpenAsync();

    public ValueTask DisposeAsync() => _workshop.DisposeAsync();

    public static TheoryData<string, Exception> Inner => new()
    {
        { EngineCodes.StepFailed, new RunFailedException(3, []) { WorkingDirectory = "/w" } },
        { EngineCodes.MissingRuntime, new MissingRuntimeException(wanted: null) },
        { EngineCodes.SandboxUnusable, new SandboxException("the kernel does not allow it") },
        { EngineCodes.ProgramNotExecutable, new SandboxException("open executable: Permission denied") { IsProgramRefused = true } },
        { EngineCodes.ProgramNotFound, new SandboxException("executable file `/x` not found") { IsProgramMissing = true } },
        { EngineCodes.MissingProgram, new ProcessStartException("nsenter", "not on this machine") },
        { EngineCodes.ContextChanged, new ContentChangedException("a") },
        { EngineCodes.RegistryUnreachable, new RegistryException(RegistryErrorKind.Unreachable, "registry.invalid", "no answer") },
        { EngineCodes.RegistryUnauthorized, new RegistryException(RegistryErrorKind.Unauthorized, "registry.invalid", "who are you") },
        { EngineCodes.RegistryUnauthorized, new RegistryException(RegistryErrorKind.Denied, "registry.invalid", "not you") },
        { EngineCodes.ImageNotFound, new RegistryException(RegistryErrorKind.NotFound, "registry.invalid", "no such image") },
        { EngineCodes.RegistryRateLimited, new RegistryException(RegistryErrorKind.RateLimited, "registry.invalid", "later") },
        { EngineCodes.InvalidImage, new RegistryException(RegistryErrorKind.InvalidContent, "registry.invalid", "another digest") },
        { EngineCodes.RegistryFailed, new RegistryException(RegistryErrorKind.ServerError, "registry.invalid", "500") },
        { EngineCodes.ServerUntrusted, new RegistryException(RegistryErrorKind.Untrusted, "registry.invalid", "unknown issuer") },
        { EngineCodes.UnsafeRedirect, new RegistryException(RegistryErrorKind.UnsafeRedirect, "registry.invalid", "to a file") },
        { EngineCodes.ObsoleteImageFormat, new RegistryException(RegistryErrorKind.ObsoleteFormat, "registry.invalid", "schema 1") },
        { EngineCodes.ForeignLayer, new RegistryException(RegistryErrorKind.ForeignLayer, "registry.invalid", "elsewhere") },
        { EngineCodes.Offline, new RegistryException(RegistryErrorKind.Offline, "registry.invalid", "not asked") },
        { EngineCodes.RegistryBlocked, new RegistryException(RegistryErrorKind.Blocked, "registry.invalid", "blocked") },
        { EngineCodes.RegistryUnsupported, new RegistryException(RegistryErrorKind.Unsupported, "registry.invalid", "no") },
        { EngineCodes.RegistryUnsupported, new RegistryException(RegistryErrorKind.Rejected, "registry.invalid", "405") { Status = System.Net.HttpStatusCode.MethodNotAllowed } },
        { EngineCodes.ImageNotFound, new ImageNotFoundException("not here") },
        { EngineCodes.InvalidImage, new InvalidImageException("no manifest") },
        { EngineCodes.InvalidImage, new BlobNotFoundException(Digest.OfBytes([]), "memory") },
        { EngineCodes.InvalidImage, new TarException(TarErrorKind.UnsafePath, "leaves the root", 0, "../x") },
        { EngineCodes.DiskFull, new SystemCallException("write", Errno.ENOSPC, "f") },
        { EngineCodes.DiskFull, new SystemCallException("write", Errno.EDQUOT, "f") },
        { EngineCodes.DiskFull, new IOException("No space left on device", Errno.ENOSPC) },
        { EngineCodes.FileUnusable, new SystemCallException("open", Errno.EACCES, "f") },
        { EngineCodes.FileUnusable, new UnauthorizedAccessException("denied") },
        { EngineCodes.FileUnusable, new IOException("read error") },
        { EngineCodes.StoreDamaged, new InvalidDataException("a file list is damaged") },
    };

    [Theory]
    [MemberData(nameof(Inner))]
    public void What_inner_rooms_throw_gets_its_code_and_keeps_its_words(string code, Exception failure)
    {
        BuildException? explained = Failures.Explain(failure);
        Diagnostic finding = Assert.Single(explained!.Diagnostics); // each of these has an explanation
        Assert.Equal((code, Severity.Error), (finding.Code, finding.Severity));
        Assert.Contains(failure is RunFailedException ? "3" : failure.Message, finding.Message, StringComparison.Ordinal);
        Assert.Same(failure, explained.InnerException);
    }

    [Theory]
    [MemberData(nameof(Inner))]
    public void What_fails_in_a_step_is_told_at_its_instruction(string code, Exception failure)
    {
        SourceSpan where = new SourceText("Dockerfile", "FROM x\nRUN y\n").SpanOf(7, 5);
        Node node = new GraphBuilder().Add(new Operation.Scratch(), [], new NodeLabel("[2/2] RUN y", where));
        Diagnostic finding = Assert.Single(Failures.Explain(new StepFailure(node, failure))!.Diagnostics); // each of these has an explanation
        Assert.Equal((code, where), (finding.Code, finding.Where));
    }

    [Fact]
    public void What_no_user_can_cause_is_not_explained_away()
    {
        Assert.Null(Failures.Explain(new InvalidOperationException("ours")));
        Assert.Null(Failures.Explain(new ArgumentException("ours")));
    }

    [Fact]
    public void Every_code_has_a_number_of_its_own()
    {
        string[] codes = [.. typeof(EngineCodes).GetFields().Select(static f => (string)f.GetValue(null)!)]; // constants
        Assert.Equal(codes.Distinct(), codes);
        Assert.All(codes, static c => Assert.Matches("^CSN[2-5][0-9]{3}$", c));
    }

    [Fact]
    public async Task A_source_that_is_not_there_names_the_nearest()
    {
        _workshop.Context.File("readme.txt");
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY readme.text /\n");
        Assert.Equal((EngineCodes.SourceNotFound, "\"readme.text\" is not in the build context", "did you mean \"readme.txt\"?"), (finding.Code, finding.Message, finding.Hint));
        Assert.Equal((2, 6), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_source_that_is_ignored_names_the_line_that_ignores_it()
    {
        _workshop.Context.File("secret.txt").File(".dockerignore", "# comment\n*.txt\n");
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY secret.txt /\n");
        Assert.Equal((EngineCodes.SourceNotFound, "\"secret.txt\" is excluded by .dockerignore line 2: *.txt"), (finding.Code, finding.Message));
    }

    [Fact]
    public async Task A_user_that_is_not_there_is_named()
    {
        await _workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
        Diagnostic finding = await _workshop.FailAsync("FROM box:1\nUSER nobody-knows\nRUN true\n");
        Assert.Equal((EngineCodes.UnknownUser, "there is no user \"nobody-knows\" in /etc/passwd of the image", 3), (finding.Code, finding.Message, finding.Where?.Line));
    }

    [Theory]
    [InlineData("crun")]
    [InlineData("runc")]
    public async Task A_program_that_is_not_in_the_image_is_told_from_one_that_failed(string runtime)
    {
        Tool.Require(runtime);
        await using Workshop workshop = await Workshop.OpenAsync(o => o with { Runtime = runtime });
        await workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
        foreach (string program in (string[])["/no/such/program", "no-such-program"])
        {
            Diagnostic finding = await workshop.FailAsync($"FROM box:1\nRUN [\"{program}\"]\n");
            Assert.Equal((program, EngineCodes.ProgramNotFound, 2), (program, finding.Code, finding.Where?.Line));
            Assert.Contains(program, finding.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_runtime_programs_cannot_run_and_files_can_be_copied()
    {
        await using Workshop workshop = await Workshop.OpenAsync(static o => o with { Runtime = "no-such-runtime" });
        await workshop.AddImageAsync("box:1", await Bases.BusyboxAsync());
        workshop.Context.File("a");
        await workshop.BuildAsync("FROM box:1\nCOPY a /\n");
        Diagnostic finding = await workshop.FailAsync("FROM box:1\nRUN true\n");
        Assert.Equal((EngineCodes.MissingRuntime, "the OCI runtime \"no-such-runtime\" is not on this machine", 2), (finding.Code, finding.Message, finding.Where?.Line));
    }

    [Fact]
    public async Task A_context_that_cannot_be_read_is_named()
    {
        Diagnostic missing = await _workshop.FailAsync("FROM scratch\n", r => r with { Context = BuildContext.FromDirectory(_workshop["missing"]) });
        Assert.Equal((EngineCodes.ContextUnreadable, $"the build context {_workshop["missing"]} cannot be read: no such file or directory"), (missing.Code, missing.Message.Replace("No such", "no such", StringComparison.Ordinal)));
        Diagnostic file = await _workshop.FailAsync("FROM scratch\n", r => r with { Context = BuildContext.FromDirectory(_workshop["Dockerfile"]) });
        Assert.Equal((EngineCodes.ContextUnreadable, $"the build context {_workshop["Dockerfile"]} cannot be read: it is not a directory"), (file.Code, file.Message));
    }

    [Fact]
    public async Task A_Dockerfile_that_is_not_there_is_named_with_the_one_that_was_probably_meant()
    {
        Diagnostic plain = await _workshop.FailAsync("FROM scratch\n", static r => r with { DockerfilePath = null });
        Assert.Equal((EngineCodes.DockerfileUnreadable, $"there is no Dockerfile at {_workshop.Context["Dockerfile"]}"), (plain.Code, plain.Message));
        _workshop.Context.File("docker/app.Dockerfile", "FROM scratch\n");
        Diagnostic relative = await _workshop.FailAsync("FROM scratch\n", static r => r with { DockerfilePath = "docker/app.Dockerfile" });
        Assert.Contains($"did you mean \"{_workshop.Context["docker/app.Dockerfile"]}\"?", relative.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_that_is_none_is_refused()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\n", static r => r with { Arguments = r.Arguments.SetItem("SOURCE_DATE_EPOCH", "yesterday") });
        Assert.Equal((EngineCodes.BadSourceDate, "SOURCE_DATE_EPOCH is \"yesterday\", which is no time"), (finding.Code, finding.Message));
    }

    [Theory]
    [InlineData("FROM UPPER/Case\n", 1)]
    [InlineData("FROM scratch\nCOPY --from=a//b /x /\n", 2)]
    public async Task A_name_that_is_no_reference_is_told_where_it_stands(string dockerfile, int line)
    {
        Diagnostic finding = await _workshop.FailAsync(dockerfile);
        Assert.Equal((EngineCodes.BadReference, line), (finding.Code, finding.Where?.Line));
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_told_at_the_image_that_is_named()
    {
        Diagnostic finding = await _workshop.FailAsync("FROM 127.0.0.1:1/image:1\n");
        Assert.Equal((EngineCodes.RegistryUnreachable, 1), (finding.Code, finding.Where?.Line));
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_named()
    {
        File.WriteAllText(_workshop["file"], "");
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.OpenEngineAsync(_workshop["file"]));
        Assert.Equal(EngineCodes.StoreUnusable, Assert.Single(failure.Diagnostics).Code);
    }

    [Fact]
    public async Task A_disk_that_is_full_is_told()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full");
        _workshop.Context.File("a", "A");
        Diagnostic finding = await _workshop.FailAsync("FROM scratch\nCOPY a /\n", static r => r with { Exports = [new Export.Tar(ExportFile.At("/dev/full"))] });
        Assert.Contains("/dev/full", finding.Message, StringComparison.Ordinal);
        Assert.Contains(finding.Code, (string[])[EngineCodes.DiskFull, EngineCodes.ExportFailed]);
    }
}
