using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Steps;

/// <summary>Files whose content stands in a Dockerfile.</summary>
public sealed class InlineFilesTests
{
    [Fact]
    public async Task Nothing_is_left_of_them_in_a_process_that_goes_on()
    {
        await using Workshop workshop = await Workshop.OpenAsync();
        for (int i = 0; i < 3; i++)
            Assert.Contains($"f 0644 0:0 file \"{i}\n\"", await workshop.FilesAsync($"FROM scratch\nCOPY <<EOF /file\n{i}\nEOF\n"));
        Assert.Empty(Directory.GetFiles(Path.Combine(workshop.StatePath, "tmp"), "inline*", SearchOption.AllDirectories));
    }
}
