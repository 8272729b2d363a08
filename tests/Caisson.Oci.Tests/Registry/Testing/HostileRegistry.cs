using System.Globalization;
using System.Text;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry.Testing;

/// <summary>A registry with one image, which does one thing wrong; the fault's name says what, and to what it asks for.</summary>
internal sealed class HostileRegistry : IAsyncDisposable
{
    private readonly ScriptedRegistry _registry;
    private readonly string _subject;
    private readonly string _fault;
    private readonly Image _image = TestImages.Create("one", "two");
    private string _asked = "1";
    private long _sent;

    private HostileRegistry(string fault)
    {
        string[] parts = fault.Split(": ");
        _subject = parts[0];
        _fault = parts[1];
        _registry = new ScriptedRegistry(InterceptAsync);
    }

    public string Authority => _registry.Authority;

    /// <summary>The image to ask for.</summary>
    public Reference Image => _asked.StartsWith("sha256:", StringComparison.Ordinal) ? _registry.Reference("app@" + _asked) : _registry.Reference("app:" + _asked);

    /// <summary>Bytes of endless bodies that went out.</summary>
    public long SentBytes => Interlocked.Read(ref _sent);

    public static async Task<HostileRegistry> StartAsync(string fault)
    {
        HostileRegistry hostile = new(fault);
        await hostile._registry.AddImageAsync(hostile._image, "1");
        hostile.Prepare();
        return hostile;
    }

    public ValueTask DisposeAsync() => _registry.DisposeAsync();

