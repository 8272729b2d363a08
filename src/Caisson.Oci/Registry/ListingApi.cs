using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Caisson.Oci.Model;

namespace Caisson.Oci.Registry;

/// <summary>Lists of names, page by page.</summary>
/// <remarks>distribution-spec v1.1.1, "Listing Tags"; RFC 8288 for the link to the next page.</remarks>
internal sealed partial class ListingApi(RegistryConnection connection)
{
    private const int PageSize = 1000;
    private const int MaxPages = 1000;
    private const int MaxPageBytes = 4 << 20;

    /// <summary>The tags of a repository, in the registry's order.</summary>
    public async IAsyncEnumerable<string> TagsAsync(Reference repository, [EnumeratorCancellation] CancellationToken ct)
    {
        RegistryEndpoint endpoint = await connection.EndpointAsync(repository, ct).ConfigureAwait(false);
        string name = endpoint.Repository;
        RegistryRequest request = Request(endpoint.Host, $"{name}/tags/list?n={PageSize}", Scopes.Pull(name), $"list of tags of {name}") with { Repository = name };
        await foreach (NameList page in PagesAsync(request, ct).ConfigureAwait(false))
        {
            foreach (string tag in (page.Tags ?? []).OfType<string>())
                yield return tag;
        }
    }

    /// <summary>The repositories of a registry, in its order.</summary>
    public async IAsyncEnumerable<string> CatalogAsync(string registry, [EnumeratorCancellation] CancellationToken ct)
    {
        RegistryHost host = await connection.HostAsync(registry, ct).ConfigureAwait(false);
        RegistryRequest request = Request(host, $"_catalog?n={PageSize}", Scopes.Catalog, "list of repositories");
        await foreach (NameList page in PagesAsync(request, ct).ConfigureAwait(false))
        {
            foreach (string repository in (page.Repositories ?? []).OfType<string>())
                yield return repository;
        }
    }

    private static RegistryRequest Request(RegistryHost host, string path, string scope, string what) => new()
    {
        Method = HttpMethod.Get,
        Host = host,
        Uri = host.At(path),
        Scope = scope,
        What = what,
        Expected = [HttpStatusCode.OK],
    };

    private async IAsyncEnumerable<NameList> PagesAsync(RegistryRequest first, [EnumeratorCancellation] CancellationToken ct)
    {
        RegistryRequest? request = first;
        HashSet<Uri> seen = [];
        while (request is not null)
        {
            RegistryRequest current = request;
            if (!seen.Add(current.Uri) || seen.Count > MaxPages)
                throw RegistryConnection.Invalid(current, "sends pages without end");
            (NameList names, Uri? next) = await Attempts.RunAsync(connection.Options, attempt => PageAsync(current, attempt), ct).ConfigureAwait(false);
            yield return names;
            request = next is null ? null : current with { Uri = next };
        }
    }

    private async Task<(NameList Names, Uri? Next)> PageAsync(RegistryRequest request, CancellationToken ct)
    {
        using HttpResponseMessage response = await connection.SendAsync(request, ct).ConfigureAwait(false);
        Uri? next = NextPage(request, response);
        byte[] content = await connection.ReadBodyAsync(request, response, MaxPageBytes, ct).ConfigureAwait(false);
        try
        {
            return (JsonSerializer.Deserialize(content, RegistryJsonContext.Default.NameList) ?? new NameList(), next);
        }
        catch (JsonException e)
        {
            throw new RegistryException(RegistryErrorKind.InvalidContent, request.Host.Name, $"{request.Host.Name} sends no readable {request.What}", e);
        }
    }

    /// <summary>The address of the next page; null at the last.</summary>
    /// <exception cref="RegistryException">It is at another host.</exception>
    public static Uri? NextPage(RegistryRequest request, HttpResponseMessage response)
    {
        string links = response.Headers.TryGetValues("Link", out IEnumerable<string>? values) ? string.Join(',', values) : "";
        string? target = LinkPattern().Matches(links).FirstOrDefault(static l => IsNext(l.Groups["parameters"].Value))?.Groups["target"].Value;
        if (target is null || !Uri.TryCreate(request.Uri, target, out Uri? next))
            return null;
        return request.Host.IsOriginOf(next) ? next : throw RegistryConnection.Invalid(request, $"continues at {Redaction.Of(next)}");
    }

    // rel may name several relations.
    private static bool IsNext(string parameters) =>
        RelationPattern().Match(parameters) is { Success: true } relation
        && relation.Groups["names"].Value.Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex("""<(?<target>[^<>]*)>(?<parameters>([^",<]|"[^"]*")*)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LinkPattern();

    [GeneratedRegex(""";\s*rel\s*=\s*"?(?<names>[^";]*)""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex RelationPattern();
}
