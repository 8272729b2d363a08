using System.Collections.Immutable;
using Caisson.Engine;
using Caisson.Engine.Events;
using Caisson.Engine.History;
using Caisson.Evidence.Report;
using Caisson.Oci.Images;
using Caisson.Oci.Model;

namespace Caisson.Evidence.Tests.Testing;

/// <summary>A report with something in each of its sections.</summary>
internal static class SampleReport
{
    /// <summary>Makes one.</summary>
    /// <param name="mark">Stands in every text that comes from somebody else.</param>
    public static BuildReport Make(string mark = "")
    {
        Image image = ImageOf(mark);
        return new BuildReport
        {
            Version = "0.1.0",
            Build = BuildOf(mark),
            Inputs = InputsOf(mark),
            Images = [image],
            Digest = Samples.Digest('5').Value,
            Packages =
            [
                new LayerPackages(image, 0) { Installed = [.. "adduser apt base-files bash coreutils dash debianutils dpkg findutils gpgv grep gzip hostname libacl1 libc6 libcap2 login mawk mount ncurses-base passwd perl-base sed tar tzdata util-linux zlib1g".Split(' ').Select(n => new InstalledPackage(n + mark, "1:2.36-9+deb12u4", "amd64", null))] },
                new LayerPackages(image, 1) { Installed = [new InstalledPackage("ca-certificates" + mark, "20230311", "all", null), new InstalledPackage("curl" + mark, "7.88.1-10+deb12u12", "amd64", null), new InstalledPackage("libc6" + mark, "2.36-9+deb12u10", "amd64", "2.36-9+deb12u4")], Removed = ["mount" + mark] },
            ],
            Logs = ImmutableDictionary<int, string>.Empty.Add(8, $"go: downloading nothing\nmain.go:12:2: undefined: x{mark}"),
        };
    }

    private static BuildInputs InputsOf(string mark) => Samples.Inputs with
    {
        Dockerfile = Samples.Inputs.Dockerfile! with { Text = $"FROM debian:12 AS base{mark}\nRUN apt-get install --yes curl ca-certificates\n\nFROM base AS build\nCOPY . /src\nRUN go build -o /app ./...\n\nFROM base\nCOPY --from=build /app /app\n" }, // the sample has one
        Contexts = [new ContextInput("context", "." + mark, Samples.Digest('c'))],
        Network = [.. Samples.Inputs.Network.Select(e => e with { Address = e.Address + mark, Package = e.Package is null ? null : e.Package + mark, Step = "[base 2/2] RUN apt-get install --yes curl ca-certificates" + mark })],
        IsHermetic = false,
        Steps =
        [
            new BuildStep { Id = 0, Name = "[base 1/2] FROM debian:12" + mark, Kind = "image", Stage = "base", Line = 1 },
            new BuildStep { Id = 1, Name = "[base 2/2] RUN apt-get install --yes curl ca-certificates" + mark, Kind = "run", Network = "default", Unrecorded = ["the network" + mark], Inputs = [0] },
            new BuildStep { Id = 2, Name = "build context", Kind = "context" },
            new BuildStep { Id = 3, Name = "[build 2/3] COPY . /src" + mark, Kind = "copy", Inputs = [1, 2] },
            new BuildStep { Id = 4, Name = "[build 3/3] RUN go build -o /app ./..." + mark, Kind = "run", Network = "none", Unrecorded = ["the cache mount go-build" + mark], Inputs = [3] },
        ],
    };

    private static BuildRecord BuildOf(string mark) => new()
    {
        Id = "1lg52ovs",
        Started = Samples.Started,
        Duration = TimeSpan.FromSeconds(48.4),
        Outcome = BuildOutcome.Completed,
        Context = "/work/warehouse" + mark,
        Dockerfile = "/work/warehouse/Dockerfile" + mark,
        Platform = "linux/amd64",
        Tags = ["registry.example.com/team/warehouse-api:1.4.2" + mark],
        Steps =
        [
            Step(1, "base", 1, "FROM debian:12" + mark, 0.1, 0.2, StepOutcome.Hit) with { Hit = HitKind.Source },
            Step(2, "base", 2, "RUN apt-get install --yes curl ca-certificates" + mark, 0.3, 17.9, StepOutcome.Done) with { Reasons = ["the command changed: curl was added" + mark] },
            Step(3, "build", 2, "COPY . /src" + mark, 18.3, 0.8, StepOutcome.Done),
            Step(4, "build", 3, "RUN go build -o /app ./..." + mark, 22.5, 19.6, StepOutcome.Done) with { CacheMounts = ["go-build"] },
            Step(5, "tools", 2, "RUN make -C /tools all install DESTDIR=/out PREFIX=/usr" + mark, 18.3, 11.2, StepOutcome.Done),
            Step(6, "stage-2", 2, "COPY --from=build /app /app" + mark, 42.2, 0.1, StepOutcome.Done),
            Step(7, "stage-2", 3, "COPY --from=tools /out /" + mark, 42.3, 0.0, StepOutcome.Hit) with { Hit = HitKind.Content },
            Step(8, "checks", 1, "RUN go vet ./..." + mark, 23, 6.0, StepOutcome.Failed) with { Message = "the program ended with exit code 2" + mark, HasLog = true },
            Step(9, "", 0, "exporting layers", 42.4, 4.6, StepOutcome.Done),
            Step(10, "", 0, "writing to registry.example.com/team/warehouse-api:1.4.2" + mark, 47.1, 1.3, StepOutcome.Done),
        ],
        Warnings = [new BuildFinding("CSN1211", "the build argument \"VERSION\" is declared by no ARG" + mark, "Dockerfile" + mark, 3, "declare it with ARG VERSION, or do not give it" + mark)],
        Errors = [],
    };

    private static StepHistory Step(int number, string stage, int of, string text, double start, double seconds, StepOutcome outcome) => new()
    {
        Number = number,
        Stage = stage,
        StageNumber = of,
        Name = of > 0 ? $"[{stage} {of}/3] {text}" : text,
        Start = TimeSpan.FromSeconds(start),
        Duration = TimeSpan.FromSeconds(seconds),
        Outcome = outcome,
    };

    private static Image ImageOf(string mark)
    {
        (string By, long Size)[] layers = [("debian:12", 29_150_000), ("RUN apt-get install --yes curl ca-certificates", 11_400_000), ("COPY /app /app", 7_900_000), ("COPY /out /", 310_000)];
        ImageConfig config = new()
        {
            Os = "linux",
            Architecture = "amd64",
            RootFs = new RootFs { DiffIds = [] },
            History = [.. layers.Select(l => new HistoryEntry { CreatedBy = l.By + mark + " # buildkit" })],
        };
        return Image.Create(config, [.. layers.Select((l, i) => new ImageLayer(new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Samples.Digest((char)('0' + i)), Size = l.Size }, Samples.Digest((char)('a' + i)), new NoBlobs()))]);
    }

    private sealed class NoBlobs : IBlobSource
    {
        public Task<Stream> OpenBlobAsync(Descriptor blob, CancellationToken ct) => throw new BlobNotFoundException(blob.Digest, "the sample");
    }
}
