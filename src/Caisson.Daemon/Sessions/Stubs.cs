#pragma warning disable
using System.Collections.Immutable;
using Caisson.Oci.Registry;
namespace Caisson.Daemon.Sessions;
internal static class SessionFileSender {
 public static Task<Stream> OpenAsync(ClientSession s, int e, IReadOnlyDictionary<string,string> a, CancellationToken ct) => throw new NotImplementedException();
 public static Task SendDirectoryAsync(ClientSession s, int e, string path, CancellationToken ct) => throw new NotImplementedException();
}
internal sealed class SessionSecrets(ClientSession s, CancellationToken ct) : Caisson.Engine.ISecretProvider { public ReadOnlyMemory<byte>? Find(string id) => null; }
internal sealed class SessionSsh(ClientSession s, Func<string> d) : Caisson.Engine.ISshAgentProvider { public bool Has(string id) => false; public Task<string?> FindAsync(string id, CancellationToken ct) => Task.FromResult<string?>(null); }
internal sealed class SessionCredentials(ClientSession s) : ICredentialSource { public Task<RegistryCredential?> GetAsync(string h, string? r, CancellationToken ct) => Task.FromResult<RegistryCredential?>(null); }
internal static class SessionUpload { public static Task<Stream> OpenAsync(ClientSession s, string a, CancellationToken ct) => throw new NotImplementedException(); }
