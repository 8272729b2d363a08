using System.Collections.Immutable;
using System.Text;
using Caisson.Engine;
using Caisson.Engine.Exporting;
using Caisson.Evidence.Provenance;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Evidence.Tests.Testing;

/// <summary>A build as a test writes it down.</summary>
internal static class Samples
{
    public const string Dockerfile = "FROM alpine:3.22\nCOPY app /app\nRUN --network=none chmod +x /app\n";

    public static readonly DateTimeOffset Started = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    public static Digest Digest(char digit) => Oci.Model.Digest.Parse("sha256:" + new string(digit, 64));

    public static BuildInputs Inputs { get; } = new()
    {
        Dockerfile = new DockerfileInput("Dockerfile", Dockerfile, Oci.Model.Digest.OfBytes(Encoding.UTF8.GetBytes(Dockerfile))),
        Arguments = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("VERSION", "1.4.2"), KeyValuePair.Create("API_TOKEN", "***")]),
        Images = [new ImageInput(Reference.Parse("alpine:3.22"), Digest('a'), Platform.LinuxAmd64)],
        Contexts = [new ContextInput("context", ".", Digest('c'))],
        Files = [new HttpInput("https://files.example/tool.tar.gz", Digest('f'))],
        Repositories = [new GitInput("https://git.example/team/lib.git", "refs/heads/main", new string('9', 40))],
        Network =
        [
            new NetworkExchange { Method = "GET", Address = "http://packages.example/pool/curl.deb", Status = 200, SizeBytes = 1000, Digest = Digest('d'), Package = "pkg:deb/debian/curl@8.1?arch=amd64", Step = "[2/3] RUN apt-get install curl" },
            new NetworkExchange { Method = "GET", Address = "http://packages.example/Release", Status = 200, SizeBytes = 10, Digest = Digest('e'), Step = "[2/3] RUN apt-get install curl" },
        ],
        Steps =
        [
            new BuildStep { Id = 0, Name = "[1/3] FROM alpine:3.22", Kind = "image", Stage = "stage-0", Line = 1 },
            new BuildStep { Id = 1, Name = "build context", Kind = "context" },
            new BuildStep { Id = 2, Name = "[2/3] COPY app /app", Kind = "copy", Stage = "stage-0", Line = 2, Inputs = [0, 1] },
            new BuildStep { Id = 3, Name = "[3/3] RUN --network=none chmod +x /app", Kind = "run", Stage = "stage-0", Line = 3, Network = "none", Inputs = [2] },
        ],
        IsHermetic = true,
    };

    public static BuildRequest Request { get; } = new() { Context = BuildContext.FromDirectory("."), Target = "app", Platforms = [Platform.LinuxAmd64] };

    public static Image Image { get; } = Image.Create(new ImageConfig { Os = "linux", Architecture = "amd64", RootFs = new RootFs { DiffIds = [] } }, []);

    /// <summary>What an export of it is asked of.</summary>
    public static AttestedResult Result(BuildInputs? inputs = null) => new()
    {
        Subjects = [new AttestedSubject("pkg:docker/team/app@1?platform=linux%2Famd64", Image.Descriptor.Digest)],
        Result = new BuildResult(Image) { Inputs = inputs ?? Inputs, BuildId = "1lg52ovs" },
        Started = Started,
        Finished = Started.AddSeconds(90),
    };

    public static byte[] Statement(ProvenanceOptions options, BuildInputs? inputs = null) => ProvenanceStatement.Write(new ProvenanceFacts(Request, options, "0.1.0"), Result(inputs));

    /// <summary>Makes a pair of keys with openssl; gives the directory with key.pem and pub.pem.</summary>
    public static async Task<TempDirectory> KeysAsync(params string[] algorithm)
    {
        TempDirectory directory = new();
        string[] arguments = algorithm.Length > 0 ? algorithm : ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
        await Tool.RunAsync("openssl", ["genpkey", .. arguments, "-out", directory["key.pem"]]);
        await Tool.RunAsync("openssl", ["pkey", "-in", directory["key.pem"], .. algorithm.Contains("-aes256") ? (string[])["-passin", "pass:secret"] : [], "-pubout", "-out", directory["pub.pem"]]);
        return directory;
    }
}
