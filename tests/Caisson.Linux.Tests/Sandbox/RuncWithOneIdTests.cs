namespace Caisson.Linux.Tests.Sandbox;

/// <summary>runc, started in a user namespace with one id.</summary>
public sealed class RuncWithOneIdTests(RuncWithOneIdTests.Place place) : SandboxContract(place), IClassFixture<RuncWithOneIdTests.Place>
{
    public sealed class Place() : SandboxPlace("runc", SandboxRights.OneId);
}
