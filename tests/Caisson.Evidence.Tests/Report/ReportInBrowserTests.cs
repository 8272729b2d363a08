using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Caisson.Evidence.Report;
using Caisson.Evidence.Tests.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Evidence.Tests.Report;

/// <summary>The page in a browser: Debian's Chromium. Its pictures stay in artifacts/report, to be looked at.</summary>
public sealed class ReportInBrowserTests
{
    private static readonly string Pictures = Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "report")).FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("light", 1280, 2900)]
    [InlineData("dark", 1280, 2900)]
    [InlineData("narrow", 420, 4200)]
    public async Task The_page_is_drawn_and_nothing_complains(string name, int width, int height)
    {
        string page = Write(name, ReportPage.Write(SampleReport.Make()));
        string picture = Path.Combine(Pictures, name + ".png");
        string said = await BrowseAsync([$"--window-size={width},{height}", $"--screenshot={picture}", .. name == "dark" ? (string[])["--blink-settings=preferredColorScheme=0"] : [], page]);
        Assert.DoesNotContain("CONSOLE", said, StringComparison.Ordinal);
        byte[] png = await File.ReadAllBytesAsync(picture, Ct);
        Assert.True(png.AsSpan().StartsWith(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }));
        Assert.Equal(width, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        Assert.True(png.Length > 50_000, "there is something on it");
    }

    [Fact]
    public async Task It_can_be_printed()
    {
        string paper = Path.Combine(Pictures, "page.pdf");
        await BrowseAsync(["--no-pdf-header-footer", $"--print-to-pdf={paper}", Write("paper", ReportPage.Write(SampleReport.Make()))]);
        Assert.StartsWith("%PDF-", await File.ReadAllTextAsync(paper, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_asked_for_anything_whatever_stands_in_the_build()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> asked = listener.AcceptTcpClientAsync(Ct).AsTask();
        string address = $"http://{listener.LocalEndpoint}/x";
        string hostile = $"</style></title></pre><img src={address}><link rel=stylesheet href={address}><iframe src={address}></iframe><script>document.title='taken';fetch('{address}')</script><style>body{{background:url({address})}}</style>";
        string said = await BrowseAsync(["--virtual-time-budget=2000", "--dump-dom", Write("hostile", ReportPage.Write(SampleReport.Make(hostile)))]);
        Assert.Contains("warehouse-api:1.4.2&lt;/style&gt;", said, StringComparison.Ordinal);
        Assert.DoesNotContain("<title>taken", said, StringComparison.Ordinal);
        Assert.False(asked.IsCompleted, "the page asked for something");
        // The address is one that would have been heard: the same page without the care is.
        await BrowseAsync(["--virtual-time-budget=2000", "--dump-dom", Write("careless", $"<!doctype html><img src={address}>")]);
        Assert.True(asked.IsCompleted);
        (await asked).Dispose();
    }

    private static string Write(string name, string page)
    {
        string path = Path.Combine(Pictures, name + ".html");
        File.WriteAllText(path, page);
        return "file://" + path;
    }

    // What it prints, and what it says.
    private static async Task<string> BrowseAsync(IEnumerable<string> arguments)
    {
        Tool.Require("chromium");
        using TempDirectory profile = new();
        string[] usual = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--enable-logging=stderr", $"--user-data-dir={profile.Path}", "--timeout=20000"];
        (int exitCode, string output, string error) = await Tool.TryRunAsync("chromium", [.. usual, .. arguments]);
        Assert.True(exitCode == 0, $"chromium: exit code {exitCode}\n{output}\n{error}");
        return output + error;
    }

    private static string Root()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Caisson.slnx")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("the repository is not above the tests");
    }
}
