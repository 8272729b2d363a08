using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Caisson.Oci.Model;

namespace Caisson.Engine.History;

/// <summary>Reads the journal of a build. Lines that it does not know, and a last one that a kill cut short, are passed over.</summary>
internal sealed class JournalReader
{
    // Far more than a build of as many steps as a Dockerfile may have writes.
    private const long MaxBytes = 64 << 20;

    // In the year 9892: what is damaged must not be beyond what dates and durations can be.
    private const long MaxMilliseconds = 250_000_000_000_000;

    private readonly ImmutableSortedDictionary<string, string>.Builder _arguments = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
    private readonly ImmutableSortedDictionary<string, string>.Builder _contexts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder _options = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _tags = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<BuildFinding>.Builder _errors = ImmutableArray.CreateBuilder<BuildFinding>();
    private readonly ImmutableArray<BuildFinding>.Builder _warnings = ImmutableArray.CreateBuilder<BuildFinding>();
    private readonly List<StepHistory> _steps = [];
    private readonly HashSet<int> _open = [];
    private BuildRecord? _build;
    private TimeSpan _last;

    private JournalReader()
    {
    }

    /// <summary>The build whose journal is in a directory; null when there is none that can be read. One without an end is said to go on.</summary>
    /// <param name="directory">The directory, named by the build.</param>
    public static BuildRecord? Read(string directory)
    {
        string text;
        try
        {
            string path = BuildJournal.JournalPath(directory);
            if (new FileInfo(path).Length > MaxBytes)
                return null;
            text = File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // removed just now
        }
        JournalReader reader = new();
        int start = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        if (start == 0 || text[..(start - 1)] != JournalText.Head)
            return null;
        for (int end = text.IndexOf('\n', start); end >= 0; end = text.IndexOf('\n', start))
        {
            reader.Take(Path.GetFileName(directory), JournalText.Fields(text[start..end]));
            start = end + 1;
        }
        return reader.Complete();
    }

    private BuildRecord? Complete()
    {
        for (int i = 0; i < _steps.Count; i++)
        {
            if (_open.Contains(_steps[i].Number))
                _steps[i] = _steps[i] with { Duration = _last - _steps[i].Start };
        }
        return _build is null ? null : _build with
        {
            Arguments = _arguments.ToImmutable(),
            NamedContexts = _contexts.ToImmutable(),
            Options = _options.ToImmutable(),
            Tags = _tags.ToImmutable(),
            Errors = _errors.ToImmutable(),
            Warnings = _warnings.ToImmutable(),
            Steps = [.. _steps],
            Duration = _last,
        };
    }

    private void Take(string id, string[] fields)
    {
        switch (fields)
        {
            case ["build", var began, var context, var dockerfile, var platform]:
                _build = new BuildRecord { Id = id, Started = DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds(began)), Context = context, Dockerfile = dockerfile, Platform = platform };
                break;
            case ["target", var target]:
                _build = _build is null ? null : _build with { Target = target };
                break;
            case ["arg", var name, var value]:
                _arguments[name] = value;
                break;
            case ["context", var name, var value]:
                _contexts[name] = value;
                break;
            case ["option", var option]:
                _options.Add(option);
                break;
            case ["tag", var tag]:
                _tags.Add(tag);
                break;
            case ["image", var digest, var imageId]:
                _build = _build is null ? null : _build with { ImageDigest = digest, ImageId = imageId };
                break;
            case ["error" or "warning", var code, var message, var file, var line, var hint]:
                (fields[0] == "error" ? _errors : _warnings).Add(new BuildFinding(code, message, TextOf(file), TextOf(line) is null ? null : (int)Number(line), TextOf(hint)));
                break;
            case ["end", var at, var outcome]:
                _last = Time(at);
                _build = _build is null ? null : _build with { Outcome = OutcomeOf(outcome) };
                break;
            default:
                TakeStep(fields);
                break;
        }
    }

    private void TakeStep(string[] fields)
    {
        if (fields.Length < 2)
            return;
        int number = (int)Number(fields[1]);
        if (fields is ["step", _, var began, var stage, var stageNumber, var line, var key, var image, var name] && number == _steps.Count + 1)
        {
            _last = Time(began);
            _open.Add(number);
            _steps.Add(new StepHistory
            {
                Number = number,
                Name = name,
                Stage = stage,
                StageNumber = (int)Number(stageNumber),
                Line = TextOf(line) is null ? null : (int)Number(line),
                Start = _last,
                Key = Digest.TryParse(key, out Digest? digest) ? digest : null,
                Image = TextOf(image),
            });
        }
        else if (number >= 1 && number <= _steps.Count)
        {
            _steps[number - 1] = Changed(_steps[number - 1], fields);
        }
    }

    private StepHistory Changed(StepHistory step, string[] fields)
    {
        switch (fields)
        {
            case ["why", _, var reason]:
                return step with { Reasons = step.Reasons.Add(reason) };
            case ["mount", _, var mount]:
                return step with { CacheMounts = step.CacheMounts.Add(mount) };
            case ["log", _]:
                return step with { HasLog = true };
            case ["done" or "hit" or "failed" or "cancelled", _, var at, var detail, var more]:
                _last = Time(at);
                _open.Remove(step.Number);
                StepHistory ended = step with { Duration = _last - step.Start };
                return fields[0] switch
                {
                    "done" => ended with { Outcome = StepOutcome.Done },
                    "hit" => ended with { Outcome = StepOutcome.Hit, Hit = HitWords.Parse(detail), From = TextOf(more) },
                    "failed" => ended with { Outcome = StepOutcome.Failed, Message = detail, ExitCode = TextOf(more) is null ? null : (int)Number(more) },
                    _ => ended with { Outcome = StepOutcome.Cancelled },
                };
            default:
                return step;
        }
    }

    private static BuildOutcome OutcomeOf(string word) => word switch
    {
        "completed" => BuildOutcome.Completed,
        "failed" => BuildOutcome.Failed,
        _ => BuildOutcome.Interrupted,
    };

    private static string? TextOf(string field) => field.Length == 0 ? null : field;

    private static TimeSpan Time(string milliseconds) => TimeSpan.FromMilliseconds(Milliseconds(milliseconds));

    private static long Milliseconds(string field) => Math.Clamp(Number(field), 0, MaxMilliseconds);

    private static long Number(string field) => long.TryParse(field, NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
