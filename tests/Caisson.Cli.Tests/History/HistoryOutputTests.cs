using System.Text.Json;
using Caisson.Cli.History;
using Caisson.Cli.Json;
using Caisson.Cli.Progress;
using Caisson.Cli.Tests.Progress;
using Caisson.Engine.Events;
using Caisson.Engine.History;
using Caisson.Oci.Model;

namespace Caisson.Cli.Tests.History;

/// <summary>How builds of the history are shown; docs/history.md describes it.</summary>
public sealed class HistoryOutputTests
{
    [Fact]
    public void Builds_are_listed_one_a_line()
    {
        StringWriter output = new();
        BuildTable.Write([SampleBuild.Build, SampleBuild.Build with { Started = SampleBuild.Now.AddDays(-3), Tags = [], Target = null, Outcome = BuildOutcome.Running, Dockerfile = "/very/long/path/" + new string('x', 60) }], SampleBuild.Now, output);
        Assert.Equal(
            """
            BUILD      STATUS    STARTED         TOOK    CACHED   DOCKERFILE                                 TARGET   TAGS
            1lg33h6n   failed    5 minutes ago   1m12s   1/3      /home/user/project/Dockerfile              end      app:1, app:latest
            1lg33h6n   running   3 days ago      1m12s   1/3      …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx


            """,
            output.ToString());
    }

    [Fact]
    public void One_build_is_shown_with_its_steps()
    {
        StringWriter output = new();
        BuildText.Write(SampleBuild.Build, output);
        Assert.Equal(
            """
            Build:       1lg33h6n
            Status:      failed
            Started:     2026-11-21 12:25:00Z
            Took:        1m12s
            Context:     /home/user/project
            Dockerfile:  /home/user/project/Dockerfile
            Target:      end
            Platform:    linux/amd64
            Build arg:   VERSION=1.2
            Context:     lib=../lib
            Options:     --no-cache-filter=x
            Tags:        app:1, app:latest
            Image:       sha256:2
            Digest:      sha256:1
            Warning:     CSN1211: nobody declares A
            Error:       Dockerfile:3: CSN3001: the command ended with exit code 2

            #1   hit      0.0s     [build 1/3] FROM box
            #2   ran      0.0s     [build 2/3] COPY a /
                                   main.go changed
                                   ARG V 1 → 2
            #3   failed  1m10s log [build 3/3] RUN make (exit code 2)
                                   the command changed
            #4   ended    0.0s     exporting layers

            """,
            output.ToString());
    }

    [Fact]
    public void As_JSON_builds_have_the_members_of_the_page()
    {
        JsonElement build = Read(HistoryJson.Write(SampleBuild.Build));
        Assert.Equal(["version", "id", "status", "startedAt", "seconds", "context", "dockerfile", "target", "platform", "arguments", "contexts", "options", "tags", "imageId", "imageDigest", "errors", "warnings", "steps"], NamesOf(build));
        Assert.Equal(("failed", "2026-11-21T12:25:00.000Z", 72.25), (build.GetProperty("status").GetString(), build.GetProperty("startedAt").GetString(), build.GetProperty("seconds").GetDouble()));
        Assert.Equal("1.2", build.GetProperty("arguments").GetProperty("VERSION").GetString());
        Assert.Equal(["code", "message", "file", "line", "hint"], NamesOf(build.GetProperty("errors")[0]));
        JsonElement[] steps = [.. build.GetProperty("steps").EnumerateArray()];
        Assert.Equal(["number", "name", "stage", "stageNumber", "line", "outcome", "hit", "startSeconds", "seconds", "image", "hasLog"], NamesOf(steps[0]));
        Assert.Equal(["number", "name", "stage", "stageNumber", "line", "outcome", "reasons", "startSeconds", "seconds", "exitCode", "message", "hasLog"], NamesOf(steps[2]));
        Assert.Equal(["hit", "done", "failed", "cancelled"], steps.Select(static s => s.GetProperty("outcome").GetString()));
        JsonElement list = Read(HistoryJson.Write([SampleBuild.Build]));
        Assert.Equal(["version", "builds"], NamesOf(list));
        Assert.Equal(NamesOf(build).Skip(1).Where(static n => n is not ("warnings" or "steps")), NamesOf(list.GetProperty("builds")[0]));
        Assert.Equal(["version", "id", "steps"], NamesOf(Read(HistoryJson.WriteExplanation(SampleBuild.Build, SampleBuild.Build.Steps))));
    }

