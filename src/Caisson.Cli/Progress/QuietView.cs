using Caisson.Engine.Events;

namespace Caisson.Cli.Progress;

/// <summary>Shows nothing.</summary>
internal sealed class QuietView : IProgressView
{
    public void Show(BuildEvent happened)
    {
    }

    public void Tick(TimeSpan sinceStart)
    {
    }

    public void Complete(bool failed)
    {
    }

    public void Dispose()
    {
    }
}
