using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Images;
using Caisson.Oci.Tests.Registry.Testing;

namespace Caisson.Oci.Tests.Registry;

public sealed class RegistryContractTests(PlainRegistry registry) : MultiPlatformStoreContract, IClassFixture<PlainRegistry>, IDisposable
{
    private readonly RegistryClient _client = new(new RegistryOptions());

    public void Dispose() => _client.Dispose();

    protected override Reference Name(string repository) => Reference.Parse($"{registry.Authority}/contract/{repository}:1.0");

    protected override IImageSink CreateSink(Reference name) => new RegistrySink(_client, name);

    protected override Task<IImageSource> OpenSourceAsync() => Task.FromResult<IImageSource>(new RegistrySource(_client));
}
