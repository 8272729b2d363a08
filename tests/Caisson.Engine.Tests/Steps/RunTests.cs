using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Engine.Tests.Testing;
using Caisson.Oci.Images;

namespace Caisson.Engine.Tests.Steps;

/// <summary>Programs of steps, run for real on a base of one static file.</summary>
public sealed class RunTests : BoxTests
{
    [Fact]
    public async Task What_a_program_writes_is_the_new_layer_and_nothing_else() =>
        Assert.Equal(
            ["f 4711 5:6 f \"text\n\"", "d 1777 0:0 tmp", "f 0644 0:0 tmp/t \"\""],
            await LastLayerAsync("RUN echo text > /f && chown 5:6 /f && chmod 4711 /f && touch /tmp/t && cat /etc/hosts /etc/resolv.conf /proc/mounts > /dev/null"));

    [Fact]
    public async Task A_program_that_writes_nothing_makes_an_empty_layer() => Assert.Empty(await LastLayerAsync("RUN true"));

    [Fact]
    public async Task What_a_program_removes_is_removed_in_the_layer() =>
        Assert.Equal(["d 0755 0:0 d", "f 0000 0:0 d/.wh.a \"\""], await LastLayerAsync("RUN mkdir d && touch d/a d/b\nRUN rm d/a"));

