using System.Globalization;
using Caisson.Oci.Model;

namespace Caisson.Engine.Spelling;

/// <summary>The places of shared caches, as options of the command line name them.</summary>
public static class CacheLocations
{
    private const string Types = "inline, registry, local, s3 and gha";

    private static readonly string[] Secrets = ["access_key_id", "secret_access_key", "session_token", "token", "ghtoken"];

    // What timers can wait is 49 days.
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(24);

    /// <summary>The place that a value names.</summary>
    /// <param name="options">The value; what names the place is taken out.</param>
    /// <param name="shown">The option with its value, for what the user is told; never with a secret.</param>
    /// <param name="directory">The key that names a directory.</param>
    /// <param name="find">For what the value does not say.</param>
    /// <exception cref="UsageException">It is not understood.</exception>
    public static CacheLocation Read(OptionList options, string shown, string directory, Func<string, string?> find)
    {
        string type = options.Take("type") ?? throw new UsageException($"{shown}: type= is missing; there are {Types}");
        return type switch
        {
            "inline" => new CacheLocation.Inline(),
            "registry" => new CacheLocation.Registry(ReferenceOf(Required(options, "ref", shown), shown)),
            "local" => DirectoryOf(options, shown, directory),
            "s3" => S3Of(options, shown, find),
            "gha" => ActionsOf(options, shown, find),
            "azblob" => throw new UsageException($"{shown}: caches in Azure Blob Storage are not supported; there are {Types}"),
            _ => throw new UsageException($"{shown}: \"{type}\" is no type of cache; there are {Types}"),
        };
    }

    /// <summary>A value as the user is told of it.</summary>
    public static string WithoutSecrets(string value) => string.Join(',', OptionList.Fields(value).Select(static field =>
    {
        int end = field.IndexOf('=', StringComparison.Ordinal);
        // Without a key it may be what a comma has cut off a secret.
        return end < 0 ? "…" : Secrets.Contains(field[..end].Trim(' '), StringComparer.OrdinalIgnoreCase) ? field[..(end + 1)] + "…" : field;
    }));

    /// <summary>A name in a registry.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Reference ReferenceOf(string text, string shown) => Reference.TryParse(text, out Reference? reference, out string? problem) ? reference : throw new UsageException($"{shown}: {problem}");

    /// <summary>How long something may take: a number of seconds, or with a unit, as in <c>90s</c>, <c>10m</c> or <c>1h30m</c>; null when it is not given.</summary>
    /// <exception cref="UsageException">It is none, or longer than can be waited.</exception>
    public static TimeSpan? TimeoutOf(OptionList options, string key, string shown) => TimeOf(options, key, shown) is not { } time ? null
        : time <= MaxTimeout ? time
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{shown}: {key}= is longer than {MaxTimeout.TotalDays} days"));

    private static TimeSpan? TimeOf(OptionList options, string key, string shown)
    {
        if (options.Take(key) is not { } text)
            return null;
        string written = text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 ? text + "s" : text;
        return Durations.TryParse(written, out TimeSpan time) && time > TimeSpan.Zero ? time : throw new UsageException($"{shown}: {key}={text} is no time; write it as 30s or 5m");
    }

    private static CacheLocation.Directory DirectoryOf(OptionList options, string shown, string key)
    {
        string path = Required(options, key, shown);
        Digest? digest = null;
        if (key == "src" && options.Take("digest") is { } text && !Digest.TryParse(text, out digest))
            throw new UsageException($"{shown}: digest={text} is no digest");
        return new CacheLocation.Directory(path) { Tag = options.Take("tag") ?? "latest", Digest = digest };
    }

