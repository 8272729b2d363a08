using System.Text;
using Caisson.Engine.Graph;
using Caisson.Engine.Imaging;
using Caisson.Engine.Planning;
using Caisson.Engine.Secrets;
using Caisson.Engine.Steps;
using Caisson.Linux.Files;
using Caisson.Linux.Native;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Web;

namespace Caisson.Engine.Sources.Http;

/// <summary>Files of the web: pinned by digest, kept as layers of one file, mode 0600, with the time that the server gives.</summary>
/// <remarks>Like BuildKit's source/http. A file with a checksum is asked for only when a step needs it.</remarks>
internal sealed class HttpSource
{
    private const string HeaderSecret = "HTTP_AUTH_HEADER_";
    private const string TokenSecret = "HTTP_AUTH_TOKEN_";
    private const int OwnerOnly = 0x180; // 0600
    private const int DirectoryMode = 0x1ED; // 0755

    private readonly WebFiles _web;
    private readonly WorkArea _work;
    private readonly FetchedLayers _layers;
    private readonly HttpRecords _records;
    private readonly SecretStore _secrets;

    /// <summary>Fetches for one build.</summary>
    /// <param name="parts">What it fetches with.</param>
    /// <param name="secrets">The secrets of the build; those with a host's name go to that host.</param>
    public HttpSource(FetchParts parts, SecretStore secrets)
    {
        _web = parts.Web;
        _work = parts.Work;
        _layers = parts.Layers;
        _records = parts.HttpRecords;
        _secrets = secrets;
    }

    /// <summary>Pins a file by its digest. Without a checksum that takes the file, unless the server says that it is the one of last time.</summary>
    /// <exception cref="StepException">It cannot be had.</exception>
    public async Task<Operation.Http> ResolveAsync(RemoteSource.Http source, CancellationToken ct)
    {
        if (source.Checksum is { } checksum)
            return new Operation.Http(source.Address.AbsoluteUri, checksum, source.FileName);
        HttpRecord? record = _records.Find(source.Address);
        Operation.Http? last = record is null ? null : Pinned(source, record);
        bool isHere = last is not null && _layers.Find(last) is not null;
        string file = _work.NewPath("download");
        WebFile answer = await FetchAsync(source.Address, new WebFileRequest(source.Address) { KnownTags = isHere ? [record!.Tag] : [] }, file, ct).ConfigureAwait(false);
        if (answer.Content is not { } content)
        {
            File.Delete(file);
            return last!; // its tag was sent, and no other
        }
        Operation.Http fetched = new(source.Address.AbsoluteUri, content, source.FileName) { ModifiedSeconds = answer.Modified?.ToUnixTimeSeconds() ?? 0 };
        Publish(fetched, file, answer);
        if (answer.Tag is { } given)
            _records.Add(source.Address, new HttpRecord { Tag = given, Content = content.Value, ModifiedSeconds = fetched.ModifiedSeconds });
        return fetched;
    }

    /// <summary>Fetches a pinned file.</summary>
    /// <exception cref="StepException">It cannot be had, or is another one by now.</exception>
    public async Task<Layer> FetchAsync(Operation.Http pinned, CancellationToken ct)
    {
        string file = _work.NewPath("download");
        Uri address = new(pinned.Address);
        WebFile answer = await FetchAsync(address, new WebFileRequest(address) { LeavesTls = true }, file, ct).ConfigureAwait(false);
        if (answer.Content != pinned.Content)
        {
            File.Delete(file);
            throw new StepException(EngineCodes.ChecksumMismatch, $"{WebFiles.Shown(address)} is not the expected file: expected {pinned.Content}, got {answer.Content}", "the file has changed, or the checksum is another file's");
        }
        return Publish(pinned, file, answer);
    }

    private static Operation.Http Pinned(RemoteSource.Http source, HttpRecord record) =>
        new(source.Address.AbsoluteUri, Digest.Parse(record.Content), source.FileName) { ModifiedSeconds = record.ModifiedSeconds };

    private async Task<WebFile> FetchAsync(Uri address, WebFileRequest request, string file, CancellationToken ct)
    {
        try
        {
            FileStream destination = new(file, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            await using (destination.ConfigureAwait(false))
                return await _web.FetchAsync(request with { Authorization = await AuthorizationForAsync(address, ct).ConfigureAwait(false) }, destination, ct).ConfigureAwait(false);
        }
        catch (RegistryException e)
        {
            File.Delete(file);
            throw HttpFailure.Explain(address, e);
        }
        catch
        {
            File.Delete(file);
            throw;
        }
    }

    // Of both, the token is taken, as in BuildKit.
    private async Task<string?> AuthorizationForAsync(Uri address, CancellationToken ct)
    {
        if (await _secrets.TryReadAsync(TokenSecret + address.Host, ct).ConfigureAwait(false) is { } token)
            return "Bearer " + TextOf(token);
        return await _secrets.TryReadAsync(HeaderSecret + address.Host, ct).ConfigureAwait(false) is { } header ? TextOf(header) : null;
    }

    private static string TextOf(ReadOnlyMemory<byte> secret) => Encoding.UTF8.GetString(secret.Span).Trim();

    private Layer Publish(Operation.Http pinned, string file, WebFile answer)
    {
        string directory = _work.NewDirectory("fetched");
        File.Move(file, Path.Combine(directory, pinned.FileName));
        using (DirectoryHandle opened = DirectoryHandle.Open(directory))
        {
            opened.SetMode(pinned.FileName, OwnerOnly);
            opened.SetModified(pinned.FileName, new FileTime(pinned.ModifiedSeconds ?? answer.Modified?.ToUnixTimeSeconds() ?? 0, 0));
            opened.SetOwnAttributes(DirectoryMode, CurrentProcess.EffectiveUserId, CurrentProcess.EffectiveGroupId);
        }
        return _layers.Publish(pinned, directory);
    }
}