    [Fact]
    public async Task Names_are_resolved_as_the_machine_does_and_no_layer_knows()
    {
        Workshop.Context.File("resolv", "nameserver 192.0.2.1\n");
        await using Workshop other = await Workshop.OpenAsync(o => o with { ResolvConfPath = Workshop.Context["resolv"] });
        await other.AddImageAsync("box:1", await Bases.BusyboxAsync());
        Built built = await other.BuildAsync("FROM box:1\nRUN cat /etc/resolv.conf /etc/hosts; hostname\n");
        Assert.Equal(["nameserver 192.0.2.1", "127.0.0.1\tlocalhost caisson", "::1\tlocalhost ip6-localhost ip6-loopback", "caisson"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Fact]
    public async Task Files_about_names_that_an_image_has_stay_in_it_and_are_not_seen()
    {
        Workshop.Context.File("hosts", "mine");
        Built built = await Workshop.BuildAsync("FROM box:1\nCOPY hosts /etc/hosts\nRUN cat /etc/hosts\n");
        Assert.DoesNotContain("mine", Lines(built));
        Assert.Contains("f 0644 0:0 etc/hosts \"mine\"", await Layers.OfAsync(built.Image.Layers[1]));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Theory]
    [InlineData("ENV A=1 B=$A\nRUN echo $A-$B", "1-")]
    [InlineData("ENV A=1\nENV B=$A\nRUN echo $A-$B", "1-1")]
    [InlineData("ARG A=1\nRUN echo $A", "1")]
    [InlineData("ARG A=1\nENV A=2\nRUN echo $A", "2")]
    [InlineData("WORKDIR /a/b\nRUN pwd", "/a/b")]
    [InlineData("WORKDIR a\nWORKDIR b\nRUN pwd", "/a/b")]
    [InlineData("USER 5:6\nRUN echo $(id -u) $(id -g)", "5 6")]
    [InlineData("RUN echo box:x:7:8::/:/bin/sh > /etc/passwd\nUSER box\nRUN echo $(id -u) $(id -g)", "7 8")]
    [InlineData("RUN [\"echo\", \"$PATH\"]", "$PATH")]
    [InlineData("SHELL [\"/bin/sh\", \"-uc\"]\nRUN echo shell $-", "shell uc")]
    [InlineData("RUN <<EOF\necho one\nEOF", "one")]
    [InlineData("RUN <<EOF\n#!/bin/awk -f\nBEGIN { print \"script\" }\nEOF", "script")]
    [InlineData("RUN --network=none ls /sys/class/net", "lo")]
    public async Task A_program_sees_what_the_instructions_before_it_say(string instructions, string line)
    {
        Built built = await Workshop.BuildAsync("FROM box:1\n" + instructions + "\n");
        Assert.Equal(line, Lines(built)[^1].Trim());
    }

    [Fact]
    public async Task A_program_that_fails_fails_the_build_with_its_code_place_and_last_words()
    {
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync("FROM box:1\nRUN true\nRUN for i in $(seq 30); do echo $i; done; echo last >&2; exit 3\n"));
        Diagnostic finding = Assert.Single(failure.Diagnostics);
        Assert.Equal((EngineCodes.StepFailed, "the command ended with exit code 3", 3), (finding.Code, finding.Message, finding.Where?.Line));
        Assert.NotNull(failure.FailedStep);
        Assert.Equal((3, 20, "last"), (failure.FailedStep.ExitCode, failure.FailedStep.LastLines.Length, failure.FailedStep.LastLines.Single(static l => l == "last")));
        Assert.StartsWith("[3/3] RUN for i in", failure.FailedStep.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RUN no-such-program", 127)]
    [InlineData("RUN touch /f && /f", 126)]
    [InlineData("RUN sh -c 'kill -9 $$'; exit $?", 137)]
    public async Task Exit_codes_that_shells_give_are_explained(string run, int exitCode)
    {
        Diagnostic finding = await Workshop.FailAsync("FROM box:1\n" + run + "\n");
        Assert.Equal((EngineCodes.StepFailed, $"the command ended with exit code {exitCode}"), (finding.Code, finding.Message));
        Assert.StartsWith($"{exitCode}: ", finding.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_failed_is_no_result()
    {
        await Workshop.FailAsync("FROM box:1\nRUN touch /made && false\n");
        await Workshop.FailAsync("FROM box:1\nRUN touch /made && false\n");
    }

    [Fact]
    public async Task Files_of_the_context_and_of_stages_can_be_mounted_and_are_in_no_layer()
    {
        Workshop.Context.File("src/a", "A\n").File("ignored", "I").File(".dockerignore", "ignored\n");
        Built built = await Workshop.BuildAsync(
            "FROM box:1 AS tools\nRUN echo tool > /t\nFROM box:1\nRUN --mount=type=bind,source=src,target=/in --mount=type=bind,from=tools,target=/tools,rw --mount=target=/all cat /in/a /tools/t; ls /all; echo x > /tools/t; touch /in/b 2>/dev/null || echo closed\n");
        Assert.Equal(["A", "tool", "src", "closed"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
        Assert.Equal("A\n", await File.ReadAllTextAsync(Workshop.Context["src/a"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_mount_of_what_is_not_there_is_named()
    {
        Diagnostic finding = await Workshop.FailAsync("FROM box:1\nRUN --mount=type=bind,source=missing,target=/in true\n");
        Assert.Equal((EngineCodes.SourceNotFound, "\"missing\" is not in the build context"), (finding.Code, finding.Message));
        Assert.Equal((2, 5), (finding.Where?.Line, finding.Where?.Column));
    }

    [Fact]
    public async Task A_file_system_in_memory_is_gone_afterwards()
    {
        Built built = await Workshop.BuildAsync("FROM box:1\nRUN --mount=type=tmpfs,target=/mem touch /mem/f && stat -f -c %T /mem\n");
        Assert.Equal(["tmpfs"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Fact]
    public async Task A_cache_mount_is_kept_from_build_to_build_and_is_in_no_layer()
    {
        const string step = "FROM box:1\nRUN --mount=type=cache,id=c,target=/cache,mode=0700,uid=5,gid=6 echo {0} >> /cache/f && cat /cache/f && stat -c '%a %u:%g' /cache\n";
        await Workshop.BuildAsync(step.Replace("{0}", "one", StringComparison.Ordinal));
        await Workshop.ReopenAsync();
        Built built = await Workshop.BuildAsync(step.Replace("{0}", "two", StringComparison.Ordinal));
        Assert.Equal(["one", "two", "700 5:6"], Lines(built));
        Assert.Empty(await Layers.OfAsync(built.Image.Layers[^1]));
    }

    [Fact]
    public async Task Cache_mounts_of_other_names_are_other_directories()
    {
        Built built = await Workshop.BuildAsync("FROM box:1\nRUN --mount=type=cache,target=/a touch /a/f\nRUN --mount=type=cache,target=/b ls /b\nRUN --mount=type=cache,target=/b,id=/a ls /b\n");
        Assert.Equal(["f"], Lines(built));
    }

    [Fact]
    public async Task Stopping_a_build_stops_its_program_and_the_next_build_goes_on()
    {
        using CancellationTokenSource stop = new();
        Build build = Workshop.Engine.Start(Workshop.Request("FROM box:1\nRUN echo first > /first\nRUN echo ready; sleep 1000\n"), stop.Token);
        await using (build)
        {
            await foreach (BuildEvent happened in build.Events)
            {
                if (happened is BuildEvent.StepOutput { Line: "ready" })
                    await stop.CancelAsync();
            }
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build.Completion);
        }
        Built next = await Workshop.BuildAsync("FROM box:1\nRUN echo first > /first\nRUN true\n");
        Assert.Equal(["RUN echo first > /first cached", "RUN true done"], next.Steps);
    }

    [Fact]
    public async Task Output_is_told_line_by_line_with_its_stream()
    {
        Built built = await Workshop.BuildAsync("FROM box:1\nRUN echo out; echo err >&2; printf unended\n");
        Assert.Equal(
            [("err", true), ("out", false), ("unended", false)],
            built.Events.OfType<BuildEvent.StepOutput>().Select(static o => (o.Line, o.IsError)).Order());
    }

    private async Task<string[]> LastLayerAsync(string instructions)
    {
        Image image = (await Workshop.BuildAsync("FROM box:1\n" + instructions + "\n")).Image;
        return await Layers.OfAsync(image.Layers[^1]);
    }

    private static ImmutableArray<string> Lines(Built built) => [.. built.Events.OfType<BuildEvent.StepOutput>().Select(static o => o.Line)];
}
