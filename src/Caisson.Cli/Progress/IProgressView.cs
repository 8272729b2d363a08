using Caisson.Engine.Events;

namespace Caisson.Cli.Progress;

/// <summary>Shows a build while it goes on. Called from one thread.</summary>
internal interface IProgressView : IDisposable
{
    /// <summary>Something happened.</summary>
    void Show(BuildEvent happened);

    /// <summary>Time has passed: whatever shows it is to be brought up to date.</summary>
    void Tick(TimeSpan sinceStart);

    /// <summary>The build has ended.</summary>
    /// <param name="failed">Whether it failed.</param>
    void Complete(bool failed);
}
