using System.Text;
using System.Text.RegularExpressions;

namespace Caisson.Evidence.Report;

/// <summary>The end of what a step wrote.</summary>
public static partial class LogTail
{
    private const int MaxBytes = 16 << 10;
    private const int MaxLines = 40;

    /// <summary>Reads the last lines of a log, without what colours them on terminals.</summary>
    /// <param name="log">The whole log; not disposed.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<string> ReadAsync(Stream log, CancellationToken ct)
    {
        bool isCut = log.Length > MaxBytes;
        if (isCut)
            log.Seek(-MaxBytes, SeekOrigin.End);
        byte[] bytes = new byte[MaxBytes];
        int length = await log.ReadAtLeastAsync(bytes, MaxBytes, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        string text = Colours().Replace(Encoding.UTF8.GetString(bytes, 0, length), "").ReplaceLineEndings("\n").TrimEnd('\n');
        string[] lines = text.Split('\n');
        bool isShort = lines.Length > MaxLines;
        return (isCut || isShort ? "…\n" : "") + string.Join('\n', lines.TakeLast(MaxLines));
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();
}
