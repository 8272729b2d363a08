using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Caisson.Dockerfile.Syntax;

/// <summary>What <c>--chmod</c> asks for: an octal mode, or changes such as <c>u=rwX,go-w</c>. Immutable.</summary>
/// <remarks>The grammar of chmod(1) with a file creation mask of 0, as <c>COPY --chmod</c> has it since Dockerfile 1.14.</remarks>
public sealed class FileModeChange
{
    private const int AllBits = 0xFFF;
    private const int MaxLength = 1024;

    private readonly int? _octal;
    private readonly ImmutableArray<Clause> _clauses;

    private FileModeChange(int? octal, ImmutableArray<Clause> clauses)
    {
        _octal = octal;
        _clauses = clauses;
    }

    /// <summary>The mode when it depends on nothing, or null.</summary>
    public int? Fixed => _octal;

    /// <summary>Reads an octal number up to 07777, or a list of changes.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FileModeChange? change)
    {
        change = null;
        if (text.Length is 0 or > MaxLength)
            return false;
        if (char.IsAsciiDigit(text[0]))
        {
            bool isOctal = text.All(static c => c is >= '0' and <= '7') && text.TrimStart('0').Length <= 4;
            change = isOctal ? new FileModeChange(text.Aggregate(0, static (mode, c) => (mode << 3) | (c - '0')), []) : null;
            return isOctal;
        }
        var clauses = ImmutableArray.CreateBuilder<Clause>();
        if (!text.Split(',').All(part => TryReadClauses(part, clauses)))
            return false;
        change = new FileModeChange(null, clauses.ToImmutable());
        return true;
    }

    /// <summary>The mode of a file after the change.</summary>
    /// <param name="mode">The mode before it, permission bits only.</param>
    /// <param name="isDirectory">Directories become searchable by <c>X</c>.</param>
    public int Apply(int mode, bool isDirectory)
    {
        if (_octal is { } octal)
            return octal;
        bool canExecute = isDirectory || (mode & 0x49) != 0;
        foreach (Clause clause in _clauses)
            mode = clause.Apply(mode, canExecute);
        return mode;
    }

    private static bool TryReadClauses(string part, ImmutableArray<Clause>.Builder clauses)
    {
        int at = 0;
        while (at < part.Length && part[at] is 'u' or 'g' or 'o' or 'a')
            at++;
        string who = at == 0 || part[..at].Contains('a', StringComparison.Ordinal) ? "ugo" : part[..at];
        bool isForAll = at == 0 || who == "ugo";
        if (at == part.Length)
            return false;
        while (at < part.Length)
        {
            char action = part[at++];
            int start = at;
            while (at < part.Length && part[at] is not ('+' or '-' or '='))
                at++;
            if (action is not ('+' or '-' or '=') || !part[start..at].All(static c => "rwxXstugo".Contains(c, StringComparison.Ordinal)))
                return false;
            clauses.Add(new Clause(who, action, part[start..at], isForAll));
        }
        return true;
    }

    private sealed record Clause(string Who, char Action, string Permissions, bool IsForAll)
    {
        public int Apply(int mode, bool canExecute)
        {
            int bits = 0;
            foreach (char permission in Permissions)
                bits |= BitsOf(permission, mode, canExecute);
            int touched = Who.Aggregate(0, static (all, who) => all | MaskOf(who)) | (IsForAll && bits >= 0x200 ? 0x200 : 0);
            bits &= touched | (Who == "o" ? 0 : bits & 0x200);
            return Action switch
            {
                '+' => mode | bits,
                '-' => mode & ~bits,
                _ => ((mode & ~touched) | bits) & AllBits,
            };
        }

        private static int MaskOf(char who) => who switch { 'u' => 0x9C0, 'g' => 0x438, _ => 0x007 };

        private static int BitsOf(char permission, int mode, bool canExecute) => permission switch
        {
            'r' => 0x124,
            'w' => 0x092,
            'x' => 0x049,
            'X' => canExecute ? 0x049 : 0,
            's' => 0xC00,
            't' => 0x200,
            'u' => Spread((mode >> 6) & 7),
            'g' => Spread((mode >> 3) & 7),
            _ => Spread(mode & 7),
        };

        private static int Spread(int permissions) => permissions * 0x49;
    }
}
