namespace Caisson.Linux.Tests.Sandbox;

/// <summary>crun, started by the machine's root.</summary>
public sealed class CrunAsRootTests(CrunAsRootTests.Place place) : SandboxContract(place), IClassFixture<CrunAsRootTests.Place>
{
    public sealed class Place() : SandboxPlace("crun", SandboxRights.Root);
}
