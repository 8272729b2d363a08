using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Linting.Rules;

/// <summary>ExposeInvalidFormat.</summary>
internal static class ExposeInvalidFormat
{
    public static CheckRule Rule { get; } = new(nameof(ExposeInvalidFormat), "EXPOSE names no address and no port of the host", Find)
    {
        Url = CheckRule.UrlOf("expose-invalid-format"),
    };

    private static IEnumerable<Finding> Find(CheckedDockerfile file)
    {
        foreach (ExposedPort port in ExposedPort.In(file).Where(static p => p.HasHost))
        {
            string message = $"{Quoted.Of(port.Text)} names an address or a port of the host, which EXPOSE does not look at";
            string hint = $"write {Quoted.Plain(port.Port)} here, and what the host has to do with it where the container is started";
            yield return new Finding(port.Instruction, port.Where.Span, message, hint);
        }
    }
}
