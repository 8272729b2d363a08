using FsCheck;
using FsCheck.Fluent;

namespace Caisson.Dockerfile.Tests.Testing;

/// <summary>Runs properties on generated values. The seed is fixed, so that a failure comes again.</summary>
internal static class Properties
{
    private static readonly string[] Pieces =
    [
        "FROM", "RUN", "COPY", "ADD", "ENV", "LABEL", "ARG", "CMD", "ENTRYPOINT", "EXPOSE", "USER", "WORKDIR", "VOLUME", "SHELL",
        "STOPSIGNAL", "MAINTAINER", "HEALTHCHECK", "ONBUILD", "AS", "CMD", "NONE", "scratch", "a", "b/c", "x=1", "y=\"a b\"", "z='c'", "=",
        " ", " ", " ", "\t", "\n", "\n", "\r\n", "\\\n", "\\", "`", "#", "# escape=`\n", "# check=skip=A\n", "\"", "'", "$", "${", "}", "$x", "${x:-y}", "${x//a/b}",
        "--", "--from=a", "--mount=type=cache,target=/x", "--mount=", "--chmod=755", "[", "]", "[\"a\", \"b\"]", ",", "<<EOF", "<<-'E'", "EOF\n", "<<", "&&",
        "\uFEFF", "\u00A0", "é", "😀", "\ud800", "\0", "\u0001", "!", "**", "*.go", "/", "..", "8080/tcp",
    ];

    /// <summary>Texts that look like Dockerfiles, more or less.</summary>
    public static Arbitrary<string> Dockerfiles { get; } = Gen.Elements(Pieces)
        .Select(static p => p + (p.Length > 1 ? " " : ""))
        .ArrayOf()
        .Select(string.Concat)
        .ToArbitrary();

    public static void Check<T>(Arbitrary<T> values, Func<T, bool> property, int count = 2000) =>
        Prop.ForAll(values, property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(4711, 4713));

    public static void Check<T>(Arbitrary<T> values, Action<T> property, int count = 2000) =>
        Prop.ForAll(values, property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(4711, 4713));
}
