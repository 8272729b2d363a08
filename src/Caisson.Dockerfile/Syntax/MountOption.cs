namespace Caisson.Dockerfile.Syntax;

/// <summary>One option of <c>RUN --mount</c>.</summary>
/// <param name="Key">The name as written.</param>
/// <param name="Value">What follows <c>=</c>, unexpanded; null without <c>=</c>.</param>
public sealed record MountOption(Word Key, Word? Value)
{
    /// <summary>The name that matters, in lower case and with the short forms written out: <c>src</c> is <c>source</c>.</summary>
    public string Name { get; } = Key.Text.ToLowerInvariant() switch
    {
        "src" => "source",
        "dst" or "destination" => "target",
        "ro" => "readonly",
        "rw" => "readwrite",
        var name => name,
    };
}
