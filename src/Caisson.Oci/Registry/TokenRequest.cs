using System.Net.Http.Headers;
using System.Text;

namespace Caisson.Oci.Registry;

/// <summary>A question to a token server, in one of its two forms.</summary>
/// <remarks>Docker registry token authentication: GET with basic authentication; Docker registry OAuth2 token authentication: POST of a form.</remarks>
internal sealed record TokenRequest
{
    /// <summary>The registry that the token is for.</summary>
    public required RegistryHost Host { get; init; }

    /// <summary>The token server.</summary>
    public required Uri Realm { get; init; }

    /// <summary>What it calls the registry.</summary>
    public required string? Service { get; init; }

    /// <summary>What the token must allow.</summary>
    public required string Scope { get; init; }

    /// <summary>Who asks; null for anybody.</summary>
    public required RegistryCredential? Credential { get; init; }

    /// <summary>Whether a form is sent even with a password; with an identity token it always is.</summary>
    public bool IsForm { get; init; }

    /// <summary>Where it goes.</summary>
    public Uri Address => Sends ? Realm : WithQuery();

    /// <summary>The header of the form without a form.</summary>
    public AuthenticationHeaderValue? Authorization => Credential is RegistryCredential.Password password && !Sends ? Basic(password) : null;

    /// <summary>The secret in the form of a header, for whoever has to keep it out of messages.</summary>
    public AuthenticationHeaderValue? Secret => Credential switch
    {
        RegistryCredential.Password password => Basic(password),
        RegistryCredential.IdentityToken identity => new AuthenticationHeaderValue("Bearer", identity.Token),
        _ => null,
    };

    /// <summary>What is asked for and where, without what is secret.</summary>
    public override string ToString() => $"{Scope} from {Redaction.Of(Realm)}";

    private bool Sends => IsForm || Credential is RegistryCredential.IdentityToken;

    /// <summary>User and password as a header.</summary>
    public static AuthenticationHeaderValue Basic(RegistryCredential.Password password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{password.User}:{password.Secret}")));

    /// <summary>The message.</summary>
    public HttpRequestMessage ToMessage(Uri to, AuthenticationHeaderValue? authorization)
    {
        HttpRequestMessage message = new(Sends ? HttpMethod.Post : HttpMethod.Get, to);
        if (Sends)
            message.Content = new FormUrlEncodedContent(Form());
        else
            message.Headers.Authorization = authorization;
        return message;
    }

    private Dictionary<string, string> Form()
    {
        Dictionary<string, string> form = new() { ["service"] = Service ?? "", ["client_id"] = "caisson", ["scope"] = Scope };
        if (Credential is RegistryCredential.IdentityToken identity)
        {
            form["grant_type"] = "refresh_token";
            form["refresh_token"] = identity.Token;
        }
        else if (Credential is RegistryCredential.Password password)
        {
            form["grant_type"] = "password";
            form["username"] = password.User;
            form["password"] = password.Secret;
        }
        return form;
    }

    private Uri WithQuery()
    {
        UriBuilder builder = new(Realm);
        StringBuilder query = new(builder.Query.TrimStart('?'));
        void Add(string name, string value) => query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));

        if (Service is not null)
            Add("service", Service);
        foreach (string single in Scopes.Split(Scope))
            Add("scope", single);
        if (Credential is RegistryCredential.Password password)
            Add("account", password.User);
        builder.Query = query.ToString();
        return builder.Uri;
    }
}
