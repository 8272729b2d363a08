using Caisson.Daemon.Grpc;
using Caisson.Daemon.Proto.Control;
using Caisson.Daemon.Proto.Health;
using Grpc.Core;

namespace Caisson.Daemon.Sessions;

/// <summary>The sessions of all clients that are connected, by name. Safe for many users at once.</summary>
internal sealed class SessionRegistry(TimeProvider time)
{
    // A build and its session come by ways of their own, and either may be first.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClientSession> _sessions = new(StringComparer.Ordinal);
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Serves the session that a client offers on a connection, until either ends it.</summary>
    /// <param name="connection">A connection on which the client is an HTTP/2 server; disposed at the end.</param>
    /// <param name="traits">What the client says of the session.</param>
    /// <exception cref="RpcException">There is a session of this name already.</exception>
    public async Task ServeAsync(Stream connection, SessionTraits traits, CancellationToken ct)
    {
        GrpcConnection calls = new(connection, time);
        await using (calls.ConfigureAwait(false))
        {
            ClientSession session = new(traits, calls);
            Add(session);
            try
            {
                using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(session.Closed, ct);
                await ConverseAsync(session, ends.Token).ConfigureAwait(false);
            }
            finally
            {
                lock (_lock)
                    _sessions.Remove(traits.Id);
            }
        }
    }

    /// <summary>Serves the session that a client offers within a call, the messages of which carry the bytes of a connection.</summary>
    public Task ServeAsync(IAsyncStreamReader<BytesMessage> input, IAsyncStreamWriter<BytesMessage> output, ServerCallContext context) =>
        ServeAsync(new MessageStream<BytesMessage>(input, static m => m.Data, output, static b => new BytesMessage { Data = b }), SessionTraits.FromMetadata(context.RequestHeaders), context.CancellationToken);

    /// <summary>Finds a session, and waits some seconds for one that is about to come.</summary>
    /// <param name="id">Its name; what stands before a colon in it is of no account.</param>
    /// <exception cref="RpcException">There is none.</exception>
    public async Task<ClientSession> GetAsync(string id, CancellationToken ct)
    {
        if (id.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon && colon + 1 < id.Length)
            id = id[(colon + 1)..];
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_sessions.TryGetValue(id, out ClientSession? session))
                    return session;
                arrival = _arrival.Task;
            }
            try
            {
                await arrival.WaitAsync(ends.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                throw new RpcException(new Status(StatusCode.NotFound, $"no active session for {id}"));
            }
        }
    }

    /// <summary>Fails when there is a session of this name already.</summary>
    /// <exception cref="RpcException">There is one.</exception>
    public void CheckFree(string id)
    {
        lock (_lock)
        {
            if (_sessions.ContainsKey(id))
                throw Taken(id);
        }
    }

    private void Add(ClientSession session)
    {
        lock (_lock)
        {
            if (!_sessions.TryAdd(session.Id, session))
                throw Taken(session.Id);
            _arrival.SetResult();
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static RpcException Taken(string id) => new(new Status(StatusCode.AlreadyExists, $"session {id} already exists"));

    // The first call makes HTTP/2 begin, from when on the end of the connection is seen. What the client says to it is of no account.
    private static async Task ConverseAsync(ClientSession session, CancellationToken ct)
    {
        try
        {
            using AsyncUnaryCall<HealthCheckResponse> check = new Health.HealthClient(session.Calls).CheckAsync(new HealthCheckRequest(), cancellationToken: ct);
            await check.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException)
        {
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, ct).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
    }
}
