using System.Net.Sockets;
using System.Text;
using Caisson.Daemon.Tests.Testing;
using Microsoft.AspNetCore.Http;

namespace Caisson.Daemon.Tests.Hosting;

/// <summary>Clients that say that they send nothing more, as <c>nc -N</c> does.</summary>
public sealed class HalfClosedConnectionTests
{
    [Fact]
    public async Task A_client_that_sends_nothing_more_is_answered()
    {
        TaskCompletionSource answering = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GrpcPair pair = new(async context =>
        {
            answering.TrySetResult();
            // Longer than it takes to see that the client has closed its half.
            await Task.Delay(TimeSpan.FromMilliseconds(300), context.RequestAborted);
            await context.Response.WriteAsync("answered", context.RequestAborted);
        });
        await pair.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await using NetworkStream client = await pair.DialAsync();
            await client.WriteAsync("GET / HTTP/1.1\r\nHost: d\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            client.Socket.Shutdown(SocketShutdown.Send);
            using StreamReader answer = new(client, Encoding.UTF8);
            Assert.Contains("answered", await answer.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_client_asked_for_is_given_up_when_it_goes_even_after_it_closed_its_half()
    {
        TaskCompletionSource answering = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GrpcPair pair = new(async context =>
        {
            using CancellationTokenRegistration gone = context.RequestAborted.Register(givenUp.SetResult);
            answering.TrySetResult();
            await givenUp.Task;
        });
        await pair.StartAsync();
        await using (NetworkStream client = await pair.DialAsync())
        {
            await client.WriteAsync("GET / HTTP/1.1\r\nHost: d\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            client.Socket.Shutdown(SocketShutdown.Send);
            await answering.Task.WaitAsync(TestContext.Current.CancellationToken);
            Assert.False(givenUp.Task.IsCompleted);
        }
        await givenUp.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
