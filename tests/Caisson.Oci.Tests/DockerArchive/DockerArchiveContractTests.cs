using Caisson.Oci.DockerArchive;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Images;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.DockerArchive;

public abstract class DockerArchiveContractTests(DockerArchiveLayers layers) : ImageStoreContract, IDisposable
{
    private readonly TempDirectory _directory = new();
    private DockerArchiveSource? _source;

    protected override bool KeepsManifest => false;

    public void Dispose()
    {
        _source?.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override IImageSink CreateSink(Reference name) =>
        new DockerArchiveSink(_directory["image.tar"], new DockerArchiveOptions { Names = [name], Layers = layers, SpoolPath = _directory["spool"] });

    protected override async Task<IImageSource> OpenSourceAsync() =>
        _source = await DockerArchiveSource.OpenAsync(_directory["image.tar"], ct: TestContext.Current.CancellationToken);
}

public sealed class DockerArchiveUncompressedContractTests() : DockerArchiveContractTests(DockerArchiveLayers.Uncompressed);

public sealed class DockerArchiveAsStoredContractTests() : DockerArchiveContractTests(DockerArchiveLayers.AsStored);
