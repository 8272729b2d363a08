namespace Caisson.Engine.Bundling;

/// <summary>The media types of what a bundle consists of. Layers of images keep theirs.</summary>
public static class BundleTypes
{
    /// <summary>The type of the artifact.</summary>
    public const string Artifact = "application/vnd.caisson.bundle.v1";

    /// <summary>What is in it, as JSON: <see cref="BundleRecord"/>.</summary>
    public const string Record = "application/vnd.caisson.bundle.record.v1+json";

    /// <summary>A text: the Dockerfile, the lock file, a policy.</summary>
    public const string Text = "application/vnd.caisson.bundle.text.v1";

    /// <summary>Files of a build context, or what was fetched: an archive.</summary>
    public const string Files = "application/vnd.caisson.bundle.files.v1.tar+gzip";

    /// <summary>What a step asked the network for, one exchange a line.</summary>
    public const string Requests = "application/vnd.caisson.bundle.requests.v1+jsonl";

    /// <summary>The content of an answer, as it came.</summary>
    public const string Answer = "application/vnd.caisson.bundle.answer.v1";

    /// <summary>The content of an answer, compressed.</summary>
    public const string CompressedAnswer = "application/vnd.caisson.bundle.answer.v1+gzip";

    /// <summary>A manifest, an index or a configuration of an image. Its own type stands in the record: registries would look for what it names.</summary>
    public const string Document = "application/vnd.caisson.bundle.document.v1+json";
}
