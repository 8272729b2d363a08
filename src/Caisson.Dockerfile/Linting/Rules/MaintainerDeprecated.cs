using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>MaintainerDeprecated.</summary>
internal static class MaintainerDeprecated
{
    public static CheckRule Rule { get; } = new(nameof(MaintainerDeprecated), "The author is named by a label, not by MAINTAINER", Find)
    {
        Url = CheckRule.UrlOf("maintainer-deprecated"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (Instruction instruction in file.Instructions)
        {
            if (instruction is not MaintainerInstruction maintainer)
                continue;
            string hint = $"write LABEL org.opencontainers.image.authors={Quoted.Of(maintainer.Name.Text.Trim('"'))}";
            yield return new Finding(maintainer, maintainer.Keyword.Span, "MAINTAINER is deprecated", hint);
        }
    }
}
