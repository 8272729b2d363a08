using System.IO.Compression;
using Caisson.IntegrationTests.Testing;

namespace Caisson.IntegrationTests.Network;

/// <summary>Steps whose network is the gateway: real programs get what they ask for, nothing else is reached, and nothing of it is left in the image.</summary>
public sealed class GatewayTests(ExampleBases tools) : IAsyncLifetime
{
    private readonly WebServer _server = new();

    public async ValueTask InitializeAsync() => await tools.Tools;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("curl -fsS https://files.example/file")]
    [InlineData("wget -qO- https://files.example/file")]
    [InlineData("env -i PATH=$PATH https_proxy=$https_proxy curl -fsS https://files.example/file")] // the bundle of the system alone
    [InlineData("env -i PATH=$PATH https_proxy=$https_proxy wget -qO- https://files.example/file")]
    [InlineData("python3 -c 'import urllib.request as u; print(u.urlopen(\"https://files.example/file\").read())'")]
    [InlineData("node -e 'require(\"https\"); require(\"child_process\")' && npm view --silent --registry=https://files.example/npm/ left readme")]
    public async Task Programs_fetch_over_https(string command)
    {
        _server.File("file", "what the server has").File("npm/left", """{"name":"left","dist-tags":{"latest":"1.0.0"},"versions":{"1.0.0":{"name":"left","version":"1.0.0"}},"readme":"what the server has"}""");
        using Project project = new(tools.Store, $"FROM {await tools.Tools}\nRUN {command} > /got; cat /got\n");
        Outcome outcome = await BuildAsync(project);
        outcome.Succeeded();
        Assert.Contains("what the server has", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Git_clones_over_https()
    {
        await Tool.ShellAsync(_server.Files, """
            git init -q work; cd work; echo content > tracked; git add tracked
            git -c user.name=x -c user.email=x@example.org commit -qm first; cd ..
            git clone -q --bare work repository.git; git -C repository.git update-server-info
            """);
        using Project project = new(tools.Store, $"FROM {await tools.Tools}\nRUN git clone -q https://files.example/repository.git /src && cat /src/tracked\n");
        Outcome outcome = await BuildAsync(project);
        outcome.Succeeded();
        Assert.Matches(@"#\d+ [\d.]+ content", outcome.Error);
    }

    [Fact]
    public async Task Go_downloads_modules_from_a_proxy()
    {
        const string module = "example.com/greeting";
        string versions = Directory.CreateDirectory(Path.Combine(_server.Files, "go", module, "@v")).FullName;
        _server.File($"go/{module}/@v/list", "v1.2.0\n").File($"go/{module}/@v/v1.2.0.info", """{"Version":"v1.2.0"}""").File($"go/{module}/@v/v1.2.0.mod", $"module {module}\n");
        using (ZipArchive zip = ZipFile.Open(Path.Combine(versions, "v1.2.0.zip"), ZipArchiveMode.Create))
        {
            foreach ((string name, string content) in new[] { ("go.mod", $"module {module}\n"), ("greeting.go", "package greeting\n") })
            {
                using StreamWriter writer = new(zip.CreateEntry($"{module}@v1.2.0/{name}").Open());
                writer.Write(content);
            }
        }
        using Project project = new(tools.Store, $"""
            FROM {await tools.Tools}
            ENV GOPROXY=https://files.example/go GONOSUMDB=* GOFLAGS=-mod=mod
            WORKDIR /src
            RUN go mod init example.org/app && go get {module}@v1.2.0 && go mod download && cat go.sum

            """);
        Outcome outcome = await BuildAsync(project);
        outcome.Succeeded();
        Assert.Contains($"{module} v1.2.0 h1:", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pip_installs_a_package()
    {
        await Tool.ShellAsync(_server.Files, """
            mkdir -p build/tinypkg build/tinypkg-1.0.dist-info packages
            echo 'answer = 42' > build/tinypkg/__init__.py
            printf 'Metadata-Version: 2.1\nName: tinypkg\nVersion: 1.0\n' > build/tinypkg-1.0.dist-info/METADATA
            printf 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n' > build/tinypkg-1.0.dist-info/WHEEL
            printf 'tinypkg/__init__.py,,\ntinypkg-1.0.dist-info/METADATA,,\ntinypkg-1.0.dist-info/WHEEL,,\ntinypkg-1.0.dist-info/RECORD,,\n' > build/tinypkg-1.0.dist-info/RECORD
            cd build; python3 -c 'import shutil; shutil.make_archive("../packages/x", "zip", ".")'; mv ../packages/x.zip ../packages/tinypkg-1.0-py3-none-any.whl
            """);
        using Project project = new(tools.Store, $"FROM {await tools.Tools}\nRUN pip3 install --break-system-packages https://files.example/packages/tinypkg-1.0-py3-none-any.whl && python3 -c 'import tinypkg; print(\"answer\", tinypkg.answer)'\n");
        Outcome outcome = await BuildAsync(project);
        outcome.Succeeded();
        Assert.Contains("answer 42", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chmod 600 $F && chmod 644 $F", "")]
    [InlineData("chmod 600 $F", "")]
    [InlineData("echo '# mine' >> $F", "# mine\n")]
    [InlineData("cp $F /tmp/f && mv /tmp/f $F", "")]
    [InlineData("update-ca-certificates --fresh", "")]
    [InlineData("curl -fsS https://files.example/file", "")]
    public async Task Nothing_of_the_gateway_is_left_in_the_image(string command, string added)
    {
        _server.File("file", "");
        using TempDirectory output = new();
        using Project project = new(tools.Store, $"""
            FROM {await tools.Tools} AS tools
            FROM tools AS step
            ENV F=/etc/ssl/certs/ca-certificates.crt
            RUN {command}
            FROM scratch
            COPY --from=tools /etc/ssl/certs/ca-certificates.crt /before
            COPY --from=step /etc/ssl/certs/ca-certificates.crt /after
            COPY --from=step /dev /dev
            """);
        (await BuildAsync(project, "-o", output["out"])).Succeeded();
        CancellationToken ct = TestContext.Current.CancellationToken;
        Assert.Equal(await File.ReadAllTextAsync(output["out/before"], ct) + added, await File.ReadAllTextAsync(output["out/after"], ct));
        Assert.False(Directory.Exists(output["out/dev/caisson"]));
    }

    [Fact]
    public async Task An_ordinary_user_has_the_same_gateway()
    {
        _server.File("file", "what the server has");
        using TempDirectory home = new TempDirectory().OpenToAll();
        using Project project = new(new Store(home["store"]), "FROM base\nRUN /usr/lib/apt/apt-helper download-file https://files.example/file /got && cat /got; (bash -c 'exec 3<>/dev/tcp/192.0.2.1/81') 2>/dev/null; sleep 1\n");
        string layout = home["layout"];
        await tools.Store.RunAsync("image", "cp", $"store:{await tools.Debian}", $"oci:{layout}:base");
        await Tool.RunAsync("chmod", "-R", "a+rX", layout, project.Path);
        project.File("policy.json", $$"""{"rules":[{{_server.Rule}}] }""");
        var start = await OrdinaryUser.AsUserAsync(
            project.Start("build", "--progress=plain", "--network=gateway", "--policy=policy.json", "--ca", _server.CertificatePath, "--build-context", $"base=oci-layout://{layout}:base", "."), home.Make("home"));
        await Tool.RunAsync("chmod", "-R", "a+rX", project.Path, Path.GetDirectoryName(_server.CertificatePath)!);
        await Tool.RunAsync("chmod", "a+rwx", home.Path);
        Outcome outcome = await Tool.CaptureAsync(start);
        outcome.Succeeded();
        Assert.Contains("what the server has", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("CSN2171: refused: tcp://192.0.2.1:81", outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> BuildAsync(Project project, params string[] more)
    {
        project.File("policy.json", $$"""{"rules":[{{_server.Rule}}] }""");
        return project.TryBuildAsync(["--network=gateway", "--policy=policy.json", "--ca", _server.CertificatePath, "--no-cache", .. more]);
    }
}
