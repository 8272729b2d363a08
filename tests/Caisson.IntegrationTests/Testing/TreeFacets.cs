namespace Caisson.IntegrationTests.Testing;

/// <summary>What is told of files besides their names, kinds, modes, contents and links.</summary>
[Flags]
internal enum TreeFacets
{
    None = 0,
    Owners = 1,
    Times = 2,
    Attributes = 4,
    Devices = 8,
    All = Owners | Times | Attributes | Devices,
}
