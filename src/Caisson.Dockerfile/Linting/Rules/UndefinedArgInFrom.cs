using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Expansion;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>UndefinedArgInFrom.</summary>
internal static class UndefinedArgInFrom
{
    public static CheckRule Rule { get; } = new(nameof(UndefinedArgInFrom), "FROM uses only variables that ARG declares before the first FROM", Find)
    {
        Url = CheckRule.UrlOf("undefined-arg-in-from"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        NameSearch search = new();
        HashSet<string> declared = [.. file.Globals.SelectMany(static g => g.Declarations).Select(static d => d.Name.Text)];
        foreach (BoundStage stage in file.Bound.Stages)
        {
            foreach (VariableUse use in stage.Uses.Where(u => !u.IsDefined && !declared.Contains(u.Name)).DistinctBy(static u => u.Name))
            {
                string? near = search.NearestSpelling(use.Name, file.Bound.GlobalArguments.Names.Concat(declared));
                string hint = near is not null ? $"did you mean \"${near}\"?" : $"write ARG {use.Name}=… before the first FROM";
                yield return new Finding(stage.From, use.Where, $"no ARG before the first FROM declares {Quoted.Of(use.Name)}", hint);
            }
        }
    }
}
