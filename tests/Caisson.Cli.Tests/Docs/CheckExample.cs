using System.Collections.Immutable;

namespace Caisson.Cli.Tests.Docs;

/// <summary>A fenced block of the page of a rule.</summary>
/// <param name="Info">The line that begins it; <c>base=PLATFORM</c> says what base images are for, <c>arg=NAME=VALUE</c> is given to the build.</param>
/// <param name="Text">Its lines.</param>
internal sealed record CheckExample(string Info, string Text)
{
    public ImmutableDictionary<string, string> Arguments => Option("arg")?.Split('=', 2) is [string name, string value]
        ? ImmutableDictionary<string, string>.Empty.Add(name, value)
        : ImmutableDictionary<string, string>.Empty;

    public string? Option(string name) => Info.Split(' ').FirstOrDefault(w => w.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
