using System.Globalization;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Events;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;

namespace Caisson.Engine.History;

/// <summary>
/// Writes what is remembered of a build, while it goes on: a directory with a journal, and a file for each step that writes something. Who writes holds the lock of the
/// directory, so that a build that was killed can be told from one that goes on.
/// </summary>
/// <remarks>Thread-safe. Nothing is flushed to the disk: after a loss of power the last builds may be missing.</remarks>
internal sealed class BuildJournal : IBuildRecorder, IDisposable
{
    private const string JournalName = "build";

    private readonly string _path;
    private readonly FileLock _alive;
    private readonly AppendedFile _journal;
    private readonly Action<IOException> _lost;
    private readonly Func<TimeSpan> _now;
    private readonly Dictionary<Digest, Step> _steps = [];
    private readonly Lock _writing = new();
    private readonly StringBuilder _line = new();
    private bool _isLost;

    private BuildJournal(string id, string path, FileLock alive, AppendedFile journal, EventLog events)
    {
        Id = id;
        _path = path;
        _alive = alive;
        _journal = journal;
        _now = () => events.Now;
        _lost = e => events.Add(new BuildEvent.Warning(Incomplete(e)) { At = events.Now });
    }

    /// <summary>The build's name.</summary>
    public string Id { get; }

    /// <summary>Whether any step has written something.</summary>
    public bool HasLogs { get; private set; }

    /// <summary>Begins the journal of a build. It appears in the history with its first lines.</summary>
    /// <param name="path">The directory of the history.</param>
    /// <param name="work">For what is being made, on the same file system.</param>
    /// <param name="began">When the build began.</param>
    /// <param name="facts">What is known of it.</param>
    /// <param name="events">Told when the history cannot be written.</param>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public static BuildJournal Begin(string path, WorkArea work, DateTimeOffset began, BuildFacts facts, EventLog events)
    {
        string made = work.NewDirectory("history");
        FileLock alive = FileLock.TryAcquireDirectory(made)!; // new, and in our own area
        AppendedFile? journal = null;
        try
        {
            journal = new AppendedFile(Path.Combine(made, JournalName));
            journal.Write(Encoding.UTF8.GetBytes(FirstLines(began, facts)));
            string id = Publish(made, Directory.CreateDirectory(path).FullName, BuildId.NumberAt(began));
            return new BuildJournal(id, Path.Combine(path, id), alive, journal, events);
        }
        catch
        {
            journal?.Dispose();
            alive.Dispose();
            throw;
        }
    }

    /// <summary>The number of a step that began; null when it did not.</summary>
    public int? NumberOf(Digest step)
    {
        lock (_writing)
            return _steps.TryGetValue(step, out Step? known) ? known.Number : null;
    }

    /// <inheritdoc/>
    public void Record(BuildEvent happened)
    {
        switch (happened)
        {
            case BuildEvent.StepStarted e:
                Begin(e);
                break;
            case BuildEvent.StepCompleted e:
                End(e.Step, e.Hit is null ? "done" : "hit", e.At, e.Hit is { } hit ? HitWords.Word(hit) : null, e.From);
                break;
            case BuildEvent.StepFailed e:
                End(e.Step, "failed", e.At, e.Message, e.ExitCode?.ToString(CultureInfo.InvariantCulture));
                break;
            case BuildEvent.StepCancelled e:
                End(e.Step, "cancelled", e.At);
                break;
            case BuildEvent.StepExplained e:
                foreach (string reason in e.Reasons)
                    Append("why", NumberText(e.Step), reason);
                break;
            case BuildEvent.Warning { Diagnostic: var warning }:
                AppendFinding("warning", warning);
                break;
        }
    }

    /// <inheritdoc/>
    public void Write(Digest step, ReadOnlySpan<byte> bytes)
    {
        if (_isLost || bytes.IsEmpty)
            return;
        try
        {
            LogOf(step)?.Write(bytes);
        }
        catch (IOException e)
        {
            Lose(e);
        }
    }

    /// <summary>The build has made everything.</summary>
    /// <param name="imageDigest">The digest of the image's manifest; null when there is no image.</param>
    /// <param name="imageId">The image's id; null when there is no image.</param>
    public void Complete(Digest? imageDigest, Digest? imageId)
    {
        if (imageDigest is not null && imageId is not null)
            Append("image", imageDigest.Value, imageId.Value);
        End("completed");
    }

    /// <summary>The build could not be done.</summary>
    public void Fail(IEnumerable<Diagnostic> findings)
    {
        foreach (Diagnostic finding in findings)
            AppendFinding(finding.IsError ? "error" : "warning", finding);
        End("failed");
    }

