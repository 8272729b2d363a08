using System.Collections.Immutable;
using System.Globalization;
using Caisson.Dockerfile.Source;

namespace Caisson.Dockerfile.Binding;

/// <summary>The signals of Linux, as <c>moby/sys/signal</c> names them.</summary>
internal static class Signals
{
    private static readonly ImmutableArray<string> Names =
    [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR",
        "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH",
        "XCPU", "XFSZ", "RTMIN", "RTMAX",
        .. Enumerable.Range(1, 15).Select(static i => $"RTMIN+{i}"),
        .. Enumerable.Range(1, 14).Select(static i => $"RTMAX-{i}"),
    ];

    /// <summary>True for a number other than 0 and for a name, with or without SIG, in any case.</summary>
    public static bool IsKnown(string signal)
    {
        if (int.TryParse(signal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            return number != 0;
        return Names.Contains(ShortName(signal));
    }

    public static string HintFor(string signal) => Suggestion.Nearest(ShortName(signal), Names) is { } name
        ? $"did you mean \"SIG{name}\"?"
        : "write a name such as SIGTERM, or a number";

    private static string ShortName(string signal)
    {
        string upper = signal.ToUpperInvariant();
        return upper.StartsWith("SIG", StringComparison.Ordinal) ? upper[3..] : upper;
    }
}
