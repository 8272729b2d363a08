using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Running;

/// <summary>One program for three processors, compiled once: <c>app-amd64</c>, <c>app-arm64</c> and <c>app-arm</c>.</summary>
public sealed class ForeignPrograms : IDisposable
{
    // Starts itself once more, as a shell starts programs, and gives a file away.
    private const string Program = """
        package main

        import (
        	"fmt"
        	"os"
        	"os/exec"
        	"runtime"
        )

        func main() {
        	fmt.Println(runtime.GOARCH, os.Args, os.Getuid())
        	if len(os.Args) > 1 && os.Args[1] == "child" {
        		return
        	}
        	child := exec.Command("/app", "child")
        	child.Args[0] = "other-name"
        	output, err := child.Output()
        	if err == nil {
        		err = os.WriteFile("/child", output, 0640)
        	}
        	if err == nil {
        		err = os.Chown("/child", 1, 2)
        	}
        	if null, e := os.OpenFile("/dev/null", os.O_WRONLY, 0); e != nil || null == nil {
        		err = e
        	}
        	if err != nil {
        		fmt.Println(err)
        		os.Exit(1)
        	}
        }
        """;

    private static readonly string[] Architectures = ["amd64", "arm64", "arm"];

    private readonly TempDirectory _directory = new();
    private readonly Lazy<Task> _compiled;

    /// <summary>Compiles nothing yet.</summary>
    public ForeignPrograms() => _compiled = new(CompileAsync);

    /// <summary>Copies the programs into a directory.</summary>
    public async Task CopyToAsync(string directory)
    {
        await _compiled.Value;
        foreach (string architecture in Architectures)
            File.Copy(_directory["app-" + architecture], Path.Combine(directory, "app-" + architecture));
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private async Task CompileAsync()
    {
        Tool.Require("go");
        _directory.File("main.go", Program);
        foreach (string architecture in Architectures)
        {
            string[] environment = ["GO111MODULE=off", "CGO_ENABLED=0", "GOARM=7", "GOARCH=" + architecture, "GOCACHE=" + _directory["cache"]];
            await Tool.RunAsync("env", [.. environment, "go", "build", "-ldflags=-s -w", "-trimpath", "-o", _directory["app-" + architecture], _directory["main.go"]]);
        }
    }
}