    /// <summary>The build was stopped.</summary>
    public void Interrupt() => End("interrupted");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Step step in _steps.Values)
            step.Log?.Dispose();
        _journal.Dispose();
        _alive.Dispose();
    }

    // The next free name: another build may have begun at the same time. A name before the newest may be free too, of a build that was removed; this one is later.
    private static string Publish(string made, string path, long number)
    {
        using DirectoryHandle from = DirectoryHandle.Open(Path.GetDirectoryName(made)!); // a path in the work area
        using DirectoryHandle history = DirectoryHandle.Open(path);
        if (BuildHistory.NewestIn(path) is { } newest && BuildId.NumberOf(newest) - number is >= 0 and < BuildId.MostAhead)
            number = BuildId.NumberOf(newest) + 1;
        while (!from.TryRenameNew(Path.GetFileName(made), history, BuildId.Of(number)))
            number++;
        return BuildId.Of(number);
    }

    private static string FirstLines(DateTimeOffset began, BuildFacts facts)
    {
        StringBuilder lines = new(JournalText.Head + "\n");
        Add(lines, "build", began.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), facts.Context, facts.Dockerfile, facts.Platform);
        if (facts.Target is { } target)
            Add(lines, "target", target);
        foreach ((string name, string value) in facts.Arguments)
            Add(lines, "arg", name, value);
        foreach ((string name, string value) in facts.NamedContexts)
            Add(lines, "context", name, value);
        foreach (string option in facts.Options)
            Add(lines, "option", option);
        foreach (string tag in facts.Tags)
            Add(lines, "tag", tag);
        return lines.ToString();
    }

    private void Begin(BuildEvent.StepStarted e)
    {
        lock (_writing)
        {
            if (!_steps.TryAdd(e.Step, new Step(_steps.Count + 1)))
                return; // the same work once more, such as the unpacking of a layer
        }
        string line = e.Where is { } where ? where.Line.ToString(CultureInfo.InvariantCulture) : "";
        Append("step", NumberText(e.Step), Milliseconds(e.At), e.Stage, e.Number.ToString(CultureInfo.InvariantCulture), line, e.Key?.Value ?? "", e.Image ?? "", e.Name);
        foreach (string mount in e.CacheMounts)
            Append("mount", NumberText(e.Step), mount);
    }

    private void End(Digest step, string word, TimeSpan at, string? detail = null, string? more = null)
    {
        Append(word, NumberText(step), Milliseconds(at), detail ?? "", more ?? "");
        AppendedFile? log;
        lock (_writing)
        {
            log = _steps.TryGetValue(step, out Step? known) ? known.Log : null;
            if (known is not null)
                known.HasEnded = true;
        }
        log?.Dispose();
    }

    private void End(string outcome) => Append("end", Milliseconds(_now()), outcome);

    private void AppendFinding(string word, Diagnostic finding) => Append(
        word, finding.Code, finding.Message, finding.Where?.Source.Name ?? "", finding.Where?.Line.ToString(CultureInfo.InvariantCulture) ?? "", finding.Hint ?? "");

    // Made when the step writes something for the first time.
    private AppendedFile? LogOf(Digest step)
    {
        AppendedFile made;
        lock (_writing)
        {
            if (!_steps.TryGetValue(step, out Step? known) || known.HasEnded)
                return null;
            if (known.Log is not null)
                return known.Log;
            known.Log = made = new AppendedFile(LogPath(_path, known.Number));
            HasLogs = true;
        }
        Append("log", NumberText(step));
        return made;
    }

    /// <summary>Where the log of a step is.</summary>
    /// <param name="directory">The directory of the build.</param>
    /// <param name="number">The step's number.</param>
    public static string LogPath(string directory, int number) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{number}.log"));

    /// <summary>Where the journal is.</summary>
    /// <param name="directory">The directory of the build.</param>
    public static string JournalPath(string directory) => Path.Combine(directory, JournalName);

    private string NumberText(Digest step) => (NumberOf(step) ?? 0).ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private void Append(params ReadOnlySpan<string> fields)
    {
        if (_isLost)
            return;
        try
        {
            lock (_writing)
            {
                _line.Clear();
                Add(_line, fields);
                _journal.Write(Encoding.UTF8.GetBytes(_line.ToString()));
            }
        }
        catch (IOException e)
        {
            Lose(e);
        }
    }

    private static void Add(StringBuilder lines, params ReadOnlySpan<string> fields)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0)
                lines.Append('\t');
            JournalText.AddField(lines, fields[i]);
        }
        lines.Append('\n');
    }

    private void Lose(IOException e)
    {
        lock (_writing)
        {
            if (_isLost)
                return;
            _isLost = true;
        }
        _lost(e);
    }

    /// <summary>What the user is told when the history cannot be written.</summary>
    internal static Diagnostic Incomplete(Exception e) => new(
        EngineCodes.HistoryIncomplete, Severity.Warning, $"the history of this build is not complete: {e.Message}", Where: null, "the image is not touched by it; free some space (caisson history rm --all)");

    private sealed class Step(int number)
    {
        public int Number { get; } = number;

        public AppendedFile? Log { get; set; }

        public bool HasEnded { get; set; }
    }
}
