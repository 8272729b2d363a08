namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>A request as it came in.</summary>
internal sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public override string ToString() => $"{Method} {Target}";
}
