using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Steps;

/// <summary>Secrets that steps mount.</summary>
public sealed class SecretTests : BoxTests
{
    private const string Value = "c2VjcmV0-of-this-test";

    [Theory]
    [InlineData("--mount=type=secret,id=key", "/run/secrets/key", "400 0:0")]
    [InlineData("--mount=type=secret,source=key", "/run/secrets/key", "400 0:0")]
    [InlineData("--mount=type=secret,id=key,required", "/run/secrets/key", "400 0:0")]
    [InlineData("--mount=type=secret,id=key,target=/etc/app/token,mode=0440,uid=5,gid=6", "/etc/app/token", "440 5:6")]
    [InlineData("--mount=type=secret,id=key,dst=token", "/w/token", "400 0:0")]
    [InlineData("--mount=type=secret,target=/a/key", "/a/key", "400 0:0")]
    public async Task A_secret_is_a_file_in_memory_that_only_the_step_sees(string mount, string path, string access)
    {
        Built built = await Workshop.BuildAsync($"FROM box:1\nWORKDIR /w\nRUN {mount} cat {path} | tr a-z b-za; echo; stat -c '%a %u:%g' {path}; stat -f -c %T {path}\n", With("key"));
        Assert.Equal([Rotated, access, "tmpfs"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Fact]
    public async Task A_secret_cannot_be_changed() =>
        Assert.Equal(["closed"], Lines(await Workshop.BuildAsync("FROM box:1\nRUN --mount=type=secret,id=key,mode=0600 (echo x > /run/secrets/key) 2> /dev/null || echo closed\n", With("key"))));

    [Fact]
    public async Task An_ordinary_user_reads_a_secret_that_is_given_to_it() =>
        Assert.Equal([Rotated], Lines(await Workshop.BuildAsync("FROM box:1\nUSER 7\nRUN --mount=type=secret,id=key,uid=7 tr a-z b-za < /run/secrets/key\n", With("key"))));

    [Theory]
    [InlineData("--mount=type=secret,id=key,env=KEY", "none")]
    [InlineData("--mount=type=secret,id=key,env=KEY,target=/k", "file")]
    public async Task A_secret_is_a_variable(string mount, string file)
    {
        Built built = await Workshop.BuildAsync($"FROM box:1\nENV KEY=other\nRUN {mount} echo $KEY | tr a-z b-za; ls /run/secrets 2> /dev/null; test -e /k && echo file || echo none\n", With("key"));
        Assert.Equal([Rotated, file], Lines(built));
        Assert.Equal(["PATH=/bin", "KEY=other"], built.Image.Config.Config.Env);
    }

    [Fact]
    public async Task A_secret_that_is_not_given_is_left_out()
    {
        Built built = await Workshop.BuildAsync("FROM box:1\nRUN --mount=type=secret,id=key --mount=type=secret,id=other,env=OTHER test -e /run || echo none; echo \"[${OTHER-unset}]\"\n");
        Assert.Equal(["none", "[]"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Theory]
    [InlineData("RUN --mount=type=secret,id=key,required true", 5)]
    [InlineData("RUN --mount=type=tmpfs,target=/t --mount=type=secret,id=key,env=KEY,required true", 34)]
    public async Task A_secret_that_is_required_and_not_given_is_told_where_it_is_asked_for(string run, int column)
    {
        Diagnostic finding = await Workshop.FailAsync($"FROM box:1\n{run}\n");
        Assert.Equal((EngineCodes.SecretMissing, "the step needs the secret \"key\", which the build was not given"), (finding.Code, finding.Message));
        Assert.Equal("give it with --secret id=key,src=FILE or --secret id=key,env=NAME", finding.Hint);
        Assert.Equal((2, column), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_secret_that_is_no_text_cannot_be_a_variable()
    {
        Diagnostic finding = await Workshop.FailAsync("FROM box:1\nRUN --mount=type=secret,id=key,env=KEY true\n", r => r with { Secrets = r.Secrets.Add("key", new SecretSource.Bytes(new byte[] { 1, 0, 2 })) });
        Assert.Equal((EngineCodes.SecretNotText, 2, 5), (finding.Code, finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task What_a_secret_holds_is_in_no_key()
    {
        const string dockerfile = "FROM box:1\nRUN --mount=type=secret,id=key --mount=type=secret,id=key,env=KEY true\n";
        await Workshop.BuildAsync(dockerfile, With("key"));
        Built again = await Workshop.BuildAsync(dockerfile, r => r with { Secrets = r.Secrets.Add("key", new SecretSource.Bytes("another"u8.ToArray())) });
        Assert.EndsWith(" cached", again.Steps[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_is_written_nowhere_in_the_store()
    {
        Workshop.Context.File("seen", "");
        Build build = Workshop.Engine.Start(With("key")(Workshop.Request("FROM box:1\nRUN --mount=type=secret,id=key --mount=type=secret,id=key,env=KEY --mount=type=cache,target=/c echo ready; wc -c < /run/secrets/key\n")), TestContext.Current.CancellationToken);
        await using (build)
        {
            List<string> found = [];
            await foreach (BuildEvent happened in build.Events)
            {
                if (happened is BuildEvent.StepOutput)
                    found.AddRange(FilesWithSecret());
                Assert.DoesNotContain(Value, happened.ToString(), StringComparison.Ordinal);
            }
            await build.Completion;
            Assert.Empty(found);
        }
        Assert.Empty(FilesWithSecret());
    }

    [Theory]
    [InlineData("--mount=type=secret,id=key", "cat /run/secrets/key")]
    [InlineData("--mount=type=secret,id=key,env=KEY", "echo \"got $KEY\"; echo $KEY >&2; false")]
    public async Task A_secret_that_a_step_prints_is_masked_in_events_and_logs(string mount, string command)
    {
        Build build = Workshop.Engine.Start(With("key")(Workshop.Request($"FROM box:1\nRUN {mount} {command}\n")), TestContext.Current.CancellationToken);
        await using (build)
        {
            List<string> lines = [];
            await foreach (BuildEvent happened in build.Events)
            {
                Assert.DoesNotContain(Value, happened.ToString(), StringComparison.Ordinal);
                lines.AddRange(happened is BuildEvent.StepOutput output ? [output.Line] : []);
            }
            Assert.Contains(lines, static l => l.Contains("***", StringComparison.Ordinal));
            await Task.WhenAny(build.Completion);
            Assert.DoesNotContain(Value, (build.Completion.Exception?.InnerException as BuildException)?.FailedStep?.ToString() ?? "", StringComparison.Ordinal);
        }
        Assert.Empty(FilesWithSecret());
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Workshop.StatePath, "history"), "*.log", SearchOption.AllDirectories));
    }

    private static string Rotated => string.Concat(Value.Select(static c => c is >= 'a' and <= 'z' ? (char)(c == 'z' ? 'a' : c + 1) : c));

    private static Func<BuildRequest, BuildRequest> With(string id) => request => request with { Secrets = request.Secrets.Add(id, new SecretSource.Bytes(Encoding.UTF8.GetBytes(Value))) };

    private static ImmutableArray<string> Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];

    // Files come and go while a step runs.
    private List<string> FilesWithSecret()
    {
        List<string> found = [];
        foreach (string file in Directory.EnumerateFiles(Workshop.StatePath, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            try
            {
                if (File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Value)) >= 0)
                    found.Add(file);
            }
            catch (IOException)
            {
                continue;
            }
        }
        return found;
    }
}
