using Caisson.Oci.Images;
using Caisson.Oci.Layout;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Images;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

public sealed class OciArchiveContractTests : MultiPlatformStoreContract, IDisposable
{
    private readonly TempDirectory _directory = new();
    private OciArchive? _archive;

    public void Dispose()
    {
        _archive?.Dispose();
        _directory.Dispose();
    }

    protected override IImageSink CreateSink(Reference name) => new OciArchiveSink(_directory["image.tar"], name);

    protected override async Task<IImageSource> OpenSourceAsync() => _archive = await OciArchive.OpenAsync(_directory["image.tar"], ct: TestContext.Current.CancellationToken);
}