    [Fact]
    public void Reasons_stand_below_their_steps()
    {
        StringWriter output = new();
        ExplanationText.Write(ExplanationText.Explainable(SampleBuild.Build), output);
        Assert.Equal(
            """
            hit    [build 1/3] FROM box
                     it is in the store
            ran    [build 2/3] COPY a /
                     main.go changed
                     ARG V 1 → 2
            failed [build 3/3] RUN make
                     the command changed

            """,
            output.ToString());
    }

    [Fact]
    public void A_build_shows_its_reasons_at_its_end()
    {
        StringWriter output = new();
        Digest step = Digest.OfBytes("s"u8);
        Digest other = Digest.OfBytes("o"u8);
        using (ExplainingView view = new(new QuietView(), output))
        {
            foreach (BuildEvent happened in (BuildEvent[])
            [
                new BuildEvent.StepStarted(step, "[1/2] RUN a", Where: null) { At = TimeSpan.Zero },
                new BuildEvent.StepStarted(other, "[2/2] RUN b", Where: null) { At = TimeSpan.Zero },
                new BuildEvent.StepCompleted(other, IsCached: true) { At = TimeSpan.Zero, Hit = HitKind.Content },
                new BuildEvent.StepCompleted(step, IsCached: false) { At = TimeSpan.Zero },
                new BuildEvent.StepExplained(step, ["the command changed"]) { At = TimeSpan.Zero },
                .. Sample.Events,
            ])
            {
                view.Show(happened);
            }
            Assert.Equal("", output.ToString());
            view.Complete(failed: false);
        }
        Assert.Equal("\nran    [1/2] RUN a\n         the command changed\nhit    [2/2] RUN b\n         its inputs came about in another way and hold the same as before\n", output.ToString());
    }

    [Theory]
    [InlineData("status=failed", true)]
    [InlineData("status=completed", false)]
    [InlineData("dockerfile=project/Dock", true)]
    [InlineData("dockerfile=other", false)]
    [InlineData("target=END", true)]
    [InlineData("target=en", false)]
    [InlineData("tag=latest", true)]
    [InlineData("tag=2", false)]
    [InlineData("since=6m", true)]
    [InlineData("since=0.5h", true)]
    [InlineData("since=4m", false)]
    [InlineData("since=299s", false)]
    public void A_filter_takes_builds(string filter, bool takes) => Assert.Equal(takes, HistoryFilter.Read(filter, SampleBuild.Now)(SampleBuild.Build));

    [Theory]
    [InlineData("status=faild", "--filter status=faild: there is no status \"faild\"; did you mean \"failed\"?")]
    [InlineData("stats=x", "--filter stats=x: there is no filter \"stats\"; did you mean \"status\"?")]
    [InlineData("quite=x", "--filter quite=x: there is no filter \"quite\"; there are status, dockerfile, target, tag, since")]
    [InlineData("status", "--filter status: write NAME=VALUE, with one of status, dockerfile, target, tag, since")]
    [InlineData("since=yesterday", "--filter since=yesterday: write a time such as 30m, 12h or 7d")]
    [InlineData("since=d", "--filter since=d: write a time such as 30m, 12h or 7d")]
    public void A_filter_that_is_not_understood_is_told(string filter, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => HistoryFilter.Read(filter, SampleBuild.Now)).Message);

    private static JsonElement Read(string json) => JsonDocument.Parse(json).RootElement;

    private static string[] NamesOf(JsonElement json) => [.. json.EnumerateObject().Select(static m => m.Name)];
}
