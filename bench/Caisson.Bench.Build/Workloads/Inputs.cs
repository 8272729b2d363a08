using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Caisson.Bench.Build.Workloads;

/// <summary>The contexts that are built.</summary>
/// <param name="directory">Where they are made.</param>
internal sealed class Inputs(string directory)
{
    /// <summary>The base image that has a shell and a Go compiler.</summary>
    public const string Base = "docker.io/library/golang:1.19";

    private const int Mebibyte = 1 << 20;
    private const string ArgumentLine = "ARG BASE=" + Base + "\n";

    /// <summary>A file of a context.</summary>
    public string PathOf(string context, string file) => Path.Combine(directory, context, file);

    /// <summary>The Go project of the examples: two stages for two programs, in 14 instructions.</summary>
    /// <param name="hasMounts">Whether the compiler keeps its cache in a mount, which Docker's classic builder cannot give it.</param>
    public async Task<string> GoProjectAsync(bool hasMounts)
    {
        string name = hasMounts ? "go" : "go-plain";
        await Tool.ShellAsync($"rm -rf {directory}/{name} && cp -r examples/client-server {directory}/{name}");
        string dockerfile = await File.ReadAllTextAsync("bench/Caisson.Bench.Build/Workloads/go.Dockerfile");
        return await ContextAsync(name, hasMounts ? dockerfile : dockerfile.Replace("--mount=type=cache,target=/root/.cache/go-build ", "", StringComparison.Ordinal));
    }

    /// <summary>A Go program of the standard library's web server, compiled for the platform that is built for.</summary>
    public async Task<string> PlatformsAsync()
    {
        const string dockerfile = """
            FROM --platform=$BUILDPLATFORM $BASE AS build
            ENV CGO_ENABLED=0 GO111MODULE=off GOCACHE=/tmp/go
            WORKDIR /src
            COPY src .
            ARG TARGETARCH
            RUN GOARCH=$TARGETARCH GOARM=7 go build -trimpath -ldflags '-s -w' -o /app .

            FROM scratch
            COPY --from=build /app /app

            """;
        string context = await ContextAsync("platforms", ArgumentLine + dockerfile);
        Directory.CreateDirectory(Path.Combine(context, "src"));
        await File.WriteAllTextAsync(Path.Combine(context, "src", "main.go"), """
            package main

            import "net/http"

            func main() {
            	http.ListenAndServe(":8080", nil)
            }
            """);
        return context;
    }

    /// <summary>20 commands that do next to nothing.</summary>
    public Task<string> CommandsAsync()
    {
        StringBuilder text = new(ArgumentLine + "FROM $BASE\n");
        for (int i = 0; i < 20; i++)
            text.Append(CultureInfo.InvariantCulture, $"RUN echo {i} > /file{i}\n");
        return ContextAsync("commands", text.ToString());
    }

    /// <summary>A step that fetches and installs some hundred packages.</summary>
    public Task<string> PackagesAsync() =>
        ContextAsync("packages", ArgumentLine + "FROM $BASE\nRUN apt-get update && apt-get install -y --no-install-recommends nodejs npm git curl wget python3\n");

    /// <summary>20,000 files of 4 KiB and one of 1 GiB, all random.</summary>
    public async Task<string> FilesAsync()
    {
        string context = await ContextAsync("files", "FROM scratch\nCOPY tree /tree\nCOPY big /big\n");
        await RandomTreeAsync(Path.Combine(context, "tree"));
        await RandomFileAsync(Path.Combine(context, "big"), 1024);
        return context;
    }

    /// <summary>20,000 files of 4 KiB, all random.</summary>
    public async Task<string> TreeAsync()
    {
        string context = await ContextAsync("tree", "FROM scratch\nCOPY tree /tree\n");
        await RandomTreeAsync(Path.Combine(context, "tree"));
        return context;
    }

