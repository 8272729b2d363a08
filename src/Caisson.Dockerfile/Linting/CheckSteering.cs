using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting;

/// <summary>Which rules are followed: by the build argument or else the directive, and by comments above instructions.</summary>
/// <remarks>As in BuildKit, <c>skip=all</c> does not skip experimental rules that are asked for.</remarks>
internal sealed class CheckSteering
{
    private readonly bool _asksInComments;

    private CheckSteering(CheckOptions options, bool asksInComments)
    {
        Options = options;
        _asksInComments = asksInComments;
    }

    /// <summary>What holds for the whole file.</summary>
    public CheckOptions Options { get; }

    public static CheckSteering Read(BoundDockerfile bound, ImmutableArray<CheckRule> rules, DiagnosticBag diagnostics)
    {
        string[] names = [.. rules.Select(static r => r.Name)];
        CheckOptions options = bound.Document.Checks;
        if (bound.Options.Arguments.TryGetValue(Linter.SteeringArgument, out string? argument))
            options = ReadArgument(argument, names, diagnostics);
        else if (bound.Document.Directives.FirstOrDefault(static d => d.Kind == DirectiveKind.Check) is { } directive)
            ReportUnknown(options, directive.Value, names, diagnostics);

        bool asksInComments = false;
        foreach (Instruction instruction in bound.Document.Instructions.Where(static i => i.Header.CheckComment is not null))
        {
            asksInComments |= instruction.Header.Checks is { } own && (own.WantsAllExperimental || !own.Experimental.IsEmpty);
            ReportComment(instruction.Header.CheckComment!, names, diagnostics); // not null: filtered above
        }
        return new CheckSteering(options, asksInComments);
    }

    /// <summary>False when no finding of the rule can be wanted, wherever it is.</summary>
    public bool MayWant(CheckRule rule) => Wants(rule, Options) || (rule.IsExperimental && _asksInComments);

    public bool Wants(CheckRule rule, Finding finding)
    {
        CheckOptions options = Merge(Options, finding.Instruction);
        return Wants(rule, finding.Other is { } other ? Merge(options, other) : options);
    }

    private static CheckOptions Merge(CheckOptions options, Instruction instruction) =>
        instruction.Header.Checks is { } own ? options.With(own) : options;

    private static bool Wants(CheckRule rule, CheckOptions options) => rule.IsExperimental
        ? options.WantsAllExperimental || options.Experimental.Contains(rule.Name)
        : !options.SkipsAll && !options.Skipped.Contains(rule.Name);

    private static CheckOptions ReadArgument(string argument, string[] names, DiagnosticBag diagnostics)
    {
        Word word = Word.FromSource(new SourceText(Linter.SteeringArgument, argument).Span);
        if (CheckOptions.TryParse(argument, out CheckOptions? options, out string? problem))
        {
            ReportUnknown(options, word, names, diagnostics);
            return options;
        }
        diagnostics.Error(
            DiagnosticCodes.BadCheckArgument, null, $"the build argument {Linter.SteeringArgument} cannot be read: {problem}",
            "write skip=RULE,RULE or skip=all, error=true, experimental=RULE or experimental=all, with \";\" between them");
        return CheckOptions.None;
    }

    private static void ReportComment(Comment comment, string[] names, DiagnosticBag diagnostics)
    {
        Word word = Word.FromSource(comment.Span);
        if (CheckOptions.TryParse(comment.CheckArgument, out CheckOptions? options, out string? problem))
            ReportUnknown(options, word, names, diagnostics);
        else
            diagnostics.Warn(
                DiagnosticCodes.BadCheckComment, comment.Span, $"this comment skips no check, for it cannot be read: {problem}",
                "write # check=skip=RULE");
    }

    private static void ReportUnknown(CheckOptions options, Word where, string[] names, DiagnosticBag diagnostics)
    {
        foreach (string name in options.Skipped.Concat(options.Experimental).Where(n => n.Length > 0 && !names.Contains(n)))
        {
            if (diagnostics.IsFull)
            {
                diagnostics.Warn(DiagnosticCodes.UnknownCheck, null, "");
                continue;
            }
            int at = where.Text.IndexOf(name, StringComparison.Ordinal);
            SourceSpan span = at < 0 ? where.Span : where.SpanOf(at, name.Length);
            string? exact = names.FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
            string hint = exact is not null ? $"write {Quoted.Of(exact)}: capital letters count"
                : Suggestion.Hint(name, names) ?? "docs/checks/README.md lists them";
            diagnostics.Warn(DiagnosticCodes.UnknownCheck, span, $"there is no check {Quoted.Of(name)}", hint);
        }
    }
}
