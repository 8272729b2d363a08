namespace Caisson.Dockerfile.Remote;

/// <summary>An address cut at its <c>?</c> and <c>#</c>. Nothing is decoded and nothing changed: git is given the words of the user.</summary>
internal sealed class LocationParts
{
    public LocationParts(string text)
    {
        string[] atFragment = text.Split('#', 2);
        string[] atQuery = atFragment[0].Split('?', 2);
        Base = atQuery[0];
        Query = atQuery.Length == 2 ? atQuery[1] : null;
        Fragment = atFragment.Length == 2 ? atFragment[1] : null;
    }

    /// <summary>What stands before.</summary>
    public string Base { get; }

    /// <summary>What stands behind <c>?</c>; null without one.</summary>
    public string? Query { get; }

    /// <summary>What stands behind <c>#</c>; null without one.</summary>
    public string? Fragment { get; }
}
