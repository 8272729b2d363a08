using System.Collections.Immutable;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;

namespace Caisson.Engine;

/// <summary>What registries hold, without a store of images on this machine.</summary>
/// <remarks>Every member throws <see cref="BuildException"/> when a registry cannot be asked or refuses.</remarks>
public sealed class RemoteRegistries : IDisposable
{
    private readonly RegistryClient _client;

    /// <summary>Nothing is sent yet.</summary>
    /// <exception cref="FormatException">A certificate in the options is not PEM.</exception>
    public RemoteRegistries(RegistryOptions options) => _client = new RegistryClient(options);

    /// <summary>Asks whether a registry lets us in.</summary>
    /// <returns>Whether it wanted credentials at all.</returns>
    public Task<bool> CheckLoginAsync(string registry, string user, CancellationToken ct) => Explained(async () =>
    {
        try
        {
            return await _client.CheckAccessAsync(registry, ct).ConfigureAwait(false);
        }
        catch (RegistryException e) when (e.Kind is RegistryErrorKind.Unauthorized or RegistryErrorKind.Denied)
        {
            string words = e.Errors.IsEmpty ? "" : $": {string.Join("; ", e.Errors.Select(static x => $"{x.Message} ({x.Code})"))}";
            throw new BuildException(EngineCodes.LoginFailed, $"{registry} does not accept user name and password of \"{user}\"{words}", "check them; many registries want an access token in place of the password", e);
        }
    });

    /// <summary>The repositories of a registry.</summary>
    public Task<bool> ListRepositoriesAsync(string registry, Func<string, Task> each, CancellationToken ct) => EachAsync(_client.CatalogAsync(registry, ct), each);

    /// <summary>The tags of a repository.</summary>
    public Task<bool> ListTagsAsync(Reference repository, Func<string, Task> each, CancellationToken ct) => EachAsync(_client.ListTagsAsync(repository, ct), each);

    /// <summary>What belongs to a manifest.</summary>
    public Task<ImmutableArray<Descriptor>> ListReferrersAsync(Reference reference, string? artifactType, CancellationToken ct) =>
        Explained(() => _client.ListReferrersAsync(reference, artifactType, ct));

    /// <summary>Removes a tag, or a manifest by its digest.</summary>
    /// <param name="withAllTags">Whether a tag's manifest is removed, and with it every tag that it has.</param>
    public Task<Reference> RemoveAsync(Reference reference, bool withAllTags, CancellationToken ct) => Explained(async () =>
    {
        Reference target = reference.WithDefaultTag();
        if (target.Tag is not null && (withAllTags || target.Digest is not null))
            target = target.WithDigest(target.Digest ?? (await _client.ResolveAsync(target, ct).ConfigureAwait(false)).Digest).WithoutTag();
        await _client.DeleteManifestAsync(target, ct).ConfigureAwait(false);
        return target;
    });

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static Task<bool> EachAsync(IAsyncEnumerable<string> names, Func<string, Task> each) => Explained(async () =>
    {
        await foreach (string name in names.ConfigureAwait(false))
            await each(name).ConfigureAwait(false);
        return true;
    });

    private static async Task<T> Explained<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && e is not BuildException && Failures.Explain(e) is { } explained)
        {
            throw explained;
        }
    }
}
