namespace Caisson.Conformance.Catalog;

/// <summary>A folder with a Dockerfile to compare what builders make of it.</summary>
/// <param name="Name">Area and name, as in <c>copy/wildcard</c>.</param>
/// <param name="Path">The folder.</param>
internal sealed record Case(string Name, string Path)
{
    public CaseFile File { get; } = CaseFile.Read(System.IO.Path.Combine(Path, "case.json"));

    /// <summary>Whether it passes when both refuse it alike, without that being said: generated cases are not known beforehand.</summary>
    public bool MayBeRefused { get; init; }

    public override string ToString() => Name;
}
