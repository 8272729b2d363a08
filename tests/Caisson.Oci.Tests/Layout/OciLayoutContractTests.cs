using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Images;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

public sealed class OciLayoutContractTests : MultiPlatformStoreContract, IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    protected override IImageSink CreateSink(Reference name) => new OciLayoutSink(_directory["layout"], name);

    protected override async Task<IImageSource> OpenSourceAsync() => await OciLayout.OpenAsync(_directory["layout"], ct: TestContext.Current.CancellationToken);
}
