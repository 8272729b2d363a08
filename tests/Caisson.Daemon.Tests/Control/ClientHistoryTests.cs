using Caisson.Daemon.Control;
using Caisson.Daemon.Proto.Control;
using Caisson.Dockerfile.Source;
using Caisson.Engine;
using Google.Protobuf.WellKnownTypes;

namespace Caisson.Daemon.Tests.Control;

public sealed class ClientHistoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly ClientHistory _history = new();

    [Fact]
    public async Task Of_a_build_that_failed_there_is_a_document_that_says_in_what_and_where()
    {
        StatusLog status = new(TimeProvider.System);
        BuildJob job = new(new SolveRequest { Ref = "r" }, status, TestContext.Current.CancellationToken);
        _history.Begin(job);
        status.Set(Failed("sha256:late", "broken", 2));
        status.Set(Failed("sha256:given-up", StatusRecorder.Cancelled, 0));
        status.Set(Failed("sha256:first", "broken", 1));
        SourceText dockerfile = new("Dockerfile", "FROM scratch\nRUN false\n");
        _history.Complete(job, new SolveResponse(), BuildErrors.Explain(new BuildException([new Diagnostic(EngineCodes.StepFailed, Severity.Error, "it broke", dockerfile.SpanOf(13, 9))])), predicate: null);

        BuildHistoryRecord record = await FindAsync();
        Assert.StartsWith("it broke", record.Error.Message, StringComparison.Ordinal);
        Assert.Empty(record.Error.Details);
        byte[] document = _history.FindDocument(record.ExternalError.Digest)!;
        Assert.Equal(document.Length, record.ExternalError.Size);
        Proto.Rpc.Status told = Proto.Rpc.Status.Parser.ParseFrom(document);
        Assert.Equal(["github.com/moby/buildkit/errdefs.Source+json", "github.com/moby/buildkit/errdefs.Vertex+json"], told.Details.Select(static d => d.TypeUrl));
        Assert.Equal("{\"digest\":\"sha256:first\"}", told.Details[1].Value.ToStringUtf8());

        _history.Update(new UpdateBuildHistoryRequest { Ref = "r", Delete = true });
        Assert.Null(_history.FindDocument(record.ExternalError.Digest));
    }

    private static Vertex Failed(string digest, string error, int seconds) => new() { Digest = digest, Error = error, Completed = Timestamp.FromDateTimeOffset(Now.AddSeconds(seconds)) };

    private async Task<BuildHistoryRecord> FindAsync()
    {
        await foreach (BuildHistoryEvent told in _history.ListenAsync(new BuildHistoryRequest { EarlyExit = true }, Now, TestContext.Current.CancellationToken))
            return told.Record;
        throw new InvalidOperationException("there is none");
    }
}
