namespace Caisson.Linux.Tests.Sandbox;

/// <summary>runc, started by the machine's root.</summary>
public sealed class RuncAsRootTests(RuncAsRootTests.Place place) : SandboxContract(place), IClassFixture<RuncAsRootTests.Place>
{
    public sealed class Place() : SandboxPlace("runc", SandboxRights.Root);
}