    private static CacheLocation.S3 S3Of(OptionList options, string shown, Func<string, string?> find)
    {
        string bucket = options.Take("bucket") ?? find("AWS_BUCKET") ?? throw new UsageException($"{shown}: bucket= is missing, and $AWS_BUCKET is not set");
        string region = options.Take("region") ?? find("AWS_REGION") ?? find("AWS_DEFAULT_REGION") ?? throw new UsageException($"{shown}: region= is missing, and $AWS_REGION is not set");
        string? id = options.Take("access_key_id"), secret = options.Take("secret_access_key"), session = options.Take("session_token");
        if (id is null != secret is null)
            throw new UsageException($"{shown}: access_key_id= and secret_access_key= are given together, or neither");
        if (id is null)
            (id, secret, session) = (find("AWS_ACCESS_KEY_ID"), find("AWS_SECRET_ACCESS_KEY"), find("AWS_SESSION_TOKEN"));
        S3Bucket read = new() { Bucket = bucket, Region = region };
        return new CacheLocation.S3(read with
        {
            Prefix = options.Take("prefix") ?? read.Prefix,
            BlobsPrefix = options.Take("blobs_prefix") ?? read.BlobsPrefix,
            ManifestsPrefix = options.Take("manifests_prefix") ?? read.ManifestsPrefix,
            Names = options.Take("name")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? [.. names] : read.Names,
            Endpoint = (options.Take("endpoint_url") ?? find("AWS_ENDPOINT_URL_S3") ?? find("AWS_ENDPOINT_URL")) is { } endpoint ? AddressOf(endpoint, "endpoint_url", shown) : null,
            UsesPathStyle = options.TakeFlag("use_path_style"),
            Credential = id is not null && secret is not null ? new S3Credential(id, secret, session) : null,
            TouchRefresh = TimeOf(options, "touch_refresh", shown) ?? read.TouchRefresh,
            UploadParallelism = options.Take("upload_parallelism") is not { } text ? read.UploadParallelism
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 100 ? number
                : throw new UsageException($"{shown}: upload_parallelism={text} is no number from 1 to 100"),
        });
    }

    private static CacheLocation.Actions ActionsOf(OptionList options, string shown, Func<string, string?> find)
    {
        const string hint = "in a workflow, steps that run commands do not see it by themselves: docs/shared-cache.md tells how they get it";
        string token = options.Take("token") ?? find("ACTIONS_RUNTIME_TOKEN") ?? throw new UsageException($"{shown}: token= is missing, and $ACTIONS_RUNTIME_TOKEN is not set; {hint}");
        // As in BuildKit: version 2 where the runner offers it, unless version=1.
        string? version = options.Take("version");
        string? second = options.Take("url_v2") ?? (version == "1" || find("ACTIONS_CACHE_SERVICE_V2") is null && version != "2" ? null : find("ACTIONS_RESULTS_URL"));
        string? first = options.Take("url") ?? find("ACTIONS_CACHE_URL") ?? find("ACTIONS_RUNTIME_URL");
        bool isSecond = version switch
        {
            null => second is not null,
            "1" => false,
            "2" => true,
            _ => throw new UsageException($"{shown}: version={version} is neither 1 nor 2"),
        };
        string url = (isSecond ? second ?? first : first) ?? throw new UsageException($"{shown}: {(isSecond ? "url_v2= is missing, and $ACTIONS_RESULTS_URL" : "url= is missing, and $ACTIONS_CACHE_URL")} is not set; {hint}");
        string scope = options.Take("scope") ?? "caisson";
        if (scope.Length == 0 || scope.Length > 200 || scope.AsSpan().ContainsAny(",#"))
            throw new UsageException($"{shown}: scope={scope} is no name: neither commas nor #, at most 200 characters");
        return new CacheLocation.Actions(new ActionsService(AddressOf(url, isSecond ? "url_v2" : "url", shown), token) { Scope = scope, IsVersion2 = isSecond });
    }

    private static Uri AddressOf(string text, string key, string shown) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps) && address.UserInfo.Length == 0
            ? address
            : throw new UsageException($"{shown}: {key}= is no address such as https://HOST");

    private static string Required(OptionList options, string key, string shown) =>
        options.Take(key) is { Length: > 0 } value ? value : throw new UsageException($"{shown}: {key}= is missing");
}
