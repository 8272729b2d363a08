using System.Globalization;

namespace Caisson.Linux.Processes;

/// <summary>The signals of Linux by name.</summary>
/// <remarks>signal(7), the numbers of x86 and ARM.</remarks>
public static class SignalNames
{
    private const int FirstRealTime = 34; // what glibc leaves to programs
    private const int Last = 64;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
        "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number of a signal given as <c>15</c>, <c>TERM</c>, <c>SIGTERM</c> or <c>SIGRTMIN+3</c>; null when there is none.</summary>
    public static int? NumberOf(string signal)
    {
        if (int.TryParse(signal, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return number is > 0 and <= Last ? number : null;
        string name = signal.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? signal[3..].ToUpperInvariant() : signal.ToUpperInvariant();
        if (Array.IndexOf(Names, name) is int index and > 0)
            return index;
        if (RealTime(name, "RTMIN", '+', FirstRealTime, 1) is { } fromFirst)
            return fromFirst;
        return RealTime(name, "RTMAX", '-', Last, -1);
    }

    private static int? RealTime(string name, string prefix, char sign, int start, int direction)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        string rest = name[prefix.Length..];
        if (rest.Length == 0)
            return start;
        bool isOffset = rest[0] == sign && int.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int _);
        if (!isOffset)
            return null;
        int number = start + (direction * int.Parse(rest.AsSpan(1), CultureInfo.InvariantCulture));
        return number is >= FirstRealTime and <= Last ? number : null;
    }
}