    private static async Task RandomTreeAsync(string directory)
    {
        byte[] content = new byte[4096];
        for (int i = 0; i < 20_000; i++)
        {
            string folder = Path.Combine(directory, (i / 100).ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            RandomNumberGenerator.Fill(content);
            await File.WriteAllBytesAsync(Path.Combine(folder, (i % 100).ToString(CultureInfo.InvariantCulture)), content);
        }
    }

    /// <summary>5,000 small files, of which a command removes some.</summary>
    public async Task<string> ChangedFilesAsync()
    {
        string context = await ContextAsync("changed", ArgumentLine + "FROM $BASE AS tree\nCOPY tree /tree\nRUN find /tree -type f -name '*7' -delete\nFROM scratch\nCOPY --from=tree /tree /tree\n");
        for (int i = 0; i < 5000; i++)
        {
            string folder = Path.Combine(context, "tree", (i / 100).ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(folder);
            await File.WriteAllLinesAsync(Path.Combine(folder, (i % 100).ToString(CultureInfo.InvariantCulture)), Enumerable.Range(i, 200).Select(static n => n.ToString(CultureInfo.InvariantCulture)));
        }
        return context;
    }

    /// <summary>Four stages that each wait and write, and a last one that takes from all.</summary>
    public Task<string> StagesAsync()
    {
        StringBuilder text = new(ArgumentLine);
        for (int i = 0; i < 4; i++)
            text.Append(CultureInfo.InvariantCulture, $"FROM $BASE AS stage{i}\nRUN sleep 2 && head -c 20000000 /dev/urandom > /out\n");
        text.Append("FROM scratch\n");
        for (int i = 0; i < 4; i++)
            text.Append(CultureInfo.InvariantCulture, $"COPY --from=stage{i} /out /out{i}\n");
        return ContextAsync("stages", text.ToString());
    }

    /// <summary>One command on a base that has to be fetched.</summary>
    public Task<string> PullAsync() => ContextAsync("pull", ArgumentLine + "FROM $BASE\nRUN true\n");

    /// <summary>One file of 1 GiB that cannot be compressed, or that can.</summary>
    public async Task<string> LayerAsync(bool isRandom)
    {
        string context = await ContextAsync(isRandom ? "random" : "text", "FROM scratch\nCOPY big /big\n");
        string file = Path.Combine(context, "big");
        if (isRandom)
            await RandomFileAsync(file, 1024);
        else
            await Tool.ShellAsync($"tar -C / -cf - usr/share usr/lib 2>/dev/null | head -c {1024L * Mebibyte} > {file} || true");
        return context;
    }

    /// <summary>Many small files, 200 in each directory.</summary>
    public async Task<string> ManyFilesAsync(int count)
    {
        string context = await ContextAsync(string.Create(CultureInfo.InvariantCulture, $"many-{count}"), "FROM scratch\nCOPY tree /tree\n");
        for (int i = 0; i < count; i++)
        {
            string folder = Path.Combine(context, "tree", (i / 200).ToString(CultureInfo.InvariantCulture));
            if (i % 200 == 0)
                Directory.CreateDirectory(folder);
            string name = i.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(Path.Combine(folder, name), name);
        }
        return context;
    }

    /// <summary>1,000 stages, each on the one before.</summary>
    public async Task<string> ManyStagesAsync()
    {
        StringBuilder text = new("FROM scratch AS stage0\nCOPY file /file0\n");
        for (int i = 1; i < 1000; i++)
            text.Append(CultureInfo.InvariantCulture, $"FROM scratch AS stage{i}\nCOPY --from=stage{i - 1} /file{i - 1} /file{i}\n");
        string context = await ContextAsync("stages-1000", text.ToString());
        await File.WriteAllTextAsync(Path.Combine(context, "file"), "file");
        return context;
    }

    /// <summary>One random file.</summary>
    public async Task<string> FileAsync(int mebibytes)
    {
        string context = await ContextAsync(string.Create(CultureInfo.InvariantCulture, $"file-{mebibytes}"), "FROM scratch\nCOPY big /big\n");
        await RandomFileAsync(Path.Combine(context, "big"), mebibytes);
        return context;
    }

    private async Task<string> ContextAsync(string name, string dockerfile)
    {
        string context = Directory.CreateDirectory(Path.Combine(directory, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(context, "Dockerfile"), dockerfile);
        return context;
    }

    private static async Task RandomFileAsync(string path, int mebibytes)
    {
        byte[] block = new byte[Mebibyte];
        await using FileStream file = File.Create(path);
        for (int i = 0; i < mebibytes; i++)
        {
            RandomNumberGenerator.Fill(block);
            await file.WriteAsync(block);
        }
    }
}
