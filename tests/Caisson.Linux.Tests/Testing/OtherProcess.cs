using System.Diagnostics;
using System.Globalization;
using System.Text;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Linux.Processes;
using Caisson.Linux.Snapshots;

namespace Caisson.Linux.Tests.Testing;

/// <summary>
/// This executable once more, playing a part for a test. It says what it did, line by line, and stays until its input ends, so that it
/// cannot outlive the test, or until the test kills it.
/// </summary>
internal sealed class OtherProcess : IDisposable
{
    public const string Switch = "--play";

    private static readonly Dictionary<string, Func<string[], Task>> Roles = new()
    {
        ["stay"] = static _ => SayAndStayAsync("staying"),
        ["execute"] = static arguments => Task.Run(() => CurrentProcess.Execute(arguments[0], arguments, ["X=a value"])),
        ["remove"] = RemoveAsync,
        ["forward-signals"] = ForwardSignalsAsync,
        ["hold-lock"] = HoldLockAsync,
        ["hold-work-area"] = HoldWorkAreaAsync,
        ["claim"] = ClaimAsync,
        ["unpack"] = UnpackAsync,
        ["unpack-and-show"] = UnpackAndShowAsync,
        ["unpack-and-publish"] = UnpackAndPublishAsync,
        ["run-in-box"] = RunInBoxAsync,
        ["serve-box"] = ServeBoxAsync,
    };

    private static readonly Lazy<string[]> Open = new(MakeOpen);

    private readonly Process _process;

    private OtherProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>How this executable is started: by itself, or by <c>dotnet</c>.</summary>
    public static string[] CommandLine
    {
        get
        {
            string program = Environment.ProcessPath!; // the process that runs tests has a path
            return Path.GetFileName(program) == "dotnet" ? [program, typeof(OtherProcess).Assembly.Location] : [program];
        }
    }

    // The same for other users of the machine: a copy of the executable when they cannot come to where it is.
    private static string[] MakeOpen()
    {
        string here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        if (WayTo(here).All(static d => d.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)))
            return CommandLine;
        string copy = Directory.CreateTempSubdirectory("caisson-linux-open-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(copy, recursive: true);
        File.SetUnixFileMode(copy, (UnixFileMode)0b111_101_101);
        foreach (string file in Directory.GetFiles(here))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return [.. CommandLine.Select(part => Path.GetDirectoryName(part) == here ? Path.Combine(copy, Path.GetFileName(part)) : part)];
    }

    private static IEnumerable<DirectoryInfo> WayTo(string path)
    {
        for (DirectoryInfo? directory = new(path); directory is not null; directory = directory.Parent)
            yield return directory;
    }

    /// <summary>Plays a role in this process.</summary>
    public static async Task<int> PlayAsync(string role, string[] arguments)
    {
        await Roles[role](arguments);
        return 0;
    }

    /// <summary>Starts another process.</summary>
    public static OtherProcess Start(string role, params IEnumerable<string> arguments) => Start([.. CommandLine, Switch, role, .. arguments]);

    /// <summary>Starts another process as another user.</summary>
    public static OtherProcess StartAs(uint uid, string role, params IEnumerable<string> arguments)
    {
        string number = uid.ToString(CultureInfo.InvariantCulture);
        return Start([Requires.Tool("setpriv"), "--reuid", number, "--regid", number, "--clear-groups", "--", .. Open.Value, Switch, role, .. arguments]);
    }

    /// <summary>Starts another process as the root of a user namespace of its own.</summary>
    public static OtherProcess StartInUserNamespace(string role, params IEnumerable<string> arguments) =>
        Start([Requires.Tool("unshare"), "--user", "--map-root-user", "--", .. CommandLine, Switch, role, .. arguments]);

    /// <summary>
    /// Starts another process as an ordinary user who is root of a user namespace with all of 65,536 ids. They are given by this test's own root, so
    /// that no entry of /etc/subuid is needed.
    /// </summary>
    public static async Task<OtherProcess> StartInFullUserNamespaceAsync(string role, params IEnumerable<string> arguments)
    {
        const int nobody = 65534;
        string[] asNobody = [Requires.Tool("setpriv"), "--reuid", "65534", "--regid", "65534", "--clear-groups", "--", Requires.Tool("unshare"), "--user", "--"];
        OtherProcess process = Start([.. asNobody, "sh", "-c", "echo $$; read -r go; exec \"$@\"", "sh", .. Open.Value, Switch, role, .. arguments]);
        string id = await process.ReadLineAsync();
        foreach (string map in (string[])["uid_map", "gid_map"])
            await File.WriteAllTextAsync($"/proc/{id}/{map}", $"0 {nobody} 1\n1 100000 65535\n");
        await process.WriteLineAsync("go");
        return process;
    }

    private static OtherProcess Start(string[] command)
    {
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new OtherProcess(Process.Start(start)!); // a new process, since no shell is used
    }

    /// <summary>What it says next.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException("the other process ended");

    /// <summary>What it says next; null when it has ended.</summary>
    public async Task<string?> TryReadLineAsync() => await _process.StandardOutput.ReadLineAsync();

