using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>InvalidDefaultArgInFrom.</summary>
internal static class InvalidDefaultArgInFrom
{
    public static CheckRule Rule { get; } = new(nameof(InvalidDefaultArgInFrom), "FROM names an image even when no build argument is given", Find)
    {
        Url = CheckRule.UrlOf("invalid-default-arg-in-from"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        if (file.Bound.Stages.All(static s => s.Uses.IsEmpty))
            yield break;
        DiagnosticBag ignored = new();
        VariableSet now = file.Bound.GlobalArguments;
        VariableSet predefined = VariableSet.From(now.Where(static p => PlatformArguments.Names.Contains(p.Key)));
        ScopeContext defaults = GlobalScope.Evaluate(
            file.Bound.Document.Escape, file.Globals, predefined, ImmutableDictionary<string, string>.Empty, ignored);
        Expander expander = new(file.Bound.Document.Escape) { MaxLength = BindingLimits.MaxNameLength };
        foreach (BoundStage stage in ignored.HasErrors ? [] : file.Bound.Stages)
        {
            ExpandedWord image = expander.Expand(stage.From.Image, defaults.Global);
            if (image.Problem is not null || image.Uses.IsEmpty || ImageName.IsValid(image.Text))
                continue;
            string result = image.Text.Length == 0 ? "nothing" : Quoted.Of(image.Text);
            string message = $"without build arguments, {Quoted.Of(stage.From.Image.Text)} expands to {result}";
            yield return new Finding(stage.From, stage.From.Image.Span, message, HintFor(image));
        }
    }

    private static string HintFor(ExpandedWord image) => image.Uses.FirstOrDefault(static u => !u.IsDefined) is { } unset
        ? $"give the argument a default: ARG {unset.Name}=…"
        : "give the arguments defaults that make a name";
}
