using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Policy;

/// <summary>What rules are matched against: a source of a build, or a request of one of its steps.</summary>
/// <remarks>The words are those of BuildKit's source policies (sourcepolicy/pb/policy.proto): <c>docker-image://</c>, <c>git://</c>, <c>http://</c>, <c>https://</c>, and of ours <c>tcp://</c>, <c>udp://</c>, <c>dns://</c>, <c>icmp://</c> for what is tried past the gateway.</remarks>
/// <param name="Value">The identifier.</param>
/// <param name="Attributes">What else is known of it.</param>
internal sealed record SourceIdentifier(string Value, ImmutableSortedDictionary<string, string> Attributes)
{
    /// <summary>The digest of a file, known before or demanded of it.</summary>
    public const string Checksum = "http.checksum";

    /// <summary>The method of a request.</summary>
    public const string Method = "http.method";

    /// <summary>The commit of a repository.</summary>
    public const string Commit = "git.commit";

    private const string Host = "http.host";
    private const string Path = "http.path";
    private const string FullUrl = "git.fullurl";
    private const string ImagePrefix = "docker-image://";

    /// <summary>An image.</summary>
    public static SourceIdentifier Of(Reference image, Platform platform) =>
        new(ImagePrefix + image.WithDefaultTag(), AttributesOf(("image.platform", platform.ToString())));

    /// <summary>A request, or a file of the web.</summary>
    /// <param name="method">The method.</param>
    /// <param name="address">The address; what stands in it of credentials is no part.</param>
    /// <param name="checksum">The digest that the file must have; null for any.</param>
    public static SourceIdentifier Of(string method, Uri address, Digest? checksum = null)
    {
        string text = AddressCredentials.Remove(address.AbsoluteUri);
        ImmutableSortedDictionary<string, string> attributes = AttributesOf((Method, method), (Host, address.Host), (Path, address.AbsolutePath));
        return new(text, checksum is null ? attributes : attributes.Add(Checksum, checksum.Value));
    }

    /// <summary>A commit of a repository.</summary>
    /// <param name="remote">The address of the repository.</param>
    /// <param name="reference">What is asked for; null for its head.</param>
    /// <param name="commit">The commit, once it is known.</param>
    public static SourceIdentifier OfGit(string remote, string? reference, string? commit = null)
    {
        string shown = AddressCredentials.Remove(remote);
        int scheme = shown.IndexOf("://", StringComparison.Ordinal);
        ImmutableSortedDictionary<string, string> attributes = AttributesOf((FullUrl, shown));
        return new($"git://{(scheme < 0 ? shown : shown[(scheme + 3)..])}{(reference is null ? "" : "#" + reference)}", commit is null ? attributes : attributes.Add(Commit, commit));
    }

    /// <summary>Something that was tried past the gateway.</summary>
    public static SourceIdentifier OfAttempt(string identifier) => new(identifier, AttributesOf());

    /// <summary>The image that a converted identifier names; null when it names none.</summary>
    public Reference? Image => Value.StartsWith(ImagePrefix, StringComparison.Ordinal) && Reference.TryParse(Value[ImagePrefix.Length..], out Reference? reference, out _) ? reference : null;

    private static ImmutableSortedDictionary<string, string> AttributesOf(params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        ImmutableSortedDictionary<string, string>.Builder all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in attributes)
            all[name] = value;
        return all.ToImmutable();
    }
}
