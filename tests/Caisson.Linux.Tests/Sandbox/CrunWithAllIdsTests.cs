namespace Caisson.Linux.Tests.Sandbox;

/// <summary>crun, started in a user namespace with all ids.</summary>
public sealed class CrunWithAllIdsTests(CrunWithAllIdsTests.Place place) : SandboxContract(place), IClassFixture<CrunWithAllIdsTests.Place>
{
    public sealed class Place() : SandboxPlace("crun", SandboxRights.AllIds);
}
