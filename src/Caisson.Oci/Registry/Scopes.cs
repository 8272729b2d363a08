namespace Caisson.Oci.Registry;

/// <summary>What a token must allow, in the words of token servers. Several scopes are sorted and separated by blanks.</summary>
/// <remarks>Docker registry token authentication, "Token scope documentation".</remarks>
internal static class Scopes
{
    /// <summary>The names of a registry's repositories.</summary>
    public const string Catalog = "registry:catalog:*";

    /// <summary>Reading a repository.</summary>
    public static string Pull(string repository) => $"repository:{repository}:pull";

    /// <summary>Writing a repository, and looking what is there.</summary>
    public static string Push(string repository) => $"repository:{repository}:pull,push";

    /// <summary>Removing something from a repository.</summary>
    public static string Delete(string repository) => $"repository:{repository}:delete,pull,push";

    /// <summary>Writing a repository with blobs from another one.</summary>
    public static string Mount(string repository, string from) => Join(Push(repository), Pull(from));

    /// <summary>Both together.</summary>
    public static string Join(string scope, string? other) => other is null
        ? scope
        : string.Join(' ', Split(scope).Concat(Split(other)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    /// <summary>The single scopes.</summary>
    public static string[] Split(string scope) => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
