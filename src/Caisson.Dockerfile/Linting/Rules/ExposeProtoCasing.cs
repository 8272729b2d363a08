using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>ExposeProtoCasing.</summary>
internal static class ExposeProtoCasing
{
    public static CheckRule Rule { get; } = new(nameof(ExposeProtoCasing), "The protocol of EXPOSE is written in lower case", Find)
    {
        Url = CheckRule.UrlOf("expose-proto-casing"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (ExposedPort port in ExposedPort.In(file).Where(static p => !Casing.IsLower(p.Protocol)))
        {
            string message = $"the protocol of {Quoted.Of(port.Text)} has capital letters";
            yield return new Finding(port.Instruction, port.Where.Span, message, $"write {port.Protocol.ToLowerInvariant()}");
        }
    }
}
