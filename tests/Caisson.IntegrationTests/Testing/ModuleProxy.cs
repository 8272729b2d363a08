using System.IO.Compression;
using System.Text;

namespace Caisson.IntegrationTests.Testing;

/// <summary>A Go module proxy in files, as <c>GOPROXY=file://…</c> takes it.</summary>
/// <param name="root">Its directory.</param>
internal sealed class ModuleProxy(string root)
{
    /// <summary>What GOPROXY is set to.</summary>
    public string Address => "file://" + root;

    /// <summary>Adds a module of text files, or puts it in the place of another; <c>go.mod</c> must be among them.</summary>
    public ModuleProxy Put(string path, string version, params (string Name, string Text)[] files)
    {
        string escaped = string.Concat(path.Select(static c => char.IsAsciiLetterUpper(c) ? "!" + char.ToLowerInvariant(c) : c.ToString()));
        string directory = Directory.CreateDirectory(Path.Combine(root, escaped, "@v")).FullName;
        File.WriteAllText(Path.Combine(directory, version + ".mod"), files.Single(static f => f.Name == "go.mod").Text);
        File.WriteAllText(Path.Combine(directory, version + ".info"), $"{{\"Version\":\"{version}\",\"Time\":\"2020-01-01T00:00:00Z\"}}");
        string file = Path.Combine(directory, version + ".zip");
        File.Delete(file);
        using ZipArchive archive = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach ((string name, string text) in files)
        {
            using Stream content = archive.CreateEntry($"{path}@{version}/{name}").Open();
            content.Write(Encoding.UTF8.GetBytes(text));
        }
        return this;
    }
}
