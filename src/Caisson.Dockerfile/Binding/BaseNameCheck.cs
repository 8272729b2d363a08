using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Binding;

/// <summary>Finds bases and platforms that came out empty, mostly because of a variable that FROM cannot see.</summary>
internal sealed class BaseNameCheck(StageOutline stage, ScopeContext context, StageNames names, DiagnosticBag diagnostics)
{
    public void CheckImage(ExpandedWord image)
    {
        bool isCutOff = image.Text.Length == 0 || image.Text[^1] is ':' or '@' or '/' || image.Text[0] is ':' or '/';
        bool isAtFault = image.Text.Length == 0 || image.Uses.Any(static u => !u.IsDefined);
        if (image.Problem is not null || !isCutOff || !isAtFault)
            return;
        Word word = stage.From.Image;
        string result = image.Text.Length == 0 ? "nothing" : Quoted.Of(image.Text);
        diagnostics.Error(
            DiagnosticCodes.EmptyBaseName, word.Span, $"the base image {Quoted.Of(word.Text)} expands to {result}", HintFor(image));
    }

    public void CheckPlatform(ExpandedWord platform)
    {
        Word word = stage.From.Platform!; // not null: it was expanded to platform
        if (platform.Problem is null && platform.Text.Length == 0)
            diagnostics.Error(
                DiagnosticCodes.EmptyPlatform, word.Span, $"the platform {Quoted.Of(word.Text)} expands to nothing", HintFor(platform));
    }

    private string HintFor(ExpandedWord word)
    {
        if (word.Uses.FirstOrDefault(static u => !u.IsDefined) is not { } unset)
            return "give its variables a value";
        if (Suggestion.Nearest(unset.Name, context.Global.Names) is { } name)
            return $"did you mean \"${name}\"?";
        return FindLocal(unset.Name) is { } line
            ? $"ARG {unset.Name} at line {line} belongs to a stage; FROM sees only what ARG declares before the first FROM"
            : $"declare it before the first FROM: ARG {unset.Name}=…";
    }

    private int? FindLocal(string name)
    {
        for (int i = 0; i < stage.Index; i++)
        {
            ArgInstruction? found = names[i].Instructions
                .OfType<ArgInstruction>()
                .FirstOrDefault(a => a.Declarations.Any(d => d.Name.Text == name));
            if (found is not null)
                return found.Span.Line;
        }
        return null;
    }
}
