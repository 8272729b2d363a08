using System.Collections.Concurrent;
using System.Text;
using Caisson.Daemon.Proto.Files;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;
using Google.Protobuf;
using Grpc.Core;
using static Caisson.Daemon.Tests.Testing.SendingClient;

namespace Caisson.Daemon.Tests.Sessions;

public sealed class DirectoryReceiverTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly ConcurrentDictionary<FileStatus, Digest> _written = new();
    private int _grown;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Target => Directory.CreateDirectory(_temp["target"]).FullName;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_directory_comes_as_it_is()
    {
        string large = new('x', 300_000);
        await ReceiveAsync(Folder("a", 0x16D), File("a/empty", ""), File("a/large", large, 0x180), Folder("a/z"), File("b", "b", 0x1ED | 1u << 23), SymbolicLink("c", "../../etc/passwd"), HardLink("d", "a/large"));
        Assert.Equal(["a", "a/empty", "a/large", "a/z", "b", "c", "d"], Entries());
        Assert.Equal(large, System.IO.File.ReadAllText(Path.Combine(Target, "d")));
        using DirectoryHandle root = DirectoryHandle.Open(Target);
        Assert.Equal((FileKind.Directory, 0x16D), (root.Status("a").Kind, root.Status("a").Mode));
        Assert.Equal(0x9ED, root.Status("b").Mode);
        Assert.Equal(new FileTime(1, 7), root.Status("b").Modified);
        Assert.Equal(new FileTime(0, 5), root.Status("a").Modified);
        Assert.Equal("../../etc/passwd", root.ReadLink("c"));
        using DirectoryHandle a = root.OpenDirectory("a");
        Assert.Equal(root.Status("d").Inode, a.Status("large").Inode);
    }

    [Fact]
    public async Task Of_each_file_that_is_written_its_status_and_digest_are_told()
    {
        string large = new('x', 300_000);
        await ReceiveAsync(File("empty", ""), File("large", large, 0x180), File("same", "same"));
        Assert.Equal(3, _written.Count);
        using DirectoryHandle root = DirectoryHandle.Open(Target);
        Assert.Equal(Digest.OfBytes([]), _written[root.Status("empty")]);
        Assert.Equal(Digest.OfBytes(Encoding.UTF8.GetBytes(large)), _written[root.Status("large")]);
        _written.Clear();
        await ReceiveAsync(File("empty", ""), File("large", "changed", 0x180), File("same", "same"));
        Assert.Equal(Digest.OfBytes("changed"u8), Assert.Single(_written).Value);
    }

    [Fact]
    public async Task The_second_time_only_what_has_changed_travels()
    {
        (Stat, byte[])[] first = [Folder("dir"), File("dir/changed", "old"), File("dir/gone", "gone"), File("dir/same", "same"), File("mode", "mode"), Folder("old-dir"), File("old-dir/x", "x"), File("size", "1"), File("time", "time")];
        Assert.Equal(6 + 1, (await ReceiveAsync(first)).Count);
        List<string> asked = await ReceiveAsync(Folder("dir"), File("dir/changed", "new", time: 9), File("dir/new", "new"), File("dir/same", "same"), File("mode", "mode", 0x1FF), File("size", "12"), File("time", "time", time: 3));
        Assert.Equal(["dir/changed", "dir/new", "mode", "size", "time"], asked.Order(StringComparer.Ordinal));
        Assert.Equal(["dir", "dir/changed", "dir/new", "dir/same", "mode", "size", "time"], Entries());
        Assert.Equal("new", System.IO.File.ReadAllText(Path.Combine(Target, "dir/changed")));
    }

    [Fact]
    public async Task The_directory_grows_by_what_comes_into_it_and_not_by_what_was_there_or_goes()
    {
        (Stat, byte[])[] all = [Folder("a"), File("a/x", "x"), SymbolicLink("c", "a"), HardLink("d", "a/x")];
        await ReceiveAsync(all);
        Assert.Equal(4, _grown);
        await ReceiveAsync(all);
        await ReceiveAsync(all[..1]);
        Assert.Equal(4, _grown);
    }

    [Fact]
    public async Task What_was_a_file_becomes_a_directory_and_the_other_way_round()
    {
        await ReceiveAsync(Folder("a"), File("a/x", "x"), File("b", "b"), SymbolicLink("c", "a"));
        await ReceiveAsync(File("a", "a"), Folder("b"), File("b/y", "y"), Folder("c"), File("c/z", "z"));
        Assert.Equal(["a", "b", "b/y", "c", "c/z"], Entries());
    }

    [Fact]
    public async Task Names_of_one_file_come_apart_again()
    {
        await ReceiveAsync(File("a", "same"), HardLink("b", "a"));
        Assert.Equal(["b"], await ReceiveAsync(File("a", "same"), File("b", "same")));
        using DirectoryHandle root = DirectoryHandle.Open(Target);
        Assert.NotEqual(root.Status("a").Inode, root.Status("b").Inode);
        Assert.Equal(["a"], await ReceiveAsync(File("a", "else", time: 8), File("b", "same")));
        Assert.Equal("same", System.IO.File.ReadAllText(Path.Combine(Target, "b")));
    }

    [Fact]
    public async Task An_interrupted_transfer_is_taken_up_again()
    {
        await using (FakeClient client = new())
        {
            Dying dying = new();
            FileSync.BindService(client.Serves, dying);
            Task receiving = RunAsync(await client.ConnectAsync());
            await dying.Asked.Task.WaitAsync(Ct);
            client.Die();
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => receiving)).StatusCode);
        }
        Assert.Contains("half", await ReceiveAsync(File("half", "12345"), File("whole", "")));
        Assert.Equal("12345", System.IO.File.ReadAllText(Path.Combine(Target, "half")));
    }

    [Fact]
    public async Task Thousands_of_files_come()
    {
        (Stat, byte[])[] all = [.. Enumerable.Range(0, 40).SelectMany(static d => (IEnumerable<(Stat, byte[])>)[Folder($"d{d:00}"), .. Enumerable.Range(0, 250).Select(f => File($"d{d:00}/f{f:000}", $"{d}/{f}"))])];
        Assert.Equal(10_000, (await ReceiveAsync(all)).Count);
        Assert.Equal("39/249", System.IO.File.ReadAllText(Path.Combine(Target, "d39/f249")));
        Assert.Empty(await ReceiveAsync(all));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("a/../x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("x\0y")]
    [InlineData("nothere/x")]
    [InlineData("file/x")]
    [InlineData("link/x")]
    [InlineData("dir")]
    public async Task A_path_that_leads_elsewhere_is_refused(string path)
    {
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => ReceiveAsync(Folder("dir"), File("file", ""), SymbolicLink("link", "../outside"), File(path, "evil")));
        Assert.Contains("the client sends", e.Message, StringComparison.Ordinal);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_temp.Path));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("nothere")]
    [InlineData("link")]
    [InlineData("dir")]
    [InlineData("dirlink/file")]
    public async Task A_further_name_of_what_was_not_sent_is_refused(string target)
    {
        System.IO.File.WriteAllText(_temp["outside"], "secret");
        await Assert.ThrowsAsync<InvalidDataException>(() => ReceiveAsync(Folder("dir"), File("dir/file", ""), SymbolicLink("dirlink", "dir"), SymbolicLink("link", "../outside"), HardLink("x", target)));
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_refused() => await Assert.ThrowsAsync<InvalidDataException>(() => ReceiveAsync(File(new string('n', 256), "")));

    [Fact]
    public async Task A_directory_that_was_replaced_by_a_link_is_not_written_through()
    {
        Directory.CreateDirectory(_temp["outside"]);
        await ReceiveAsync(Folder("a"));
        Directory.Delete(Path.Combine(Target, "a"));
        Directory.CreateSymbolicLink(Path.Combine(Target, "a"), _temp["outside"]);
        await ReceiveAsync(Folder("a"), File("a/x", "x"));
        Assert.Empty(Directory.GetFileSystemEntries(_temp["outside"]));
        Assert.Equal("x", System.IO.File.ReadAllText(Path.Combine(Target, "a/x")));
    }

    public static TheoryData<string> Wrong => ["data", "request", "twice", "huge", "kind", "end", "error", "stat"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_may_not_come_ends_the_transfer_with_a_reason(string what)
    {
        await using FakeClient client = new();
        FileSync.BindService(client.Serves, new Scripted(async (output, input) =>
        {
            Packet stat = new() { Type = Packet.Types.PacketType.PacketStat, Stat = new Stat { Path = "a", Size = 1, Mode = what == "kind" ? 1u << 19 : 0x1A4 } };
            Packet end = new() { Type = Packet.Types.PacketType.PacketStat };
            Packet data = new() { Type = Packet.Types.PacketType.PacketData, Data = ByteString.CopyFrom(new byte[what == "huge" ? 2 << 20 : 1]) };
            Packet[] script = what switch
            {
                "data" => [new Packet(data) { ID = 7 }],
                "request" => [new Packet { Type = Packet.Types.PacketType.PacketReq }],
                "twice" => [stat, stat],
                "huge" => [stat, data],
                "kind" => [stat],
                "end" => [stat],
                "error" => [new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8("disk on fire") }],
                _ => [stat, end, stat],
            };
            foreach (Packet packet in script)
                await output.WriteAsync(packet);
            if (what != "end")
            {
                while (await input.MoveNext(Ct) && input.Current.Type != Packet.Types.PacketType.PacketErr)
                    continue;
            }
        }));
        ClientSession session = await client.ConnectAsync();
        InvalidDataException e = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(session));
        Assert.Contains(what switch { "error" => "disk on fire", "end" => "ended before", _ => "the client sends" }, e.Message, StringComparison.Ordinal);
    }

    private string[] Entries() => [.. Directory.GetFileSystemEntries(Target, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(Target, p)).Order(StringComparer.Ordinal)];

    private async Task<List<string>> ReceiveAsync(params (Stat, byte[])[] entries)
    {
        await using FakeClient client = new();
        SendingClient sender = new(entries);
        FileSync.BindService(client.Serves, sender);
        await RunAsync(await client.ConnectAsync());
        return [.. sender.Asked];
    }

    private async Task RunAsync(ClientSession session)
    {
        using DirectoryHandle root = DirectoryHandle.Open(Target);
        using AsyncDuplexStreamingCall<Packet, Packet> call = new FileSync.FileSyncClient(session.Calls).DiffCopy(cancellationToken: Ct);
        await new DirectoryReceiver(root, progress: null, (status, content) => _written[status] = content) { Growing = () => _grown++ }.RunAsync(call.ResponseStream, call.RequestStream, Ct);
    }

    private sealed class Scripted(Func<IServerStreamWriter<Packet>, IAsyncStreamReader<Packet>, Task> script) : FileSync.FileSyncBase
    {
        public override Task DiffCopy(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context) => script(responseStream, requestStream);
    }

    private sealed class Dying : FileSync.FileSyncBase
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task DiffCopy(IAsyncStreamReader<Packet> requestStream, IServerStreamWriter<Packet> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = new Stat { Path = "half", Size = 5, Mode = 0x1A4, ModTime = 1_000_000_007 } });
            await responseStream.WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = new Stat { Path = "whole", Size = 0, Mode = 0x1A4, ModTime = 1_000_000_007 } });
            Assert.True(await requestStream.MoveNext(Ct));
            Assert.True(await requestStream.MoveNext(Ct));
            await responseStream.WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketData, ID = 1 });
            await responseStream.WriteAsync(new Packet { Type = Packet.Types.PacketType.PacketData, ID = 0, Data = ByteString.CopyFromUtf8("123") });
            Asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
    }
}
