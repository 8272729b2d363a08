using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>The flags of an instruction, checked against those that it has.</summary>
internal sealed class FlagSet
{
    private readonly ImmutableArray<(FlagRule Rule, Flag Flag)> _accepted = [];

    public FlagSet(ImmutableArray<Flag> flags, InstructionRule rule, DiagnosticBag diagnostics)
    {
        if (flags.IsEmpty)
            return;
        var accepted = ImmutableArray.CreateBuilder<(FlagRule Rule, Flag Flag)>(flags.Length);
        ulong seen = 0;
        foreach (Flag flag in flags)
        {
            int index = rule.IndexOfFlag(flag.Name.Characters);
            FlagRule? known = index < 0 ? null : rule.Flags[index];
            ulong bit = index < 0 ? 0 : 1UL << index;
            bool isNew = known is { Kind: FlagKind.List } || (seen & bit) == 0;
            seen |= bit;
            Diagnostic? problem = known is null ? Unknown(flag, rule, diagnostics) : isNew ? Check(known, flag) : Doubled(flag);
            if (known is not null && problem is null)
                accepted.Add((known, flag));
            else if (problem is not null)
                diagnostics.Add(problem);
        }
        _accepted = accepted.DrainToImmutable();
    }

    /// <summary>The flag as written, or null.</summary>
    public Flag? Find(string name)
    {
        foreach ((FlagRule rule, Flag flag) in _accepted)
        {
            if (rule.Name == name)
                return flag;
        }
        return null;
    }

    /// <summary>The value of a flag; null when it is not given or empty, which means the same.</summary>
    public Word? Text(string name) => Find(name)?.Value is { IsEmpty: false } value ? value : null;

    /// <summary>What a switch says; null when it is not given.</summary>
    public bool? Boolean(string name) =>
        Find(name) is { } flag ? flag.Value is null || flag.Value.Text.Equals("true", StringComparison.OrdinalIgnoreCase) : null;

    /// <summary>What the flags of a name say, in order, without those that cannot be read.</summary>
    public ImmutableArray<T> All<T>(string name, Func<Flag, T?> read)
        where T : class
    {
        ImmutableArray<T>.Builder? found = null;
        foreach ((FlagRule rule, Flag flag) in _accepted)
        {
            if (rule.Name == name && read(flag) is { } value)
                (found ??= ImmutableArray.CreateBuilder<T>(1)).Add(value);
        }
        return found?.DrainToImmutable() ?? [];
    }

    private static Diagnostic Unknown(Flag flag, InstructionRule rule, DiagnosticBag diagnostics)
    {
        string message = diagnostics.IsFull ? "" : $"{rule.Name} has no flag {Quoted.Of("--" + flag.Name.Text)}";
        string? hint = diagnostics.IsFull ? null : HintFor(flag, rule);
        return new Diagnostic(DiagnosticCodes.UnknownFlag, Severity.Error, message, flag.Span, hint);
    }

    private static Diagnostic Doubled(Flag flag) => new(
        DiagnosticCodes.DuplicateFlag,
        Severity.Error,
        $"the flag {Quoted.Of("--" + flag.Name.Text)} is given twice",
        flag.Span,
        "keep one of them");

    private static string? HintFor(Flag flag, InstructionRule rule)
    {
        if (rule.Flags.Length == 0)
        {
            string escaped = $"{rule.Name} -- --{Quoted.Plain(flag.Name.Text)}";
            return $"{rule.Name} has no flags; for an argument that begins with \"--\", write {escaped}";
        }
        string known = flag.Name.Text switch
        {
            "user" or "owner" => "chown",
            "mode" or "perm" or "permissions" => "chmod",
            "volume" => "mount",
            var name => Suggestion.Nearest(name, rule.Flags.Select(static f => f.Name)) ?? "",
        };
        bool has = rule.Flags.Any(f => f.Name == known);
        return has ? $"did you mean \"--{known}\"?" : $"it has {string.Join(", ", rule.Flags.Select(static f => "--" + f.Name))}";
    }

    private static Diagnostic? Check(FlagRule rule, Flag flag)
    {
        string name = "--" + rule.Name;
        if (rule.Kind == FlagKind.Boolean)
        {
            bool isBoolean = flag.Value is null || flag.Value.Text.ToUpperInvariant() is "TRUE" or "FALSE";
            return isBoolean ? null : new Diagnostic(
                flag.Value!.IsEmpty ? DiagnosticCodes.MissingFlagValue : DiagnosticCodes.BadFlagValue, // not null: isBoolean covers that
                Severity.Error,
                $"{name} takes true or false, not {Quoted.Of(flag.Value.Text)}",
                flag.Value.IsEmpty ? flag.Span : flag.Value.Span,
                $"write {name} or {name}=false");
        }
        return flag.Value is not null ? null : new Diagnostic(
            DiagnosticCodes.MissingFlagValue,
            Severity.Error,
            $"{name} lacks its value",
            flag.Span,
            $"write {name}=value, with no white space around \"=\"");
    }
}
