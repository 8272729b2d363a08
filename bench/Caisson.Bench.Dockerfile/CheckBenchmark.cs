using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;

namespace Caisson.Bench.Dockerfile;

/// <summary>From the text of a Dockerfile to its findings.</summary>
internal static class CheckBenchmark
{
    private const int Lines = 500;

    public static void Run(int rounds)
    {
        string text = SampleDockerfile.Create(Lines);
        ParsedDockerfile parsed = DockerfileParser.Parse(new SourceText("Dockerfile", text));
        BoundDockerfile bound = Binder.Bind(parsed.Document);
        Console.WriteLine($"a Dockerfile of {parsed.Document.Source.LineCount - 1} lines, {bound.Stages.Length} stages, {Linter.Default.Run(bound).Warnings.Length} findings, {parsed.Diagnostics.Length + bound.Diagnostics.Length} diagnostics");
        Measurement.Run("parse", rounds, () => DockerfileParser.Parse(new SourceText("Dockerfile", text)).Document.Instructions.Length);
        Measurement.Run("bind", rounds, () => Binder.Bind(parsed.Document).Stages.Length);
        Measurement.Run("check", rounds, () => Linter.Default.Run(bound).Warnings.Length);
        Measurement.Run("parse, bind and check", rounds, () =>
        {
            ParsedDockerfile again = DockerfileParser.Parse(new SourceText("Dockerfile", text));
            return Linter.Default.Run(Binder.Bind(again.Document)).Warnings.Length;
        });
    }
}
