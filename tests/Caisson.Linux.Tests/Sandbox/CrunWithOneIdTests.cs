namespace Caisson.Linux.Tests.Sandbox;

/// <summary>crun, started in a user namespace with one id.</summary>
public sealed class CrunWithOneIdTests(CrunWithOneIdTests.Place place) : SandboxContract(place), IClassFixture<CrunWithOneIdTests.Place>
{
    public sealed class Place() : SandboxPlace("crun", SandboxRights.OneId);
}
