using Caisson.Engine.Events;
using Caisson.Engine.Planning;
using Caisson.Oci.Model;

namespace Caisson.Engine;

/// <summary>Tells of each image that is looked for: a registry may take its time.</summary>
/// <param name="resolver">Looks for them.</param>
/// <param name="events">Told.</param>
/// <param name="tellsPlatforms">Whether the build has platforms that were asked for.</param>
internal sealed class ReportingResolver(IImageResolver resolver, EventLog events, bool tellsPlatforms) : IImageResolver
{
    /// <inheritdoc/>
    public async Task<ResolvedImage> ResolveAsync(Reference reference, Platform platform, CancellationToken ct)
    {
        string image = reference.WithDefaultTag().ToString(), shown = tellsPlatforms ? platform.ToString() : "";
        events.Add(new BuildEvent.ResolveStarted(image, shown) { At = events.Now });
        string problem = "";
        try
        {
            return await resolver.ResolveAsync(reference, platform, ct).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            problem = e.Message;
            throw;
        }
        finally
        {
            events.Add(new BuildEvent.ResolveEnded(image, shown, problem) { At = events.Now, IsCancelled = problem.Length > 0 && ct.IsCancellationRequested });
        }
    }
}
