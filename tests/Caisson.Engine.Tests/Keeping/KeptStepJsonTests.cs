using System.Text;
using System.Text.Json.Nodes;
using Caisson.Engine.Graph;
using Caisson.Engine.Keeping;
using Caisson.Engine.Steps;
using Caisson.Linux.Sandbox;
using Caisson.Oci.Model;

namespace Caisson.Engine.Tests.Keeping;

public sealed class KeptStepJsonTests
{
    private static readonly KeptStep Step = new("1lg3f5f3", "[build 2/2] RUN make", new DateTimeOffset(2026, 11, 21, 15, 0, 0, TimeSpan.Zero)) { ExitCode = 2, Dockerfile = "/p/Dockerfile", Shell = "/bin/bash" };

    private static Operation.Run Run => new()
    {
        Arguments = ["/bin/sh", "-c", "make \"x\"\n"],
        Environment = ["PATH=/bin", "EMPTY=", "Ü=ü"],
        ProxyEnvironment = ["http_proxy=http://proxy.example:3128"],
        SecretEnvironment = [new SecretVariable("TOKEN", "tok", IsRequired: false)],
        WorkingDirectory = "/src",
        User = "joe:9",
        Platform = Platform.Parse("linux/arm64"),
        Network = StepNetwork.None,
        Security = StepSecurity.Insecure,
        Devices = ["vendor.example/gpu=0"],
        HostName = "box",
        ExtraHosts = [new ExtraHost("db", "192.0.2.1")],
        SharedMemoryBytes = 1L << 40,
        Limits = [new ResourceLimit("NOFILE", 5, ResourceLimit.Unlimited)],
        Mounts =
        [
            new StepMount.Bind("/b", 1, "a/b", IsReadOnly: true),
            new StepMount.Cache("/c", "id", CacheSharing.Locked) { Input = 2, IsReadOnly = true, Mode = 448, Uid = 1, Gid = uint.MaxValue },
            new StepMount.Cache("d", "other", CacheSharing.Private),
            new StepMount.Tmpfs("/t", 4096) { IsReadOnly = true },
            new StepMount.Tmpfs("/u", null),
            new StepMount.Script("/dev/pipes/EOF", "#!/bin/sh\n"),
            new StepMount.Secret("/run/secrets/key", "key", IsRequired: false) { Mode = 256, Uid = 3, Gid = 4 },
            new StepMount.Ssh("/run/agent", "default", IsRequired: false) { Mode = 384 },
        ],
    };

    private static FailedRun Failed => new(Run, [new StepInput.Left(["/store/layers/run-0a/fs", "/store/layers/image-0b/fs"], "/store/tmp/1/root-1/u"), new StepInput.Left(["/store/layers/list-0c/fs"], null), new StepInput.Seed("seed")]);

    [Fact]
    public void What_is_written_is_read_back()
    {
        byte[] json = KeptStepJson.Write(Step, Failed);
        FailedRun read = KeptStepJson.ReadRun(json, static id => $"/other/{id}/fs", static input => $"/kept/{input}");
        Assert.Equal(CanonicalEncoder.DigestOf(Run, keepsTimes: false), CanonicalEncoder.DigestOf(read.Run, keepsTimes: false));
        Assert.Equal(Run.Mounts, read.Run.Mounts);
        Assert.Equal(Run.ProxyEnvironment, read.Run.ProxyEnvironment);
        Assert.Equal(Run.ExtraHosts, read.Run.ExtraHosts);
        StepInput.Left root = Assert.IsType<StepInput.Left>(read.Inputs[0]), bind = Assert.IsType<StepInput.Left>(read.Inputs[1]);
        Assert.Equal(["/other/run-0a/fs", "/other/image-0b/fs"], root.Layers);
        Assert.Equal(["/other/list-0c/fs"], bind.Layers);
        Assert.Equal(("/kept/0", null), (root.WrittenPath, bind.WrittenPath));
        Assert.Equal(new StepInput.Seed("seed"), read.Inputs[2]);
        KeptStep step = KeptStepJson.ReadStep("1lg3f5f3", json);
        Assert.Equal(Step with { Secrets = step.Secrets }, step);
        Assert.Equal(["key", "tok"], step.Secrets);
        Assert.Equal(["image-0b", "list-0c", "run-0a"], KeptStepJson.ReadLayers(json));
        Assert.Equal(json, KeptStepJson.Write(step, Failed));
    }

