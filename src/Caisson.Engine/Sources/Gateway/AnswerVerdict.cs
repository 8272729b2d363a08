namespace Caisson.Engine.Sources.Gateway;

/// <summary>What an answer is worth.</summary>
/// <param name="Problem">What is wrong with it; null when it is good.</param>
/// <param name="Package">The package that it is, as a PURL; null when it is none that is known.</param>
internal sealed record AnswerVerdict(string? Problem = null, string? Package = null)
{
    /// <summary>It is good, and no package.</summary>
    public static AnswerVerdict Good { get; } = new();
}
