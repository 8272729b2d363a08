using System.Collections.Immutable;
using Caisson.Oci.Model;

namespace Caisson.Engine.Sources.Gateway;

/// <summary>A request of a step's program and the answer to it, as they are remembered with the layer that the step made.</summary>
internal sealed record RecordedExchange
{
    /// <summary>The status of a request that nobody answered.</summary>
    public const int Unanswered = 0;

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The whole address, without user name and password.</summary>
    public required string Address { get; init; }

    /// <summary>Where the answer came from, when a rule led there; null when it was the address.</summary>
    public string? From { get; init; }

    /// <summary>The digest of what was sent; null when that was nothing.</summary>
    public Digest? Sent { get; init; }

    /// <summary>The part of the content that was asked for (<c>Range</c>); null for all.</summary>
    public string? Range { get; init; }

    /// <summary>The form that was asked for (<c>Accept</c>, <c>Accept-Encoding</c>, <c>Git-Protocol</c>); empty for any.</summary>
    public string Form { get; init; } = "";

    /// <summary>The status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>The fields of the answer that mean something beyond the moment.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>The length of the content in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>The length that the answer announced where no content came, as to <c>HEAD</c>; null when it said none, or content came.</summary>
    public long? AnnouncedBytes { get; init; }

    /// <summary>The digest of the content; null when there was none, or it passed unseen.</summary>
    public Digest? Content { get; init; }

    /// <summary>The package that the content is, as a PURL; null when it is none that is known.</summary>
    public string? Package { get; init; }

    /// <summary>Whether all of the answer came before the step ended.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether there was an answer at all.</summary>
    public bool IsAnswered => Status != Unanswered;

    /// <summary>Whether the content passed unseen, because a rule says so (<c>tls=tunnel</c>).</summary>
    public bool IsTunnel => Method == "CONNECT";

    /// <summary>What tells the request from others: an equal one gets an equal answer when the step is repeated.</summary>
    public string Key => string.Join('\n', Method, Address, Sent?.Value ?? "", Range ?? "", Form);

    /// <summary>The form that a request asks for.</summary>
    public static string FormOf(GatewayRequest request) =>
        string.Join(';', ((string[])["Accept", "Accept-Encoding", "Git-Protocol"]).Select(name => request.Find(name) ?? ""));
}
