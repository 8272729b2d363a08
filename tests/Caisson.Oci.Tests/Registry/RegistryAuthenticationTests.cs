using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Caisson.Oci.Images;
using Caisson.Oci.Model;
using Caisson.Oci.Registry;
using Caisson.Oci.Tests.Registry.Testing;
using Caisson.Oci.Tests.Testing;

namespace Caisson.Oci.Tests.Registry;

/// <summary>Against real registries that do not let everybody in.</summary>
public sealed class RegistryAuthenticationTests
{
    // bcrypt of "s3cret:pass", made with libcrypt.
    private const string Htpasswd = "builder:$2b$04$abcdefghijklmnopqrstuuKOSavFhQn.RIV2f0iqt5efCt3jRplr6\n";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Basic_authentication_pushes_and_pulls_with_the_right_password_only()
    {
        Tool.Require("docker-registry");
        await using RegistryProcess registry = await RegistryProcess.StartAsync(static directory =>
        {
            File.WriteAllText(directory["htpasswd"], Htpasswd);
            return ("", $$"""auth: {htpasswd: {realm: test, path: "{{directory["htpasswd"]}}"} }""");
        });
        Reference target = Reference.Parse($"{registry.Authority}/private/app:1");
        FixedCredentials right = new(registry.Authority, new RegistryCredential.Password("builder", "s3cret:pass"));
        using RegistryClient client = new(new RegistryOptions { Credentials = right });
        await client.PushAsync(TestImages.Create("a", "b"), target, ct: Ct);
        await client.PullAsync(target, Platform.LinuxAmd64, Ct);
        Assert.Equal([registry.Authority], right.Asked);

        using RegistryClient anonymous = new(new RegistryOptions());
        RegistryException none = await Assert.ThrowsAsync<RegistryException>(() => anonymous.PullAsync(target, Platform.LinuxAmd64, Ct));
        Assert.Equal(RegistryErrorKind.Unauthorized, none.Kind);
        Assert.StartsWith($"{registry.Authority} wants credentials for private/app:1", none.Message, StringComparison.Ordinal);

        FixedCredentials wrong = new(registry.Authority, new RegistryCredential.Password("builder", "open-sesame"));
        using RegistryClient stranger = new(new RegistryOptions { Credentials = wrong });
        RegistryException refused = await Assert.ThrowsAsync<RegistryException>(() => stranger.PushAsync(TestImages.Create("a"), target, ct: Ct));
        Assert.Equal(RegistryErrorKind.Unauthorized, refused.Kind);
        Assert.Contains("does not accept the credentials", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_with_a_private_authority_is_trusted_when_its_certificate_is_given_for_it()
    {
        Tool.Require("docker-registry");
        using TestCertificates certificates = new();
        using X509Certificate2 server = certificates.Server();
        await using RegistryProcess registry = await RegistryProcess.StartAsync(directory =>
        {
            File.WriteAllText(directory["server.pem"], server.ExportCertificatePem());
            using ECDsa? key = server.GetECDsaPrivateKey();
            File.WriteAllText(directory["server.key"], key?.ExportPkcs8PrivateKeyPem());
            return ($$"""tls: {certificate: "{{directory["server.pem"]}}", key: "{{directory["server.key"]}}"}""", "");
        });
        Reference target = Reference.Parse($"{registry.Authority}/tls/app:1");
        RegistryOptions trusting = new() { TrustedCertificates = new RegistryOptions().TrustedCertificates.Add(registry.Authority, certificates.AuthorityPem) };
        using RegistryClient client = new(trusting);
        await client.PushAsync(TestImages.Create("tls"), target, ct: Ct);
        await client.PullAsync(target, Platform.LinuxAmd64, Ct);

        using RegistryClient distrusting = new(new RegistryOptions());
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => distrusting.ResolveAsync(target, Ct));
        Assert.Equal(RegistryErrorKind.Untrusted, e.Kind);
        Assert.False(e.IsTransient);
        Assert.Contains("its issuer is unknown", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_asks_for_a_certificate_is_shown_the_one_for_it()
    {
        Tool.Require("docker-registry");
        using TestCertificates certificates = new();
        using X509Certificate2 server = certificates.Server();
        await using RegistryProcess registry = await RegistryProcess.StartAsync(directory =>
        {
            File.WriteAllText(directory["ca.pem"], certificates.AuthorityPem);
            File.WriteAllText(directory["server.pem"], server.ExportCertificatePem());
            using ECDsa? key = server.GetECDsaPrivateKey();
            File.WriteAllText(directory["server.key"], key?.ExportPkcs8PrivateKeyPem());
            return ($$"""tls: {certificate: "{{directory["server.pem"]}}", key: "{{directory["server.key"]}}", clientcas: ["{{directory["ca.pem"]}}"]}""", "");
        });
        Reference target = Reference.Parse($"{registry.Authority}/shown/app:1");
        RegistryOptions trusting = new() { TrustedCertificates = new RegistryOptions().TrustedCertificates.Add(registry.Authority, certificates.AuthorityPem) };
        (string certificate, string key) = certificates.Client();
        using RegistryClient known = new(trusting with { ClientCertificates = trusting.ClientCertificates.Add(registry.Authority, new CertificateAndKey(certificate, key)) });
        await known.PushAsync(TestImages.Create("shown"), target, ct: Ct);
        await known.PullAsync(target, Platform.LinuxAmd64, Ct);

        using RegistryClient stranger = new(trusting with { Retry = new RetryPolicy { MaxAttempts = 1 } });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => stranger.ResolveAsync(target, Ct));
        Assert.StartsWith(registry.Authority, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_authentication_works_anonymously_with_a_password_and_with_an_identity_token()
    {
        Tool.Require("docker-registry");
        await using TestTokenServer tokens = new();
        await using RegistryProcess registry = await StartWithTokensAsync(tokens);
        Reference target = Reference.Parse($"{registry.Authority}/public/app:1");
        Image image = TestImages.Create("t1", "t2", "t3");

        using RegistryClient builder = new(new RegistryOptions
        {
            Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.Password(TestTokenServer.User, TestTokenServer.Password)),
        });
        await builder.PushAsync(image, target, ct: Ct);
        Assert.Single(tokens.Requests); // four blobs and a manifest, one scope, one token
        Assert.Contains($"scope={Uri.EscapeDataString("repository:public/app:pull,push")}", tokens.Requests[0].Target, StringComparison.Ordinal);

        using RegistryClient anonymous = new(new RegistryOptions());
        Assert.Equal(image.Descriptor.Digest, (await anonymous.PullAsync(target, Platform.LinuxAmd64, Ct)).Descriptor.Digest);
        RegistryException denied = await Assert.ThrowsAsync<RegistryException>(() => anonymous.PushAsync(TestImages.Create("new"), target, ct: Ct));
        Assert.Equal(RegistryErrorKind.Unauthorized, denied.Kind);

        using RegistryClient identified = new(new RegistryOptions
        {
            Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.IdentityToken(TestTokenServer.RefreshToken)),
        });
        await identified.PushAsync(TestImages.Create("by identity"), target, ct: Ct);
        Assert.Equal("POST", tokens.Requests[^1].Method);
        Assert.Null(tokens.Requests[^1].Authorization);
    }

    [Fact]
    public async Task A_wrong_password_is_reported_in_the_token_servers_words()
    {
        Tool.Require("docker-registry");
        await using TestTokenServer tokens = new();
        await using RegistryProcess registry = await StartWithTokensAsync(tokens);
        using RegistryClient client = new(new RegistryOptions
        {
            Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.Password("builder", "open-sesame")),
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => client.ResolveAsync(Reference.Parse($"{registry.Authority}/public/app"), Ct));
        Assert.Equal(RegistryErrorKind.Unauthorized, e.Kind);
        Assert.Contains("wrong password", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mount_asks_for_both_repositories_in_one_token()
    {
        Tool.Require("docker-registry");
        await using TestTokenServer tokens = new();
        await using RegistryProcess registry = await StartWithTokensAsync(tokens);
        OpenedBlobs opened = new();
        using RegistryClient client = new(new RegistryOptions
        {
            Credentials = new FixedCredentials(registry.Authority, new RegistryCredential.Password(TestTokenServer.User, TestTokenServer.Password)),
        });
        Image image = TestImages.Create("mounted with a token");
        Reference from = Reference.Parse($"{registry.Authority}/team/base:1");
        await client.PushAsync(image, from, ct: Ct);
        await client.PushAsync(opened.Watch(image), Reference.Parse($"{registry.Authority}/team/app:1"), [from], Ct);
        Assert.Empty(opened.Blobs);
        Assert.Contains(tokens.Requests, static r => r.Target.Contains("team%2Fapp%3Apull%2Cpush", StringComparison.Ordinal) && r.Target.Contains("team%2Fbase%3Apull&", StringComparison.Ordinal));
    }

    private static Task<RegistryProcess> StartWithTokensAsync(TestTokenServer tokens) => RegistryProcess.StartAsync(directory =>
    {
        File.WriteAllText(directory["token.pem"], tokens.Certificate.ExportCertificatePem());
        return ("", $$"""auth: {token: {realm: "{{tokens.Realm}}", service: test-registry, issuer: caisson-test, rootcertbundle: "{{directory["token.pem"]}}"} }""");
    });
}
