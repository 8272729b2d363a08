namespace Caisson.Linux.Tests.Sandbox;

/// <summary>runc, started in a user namespace with all ids.</summary>
public sealed class RuncWithAllIdsTests(RuncWithAllIdsTests.Place place) : SandboxContract(place), IClassFixture<RuncWithAllIdsTests.Place>
{
    public sealed class Place() : SandboxPlace("runc", SandboxRights.AllIds);
}
