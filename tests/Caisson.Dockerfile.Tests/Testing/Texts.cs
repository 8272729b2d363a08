using System.Collections.Immutable;
using Caisson.Dockerfile.Binding;
using Caisson.Dockerfile.Parsing;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Tests.Testing;

/// <summary>Shortcuts from text to what is tested.</summary>
internal static class Texts
{
    public static SourceText Source(string text) => new("Dockerfile", text);

    public static ParsedDockerfile Parse(params string[] lines) => DockerfileParser.Parse(Source(string.Join('\n', lines)));

    /// <summary>The only instruction of a text that has no mistakes.</summary>
    public static T Single<T>(params string[] lines)
        where T : Instruction
    {
        ParsedDockerfile parsed = Parse(lines);
        Assert.Empty(parsed.Diagnostics);
        return Assert.IsType<T>(Assert.Single(parsed.Document.Instructions));
    }

    /// <summary>The only finding about a text.</summary>
    public static Diagnostic Finding(params string[] lines) => Assert.Single(Parse(lines).Diagnostics);

    public static BoundDockerfile Bind(string text, BindingOptions? options = null)
    {
        ParsedDockerfile parsed = DockerfileParser.Parse(Source(text));
        Assert.DoesNotContain(parsed.Diagnostics, static d => d.IsError);
        return Binder.Bind(parsed.Document, options);
    }

    public static IEnumerable<string> Strings(ImmutableArray<Word> words) => words.Select(static w => w.Text);
}
