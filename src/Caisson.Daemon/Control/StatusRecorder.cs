using System.Collections.Immutable;
using System.Globalization;
using Caisson.Daemon.Proto.Control;
using Caisson.Dockerfile.Linting;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Engine.Exporting;
using Caisson.Oci.Model;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Diagnostic = Caisson.Dockerfile.Source.Diagnostic;

namespace Caisson.Daemon.Control;

/// <summary>Tells what happens in a build of the engine in the words of BuildKit's status: vertexes, their progress, logs and warnings.</summary>
internal sealed class StatusRecorder(StatusLog log)
{
    /// <summary>What goes before the name of the Dockerfile in the name of the vertex that stands for reading it.</summary>
    public const string DefinitionPrefix = "[internal] load build definition from ";

    /// <summary>What is told of a vertex that was given up: clients know it by this.</summary>
    public const string Cancelled = "context canceled";

    private readonly ExportVertexes _exports = new(log);
    private string _last = "";
    private string? _definition;

    /// <summary>What the client asked for, and the name of its build. Where it asked for nothing, where results go is not shown.</summary>
    public (string Build, ImmutableArray<Export> Exports) Asked
    {
        get => _exports.Asked;
        init => _exports.Asked = value;
    }

    /// <summary>Follows a build until its end.</summary>
    public async Task FollowAsync(Build build)
    {
        await foreach (BuildEvent happened in build.Events.ConfigureAwait(false))
            Record(happened);
    }

    /// <summary>Does work that is no step of the engine and shows it as a vertex.</summary>
    /// <param name="name">What people read.</param>
    /// <param name="work">The work; it is given the vertex's digest.</param>
    public async Task<T> ReportAsync<T>(string name, Func<string, Task<T>> work)
    {
        string digest = DigestOf(name);
        if (name.StartsWith(DefinitionPrefix, StringComparison.Ordinal))
            _definition = digest;
        Vertex vertex = new() { Digest = digest, Name = name, Started = log.Now };
        log.Set(vertex);
        vertex = vertex.Clone();
        try
        {
            T done = await work(digest).ConfigureAwait(false);
            log.EndProgress(digest);
            vertex.Completed = log.Now;
            log.Set(vertex);
            return done;
        }
        catch (Exception e)
        {
            vertex.Completed = log.Now;
            vertex.Error = e is OperationCanceledException ? Cancelled : e.Message;
            log.Set(vertex);
            throw;
        }
    }

    /// <summary>Work that is no step of the engine moved bytes.</summary>
    public void Progress(string vertex, string what, long bytes) => log.Set(new VertexStatus { ID = what, Vertex = vertex, Name = what, Current = bytes, Timestamp = log.Now, Started = log.Now });

    /// <summary>Tells something that has no place in a Dockerfile as a warning.</summary>
    public void Warn(string text) => log.Add(new VertexWarning { Vertex = _last, Level = 1, Short = ByteString.CopyFromUtf8(text) });

    /// <summary>Tells a finding as a warning, which belongs to the Dockerfile where that came from the client, as with BuildKit.</summary>
    public void Warn(Diagnostic warning)
    {
        string line = warning.Where is { } at ? string.Create(CultureInfo.InvariantCulture, $" (line {at.Line})") : "";
        VertexWarning told = new()
        {
            Vertex = _definition ?? _last,
            Level = 1,
            Short = ByteString.CopyFromUtf8($"{warning.Code}: {warning.Message}{line}"),
            Url = CheckRules.All.FirstOrDefault(r => r.Name == warning.Code)?.Url ?? "",
        };
        if (warning.Hint is { } hint)
            told.Detail.Add(ByteString.CopyFromUtf8(hint));
        if (warning.Where is { } where)
        {
            told.Info = SourceMessages.InfoOf(where.Source);
            told.Ranges.Add(SourceMessages.RangeOf(where));
        }
        log.Add(told);
    }

    private void Record(BuildEvent happened)
    {
        switch (happened)
        {
            case BuildEvent.ResolveStarted resolving when NameOf(resolving.Image, resolving.Platform) is var name && log.Find(DigestOf(name)) is null:
                log.Set(new Vertex { Digest = DigestOf(name), Name = name, Started = log.Now });
                break;
            case BuildEvent.ResolveEnded resolved:
                End(DigestOf(NameOf(resolved.Image, resolved.Platform)), isCached: false, resolved.IsCancelled ? Cancelled : resolved.Problem);
                break;
            case BuildEvent.StepStarted { Export: { } work } started:
                _exports.Begin(started.Step, started.Name, work);
                break;
            case BuildEvent.StepStarted started:
                _last = started.Step.Value;
                log.Set(new Vertex { Digest = _last, Name = NameOf(started), Inputs = { started.Inputs.Select(static i => i.Value) }, Started = log.Now });
                break;
            case BuildEvent.StepOutput output:
                log.Add(new VertexLog { Vertex = VertexOf(output.Step), Stream = output.IsError ? 2 : 1, Timestamp = log.Now, Msg = ByteString.CopyFromUtf8(output.Text) });
                break;
            case BuildEvent.StepProgress progress:
                Timestamp now = log.Now;
                bool isDone = progress.TotalBytes is { } total && progress.DoneBytes >= total;
                log.Set(new VertexStatus { ID = progress.What, Vertex = VertexOf(progress.Step), Name = progress.What, Current = progress.DoneBytes, Total = progress.TotalBytes ?? 0, Timestamp = now, Started = now, Completed = isDone ? now : null });
                break;
            case BuildEvent.StepCompleted completed:
                End(completed.Step, completed.IsCached, error: "");
                break;
            case BuildEvent.StepFailed failed:
                End(failed.Step, isCached: false, failed is { ExitCode: { } code, Command.IsEmpty: false } ? BuildErrors.ProcessFailed(failed.Command, code) : failed.Message);
                break;
            case BuildEvent.StepCancelled cancelled:
                End(cancelled.Step, isCached: false, Cancelled);
                break;
            case BuildEvent.Warning warning:
                Warn(warning.Diagnostic);
                break;
        }
    }

    private string VertexOf(Digest step) => _exports.Find(step) ?? step.Value;

    // Of what is no step of the engine.
    private static string DigestOf(string name) => Digest.OfBytes(System.Text.Encoding.UTF8.GetBytes("client/" + name)).Value;

    private static string NameOf(string image, string platform) => $"[{(platform.Length == 0 ? "" : platform + " ")}internal] load metadata for {image}";

    // An image is shown by the name that it is found by, and with its digest, whatever the Dockerfile calls it.
    private static string NameOf(BuildEvent.StepStarted started) =>
        started is { Image: { } image, Number: > 0 } && started.Name.IndexOf("] ", StringComparison.Ordinal) is int end and >= 0 ? $"{started.Name[..end]}] FROM {image}" : started.Shown ?? started.Name;

    private void End(Digest step, bool isCached, string error)
    {
        if (_exports.Find(step) is not null)
        {
            _exports.End(step, error);
            return;
        }
        End(step.Value, isCached, error);
    }

    private void End(string digest, bool isCached, string error)
    {
        if (log.Find(digest) is not { Completed: null } vertex)
            return;
        vertex.Completed = log.Now;
        vertex.Cached = isCached;
        vertex.Error = error;
        log.Set(vertex);
    }
}
