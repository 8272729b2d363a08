namespace Caisson.Engine;

/// <summary>Images wherever they are: in the store, in registries, in layouts and archives.</summary>
public sealed class ImagePlaces
{
    private readonly EngineParts _parts;

    internal ImagePlaces(EngineParts parts) => _parts = parts;

    /// <summary>Does some work with images. What it opens is open until it ends, and what it finds in the store stays there until then.</summary>
    /// <exception cref="BuildException">Something that the user can cause.</exception>
    public async Task<T> UseAsync<T>(Func<PlaceAccess, Task<T>> work)
    {
        using IDisposable use = _parts.Work.Claims.Begin();
        using PlaceAccess access = new(_parts);
        try
        {
            return await work(access).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e, _parts.Options.StatePath) is { } explained)
        {
            throw explained;
        }
    }
}
