using System.Collections.Immutable;
using Caisson.Dockerfile.Source;
using Caisson.Dockerfile.Syntax;

namespace Caisson.Dockerfile.Parsing;

/// <summary>Reads ADD and COPY.</summary>
internal static class TransferParser
{
    private static readonly string[] RemotePrefixes = ["http://", "https://", "git://", "ssh://", "git@"];

    public static Instruction? ParseAdd(InstructionRequest request)
    {
        if (ReadPaths(request) is not { } paths)
            return null;
        Word? checksum = request.Flags.Text("checksum");
        if (checksum is not null && paths.Length != 2)
            request.Diagnostics.Error(
                DiagnosticCodes.BadChecksum, checksum.Span, "--checksum needs exactly one source", "write one ADD for each source");
        AddInstruction add = new(request.Header, Sources(paths), paths[^1])
        {
            KeepsGitDirectory = request.Flags.Boolean("keep-git-dir"),
            Checksum = checksum,
            Unpacks = request.Flags.Boolean("unpack"),
        };
        return Complete(request, add, paths);
    }

    public static Instruction? ParseCopy(InstructionRequest request)
    {
        if (ReadPaths(request) is not { } paths)
            return null;
        foreach (Word path in paths.AsSpan()[..^1])
        {
            if (IsRemote(path.Characters))
                request.Diagnostics.Error(DiagnosticCodes.RemoteSource, path.Span, $"COPY cannot fetch {Quoted.Of(path.Text)}", "ADD can");
        }
        Word? from = request.Flags.Text("from");
        if (from is not null && !from.IsLiteral(request.Escape))
        {
            const string Hint = "name the image in a stage of its own, FROM image AS name, and use --from=name";
            request.Diagnostics.Error(
                DiagnosticCodes.VariableNotAllowed, from.Span, "no variables, quotes or escapes are expanded in --from", Hint);
        }
        CopyInstruction copy = new(request.Header, Sources(paths), paths[^1])
        {
            From = from,
            KeepsParents = request.Flags.Boolean("parents") ?? false,
        };
        return Complete(request, copy, paths);
    }

    private static TransferInstruction Complete(InstructionRequest request, TransferInstruction transfer, ImmutableArray<Word> paths)
    {
        if (request.Flags.Text("chmod") is { } mode && mode.IsLiteral(request.Escape) && !FileModeChange.TryParse(mode.Text, out _))
        {
            const string Hint = "write an octal number such as 755, or changes such as u=rwX,go=rX";
            request.Diagnostics.Error(DiagnosticCodes.BadFileMode, mode.Span, $"{Quoted.Of(mode.Text)} is no file mode", Hint);
        }
        return transfer with
        {
            Documents = ReadDocuments(request, paths),
            Owner = request.Flags.Text("chown"),
            Mode = request.Flags.Text("chmod"),
            IsLinked = request.Flags.Boolean("link") ?? false,
            Excludes = request.Flags.All("exclude", static f => f.Value),
        };
    }

    private static ImmutableArray<Word>? ReadPaths(InstructionRequest request)
    {
        if (CommandForms.ReadList(request) is not { } paths)
            return null;
        string name = request.Rule.Name;
        if (paths.Length < 2)
        {
            string lack = paths.IsEmpty ? $"{name} lacks a source and a destination" : $"{name} lacks a destination";
            request.Missing(lack, $"write {name} source destination");
            return null;
        }
        if (HeredocReader.ReadMarker(paths[^1]) is not null)
        {
            string message = $"{name} cannot have a heredoc as its destination";
            request.Diagnostics.Error(DiagnosticCodes.MisplacedHeredoc, paths[^1].Span, message, $"write {name} <<EOF destination");
            return null;
        }
        return paths;
    }

    private static bool IsRemote(ReadOnlySpan<char> path)
    {
        foreach (string prefix in RemotePrefixes)
        {
            if (path.StartsWith(prefix))
                return true;
        }
        return false;
    }

    private static ImmutableArray<Word> Sources(ImmutableArray<Word> paths)
    {
        var sources = ImmutableArray.CreateBuilder<Word>(paths.Length - 1);
        foreach (Word path in paths.AsSpan()[..^1])
        {
            if (HeredocReader.ReadMarker(path) is null)
                sources.Add(path);
        }
        return sources.DrainToImmutable();
    }

    private static ImmutableArray<Heredoc> ReadDocuments(InstructionRequest request, ImmutableArray<Word> paths)
    {
        ImmutableArray<Heredoc>.Builder? documents = null;
        foreach (Word path in paths.AsSpan()[..^1])
        {
            if (HeredocReader.ReadMarker(path) is not { } marker)
                continue;
            if (FindDocument(request, marker.Name) is { } document)
                (documents ??= ImmutableArray.CreateBuilder<Heredoc>(1)).Add(document);
            else
                ReportMisplaced(
                    request, path, "this heredoc has no document: a quote of the line is not closed, or it stands in a JSON array");
        }
        foreach (Heredoc announced in request.Header.Heredocs)
        {
            if (documents?.Contains(announced) != true)
                ReportMisplaced(request, announced.Marker, "this heredoc is no source of its own");
        }
        return documents?.DrainToImmutable() ?? [];
    }

    private static Heredoc? FindDocument(InstructionRequest request, string name) => request.Header.Heredocs.LastOrDefault(h => h.Name == name);

    private static void ReportMisplaced(InstructionRequest request, Word where, string message)
    {
        string hint = $"write {request.Rule.Name} <<EOF destination, with no white space after \"<<\"";
        request.Diagnostics.Error(DiagnosticCodes.MisplacedHeredoc, where.Span, message, hint);
    }
}
