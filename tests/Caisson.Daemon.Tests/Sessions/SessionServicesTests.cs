using System.Net.Sockets;
using Caisson.Daemon.Proto.Sessions.Auth;
using Caisson.Daemon.Proto.Sessions.Content;
using Caisson.Daemon.Proto.Sessions.FileSync;
using Caisson.Daemon.Proto.Sessions.Secrets;
using Caisson.Daemon.Proto.Sessions.Ssh;
using Caisson.Daemon.Proto.Sessions.Upload;
using Caisson.Daemon.Sessions;
using Caisson.Daemon.Tests.Testing;
using Caisson.Engine;
using Caisson.Linux.Agents;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Testing;
using Google.Protobuf;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Caisson.Daemon.Tests.Sessions;

/// <summary>What a client serves besides directories.</summary>
public sealed class SessionServicesTests : IAsyncLifetime
{
    private readonly FakeClient _client = new();
    private readonly TempDirectory _temp = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _temp.Dispose();
    }

    [Fact]
    public async Task A_disk_that_does_not_take_what_a_client_sends_is_called_full()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "none", Directory.CreateDirectory(_temp["small"]).FullName);
        try
        {
            await using BuildEngine engine = await BuildEngine.OpenAsync(new BuildEngineOptions { StatePath = _temp["small/store"], SearchPath = "/usr/sbin:/usr/bin:/sbin:/bin" }, Ct);
            FileSync.BindService(_client.Serves, new SendingClient([SendingClient.File("large", new string('x', 4 << 20))]));
            ClientSession session = await _client.ConnectAsync("s1", "", SessionFiles.Method);
            BuildException failure = await Assert.ThrowsAsync<BuildException>(() => new SessionFiles(engine.ClientDirectories).ReadAsync(session, new FileRequest("context") { FollowPaths = ["large"] }, maxBytes: 1, Ct));
            Assert.Equal(EngineCodes.DiskFull, failure.Code);
        }
        finally
        {
            await Tool.RunAsync("umount", _temp["small"]);
        }
    }

    [Fact]
    public async Task A_secret_is_had_or_not()
    {
        Secrets.BindService(_client.Serves, new OneSecret());
        ClientSession session = await _client.ConnectAsync();
        Assert.Equal("hidden", GrpcPair.Text((await SessionSecrets.TryGetAsync(session, "known", Ct))!.Value.ToArray())); // not null: it is known
        Assert.Null(await SessionSecrets.TryGetAsync(session, "other", Ct));
    }

    [Fact]
    public async Task A_client_without_secrets_has_none() => Assert.Null(await SessionSecrets.TryGetAsync(await _client.ConnectAsync(), "known", Ct));

    [Fact]
    public async Task Programs_talk_to_the_agent_of_the_client()
    {
        Agent agent = new();
        SSH.BindService(_client.Serves, agent);
        ClientSession session = await _client.ConnectAsync();
        await using ConnectionSocket socket = await SessionSsh.ForwardAsync(session, "default", _temp.Path, Ct);
        for (int i = 0; i < 3; i++)
        {
            using Socket program = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await program.ConnectAsync(new UnixDomainSocketEndPoint(socket.Path), Ct);
            await using NetworkStream stream = new(program);
            await stream.WriteAsync(GrpcPair.Text("question"), Ct);
            program.Shutdown(SocketShutdown.Send);
            using StreamReader reader = new(stream);
            Assert.Equal("default:question", await reader.ReadToEndAsync(Ct));
        }
    }

    [Fact]
    public async Task An_agent_that_the_client_does_not_have_is_refused()
    {
        SSH.BindService(_client.Serves, new Agent());
        ClientSession session = await _client.ConnectAsync();
        Assert.Equal("unset ssh forward key other", (await Assert.ThrowsAsync<RpcException>(() => SessionSsh.ForwardAsync(session, "other", _temp.Path, Ct))).Status.Detail);
    }

    [Fact]
    public async Task Credentials_are_a_password_a_token_or_none()
    {
        Auth.BindService(_client.Serves, new Keys());
        SessionCredentials credentials = new(await _client.ConnectAsync(), TimeProvider.System);
        Assert.Equal(new RegistryCredential.Password("me", "pw"), await credentials.GetAsync("a.example", "x", Ct));
        Assert.Equal(new RegistryCredential.IdentityToken("tok"), await credentials.GetAsync("docker.io", null, Ct));
        Assert.Null(await credentials.GetAsync("c.example", null, Ct));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => credentials.GetAsync("broken.example", null, Ct));
        Assert.Contains("helper broke", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_gets_tokens_itself_is_asked_for_them()
    {
        Auth.BindService(_client.Serves, new Tokens());
        SessionCredentials credentials = new(await _client.ConnectAsync(), TimeProvider.System);
        Assert.Equal(new GivenToken("registry-1.docker.io https://auth.example/token?a=b service repository:x:pull push", TimeSpan.FromSeconds(77)), await credentials.TryGetTokenAsync(Wanted("docker.io"), Ct));
        // One that is told not to has no key.
        Assert.Null(await credentials.TryGetTokenAsync(Wanted("none.example"), Ct));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => credentials.TryGetTokenAsync(Wanted("broken.example"), Ct));
        Assert.Equal("the client got no token for broken.example: wrong password", e.Message);
    }

    [Fact]
    public async Task A_client_that_gets_no_tokens_has_credentials_alone()
    {
        Auth.BindService(_client.Serves, new Keys());
        SessionCredentials credentials = new(await _client.ConnectAsync(), TimeProvider.System);
        Assert.Null(await credentials.TryGetTokenAsync(Wanted("a.example"), Ct));
    }

    private static WantedToken Wanted(string host) => new(host, "x", new Uri("https://auth.example/token?a=b"), "service", ["repository:x:pull", "push"]);

    [Fact]
    public async Task What_the_client_reads_from_its_standard_input_comes_as_a_stream()
    {
        Upload.BindService(_client.Serves, new Input());
        ClientSession session = await _client.ConnectAsync();
        long moved = 0;
        int ended = 0;
        await using (Stream input = Open("abc"))
        {
            using StreamReader reader = new(input);
            Assert.Equal("buildkit-session/abc" + new string('x', 100_000), await reader.ReadToEndAsync(Ct));
            Assert.Equal((100_020, 1), (moved, ended));
        }
        Assert.Equal(1, ended);
        await using (Open("abc"))
            Assert.Equal(1, ended);
        Assert.Equal(2, ended);
        await using Stream missing = Open("other");
        Stream Open(string name) => SessionUpload.Open(session, new Uri("http://buildkit-session/" + name), bytes => moved = bytes, () => ended++, Ct);
        Assert.Equal("no http response from session for other", (await Assert.ThrowsAsync<IOException>(() => missing.ReadExactlyAsync(new byte[1], Ct).AsTask())).Message);
    }

    [Fact]
    public async Task A_result_is_sent_as_a_stream_with_what_is_told_of_it()
    {
        Receiver receiver = new();
        FileSend.BindService(_client.Serves, receiver);
        ClientSession session = await _client.ConnectAsync("s1", "", SessionFileSender.Method);
        byte[] content = new byte[5 << 20];
        new Random(1).NextBytes(content);
        await SessionFileSender.SendStreamAsync(session, 3, new Dictionary<string, string> { ["containerimage.digest"] = "sha256:1", ["annotation[linux/amd64].x"] = "y", ["name"] = "ä" }, (stream, ct) => stream.WriteAsync(content, ct).AsTask(), Ct);
        Assert.Equal(content, receiver.Received.ToArray());
        Assert.Equal("3", receiver.Metadata.GetValue("buildkit-attachable-exporter-id"));
        Assert.Equal("sha256:1", receiver.Metadata.GetValue("exporter-md-containerimage.digest"));
        Assert.True(receiver.IsWhole);
    }

    [Fact]
    public async Task A_result_that_breaks_off_is_not_taken_for_whole()
    {
        Receiver receiver = new();
        FileSend.BindService(_client.Serves, receiver);
        ClientSession session = await _client.ConnectAsync("s1", "", SessionFileSender.Method);
        await Assert.ThrowsAsync<InvalidDataException>(() => SessionFileSender.SendStreamAsync(session, 0, new Dictionary<string, string>(), async (stream, ct) =>
        {
            await stream.WriteAsync(new byte[1 << 20], ct);
            throw new InvalidDataException();
        }, Ct));
        await receiver.Ended.Task.WaitAsync(Ct);
        Assert.False(receiver.IsWhole);
    }

    [Fact]
    public async Task Why_the_client_takes_no_result_is_told()
    {
        FileSend.BindService(_client.Serves, new Receiver { Refuses = true });
        ClientSession session = await _client.ConnectAsync("s1", "", SessionFileSender.Method);
        RpcException e = await Assert.ThrowsAsync<RpcException>(() => SessionFileSender.SendStreamAsync(session, 0, new Dictionary<string, string>(), static async (stream, ct) =>
        {
            for (int i = 0; i < 100; i++)
                await stream.WriteAsync(new byte[1 << 20], ct);
        }, Ct));
        Assert.Equal((StatusCode.AlreadyExists, "target already exists"), (e.StatusCode, e.Status.Detail));
    }

    [Fact]
    public async Task A_directory_that_is_sent_is_the_one_that_comes()
    {
        string source = Directory.CreateDirectory(_temp["source"]).FullName;
        string target = Directory.CreateDirectory(_temp["target"]).FullName;
        await ShellAsync(source, "mkdir -p a/b a-b 'a b' && echo 1 > a/b/c && echo 2 > a-b/x && seq 100000 > 'a b/large' && ln -s ../x link && ln 'a b/large' a/hard && touch empty ä 🙂 ﷽ && chmod 4711 empty && touch -h -d @1.000000003 link a/b/c && chmod 700 a/b && mkfifo pipe");
        DirectoryTarget directory = new(target);
        directory.Bind(_client.Serves);
        ClientSession session = await _client.ConnectAsync("s1", "", SessionFileSender.Method);
        long sent = 0;
        await SessionFileSender.SendDirectoryAsync(session, 0, source, bytes => sent = bytes, Ct);
        Assert.Equal(await ListAsync(source), await ListAsync(target));
        Assert.True(sent > 500_000);

        static async Task<string> ListAsync(string path) => await ShellAsync(path, "find . -mindepth 1 -printf '%P %y %m %T@ %l %n\\n' | LC_ALL=C sort && find . -type f -exec sha256sum {} + | LC_ALL=C sort");
    }

    [Fact]
    public async Task Blobs_of_the_client_are_read_and_written()
    {
        ClientBlobs blobs = new();
        Content.BindService(_client.Serves, blobs);
        SessionContent content = new(await _client.ConnectAsync(), "oci:x");
        byte[] bytes = new byte[3_000_000];
        new Random(2).NextBytes(bytes);
        Descriptor blob = Descriptor.Of("x/y", bytes);
        Assert.Null(await content.TryGetSizeAsync(blob.Digest, Ct));
        await Assert.ThrowsAsync<BlobNotFoundException>(() => content.OpenBlobAsync(blob, Ct));
        await content.WriteBlobAsync(blob, new MemoryStream(bytes), Ct);
        await content.WriteBlobAsync(blob, new MemoryStream(bytes), Ct);
        Assert.Equal(bytes.Length, await content.TryGetSizeAsync(blob.Digest, Ct));
        await using (Stream read = await content.OpenBlobAsync(blob, Ct))
        {
            using MemoryStream all = new();
            await read.CopyToAsync(all, Ct);
            Assert.Equal(bytes, all.ToArray());
        }
        blobs.All[blob.Digest.Value][5] ^= 1;
        await using Stream wrong = await content.OpenBlobAsync(blob, Ct);
        await Assert.ThrowsAsync<InvalidImageException>(() => wrong.CopyToAsync(Stream.Null, Ct));
        Assert.Equal("oci:x", blobs.Store);
    }

    private static Task<string> ShellAsync(string directory, string script) => Tool.RunAsync("sh", "-euc", $"cd '{directory}'; umask 022; {script}");

    private sealed class OneSecret : Secrets.SecretsBase
    {
        public override Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context) =>
            request.ID == "known" ? Task.FromResult(new GetSecretResponse { Data = ByteString.CopyFromUtf8("hidden") }) : throw new RpcException(new Status(StatusCode.NotFound, "no"));
    }

    private sealed class Agent : SSH.SSHBase
    {
        public override Task<CheckAgentResponse> CheckAgent(CheckAgentRequest request, ServerCallContext context) =>
            request.ID == "default" ? Task.FromResult(new CheckAgentResponse()) : throw new RpcException(new Status(StatusCode.Unknown, $"unset ssh forward key {request.ID}"));

        public override async Task ForwardAgent(IAsyncStreamReader<Proto.Sessions.Ssh.BytesMessage> requestStream, IServerStreamWriter<Proto.Sessions.Ssh.BytesMessage> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new Proto.Sessions.Ssh.BytesMessage { Data = ByteString.CopyFromUtf8(context.RequestHeaders.GetValue("buildkit.ssh.id") + ":") });
            while (await requestStream.MoveNext(context.CancellationToken))
                await responseStream.WriteAsync(requestStream.Current);
        }
    }

    private sealed class Keys : Auth.AuthBase
    {
        public override Task<CredentialsResponse> Credentials(CredentialsRequest request, ServerCallContext context) => Task.FromResult(request.Host switch
        {
            "a.example" => new CredentialsResponse { Username = "me", Secret = "pw" },
            "registry-1.docker.io" => new CredentialsResponse { Secret = "tok" },
            "broken.example" => throw new RpcException(new Status(StatusCode.Unknown, "helper broke")),
            _ => new CredentialsResponse(),
        });
    }

    private sealed class Tokens : Auth.AuthBase
    {
        public override Task<GetTokenAuthorityResponse> GetTokenAuthority(GetTokenAuthorityRequest request, ServerCallContext context) => request.Host == "none.example"
            ? throw new RpcException(new Status(StatusCode.Unavailable, "client side tokens disabled"))
            : Task.FromResult(new GetTokenAuthorityResponse { PublicKey = request.Salt });

        public override Task<FetchTokenResponse> FetchToken(FetchTokenRequest request, ServerCallContext context) => request.Host == "broken.example"
            ? throw new RpcException(new Status(StatusCode.Unknown, "wrong password"))
            : Task.FromResult(new FetchTokenResponse { Token = $"{request.Host} {request.Realm} {request.Service} {string.Join(' ', request.Scopes)}", ExpiresIn = 77 });
    }

    private sealed class Input : Upload.UploadBase
    {
        public override async Task Pull(IAsyncStreamReader<Proto.Sessions.Upload.BytesMessage> requestStream, IServerStreamWriter<Proto.Sessions.Upload.BytesMessage> responseStream, ServerCallContext context)
        {
            string path = context.RequestHeaders.GetValue("urlpath") ?? "";
            if (path != "/abc")
                throw new RpcException(new Status(StatusCode.Unknown, $"no http response from session for {path[1..]}"));
            await responseStream.WriteAsync(new Proto.Sessions.Upload.BytesMessage { Data = ByteString.CopyFromUtf8(context.RequestHeaders.GetValue("urlhost") + path) });
            await responseStream.WriteAsync(new Proto.Sessions.Upload.BytesMessage());
            await responseStream.WriteAsync(new Proto.Sessions.Upload.BytesMessage { Data = ByteString.CopyFromUtf8(new string('x', 100_000)) });
        }
    }

    private sealed class Receiver : FileSend.FileSendBase
    {
        public MemoryStream Received { get; } = new();

        public Metadata Metadata { get; private set; } = [];

        public bool Refuses { get; init; }

        public bool IsWhole { get; private set; }

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task DiffCopy(IAsyncStreamReader<Proto.Sessions.FileSync.BytesMessage> requestStream, IServerStreamWriter<Proto.Sessions.FileSync.BytesMessage> responseStream, ServerCallContext context)
        {
            Metadata = context.RequestHeaders;
            if (Refuses)
                throw new RpcException(new Status(StatusCode.AlreadyExists, "target already exists"));
            try
            {
                while (await requestStream.MoveNext(context.CancellationToken))
                    requestStream.Current.Data.WriteTo(Received);
                IsWhole = true;
            }
            finally
            {
                Ended.TrySetResult();
            }
        }
    }
}
