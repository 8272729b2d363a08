using System.Collections.Immutable;
using System.Text;
using Caisson.Dockerfile.Source;
using Caisson.Engine.Tests.Testing;

namespace Caisson.Engine.Tests.Sources.Signatures;

/// <summary>Git repositories that must be signed, from a real git server, with real keys.</summary>
public sealed class RequiredSignersTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _signers = [];
    private Workshop _workshop = null!; // made before each test
    private GitServer _server = null!;
    private GitWork _work = null!;

    private string Repository => _server.Address + "/our/app.git";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _workshop = await Workshop.OpenAsync();
        _server = new GitServer(_workshop["served"]);
        _work = NewRepository("our/app.git");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable signer in _signers)
            await signer.DisposeAsync();
        await _server.DisposeAsync();
        await _workshop.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_signed_with_a_given_OpenPGP_key_is_taken(bool isArmored)
    {
        OpenPgpSigner signer = await NewOpenPgpAsync("a");
        signer.Use(_work);
        Commit("-S");
        await AddsAsync(await signer.ExportAsync(_workshop["a.keys"], isArmored));
    }

    [Fact]
    public async Task A_commit_signed_with_a_given_SSH_key_is_taken()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        key.Use(_work);
        Commit("-S");
        await AddsAsync(key.PublicPath);
        await AddsAsync(Keys("signers", $"# ours\n\n*@example.com,!b@example.com namespaces=\"git,file\",valid-after=\"20200101\" {key.PublicLine}\n"));
    }

    [Fact]
    public async Task A_signed_tag_stands_for_a_commit_that_is_not_signed()
    {
        OpenPgpSigner signer = await NewOpenPgpAsync("a");
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        string openPgp = await signer.ExportAsync(_workshop["a.asc"]);
        signer.Use(_work);
        _work.Run("tag", "--sign", "--message", "one\n\n-----BEGIN PGP SIGNATURE-----\nnot yet", "v1");
        key.Use(_work);
        _work.Run("tag", "--sign", "--message", "two", "v2");
        _work.Run("tag", "--sign", "--message", "around", "around", "v1");
        _work.Push();
        await AddsAsync(openPgp, "#v1");
        await AddsAsync(openPgp, "#around");
        await AddsAsync(key.PublicPath, "?tag=v2");
        await AddsAsync(key.PublicPath, "#v2", "--keep-git-dir=true ");
        Assert.Equal(EngineCodes.GitSignerUnknown, (await RefusesAsync(openPgp, "#v2")).Code);
        Assert.Equal(EngineCodes.GitUnsigned, (await RefusesAsync(openPgp)).Code);
        Assert.Equal(EngineCodes.GitUnsigned, (await RefusesAsync(openPgp, "#" + _work.Head)).Code);
        await AddsAsync(openPgp, "#" + _work.Run("rev-parse", "refs/tags/v1").Trim());
    }

    [Fact]
    public async Task A_signed_commit_is_taken_through_a_tag_that_is_not_signed()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        key.Use(_work);
        Commit("-S");
        _work.Run("tag", "--annotate", "--message", "x", "v1");
        _work.Push();
        await AddsAsync(key.PublicPath, "#v1");
        await AddsAsync(key.PublicPath, $"?checksum={_work.Head}&fetch-by-commit=true");
    }

    [Fact]
    public async Task A_signed_tag_is_not_taken_under_another_name()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        key.Use(_work);
        _work.Run("tag", "--sign", "--message", "old", "v1");
        _work.Run("update-ref", "refs/tags/v2", _work.Run("rev-parse", "refs/tags/v1").Trim());
        _work.Push();
        Diagnostic refusal = await RefusesAsync(key.PublicPath, "#v2");
        Assert.Equal(EngineCodes.GitSignatureBad, refusal.Code);
        Assert.Contains("the tag \"v1\" of", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("\"refs/tags/v2\"", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_tag_does_not_stand_for_a_commit_that_only_its_server_says()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        key.Use(_work);
        _work.Run("tag", "--sign", "--message", "x", "v1");
        _work.Files.File("a", "evil");
        string evil = _work.Commit(), tag = _work.Run("rev-parse", "refs/tags/v1").Trim();
        await AddsAsync(key.PublicPath, "#v1");
        // Servers say what a tag stands for as they remember it.
        string served = _workshop["served/our/app.git"];
        File.Delete(Path.Combine(served, "refs/tags/v1"));
        await File.WriteAllTextAsync(Path.Combine(served, "packed-refs"), $"# pack-refs with: peeled fully-peeled sorted \n{tag} refs/tags/v1\n^{evil}\n", Ct);
        Diagnostic refusal = await RefusesAsync(key.PublicPath, "#v1");
        Assert.Equal(EngineCodes.GitSignatureBad, refusal.Code);
        Assert.Contains($"is not of commit {evil}, as its server says", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_of_SHA_256_may_be_signed_too()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        GitWork work = new(_workshop["served"], "our/new.git", _workshop["work-new"], "sha256");
        work.Files.File("a", "A");
        key.Use(work);
        work.Commit();
        string dockerfile = $"FROM scratch\nADD {_server.Address}/our/new.git /\n";
        Assert.Equal(EngineCodes.GitUnsigned, (await _workshop.FailAsync(dockerfile, Signers(new GitSigners(null, key.PublicPath)))).Code);
        work.Run("commit", "--quiet", "--amend", "--no-edit", "-S");
        work.Push();
        await _workshop.BuildAsync(dockerfile, Signers(new GitSigners(null, key.PublicPath)));
    }

    [Fact]
    public async Task What_is_not_signed_is_refused_at_the_instruction()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        Diagnostic refusal = await RefusesAsync(key.PublicPath);
        Assert.Equal((EngineCodes.GitUnsigned, 2), (refusal.Code, refusal.Where?.Line));
        Assert.Contains($"commit {_work.Head[..12]} of {Repository} is not signed, and must be with a key of {key.PublicPath}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_key_signed_is_told_when_it_is_none_of_those_given()
    {
        OpenPgpSigner signer = await NewOpenPgpAsync("a"), other = await NewOpenPgpAsync("b");
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]), otherKey = await SshSigningKey.CreateAsync(_workshop["other"]);
        string openPgp = await other.ExportAsync(_workshop["b.asc"]);
        signer.Use(_work);
        Commit("-S");
        Diagnostic refusal = await RefusesAsync(openPgp);
        Assert.Equal(EngineCodes.GitSignerUnknown, refusal.Code);
        Assert.Contains("the OpenPGP key " + signer.Fingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(EngineCodes.GitSignerUnknown, (await RefusesAsync(key.PublicPath)).Code);
        key.Use(_work);
        Commit("-S");
        refusal = await RefusesAsync(otherKey.PublicPath);
        Assert.Equal(EngineCodes.GitSignerUnknown, refusal.Code);
        string fingerprint = (await Tool.RunAsync("ssh-keygen", "-l", "-f", key.PublicPath)).Split(' ')[1];
        Assert.Contains("the SSH key " + fingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(EngineCodes.GitSignerUnknown, (await RefusesAsync(openPgp)).Code);
    }

    [Fact]
    public async Task Letters_of_any_encoding_are_signed_as_they_are()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        key.Use(_work);
        _work.Run("config", "i18n.commitEncoding", "ISO-8859-1");
        await File.WriteAllBytesAsync(_workshop["message"], [(byte)'f', (byte)'\u00FC', (byte)'r'], Ct); // no UTF-8
        _work.Run("commit", "--quiet", "--allow-empty", "-S", "--file", _workshop["message"]);
        _work.Push();
        Assert.Contains("encoding ISO-8859-1", _work.Run("cat-file", "commit", "HEAD"), StringComparison.Ordinal);
        await AddsAsync(key.PublicPath);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_signature_of_another_commit_is_refused(bool isSsh)
    {
        string keys = await SignHeadAsync(isSsh);
        await AddsAsync(keys);
        string signed = _work.Run("cat-file", "commit", "HEAD");
        Replace(signed.Replace("change", "other change", StringComparison.Ordinal));
        Diagnostic refusal = await RefusesAsync(keys);
        Assert.Equal(EngineCodes.GitSignatureBad, refusal.Code);
        Assert.Contains("is not what was signed with", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_signature_beside_a_bad_one_does_not_help()
    {
        OpenPgpSigner signer = await NewOpenPgpAsync("a"), stranger = await NewOpenPgpAsync("b");
        string keys = await signer.ExportAsync(_workshop["a.asc"]);
        stranger.Use(_work);
        Commit("-S");
        string raw = _work.Run("cat-file", "commit", "HEAD");
        string theirs = SignatureOf(raw);
        signer.Use(_work);
        _work.Run("commit", "--quiet", "--amend", "--allow-empty", "--no-edit", "-S");
        string ours = _work.Run("cat-file", "commit", "HEAD");
        Replace(ours.Replace("\n\nchange", $"\ngpgsig {theirs}\n\nchange", StringComparison.Ordinal));
        Assert.Equal(EngineCodes.GitSignatureBad, (await RefusesAsync(keys)).Code);
    }

    [Fact]
    public async Task A_message_that_was_signed_is_no_signature_of_a_commit()
    {
        OpenPgpSigner signer = await NewOpenPgpAsync("a");
        string keys = await signer.ExportAsync(_workshop["a.asc"]), message = _workshop["message"];
        await File.WriteAllTextAsync(message, "anything", Ct);
        await signer.GpgAsync("--armor", "--output", message + ".asc", "--sign", message);
        string armor = (await File.ReadAllTextAsync(message + ".asc", Ct)).Trim().Replace("PGP MESSAGE", "PGP SIGNATURE", StringComparison.Ordinal);
        Replace(_work.Run("cat-file", "commit", "HEAD").Replace("\n\nchange", $"\ngpgsig {armor.Replace("\n", "\n ", StringComparison.Ordinal)}\n\nchange", StringComparison.Ordinal));
        Assert.Equal(EngineCodes.GitSignatureBad, (await RefusesAsync(keys)).Code);
    }

    [Fact]
    public async Task A_signature_over_SHA_1_is_refused()
    {
        OpenPgpSigner signer = await NewOpenPgpAsync("a");
        signer.Use(_work, "--digest-algo", "SHA1");
        Commit("-S");
        Diagnostic refusal = await RefusesAsync(await signer.ExportAsync(_workshop["a.asc"]));
        Assert.Equal(EngineCodes.GitSignatureBad, refusal.Code);
        Assert.Contains("(SHA-1 or older)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_has_expired_or_was_revoked_is_refused()
    {
        OpenPgpSigner old = await NewOpenPgpAsync("a", "20200101T000000", "1y"), revoked = await NewOpenPgpAsync("b");
        old.Use(_work);
        Commit("-S");
        Diagnostic refusal = await RefusesAsync(await old.ExportAsync(_workshop["a.asc"]));
        Assert.Equal((EngineCodes.GitSignatureBad, true), (refusal.Code, refusal.Message.EndsWith("which has expired", StringComparison.Ordinal)));

        revoked.Use(_work);
        Commit("-S");
        string certificate = _workshop[$"b/openpgp-revocs.d/{revoked.Fingerprint}.rev"];
        await File.WriteAllTextAsync(certificate, (await File.ReadAllTextAsync(certificate, Ct)).Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal), Ct);
        await revoked.GpgAsync("--import", certificate);
        refusal = await RefusesAsync(await revoked.ExportAsync(_workshop["b.asc"]));
        Assert.Equal((EngineCodes.GitSignatureBad, true), (refusal.Code, refusal.Message.EndsWith("which was revoked", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("valid-before=\"20200101\"")]
    [InlineData("namespaces=\"file\"")]
    public async Task An_SSH_key_that_is_not_valid_now_or_not_for_git_is_refused(string options)
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        key.Use(_work);
        Commit("-S");
        Diagnostic refusal = await RefusesAsync(Keys("signers", $"a@example.com {options} {key.PublicLine}\n"));
        Assert.Equal(EngineCodes.GitSignatureBad, refusal.Code);
        Assert.Contains("which is not valid now or not for git", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_earlier_build_fetched_without_the_demand_is_checked()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]), other = await SshSigningKey.CreateAsync(_workshop["other"]);
        key.Use(_work);
        Commit("-S");
        await _workshop.BuildAsync(Dockerfile("", ""));
        await _workshop.ReopenAsync();
        Assert.Equal(EngineCodes.GitSignerUnknown, (await RefusesAsync(other.PublicPath)).Code);
        Built again = await _workshop.BuildAsync(Dockerfile("", ""), Signers(new GitSigners(null, key.PublicPath)));
        Assert.All(again.Steps, static s => Assert.EndsWith(" cached", s, StringComparison.Ordinal));
        Directory.Delete(Path.Combine(_workshop.StatePath, "cache", "git"), recursive: true);
        await AddsAsync(key.PublicPath);
    }

    [Fact]
    public async Task A_repository_is_named_by_the_beginning_of_its_address_and_the_most_specific_counts()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]), other = await SshSigningKey.CreateAsync(_workshop["other"]);
        GitWork evil = NewRepository("our-evil/app.git");
        key.Use(_work);
        Commit("-S");
        string address = $"{_server.Address}/our-evil/app.git";
        string both = $"FROM scratch\nADD {Repository} /a\nADD {address} /b\n", ours = _server.Authority + "/our";
        // Of ours only, so nothing is asked of the other.
        await _workshop.BuildAsync(both, Signers(new GitSigners(ours, key.PublicPath)));
        await _workshop.BuildAsync(both, Signers(new GitSigners("127.0.0.1/OUR/app", key.PublicPath)));
        Diagnostic refusal = await _workshop.FailAsync(both, Signers(new GitSigners("127.0.0.1", key.PublicPath)));
        Assert.Equal((EngineCodes.GitUnsigned, 3), (refusal.Code, refusal.Where?.Line));
        await _workshop.BuildAsync($"FROM scratch\nADD {Repository} /\n", Signers(new GitSigners(ours, key.PublicPath), new GitSigners(null, other.PublicPath)));
        refusal = await _workshop.FailAsync(both, Signers(new GitSigners(ours, other.PublicPath), new GitSigners("127.0.0.1", key.PublicPath)));
        Assert.Contains(refusal.Code, (string[])[EngineCodes.GitSignerUnknown, EngineCodes.GitUnsigned]);
        await _workshop.BuildAsync($"FROM scratch\nADD {Repository} /\n", Signers(new GitSigners(ours, other.PublicPath), new GitSigners(ours + "/", key.PublicPath)));
        Assert.NotEmpty(evil.Head);
    }

    [Fact]
    public async Task Submodules_are_covered_by_what_is_signed()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
        GitWork library = NewRepository("our/library.git");
        library.Files.File("l", "L");
        library.Commit();
        _work.Run("submodule", "--quiet", "add", _workshop["served/our/library.git"], "lib");
        _work.Run("config", "--file", ".gitmodules", "submodule.lib.url", "../library.git");
        key.Use(_work);
        Commit("-S");
        string[] files = await _workshop.FilesAsync(Dockerfile("", ""), Signers(new GitSigners(null, key.PublicPath)));
        Assert.Contains("f 0644 0:0 lib/l \"L\"", files);
    }

    [Fact]
    public async Task The_build_context_and_named_contexts_must_be_signed_too()
    {
        SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]), other = await SshSigningKey.CreateAsync(_workshop["other"]);
        _work.Files.File("Dockerfile", "FROM scratch\nCOPY a /\n");
        key.Use(_work);
        Commit("-S");
        Func<SshSigningKey, BuildRequest> main = k => _workshop.Request("") with { Context = BuildContext.FromLocation(Repository), DockerfilePath = null, GitSigners = [new GitSigners(null, k.PublicPath)] };
        await Workshop.BuildAsync(_workshop.Engine, main(key));
        BuildException failure = await Assert.ThrowsAsync<BuildException>(() => Workshop.BuildAsync(_workshop.Engine, main(other)));
        Assert.Equal(EngineCodes.GitSignerUnknown, Assert.Single(failure.Diagnostics).Code);
        BuildEngineOptions options = new() { StatePath = _workshop["check"], SearchPath = Environment.GetEnvironmentVariable("PATH") ?? "" };
        Assert.Empty((await DockerfileCheck.RunAsync(main(key), options, Ct)).Missing);
        failure = await Assert.ThrowsAsync<BuildException>(() => DockerfileCheck.RunAsync(main(other), options, Ct));
        Assert.Equal(EngineCodes.GitSignerUnknown, Assert.Single(failure.Diagnostics).Code);

        Func<SshSigningKey, Func<BuildRequest, BuildRequest>> named = k => r => Signers(new GitSigners(null, k.PublicPath))(r with { NamedContexts = r.NamedContexts.Add("code", Repository) });
        await _workshop.BuildAsync("FROM scratch\nCOPY --from=code a /\n", named(key));
        Assert.Equal(EngineCodes.GitSignerUnknown, (await _workshop.FailAsync("FROM scratch\nCOPY --from=code a /\n", named(other))).Code);
    }

    [Theory]
    [InlineData("", "there is no key in it")]
    [InlineData("hello\n", "line 1 is no key: it names no kind of key")]
    [InlineData("# c\nssh-ed25519 AAAA\n", "line 2 is no key: what follows ssh-ed25519 is none")]
    [InlineData("*@a cert-authority ssh-ed25519 AAAA\n", "line 1 is no key: authorities that sign certificates are not known here; name the keys themselves")]
    [InlineData("*@a until=never ssh-ed25519 AAAA\n", "line 1 is no key: there is no option \"until\"")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\n", "it holds a private key")]
    public async Task A_file_without_public_keys_is_refused(string content, string reason)
    {
        Diagnostic refusal = await RefusesAsync(Keys("keys", content));
        Assert.Equal(EngineCodes.GitSignersUnusable, refusal.Code);
        Assert.EndsWith(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_from_which_gpg_takes_no_key_is_refused()
    {
        Diagnostic refusal = await RefusesAsync(_workshop["no-such-file"]);
        Assert.Equal((EngineCodes.GitSignersUnusable, true), (refusal.Code, refusal.Message.EndsWith("there is no such file", StringComparison.Ordinal)));
        OpenPgpSigner signer = await NewOpenPgpAsync("a");
        signer.Use(_work);
        Commit("-S");
        refusal = await RefusesAsync(Keys("keys", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n"));
        Assert.Equal((EngineCodes.GitSignersUnusable, true), (refusal.Code, refusal.Message.EndsWith("gpg finds no key in it", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, "apt-get install openssh-client")]
    [InlineData(false, "apt-get install gnupg")]
    public async Task A_missing_program_is_told_with_its_package(bool isSsh, string hint)
    {
        string keys = await SignHeadAsync(isSsh), tools = Directory.CreateDirectory(_workshop["tools"]).FullName;
        File.CreateSymbolicLink(Path.Combine(tools, "git"), Tool.Find("git")!); // not null: the server requires it
        await using Workshop poor = await Workshop.OpenAsync(o => o with { SearchPath = tools });
        Diagnostic refusal = await poor.FailAsync(Dockerfile("", ""), Signers(new GitSigners(null, keys)));
        Assert.Equal((EngineCodes.MissingProgram, hint), (refusal.Code, refusal.Hint));
    }

    private async Task<string> SignHeadAsync(bool isSsh)
    {
        if (isSsh)
        {
            SshSigningKey key = await SshSigningKey.CreateAsync(_workshop["key"]);
            key.Use(_work);
            Commit("-S");
            return key.PublicPath;
        }
        OpenPgpSigner signer = await NewOpenPgpAsync("a");
        signer.Use(_work);
        Commit("-S");
        return await signer.ExportAsync(_workshop["a.asc"]);
    }

    // Shows the world a commit of this text.
    private void Replace(string commit)
    {
        string file = _workshop["object"];
        File.WriteAllText(file, commit, new UTF8Encoding(false));
        _work.Run("update-ref", "refs/heads/main", _work.Run("hash-object", "-t", "commit", "-w", file).Trim());
        _work.Push();
    }

    private static string SignatureOf(string commit)
    {
        int start = commit.IndexOf("gpgsig ", StringComparison.Ordinal) + "gpgsig ".Length;
        return commit[start..commit.IndexOf("\n\n", start, StringComparison.Ordinal)].TrimEnd();
    }

    private void Commit(string how)
    {
        _work.Run("add", "--all");
        _work.Run("commit", "--quiet", "--allow-empty", "--message", "change", how);
        _work.Push();
    }

    private GitWork NewRepository(string name)
    {
        GitWork work = new(_workshop["served"], name, _workshop["work-" + name.Replace('/', '-')]);
        work.Files.File("a", "A");
        work.Commit();
        return work;
    }

    private async Task<OpenPgpSigner> NewOpenPgpAsync(string name, string? time = null, string lifetime = "never")
    {
        OpenPgpSigner signer = await OpenPgpSigner.CreateAsync(_workshop[name], time, lifetime);
        _signers.Add(signer);
        return signer;
    }

    private string Keys(string name, string content)
    {
        File.WriteAllText(_workshop[name], content);
        return _workshop[name];
    }

    private static Func<BuildRequest, BuildRequest> Signers(params ImmutableArray<GitSigners> signers) => r => r with { GitSigners = signers };

    private async Task AddsAsync(string keys, string suffix = "", string flags = "") =>
        Assert.Contains("f 0644 0:0 a \"A\"", await _workshop.FilesAsync(Dockerfile(suffix, flags), Signers(new GitSigners(null, keys))));

    private Task<Diagnostic> RefusesAsync(string keys, string suffix = "") => _workshop.FailAsync(Dockerfile(suffix, ""), Signers(new GitSigners(null, keys)));

    private string Dockerfile(string suffix, string flags) => $"FROM scratch\nADD {flags}{Repository}{suffix} /\n";
}
