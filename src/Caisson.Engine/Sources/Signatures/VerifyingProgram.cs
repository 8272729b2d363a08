using System.Collections.Immutable;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Signatures;

/// <summary>A program of the machine that checks signatures. It sees nothing of the user's configuration, and has a minute.</summary>
/// <param name="name">The program.</param>
/// <param name="package">What Debian calls the package that it is in.</param>
/// <param name="options">What the engine takes from its surroundings.</param>
internal sealed class VerifyingProgram(string name, string package, BuildEngineOptions options)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Runs it.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="ct">Kills it.</param>
    /// <exception cref="StepException">It is not on this machine, or does not end.</exception>
    public async Task<ProcessResult> RunAsync(ImmutableArray<string> arguments, ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        ProcessRequest request = new()
        {
            File = SearchPath.Find(options.SearchPath, name)
                ?? throw new StepException(EngineCodes.MissingProgram, $"{name} is not on this machine, and checking signatures of git repositories needs it", $"apt-get install {package}"),
            Arguments = arguments,
            HasOwnEnvironment = true,
            Environment = ImmutableSortedDictionary.CreateRange<string, string?>(StringComparer.Ordinal, [new("PATH", options.SearchPath), new("HOME", "/dev/null"), new("LC_ALL", "C")]),
            WorkingDirectory = "/",
            Input = input,
        };
        using CancellationTokenSource timer = new(Limit, options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            return await ProcessRunner.Direct.CaptureAsync(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new StepException(EngineCodes.GitSignatureBad, $"{name} does not come to an end with a signature", hint: null, e);
        }
    }
}
