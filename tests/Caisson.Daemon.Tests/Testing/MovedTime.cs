namespace Caisson.Daemon.Tests.Testing;

/// <summary>The usual clock, some time ahead.</summary>
internal sealed class MovedTime : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
}
