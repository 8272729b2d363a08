using System.Collections.Immutable;
using System.Text;

namespace Caisson.Dockerfile.Syntax;

/// <summary>What RUN executes.</summary>
public abstract record RunScript
{
    private RunScript()
    {
    }

    /// <summary>Text for the image's shell.</summary>
    /// <param name="Text">One line, or a script with the bodies of its heredocs.</param>
    public sealed record Shell(string Text) : RunScript;

    /// <summary>A program and its arguments, without a shell.</summary>
    /// <param name="Arguments">May be empty.</param>
    public sealed record Exec(ImmutableArray<string> Arguments) : RunScript;

    /// <summary>A script that names its own interpreter: <c>RUN &lt;&lt;NAME</c> whose first line begins with <c>#!</c>.</summary>
    /// <param name="Name">The file's name.</param>
    /// <param name="Content">The script.</param>
    public sealed record Executable(string Name, string Content) : RunScript;

    internal static RunScript Of(RunInstruction run)
    {
        if (run.Command is CommandForm.Exec exec)
            return new Exec([.. exec.Arguments.Select(static a => a.Text)]);
        string line = ((CommandForm.Shell)run.Command).Line.Text;
        if (run.Heredocs.IsEmpty)
            return new Shell(line);
        Heredoc first = run.Heredocs[0];
        if (first.Marker.Length != run.Arguments.Length)
            return new Shell(WithBodies(line, run.Heredocs));
        return first.Content.StartsWith("#!", StringComparison.Ordinal)
            ? new Executable(first.Name, first.Content)
            : new Shell(first.Content);
    }

    // The shell reads these documents itself, so tabs and quotes stay as they were written.
    private static string WithBodies(string line, ImmutableArray<Heredoc> documents)
    {
        StringBuilder script = new(line);
        foreach (Heredoc document in documents)
            script.Append('\n').Append(document.Body.Text).Append(document.Name);
        return script.ToString();
    }
}
