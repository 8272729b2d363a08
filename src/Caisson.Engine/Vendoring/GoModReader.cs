using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Caisson.Engine.Vendoring;

/// <summary>Reads a <c>go.mod</c>. It may be anyone's: no text makes it throw.</summary>
/// <remarks>
/// Go modules reference, "go.mod files", "Lexical elements" and "Grammar". As Go does with those of dependencies, directives that it does not know are passed over.
/// </remarks>
internal sealed class GoModReader
{
    private const int MaxChars = 8 << 20;
    private const int MaxReasonChars = 200;

    private readonly ImmutableArray<GoModFile.Requirement>.Builder _requirements = ImmutableArray.CreateBuilder<GoModFile.Requirement>();
    private readonly ImmutableArray<GoModFile.Replacement>.Builder _replacements = ImmutableArray.CreateBuilder<GoModFile.Replacement>();
    private readonly ImmutableArray<ModuleVersion>.Builder _exclusions = ImmutableArray.CreateBuilder<ModuleVersion>();
    private readonly ImmutableArray<GoModFile.Retraction>.Builder _retractions = ImmutableArray.CreateBuilder<GoModFile.Retraction>();
    private string _module = "";
    private GoVersion? _go;
    private string? _toolchain;
    private string? _problem;

    private GoModReader()
    {
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it, with the line; null when nothing is.</param>
    /// <returns>What it says; null when something is wrong.</returns>
    public static GoModFile? Read(string text, out string? problem)
    {
        GoModReader reader = new();
        problem = text.Length > MaxChars ? $"it is larger than {MaxChars >> 20} MiB" : null;
        if (problem is not null)
            return null;
        reader.ReadLines(text);
        problem = reader._problem;
        return problem is not null ? null : new GoModFile
        {
            Module = reader._module,
            Go = reader._go,
            Toolchain = reader._toolchain,
            Requirements = reader._requirements.ToImmutable(),
            Replacements = reader._replacements.ToImmutable(),
            Exclusions = reader._exclusions.ToImmutable(),
            Retractions = reader._retractions.ToImmutable(),
        };
    }

    private void ReadLines(string text)
    {
        string? block = null;
        StringBuilder comments = new();
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            if (!TrySplit(raw, out List<string> words, out string comment))
            {
                Fail(number, "a quoted text does not end");
            }
            else if (words.Count == 0)
            {
                if (comment.Length > 0 && comments.Length < MaxReasonChars)
                    comments.Append(comments.Length == 0 ? "" : " ").Append(comment);
                else if (comment.Length == 0)
                    comments.Clear();
                continue;
            }
            else if (block is not null && words is [")"])
            {
                block = null;
            }
            else if (block is null && words.Count == 2 && words[1] == "(")
            {
                block = words[0];
                continue; // what is said above a block is said of its lines
            }
            else
            {
                Take(number, block ?? words[0], block is null ? words[1..] : words, comment.Length > 0 ? comment : comments.ToString());
            }
            comments.Clear();
            if (_problem is not null)
                return;
        }
        if (block is not null)
            Fail(number, $"the block \"{block}\" does not end");
    }

    private void Take(int line, string directive, List<string> words, string comment)
    {
        switch (directive)
        {
            case "module":
                _module = words is [var path, ..] ? path : Fail(line, "\"module\" has no path");
                break;
            case "go":
                if (words.Count == 0 || !GoVersion.TryParse(words[0], out _go))
                    Fail(line, $"\"{string.Join(' ', words)}\" is no version of Go");
                break;
            case "toolchain":
                _toolchain = words is [var name, ..] ? name : Fail(line, "\"toolchain\" has no name");
                break;
            case "require":
                if (ReadVersioned(line, words) is { } needed)
                    _requirements.Add(new GoModFile.Requirement(needed, comment == "indirect" || comment.StartsWith("indirect;", StringComparison.Ordinal)));
                break;
            case "exclude":
                if (ReadVersioned(line, words) is { } excluded)
                    _exclusions.Add(excluded);
                break;
            case "replace":
                TakeReplacement(line, words);
                break;
            case "retract":
                TakeRetraction(line, words, comment);
                break;
        }
    }

    private ModuleVersion? ReadVersioned(int line, List<string> words)
    {
        if (words is [var path, var version, ..] && path.Length > 0 && version.Length > 0)
            return new ModuleVersion(path, version);
        Fail(line, "a module and its version are needed");
        return null;
    }

    private void TakeReplacement(int line, List<string> words)
    {
        int arrow = words.IndexOf("=>");
        if (arrow is 1 or 2 && words.Count - arrow is 2 or 3)
            _replacements.Add(new GoModFile.Replacement(new ModuleVersion(words[0], arrow == 2 ? words[1] : ""), new ModuleVersion(words[arrow + 1], words.Count - arrow == 3 ? words[^1] : "")));
        else
            Fail(line, "write MODULE [VERSION] => MODULE VERSION, or a directory");
    }

    // "v1.0.0", or "[v1.0.0, v1.9.9]". What has other versions is passed over, as Go does elsewhere than in the main module.
    private void TakeRetraction(int line, List<string> words, string reason)
    {
        string[] versions = string.Join(' ', words).Trim('[', ']', ' ').Split(',', StringSplitOptions.TrimEntries);
        if (versions.Length is 1 or 2)
        {
            if (SemanticVersion.TryParse(versions[0], out SemanticVersion? low) && SemanticVersion.TryParse(versions[^1], out SemanticVersion? high))
                _retractions.Add(new GoModFile.Retraction(low, high, reason));
            return;
        }
        Fail(line, "write \"retract\" with a version or [FIRST, LAST]");
    }

    private string Fail(int line, string problem)
    {
        _problem ??= string.Create(CultureInfo.InvariantCulture, $"line {line}: {problem}");
        return "";
    }

    // Words are divided by blanks, and parentheses stand alone; "…" and `…` hold anything; // begins a comment.
    private static bool TrySplit(ReadOnlySpan<char> line, out List<string> words, out string comment)
    {
        words = [];
        comment = "";
        int at = 0;
        while (at < line.Length)
        {
            char c = line[at];
            if (c is ' ' or '\t' or '\r')
            {
                at++;
            }
            else if (line[at..].StartsWith("//"))
            {
                comment = line[(at + 2)..].Trim().ToString();
                return true;
            }
            else if (c is '"' or '`')
            {
                if (ReadQuoted(line, ref at) is not { } quoted)
                    return false;
                words.Add(quoted);
            }
            else if (c is '(' or ')')
            {
                words.Add(c.ToString());
                at++;
            }
            else
            {
                int start = at;
                while (at < line.Length && line[at] is not (' ' or '\t' or '\r' or '(' or ')') && !line[at..].StartsWith("//"))
                    at++;
                words.Add(line[start..at].ToString());
            }
        }
        return true;
    }

    private static string? ReadQuoted(ReadOnlySpan<char> line, ref int at)
    {
        char quote = line[at++];
        StringBuilder text = new();
        while (at < line.Length && line[at] != quote)
        {
            if (quote == '"' && line[at] == '\\' && at + 1 < line.Length)
                at++;
            text.Append(line[at++]);
        }
        if (at == line.Length)
            return null;
        at++;
        return text.ToString();
    }
}