    // What is wrong with the documents themselves.
    private void Prepare()
    {
        ImageManifest manifest = _image.Manifest;
        switch (_subject, _fault)
        {
            case ("layer", "claims to have an exabyte"):
                Serve(manifest with { Layers = manifest.Layers.SetItem(0, manifest.Layers[0] with { Size = 1L << 60 }) });
                break;
            case ("layer", "foreign"):
                Descriptor foreign = manifest.Layers[0] with { Digest = Digest.OfBytes("elsewhere"u8), MediaType = MediaTypes.DockerForeignLayerGzip, Urls = [$"{_registry.Address}/elsewhere"] };
                Serve(manifest with { Layers = manifest.Layers.SetItem(0, foreign) });
                break;
            case ("config", "claims to have a gigabyte"):
                Serve(manifest with { Config = manifest.Config with { Size = 1 << 30 } });
                break;
            case ("config", "a name twice"):
                Descriptor twice = _registry.AddBlob(Encoding.UTF8.GetBytes("{\"architecture\":\"arm64\"," + Encoding.UTF8.GetString(_image.ConfigBytes.Span)[1..]));
                Serve(manifest with { Config = twice with { MediaType = MediaTypes.OciConfig } });
                break;
            case ("manifest", "other digest than asked for"):
                _asked = Digest.OfBytes("another"u8).Value;
                break;
            case ("manifest", "nested a thousand deep"):
                Serve("{\"schemaVersion\":2,\"x\":" + new string('[', 1000) + new string(']', 1000) + "}");
                break;
            case ("manifest", "a million layers"):
                Serve(ManyLayers(1_000_000));
                break;
            case ("manifest", "as many layers as fit"):
                Serve(ManyLayers(25_000));
                break;
            case ("manifest", "a name twice"):
                Serve("{\"layers\":[]," + Encoding.UTF8.GetString(_image.ManifestBytes.Span)[1..]);
                break;
            case ("manifest", "not JSON"):
                Serve("<html>\u001b[31m");
                break;
            case ("manifest", "of schema 1"):
                Serve("""{"schemaVersion":1,"name":"app","tag":"1","fsLayers":[]}""", "application/vnd.docker.distribution.manifest.v1+prettyjws");
                break;
            case ("manifest", "of schema 1, served as JSON"):
                Serve("""{"schemaVersion":1,"name":"app","tag":"1","fsLayers":[]}""", "application/json");
                break;
            case ("index", "six deep"):
                Descriptor inner = _image.Descriptor;
                for (int depth = 0; depth < 6; depth++)
                    inner = _registry.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [inner with { Platform = null }] }), "1");
                break;
            case ("index", "names itself"):
                Descriptor self = new() { MediaType = MediaTypes.OciIndex, Digest = Digest.OfBytes("the index"u8), Size = 0 };
                byte[] ring = OciJson.Write(new ImageIndex { SchemaVersion = 2, Manifests = [self with { Size = 222 }] });
                _registry.AddManifest(MediaTypes.OciIndex, ring, "1");
                _registry.AddManifest(MediaTypes.OciIndex, ring, self.Digest.Value);
                break;
        }
    }

    private string ManyLayers(int count)
    {
        string layer = $$"""{"mediaType":"{{MediaTypes.OciLayer}}","digest":"{{Digest.OfBytes([])}}","size":0}""";
        string config = Encoding.UTF8.GetString(OciJson.Write(_image.Manifest.Config));
        return $$"""{"schemaVersion":2,"config":{{config}},"layers":[{{string.Join(',', Enumerable.Repeat(layer, count))}}]}""";
    }

    private void Serve(ImageManifest manifest) => Serve(Encoding.UTF8.GetString(OciJson.Write(manifest)));

    private void Serve(string manifest, string mediaType = MediaTypes.OciManifest) => _registry.AddManifest(mediaType, Encoding.UTF8.GetBytes(manifest), "1");

    // What is wrong with the answers.
    private async Task<bool> InterceptAsync(FaultExchange exchange)
    {
        if (_subject == "token" && exchange.Path.StartsWith("/v2/", StringComparison.Ordinal))
        {
            await exchange.RespondAsync(401, $"WWW-Authenticate: Bearer realm=\"{Realm()}\",service=\"s\"");
            return true;
        }
        return IsSubject(exchange) && await MisbehaveAsync(exchange);
    }

    private string Realm() => _fault switch
    {
        "from a file" => "file:///etc/passwd",
        "from another host without TLS" => "http://token.example/token",
        _ => _registry.Address + "/token",
    };

    private bool IsSubject(FaultExchange exchange) => _subject switch
    {
        "layer" => exchange.Path.EndsWith(_image.Manifest.Layers[0].Digest.Value, StringComparison.Ordinal) || exchange.Path.StartsWith("/ring", StringComparison.Ordinal),
        "config" => exchange.Path.EndsWith(_image.Manifest.Config.Digest.Value, StringComparison.Ordinal),
        "manifest" => exchange.Path.Contains("/manifests/", StringComparison.Ordinal),
        "token" => exchange.Path == "/token",
        _ => false,
    };

    private async Task<bool> MisbehaveAsync(FaultExchange exchange)
    {
        string type = _subject == "manifest" ? MediaTypes.OciManifest : "application/octet-stream";
        byte[] content = _subject switch
        {
            "layer" => _registry.Blob(_image.Manifest.Layers[0].Digest),
            "config" => _image.ConfigBytes.ToArray(),
            _ => _image.ManifestBytes.ToArray(),
        };
        switch (_fault)
        {
            case "other content":
                await exchange.RespondAsync(200, "", TestImages.Noise(content.Length));
                return true;
            case "other digest than asked for":
                await exchange.RespondAsync(200, $"Content-Type: {type}", content);
                return true;
            case "other digest than it states":
                await exchange.RespondAsync(200, $"Content-Type: {type}\nDocker-Content-Digest: {Digest.OfBytes("another"u8)}", content);
                return true;
            case "longer than said":
                await exchange.RespondAsync(200, "", new byte[9999]);
                return true;
            case "ends early":
                await exchange.StartAsync(200, $"Content-Type: {type}\nContent-Length: {content.Length}");
                await exchange.WriteAsync(content[..(content.Length / 2)]);
                exchange.Reset();
                return true;
            case "endless":
                await exchange.StartAsync(200, $"Content-Type: {type}\nConnection: close");
                await FloodAsync(exchange, content);
                return true;
            case "the error without end":
                await exchange.StartAsync(500, "Content-Type: application/json\nConnection: close");
                await FloodAsync(exchange, "{\"errors\":["u8.ToArray());
                return true;
            case "headers without end":
                await exchange.StartAsync(200, string.Join('\n', Enumerable.Range(0, 3000).Select(static i => $"X-{i}: {new string('x', 40)}")));
                exchange.Close();
                return true;
            case "redirect to a file":
                await exchange.RespondAsync(307, "Location: file:///etc/passwd");
                return true;
            case "redirect to another host without TLS":
                await exchange.RespondAsync(307, "Location: http://storage.example/blob");
                return true;
            case "redirect in a ring":
                await exchange.RespondAsync(307, "Location: /ring");
                return true;
            case "redirect to nowhere":
                await exchange.RespondAsync(307);
                return true;
            case { } storm when storm.EndsWith(" for ever", StringComparison.Ordinal):
                await exchange.RespondAsync(int.Parse(storm[..3], CultureInfo.InvariantCulture), "", "\u001b[2Jgo away");
                return true;
            default:
                return false;
        }
    }

    private async Task FloodAsync(FaultExchange exchange, byte[] first)
    {
        await exchange.WriteAsync(first);
        byte[] more = new byte[64 << 10];
        while (true) // ends when the client has gone
        {
            await exchange.WriteAsync(more);
            Interlocked.Add(ref _sent, more.Length);
        }
    }
}
