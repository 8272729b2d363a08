namespace Caisson.Engine.Sources.Git;

/// <summary>The directories that git works in.</summary>
/// <param name="GitDirectory">The repository; null for none.</param>
/// <param name="WorkTree">Where files are checked out; null for nowhere.</param>
internal sealed record GitPlace(string? GitDirectory, string? WorkTree)
{
    /// <summary>Nowhere: only another machine is asked.</summary>
    public static GitPlace None { get; } = new(null, null);
}
