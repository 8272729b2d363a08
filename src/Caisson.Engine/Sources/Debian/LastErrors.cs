using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Debian;

/// <summary>Passes on what mmdebstrap says, and remembers why it failed.</summary>
internal sealed class LastErrors : IProcessOutput
{
    private readonly IProcessOutput _log;
    private readonly LineOutput _lines;
    private readonly List<string> _errors = [];

    public LastErrors(IProcessOutput log)
    {
        _log = log;
        _lines = new LineOutput((text, _) =>
        {
            string line = LineOutput.Shown(text);
            if (line.StartsWith("E: ", StringComparison.Ordinal) || line.StartsWith("Err:", StringComparison.Ordinal) || line.Contains("NO_PUBKEY", StringComparison.Ordinal))
                _errors.Add(line);
        });
    }

    /// <summary>The first error: those after it follow from it.</summary>
    public string Reason
    {
        get
        {
            _lines.Complete();
            string? first = _errors.Find(static l => l.StartsWith("E: ", StringComparison.Ordinal)) ?? (_errors.Count > 0 ? _errors[0] : null);
            return first is null ? (_lines.Tail is [.., string last] ? last : "it said nothing") : first.StartsWith("E: ", StringComparison.Ordinal) ? first[3..] : first;
        }
    }

    /// <summary>What to do about it; null when that cannot be told.</summary>
    public string? Hint
    {
        get
        {
            string all = string.Join('\n', _errors);
            if (all.Contains("is not signed", StringComparison.Ordinal) || all.Contains("NO_PUBKEY", StringComparison.Ordinal) || all.Contains("signature", StringComparison.OrdinalIgnoreCase))
                return "only a repository that is signed is used: give the keys that it is signed with by --keyring FILE";
            if (all.Contains("Unable to locate package", StringComparison.Ordinal))
                return "check the names after --package";
            return null;
        }
    }

    public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        _lines.Write(stream, bytes);
        _log.Write(stream, bytes);
    }
}
