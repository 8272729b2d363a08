using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Caisson.Cli.Tests.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Cli.Tests.Docs;

/// <summary>Does what a page says, in a directory and with a store of its own.</summary>
/// <param name="bases">The archive of the base images that pages may take for granted.</param>
/// <param name="registry">The registry that pages call <see cref="RegistryInPages"/>.</param>
internal sealed class DocsRun(string bases, string? registry)
{
    /// <summary>The address of the registry in the pages.</summary>
    public const string RegistryInPages = "127.0.0.1:5000";

    // What a page began must not outlive it when one of its commands fails.
    private const string OnFailure = "trap 'kill $(jobs -p) 2> /dev/null || :' ERR\n";

    private DocsDaemon? _daemon;

    public async Task RunAsync(string page)
    {
        using TempDirectory directory = new();
        string project = Directory.CreateDirectory(directory["project"]).FullName;
        if (File.ReadAllText(Repository.At(page)).Contains("busybox", StringComparison.Ordinal))
        {
            (int loaded, string message) = await Shipped.RunAsync(project, "load", "-i", bases);
            Assert.True(loaded == 0, message);
        }
        ImmutableArray<DocsBlock> blocks = DocsPage.Read(Repository.At(page));
        _daemon = blocks.OfType<DocsBlock.Commands>().Any(static c => c.Script.Contains(DocsDaemon.SocketInPages, StringComparison.Ordinal)) ? await DocsDaemon.StartAsync(project) : null;
        try
        {
            foreach (DocsBlock block in blocks)
            {
                if (block is DocsBlock.Declared file)
                    Write(project, file);
                else if (block is DocsBlock.Commands commands)
                    await RunAsync(page, project, commands);
            }
        }
        finally
        {
            if (_daemon is not null)
                await _daemon.DisposeAsync();
        }
    }

    private async Task RunAsync(string page, string project, DocsBlock.Commands commands)
    {
        (int exitCode, string output) = await Shipped.ShellAsync(project, OnFailure + ForUs(commands.Script));
        Assert.True(exitCode == commands.ExitCode, $"{page}: exit code {exitCode} instead of {commands.ExitCode} of\n{commands.Script}\n\n{output}");
        if (!commands.Output.IsEmpty)
            Assert.True(Matches(commands.Output, output), $"{page}: these commands\n{commands.Script}\n\nwrote\n{output}\ninstead of\n{string.Join('\n', commands.Output)}");
    }

    private string ForUs(string text) => text.Replace(RegistryInPages, registry ?? RegistryInPages, StringComparison.Ordinal).Replace(DocsDaemon.SocketInPages, _daemon?.Socket ?? DocsDaemon.SocketInPages, StringComparison.Ordinal);

    private bool Matches(ImmutableArray<string> expected, string output)
    {
        StringBuilder pattern = new("^");
        foreach (string line in expected)
            pattern.Append(line == "…" ? "(.*\n)*?" : Regex.Escape(ForUs(line.TrimEnd())).Replace("…", ".*", StringComparison.Ordinal) + " *\n");
        string text = output.EndsWith('\n') || output.Length == 0 ? output : output + "\n";
        return Regex.IsMatch(text, pattern + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
    }

    private void Write(string project, DocsBlock.Declared file)
    {
        string path = Path.Combine(project, file.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a path inside the project: it has a directory
        File.WriteAllText(path, ForUs(file.Content));
        if (file.Content.StartsWith("#!", StringComparison.Ordinal))
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
