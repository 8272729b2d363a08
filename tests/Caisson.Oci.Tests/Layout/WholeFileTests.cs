using Caisson.Oci.Layout;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Layout;

public sealed class WholeFileTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_whose_writer_has_not_closed_it_yet_can_be_read()
    {
        using TempDirectory directory = new();
        await using WholeFile file = WholeFile.CreateIn(directory.Path);
        await file.Stream.WriteAsync("content"u8.ToArray(), Ct);
        await file.Stream.FlushAsync(Ct);
        Assert.Equal("content", await File.ReadAllTextAsync(file.Stream.Name, Ct));
    }

    [Fact]
    public async Task A_file_that_is_being_written_is_no_leftover()
    {
        using TempDirectory directory = new();
        string leftover = Path.Combine(directory.Path, WholeFile.TemporaryPrefix + "of-the-dead");
        await File.WriteAllTextAsync(leftover, "", Ct);
        await using WholeFile file = WholeFile.CreateIn(directory.Path);
        WholeFile.RemoveLeftovers(directory.Path);
        Assert.Equal([file.Stream.Name], Directory.GetFiles(directory.Path));
    }
}
