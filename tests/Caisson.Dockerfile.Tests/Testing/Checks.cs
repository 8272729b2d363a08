using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Linting;
using Caisson.Dockerfile.Parsing;

namespace Caisson.Dockerfile.Tests.Testing;

/// <summary>Shortcuts from text to the findings of checks.</summary>
internal static class Checks
{
    /// <summary>What the checks of a file whose lines have no mistakes of grammar come to.</summary>
    public static CheckReport Run(string text, CheckInput? input = null, BindingOptions? options = null)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(Texts.Source(text));
        return Linter.Default.Run(Binder.Bind(parsed.Document, options), input);
    }

    /// <summary>The same as <c>line Rule</c>, by line and rule.</summary>
    public static IEnumerable<string> Shown(CheckReport report) => report.Warnings
        .Select(static w => (w.Finding.Where.Line, w.Rule.Name))
        .OrderBy(static w => w.Line)
        .ThenBy(static w => w.Name, StringComparer.Ordinal)
        .Select(static w => $"{w.Line} {w.Name}");

    /// <summary>Asserts what is found, written as <c>line Rule, line Rule</c>.</summary>
    public static void Find(string expected, string text, CheckInput? input = null, BindingOptions? options = null) =>
        Assert.Equal(expected, string.Join(", ", Shown(Run(text, input, options))));

    /// <summary>What is known when the stage with a number is based on an image.</summary>
    public static CheckInput With(int stage, BaseImage image) => new() { Bases = ImmutableDictionary<int, BaseImage>.Empty.Add(stage, image) };
}