    [Fact]
    public void A_proxy_with_a_password_is_left_out()
    {
        FailedRun run = Failed with { Run = Run with { ProxyEnvironment = ["http_proxy=http://me:hush@proxy.example:3128", "no_proxy=localhost"] } };
        byte[] json = KeptStepJson.Write(Step, run);
        Assert.DoesNotContain("hush", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Equal(["no_proxy=localhost"], KeptStepJson.ReadRun(json, static id => id.Value, static _ => "").Run.ProxyEnvironment);
    }

    [Theory]
    [InlineData("version", "2")]
    [InlineData("version", "\"1\"")]
    [InlineData("run", "null")]
    [InlineData("inputs", "{}")]
    [InlineData("inputs", "[]")]
    [InlineData("inputs", """[{"seed":"x"}]""")]
    [InlineData("inputs", """[{"layers":["run-0a"],"isWritten":true}]""")]
    [InlineData("inputs", """[{"layers":["../../etc"],"isWritten":true},{"layers":[],"isWritten":false},{"seed":"s"}]""")]
    [InlineData("inputs", """[{"layers":["/etc"],"isWritten":true},{"layers":[],"isWritten":false},{"seed":"s"}]""")]
    [InlineData("inputs", """[{"layers":[7],"isWritten":true},{"layers":[],"isWritten":false},{"seed":"s"}]""")]
    [InlineData("inputs", """[{"layers":[],"isWritten":"../x"},{"layers":[],"isWritten":false},{"seed":"s"}]""")]
    [InlineData("inputs", """[{"layers":[],"isWritten":true},{"seed":"s"},{"layers":[],"isWritten":false}]""")]
    [InlineData("run.arguments", "[null]")]
    [InlineData("run.platform", "\"nowhere\"")]
    [InlineData("run.network", "\"Everything\"")]
    [InlineData("run.limits", """[{"name":"NOFILE","soft":-1,"hard":1}]""")]
    [InlineData("run.mounts", """[{"type":"bind","target":"/b","input":-1,"source":"","isReadOnly":true}]""")]
    [InlineData("run.mounts", """[{"type":"bind","target":"/b","input":99999999999,"source":"","isReadOnly":true}]""")]
    [InlineData("run.mounts", """[{"type":"host","target":"/b","source":"/"}]""")]
    [InlineData("run.mounts", """[{"type":"cache","target":"/b","id":"x","sharing":"Shared","isReadOnly":false,"mode":1,"uid":0,"gid":0,"input":7}]""")]
    public void What_does_not_fit_is_refused(string field, string value)
    {
        JsonNode json = JsonNode.Parse(KeptStepJson.Write(Step, Failed))!; // an object
        string[] path = field.Split('.');
        JsonNode parent = path.Length == 1 ? json : json[path[0]]!; // as the names say
        parent[path[^1]] = JsonNode.Parse(value);
        Refused(Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\0\0\0\0")]
    public void What_is_no_definition_is_refused(string text) => Refused(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void A_definition_cut_anywhere_is_refused()
    {
        byte[] json = KeptStepJson.Write(Step, Failed);
        for (int length = 0; length < json.Length; length += 7)
            Refused(json[..length]);
    }

    private static void Refused(byte[] json) => Assert.Throws<InvalidDataException>(() => KeptStepJson.ReadRun(json, static id => id.Value, static _ => ""));
}
