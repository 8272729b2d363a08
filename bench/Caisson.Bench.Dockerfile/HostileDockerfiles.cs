using Caisson.Dockerfile.Source;

namespace Caisson.Bench.Dockerfile;

/// <summary>Dockerfiles of the largest size that is read, made to take long: a beginning, and a fragment repeated to the end.</summary>
internal static class HostileDockerfiles
{
    // Lines below the longest that is read, so that the whole file is.
    private const int LineLength = 60_000;

    /// <summary>Fragments of one line, which runs through the whole file by continuations.</summary>
    private static readonly (string Head, string Part)[] LongLines =
    [
        ("COPY ", "a "), ("ENV ", "a=b "), ("ENV a=", "\"b c\" "), ("LABEL ", "a=\"b\"RUN "), ("RUN ", "--mount=type=cache,target=/x "), ("RUN ", "--a "),
        ("RUN --mount=", "a=b,"), ("RUN --mount=", "\""), ("RUN ", "<<E "), ("RUN ", "<<'E' "), ("RUN <<E ", "${a:-b}"), ("RUN <<E ", "\"a\" "), ("RUN <<", "<"), ("RUN ", "["),
        ("RUN [", "\"a\","), ("RUN [\"", "\\u0041"), ("", "ONBUILD "), ("HEALTHCHECK --interval=", "1s"), ("EXPOSE ", "1-65535 "), ("FROM ", "$a"),
        ("COPY --chmod=", "u+x,"), ("FROM a\nENV x=", "${a:-"), ("FROM a\nENV x=", "${a:-b}"), ("FROM a\nCOPY ", "$a "), ("FROM a\nEXPOSE ", "1-65535 "),
        ("FROM a\nCOPY ", "--exclude=a*b*c "), ("FROM a\nRUN ", "--mount=target=/$a "), ("FROM a\nADD ", "a:b\" "), ("FROM a\nARG ", "a=$a$b "), ("FROM a\nVOLUME ", "/a "),
    ];

    private static readonly (string Head, string Part)[] ManyLines =
    [
        ("", "RUN a\n"), ("", "xyz\n"), ("", "FORM a\n"), ("RUN a ", "\\\n"), ("RUN a ", "b \\\n"), ("RUN a \\\n", "RUN b \\\n"), ("RUN a \\\n", "# c\n"),
        ("RUN a \\\n", "\n"), ("RUN <<E", "\nx"), ("", "#\n"), ("", "\n"), ("", "\r"), ("", "\u00A0"), ("# escape=`\n", "# escape=`\n"), ("", "FROM a AS b\n"),
        ("", "\uFEFF"), ("FROM a\n", "COPY --from=bb a b\n"), ("", "FROM scratch AS aaaaaaaaaaaa\n"), ("FROM a\n", "ENV a1=b\n"), ("FROM a\n", "ARG x\nENV y=${x#*a}\n"),
        ("ARG a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nFROM a\nRUN a\n", "ENV a=${a//x*x*x*x/y}\n"), ("FROM a\n", "RUN <<E <<F\nE\nF\n"),
        ("FROM a\nRUN <<E\n", "E \n"), ("FROM a\n", "RUN <<A\n"), ("FROM a\n", "ARG a=$a$b\n"), ("FROM a\nEXPOSE 1-65535", "\nEXPOSE 1-65535"), ("FROM a\nRUN a", "x\\ \n"),
        ("FROM a\n", "RUN a &&\nb\n"), ("FROM a\n", "COPY <<E /x\n$x\nE\n"), ("FROM a\n", "# check=skip=x\nRUN a\n"), ("# check=skip=", "x,"),
    ];

    /// <summary>All of them with their names; the last is ten megabytes, which are not read.</summary>
    public static IEnumerable<(string Name, string Text)> All() =>
    [
        .. LongLines.Select(static f => (NameOf(f.Head, f.Part), f.Head + Lines(f.Part, SourceText.MaxSize - f.Head.Length))),
        .. LongLines.Select(static f => (NameOf(f.Head, f.Part) + ", one line", f.Head + Repeat(f.Part, SourceText.MaxSize - f.Head.Length))),
        .. ManyLines.Select(static f => (NameOf(f.Head, f.Part), f.Head + Repeat(f.Part, SourceText.MaxSize - f.Head.Length))),
        ("ten megabytes", Repeat("RUN a\n", 10_000_000)),
    ];

    private static string NameOf(string head, string part)
    {
        string begin = head.Length > 24 ? head[..24] + "…" : head;
        return $"{begin} {part} …".Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Trim();
    }

    // The text is measured in bytes.
    private static string Repeat(string part, int bytes) => string.Concat(Enumerable.Repeat(part, bytes / System.Text.Encoding.UTF8.GetByteCount(part)));

    private static string Lines(string part, int bytes)
    {
        string line = Repeat(part, LineLength) + "\\\n";
        return Repeat(line, bytes);
    }
}
