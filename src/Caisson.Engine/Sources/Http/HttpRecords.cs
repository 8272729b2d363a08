using System.Text;
using System.Text.Json;
using Caisson.Linux.Files;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Http;

/// <summary>Remembers what addresses gave, so that a server can say that nothing has changed.</summary>
/// <param name="directory">Where; made when something is remembered.</param>
/// <param name="work">For what is being made.</param>
internal sealed class HttpRecords(string directory, WorkArea work)
{
    /// <summary>What an address gave the last time; null when that is not known.</summary>
    public HttpRecord? Find(Uri address)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(address)), SourcesJsonContext.Default.HttpRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Remembers what an address gave.</summary>
    public void Add(Uri address, HttpRecord record)
    {
        work.Claims.AddNew("cache/http");
        Directory.CreateDirectory(directory);
        string temporary = work.NewPath("http-record");
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(record, SourcesJsonContext.Default.HttpRecord));
        File.Move(temporary, PathOf(address), overwrite: true);
    }

    // The address may hold credentials, so its digest names the file.
    private string PathOf(Uri address) => Path.Combine(directory, Digest.OfBytes(Encoding.UTF8.GetBytes(address.AbsoluteUri)).Hex);
}
