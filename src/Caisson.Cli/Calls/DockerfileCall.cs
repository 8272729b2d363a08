using System.Collections.Immutable;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Outlines;
using Caisson.Dockerfile.Source;
using Caisson.Engine;

namespace Caisson.Cli.Calls;

/// <summary>Answers a call about a Dockerfile on standard output.</summary>
/// <param name="call">What is called.</param>
/// <param name="options">What the engine would be opened with.</param>
/// <param name="hasColors">Whether colours are welcome on standard output.</param>
internal sealed class DockerfileCall(CallRequest call, BuildEngineOptions options, bool hasColors)
{
    private static readonly (string Name, string Description)[] Methods =
    [
        ("frontend.lint", "Say what there is to say about the Dockerfile"),
        ("frontend.outline", "List what a build of the target can be given"),
        ("frontend.targets", "List the stages"),
        ("frontend.subrequests.describe", "List what can be called"),
    ];

    /// <summary>Answers, and returns the exit code.</summary>
    /// <exception cref="BuildException">There is no Dockerfile, or, unless that is what was asked for, it is wrong.</exception>
    public async Task<int> RunAsync(BuildRequest request, CancellationToken ct)
    {
        if (call.Method == CallMethod.Describe)
            return await DescribeAsync();
        if (request.Platforms.Distinct().Skip(1).Any())
            await Console.Error.WriteLineAsync($"only {request.Platforms[0]} is looked at; for another platform: caisson check --platform={request.Platforms.First(p => p != request.Platforms[0])}");
        CheckResult result = await DockerfileCheck.RunAsync(request, options, ct);
        if (call.Method == CallMethod.Check)
            return await CheckAsync(result);
        ImmutableArray<Diagnostic> errors = [.. result.Errors];
        if (!errors.IsEmpty)
            throw new BuildException(errors);
        SourceText source = result.Parsed.Document.Source;
        using StringWriter text = new();
        if (call.Method == CallMethod.Targets && call.IsJson)
            await text.WriteLineAsync(TargetsJson.Write(result.Bound.Stages, source));
        else if (call.Method == CallMethod.Targets)
            OutlineText.Write(result.Bound.Stages, text);
        else if (Outline.Of(result.Bound) is { } outline && call.IsJson)
            await text.WriteLineAsync(OutlineJson.Write(outline, source));
        else if (Outline.Of(result.Bound) is { } shown)
            OutlineText.Write(shown, text);
        await Console.Out.WriteAsync(text.ToString());
        return ExitCodes.Success;
    }

    private async Task<int> CheckAsync(CheckResult result)
    {
        ImmutableArray<Diagnostic> found = result.Diagnostics;
        Diagnostic? failure = call.FailsOnWarning ? CheckReport.FailureOf(found.Where(static d => !d.IsError).Select(static d => d.Code)) : result.Report.Failure;
        using StringWriter text = new();
        if (call.IsJson)
            await text.WriteLineAsync(CheckJson.Write(result));
        else
            CheckText.Write(result, failure, text, hasColors);
        await Console.Out.WriteAsync(text.ToString());
        if (call.IgnoresStatus)
            return ExitCodes.Success;
        return result.Errors.FirstOrDefault() is { } error ? ExitCodes.Of(error.Code)
            : failure is not null ? ExitCodes.ChecksFailed
            : ExitCodes.Success;
    }

    private async Task<int> DescribeAsync()
    {
        using StringWriter text = new();
        if (call.IsJson)
        {
            await text.WriteLineAsync(JsonOutput.Write(json => json.WriteObjects("subrequests", Methods, method =>
            {
                json.WriteString("Name", method.Name);
                json.WriteString("Version", "1.0.0");
                json.WriteString("Description", method.Description);
            })));
        }
        else
        {
            TextTable table = new("NAME", "VERSION", "DESCRIPTION");
            foreach ((string name, string description) in Methods)
                table.Add(name, "1.0.0", description);
            table.WriteTo(text);
        }
        await Console.Out.WriteAsync(text.ToString());
        return ExitCodes.Success;
    }
}
