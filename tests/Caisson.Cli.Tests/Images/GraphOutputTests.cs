using System.Text;
using Caisson.Cli.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Transfer;

namespace Caisson.Cli.Tests.Images;

/// <summary>Images as they are shown, for people and for programs.</summary>
public sealed class GraphOutputTests
{
    private const int Levels = 20;
    private const int Times = 10;

    [Fact]
    public void An_index_that_names_one_child_many_times_is_shown_with_each_once()
    {
        using StringWriter text = new();
        new GraphText(text, hasWholeDigests: false, width: null).Write(Nested());
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Levels * (Times - 1), lines.Count(static l => l.Contains("(shown above)", StringComparison.Ordinal)));
        Assert.True(lines.Length < (Levels * Times) + 5);
    }

    [Fact]
    public void A_program_is_told_once_what_is_in_an_index()
    {
        string json = GraphJson.Write(Nested());
        Assert.Equal(Levels + 1, json.Split("\"manifests\"").Length - 1);
    }

    // An empty index within others, each of which names the next many times.
    private static ImageGraph Nested()
    {
        List<GraphDocument> documents = [Document("")];
        for (int i = 0; i < Levels; i++)
        {
            Descriptor child = documents[^1].Descriptor;
            string entry = $$"""{"mediaType":"{{child.MediaType}}","digest":"{{child.Digest}}","size":{{child.Size}}}""";
            documents.Add(Document(string.Join(',', Enumerable.Repeat(entry, Times))));
        }
        return new ImageGraph("oci:hostile", documents[^1].Descriptor, documents, []);
    }

    private static GraphDocument Document(string manifests)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{manifests}}]}""");
        return new GraphDocument(Descriptor.Of(MediaTypes.OciIndex, bytes), bytes);
    }
}
