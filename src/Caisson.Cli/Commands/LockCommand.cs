using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Caisson.Cli.Hosting;
using Caisson.Cli.Progress;
using Caisson.Engine;

namespace Caisson.Cli.Commands;

/// <summary><c>caisson lock</c>: writes down everything that a build takes from outside.</summary>
internal sealed class LockCommand : Command
{
    private readonly EngineHost _host;
    private readonly BuildInputOptions _input = new();
    private readonly ProgressOptions _progress = new();
    private readonly Option<bool> _check = new("--check") { Description = "Ask for everything anew, say what would change, and write nothing; fail when something would" };
    private readonly Option<bool> _upgrade = new("--upgrade") { Description = "Ask for everything anew, registries too unless --pull says otherwise: what the lock file says does not count" };
    private readonly Option<string?> _file = HermeticOptions.LockFileOption();
    private readonly Option<string[]> _policies = HermeticOptions.PolicyOption();

    public LockCommand(EngineHost host)
        : base("lock", "Write down what a build takes from outside, and what exactly it is: images, files, repositories, packages and every other answer of the network")
    {
        _host = host;
        foreach (Option option in (Option[])[.. _input.All, .. _progress.All, _check, _upgrade, _file, _policies])
            Options.Add(option);
        Arguments.Add(_input.Context);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        bool onlyChecks = parsed.GetValue(_check);
        bool isNew = onlyChecks || parsed.GetValue(_upgrade);
        BuildRequest request = _input.Read(parsed, _host.Environment) with
        {
            Locking = isNew ? Locking.Renewed : Locking.Kept,
            LockPath = parsed.GetValue(_file) is { } named ? Path.GetFullPath(named) : null,
            Policies = [.. parsed.GetValue(_policies) ?? []],
        };
        if (isNew && !_input.SaysPull(parsed))
            request = request with { Pull = PullPolicy.Always };
        string path = request.LockFile;
        _host.Enter();
        BuildEngine engine = await _host.OpenAsync(parsed, ct);
        await using (engine)
        {
            Build build = engine.Start(request, ct);
            await using (build)
            {
                BuildResult result = await BuildWatcher.WatchAsync(build, _progress.ViewOf(parsed, _host.Environment));
                return await ReportAsync(path, result.Lock!, onlyChecks, ct); // it was asked for
            }
        }
    }

    private static async Task<int> ReportAsync(string path, string text, bool onlyChecks, CancellationToken ct)
    {
        string? before = await ReadAsync(path, ct);
        ImmutableArray<LockChange> changes = Compare(before, text, onlyChecks);
        foreach (LockChange change in changes)
            await Console.Out.WriteLineAsync(Describe(change));
        int lines = text.Count(static c => c == '\n') - 1;
        if (onlyChecks && !changes.IsEmpty)
            throw new BuildException(EngineCodes.NotAsLocked, $"{path} would change: {changes.Length} of {lines} lines", "take the changes with caisson lock --upgrade");
        if (!onlyChecks && before != text)
            await WriteAsync(path, text, ct);
        await Console.Out.WriteLineAsync($"{path}: {lines} lines{(onlyChecks || before == text ? ", as they were" : "")}");
        return ExitCodes.Success;
    }

    // One that cannot be understood is written anew: --upgrade is how.
    private static ImmutableArray<LockChange> Compare(string? before, string text, bool onlyChecks)
    {
        try
        {
            return LockChange.Compare(before, text);
        }
        catch (BuildException) when (!onlyChecks)
        {
            return LockChange.Compare(before: null, text);
        }
    }

    private static async Task<string?> ReadAsync(string path, CancellationToken ct)
    {
        try
        {
            return File.Exists(path) ? await File.ReadAllTextAsync(path, ct) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.BadLock, $"the lock file {path} cannot be read: {e.Message}", "name another with --lock-file", e);
        }
    }

    private static string Describe(LockChange change) => change switch
    {
        { Before: null } => $"+ {change.Subject} {change.After}",
        { After: null } => $"- {change.Subject}",
        _ => $"~ {change.Subject}: {change.Before} -> {change.After}",
    };

    private static async Task WriteAsync(string path, string text, CancellationToken ct)
    {
        string temporary = path + ".tmp";
        try
        {
            await File.WriteAllTextAsync(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), ct);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException(EngineCodes.BadLock, $"the lock file {path} cannot be written: {e.Message}", "name another with --lock-file", e);
        }
    }
}
