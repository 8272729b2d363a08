using System.Buffers.Binary;

namespace Caisson.Linux.Agents;

/// <summary>The messages of the SSH agent protocol, as far as they concern whoever stands between an agent and its client.</summary>
/// <remarks>draft-ietf-sshm-ssh-agent-05, sections 3 and 6: four bytes of length, one of type, and the content.</remarks>
internal static class AgentMessage
{
    // OpenSSH, AGENT_MAX_LEN.
    private const int MaxBytes = 256 << 10;
    private const int HeaderBytes = sizeof(uint);

    private const byte Failure = 5; // SSH_AGENT_FAILURE
    private const byte RequestIdentities = 11; // SSH_AGENTC_REQUEST_IDENTITIES
    private const byte SignRequest = 13; // SSH_AGENTC_SIGN_REQUEST

    /// <summary>The answer to what is refused.</summary>
    public static ReadOnlyMemory<byte> Refusal { get; } = new byte[] { 0, 0, 0, 1, Failure };

    /// <summary>Whether a request only uses keys: it lists them or signs with one. Any other would change the agent, or is unknown.</summary>
    public static bool OnlyUsesKeys(ReadOnlySpan<byte> request) => request[HeaderBytes] is RequestIdentities or SignRequest;

    /// <summary>Reads one message with its header; null at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">What comes is no message, or is too long.</exception>
    /// <exception cref="EndOfStreamException">The stream ends inside a message.</exception>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken ct)
    {
        byte[] header = new byte[HeaderBytes];
        int count = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        if (count == 0)
            return null;
        if (count < HeaderBytes)
            throw new EndOfStreamException();
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is 0 or > MaxBytes)
            throw new InvalidDataException($"a message of an SSH agent has {length} bytes");
        byte[] message = new byte[HeaderBytes + length];
        header.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(HeaderBytes), ct).ConfigureAwait(false);
        return message;
    }
}
