using System.Net;

namespace Caisson.Daemon.Hosting;

/// <summary>Tells whoever runs the daemon which clients are not let in, and why; not of all where there are many.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="warn">Takes a sentence at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class RefusedClients(Action<string> warn, TimeProvider time)
{
    /// <summary>How many are told in a minute.</summary>
    public const int Most = 10;

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _begun = DateTimeOffset.MinValue;
    private int _told;

    /// <summary>Tells of one.</summary>
    /// <param name="client">Where it is.</param>
    /// <param name="why">What was wrong with it.</param>
    public void Tell(EndPoint? client, string why)
    {
        string? sentence;
        lock (_lock)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (now - _begun >= Span)
                (_begun, _told) = (now, 0);
            sentence = _told++ switch
            {
                < Most => $"the client {client} was refused: {why}",
                Most => "more clients were refused; those of the rest of this minute are not told",
                _ => null,
            };
            _told = Math.Min(_told, Most + 1);
        }
        if (sentence is not null)
            warn(sentence);
    }
}