    /// <summary>The lines that it says next, up to an empty one.</summary>
    public async Task<List<string>> ReadListAsync()
    {
        List<string> lines = [];
        while (await ReadLineAsync() is { Length: > 0 } line)
            lines.Add(line);
        return lines;
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return WaitAsync();
    }

    public Task WaitAsync() => _process.WaitForExitAsync(TestContext.Current.CancellationToken);

    /// <summary>Tells it something.</summary>
    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task SayAndStayAsync(string line)
    {
        Console.WriteLine(line);
        await Console.In.ReadToEndAsync();
    }

    private static Task RemoveAsync(string[] arguments)
    {
        DirectoryRemoval.Remove(arguments[0]);
        return SayAndStayAsync("removed");
    }

    // A process whose child says which signals it gets. The forwarder stays until the end of the input.
    private static async Task ForwardSignalsAsync(string[] arguments)
    {
        const string child = "trap 'echo got USR1' USR1; trap 'echo got USR2; exit 3' USR2; echo ready; while :; do sleep 0.01; done";
        ProcessRequest parent = new() { File = "sh", Arguments = ["-c", "sh -c \"$1\"; exit $?", "sh", child] };
        SignalForwarder? forwarder = null;
        int stopSignal = SignalNames.NumberOf(arguments[0])!.Value; // the test gives a signal
        int exitCode = await ProcessRunner.Direct.RunAsync(parent, new Relay(), id => forwarder = new SignalForwarder(id, stopSignal, sharesTerminal: false), CancellationToken.None);
        Console.WriteLine($"exit code {exitCode}");
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(line);
        forwarder?.Dispose();
    }

    private sealed class Relay : IProcessOutput
    {
        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes) => Console.Write(Encoding.UTF8.GetString(bytes));
    }

    private static async Task HoldLockAsync(string[] arguments)
    {
        using FileLock held = await FileLock.AcquireAsync(arguments[0], TimeProvider.System, CancellationToken.None);
        await SayAndStayAsync("held");
    }

    private static async Task HoldWorkAreaAsync(string[] arguments)
    {
        using WorkArea area = await WorkArea.CreateAsync(arguments[0], TimeProvider.System, CancellationToken.None);
        File.WriteAllText(Path.Combine(area.NewDirectory("something"), "file"), "left behind");
        await SayAndStayAsync(area.DirectoryPath);
    }

    private static async Task ClaimAsync(string[] arguments)
    {
        using WorkArea area = await WorkArea.CreateAsync(arguments[0], TimeProvider.System, CancellationToken.None);
        area.Claims.Add(arguments[1]);
        await SayAndStayAsync("claimed");
    }

    private static async Task UnpackAsync(string[] arguments)
    {
        await using FileStream archive = File.OpenRead(arguments[0]);
        await LayerUnpacker.UnpackAsync(archive, arguments[1], OverlayMarks.User, CancellationToken.None);
        await SayAndStayAsync("unpacked");
    }

    // Says which entries are in the records, and what the layer is with them.
    private static async Task UnpackAndShowAsync(string[] arguments)
    {
        OverlayMarks marks = arguments[2] == "user" ? OverlayMarks.User : OverlayMarks.Unmounted;
        await using FileStream archive = File.OpenRead(arguments[0]);
        UnsettledEntries unsettled = await LayerUnpacker.UnpackAsync(archive, arguments[1], marks, CancellationToken.None);
        string records = arguments[1] + ".records";
        using (FileListWriter writer = new(records))
        {
            foreach (FileEntry record in unsettled.Records)
                writer.Add(record);
            writer.Complete();
        }
        using RecordedTree tree = new(new DirectoryTree(arguments[1], marks), new FileListTree(FileList.Open(records), []));
        foreach (string line in (IEnumerable<string>)[.. unsettled.Records.Select(static r => r.Path), "", .. Trees.ShownWithAttributes(tree)])
            Console.WriteLine(line);
        await SayAndStayAsync("");
    }

    private static async Task UnpackAndPublishAsync(string[] arguments)
    {
        using WorkArea area = await WorkArea.CreateAsync(Path.Combine(arguments[0], "tmp"), TimeProvider.System, CancellationToken.None);
        LayerStore store = new(Path.Combine(arguments[0], "layers"), OverlayMarks.Trusted, new FileSystemSync(Path.Combine(arguments[0], "flushed")));
        string directory = area.NewDirectory("layer");
        Console.WriteLine(directory);
        await using FileStream archive = new(arguments[1], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await LayerUnpacker.UnpackAsync(archive, directory, OverlayMarks.Trusted, CancellationToken.None);
        await SayAndStayAsync(store.PublishDirectory(LayerId.Parse(arguments[2]), directory));
    }

    private static async Task RunInBoxAsync(string[] arguments)
    {
        await using Box box = await Box.OpenAsync(Path.Combine(arguments[0], "user"), arguments[1], CancellationToken.None);
        int exitCode = await box.RunAsync(Box.Script(arguments[2]), new Relay(), CancellationToken.None);
        await SayAndStayAsync($"exit code {exitCode}");
    }

    private static async Task ServeBoxAsync(string[] arguments)
    {
        await using Box box = await Box.OpenAsync(arguments[0], arguments[1], CancellationToken.None);
        await RemoteBox.ServeAsync(box, Console.In, TextWriter.Synchronized(Console.Out));
    }
}
