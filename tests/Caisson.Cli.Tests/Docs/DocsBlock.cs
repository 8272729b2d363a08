using System.Collections.Immutable;

namespace Caisson.Cli.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
internal abstract record DocsBlock
{
    private DocsBlock()
    {
    }

    /// <summary>A file of the small project that the page's commands work on: <c>title=PATH</c> behind the fence's language.</summary>
    public sealed record Declared(string Path, string Content) : DocsBlock;

    /// <summary>Commands, with what they write: <c>console</c>. <c>exit=N</c> is the exit code of the last, <c>test=skip</c> leaves the block out.</summary>
    /// <param name="Script">The lines that begin with <c>$ </c>, and those that continue them (<c>&gt; </c>).</param>
    /// <param name="Output">The other lines; <c>…</c> in them stands for anything, alone on a line for any lines.</param>
    /// <param name="ExitCode">The exit code.</param>
    public sealed record Commands(string Script, ImmutableArray<string> Output, int ExitCode) : DocsBlock;
}
