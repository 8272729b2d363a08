using System.Text.Json;
using Caisson.Oci.Tar;

namespace Caisson.Oci.Tests.Tar;

/// <summary>A Go program that writes entries with archive/tar, as Docker, BuildKit and containerd do.</summary>
internal static class GoProgram
{
    public const string Source = """
        package main

        import (
        	"archive/tar"
        	"encoding/base64"
        	"encoding/json"
        	"os"
        	"time"
        )

        type entry struct {
        	Type     string
        	Name     string
        	Link     string
        	Mode     int64
        	Uid      int
        	Gid      int
        	Seconds  int64
        	Major    int64
        	Minor    int64
        	Xattrs   map[string]string
        	Content  string
        }

        func decode(s string) string {
        	b, err := base64.StdEncoding.DecodeString(s)
        	if err != nil {
        		panic(err)
        	}
        	return string(b)
        }

        func main() {
        	var entries []entry
        	if err := json.NewDecoder(os.Stdin).Decode(&entries); err != nil {
        		panic(err)
        	}
        	w := tar.NewWriter(os.Stdout)
        	for _, e := range entries {
        		content := decode(e.Content)
        		h := &tar.Header{Typeflag: e.Type[0], Name: decode(e.Name), Linkname: decode(e.Link), Mode: e.Mode, Uid: e.Uid, Gid: e.Gid,
        			Size: int64(len(content)), ModTime: time.Unix(e.Seconds, 0), Devmajor: e.Major, Devminor: e.Minor}
        		for k, v := range e.Xattrs {
        			if h.PAXRecords == nil {
        				h.PAXRecords = map[string]string{}
        			}
        			h.PAXRecords["SCHILY.xattr."+decode(k)] = decode(v)
        		}
        		if err := w.WriteHeader(h); err != nil {
        			panic(err)
        		}
        		if _, err := w.Write([]byte(content)); err != nil {
        			panic(err)
        		}
        	}
        	if err := w.Close(); err != nil {
        		panic(err)
        	}
        }
        """;

    public static byte[] Encode(List<(TarEntry Entry, byte[] Content)> entries) => JsonSerializer.SerializeToUtf8Bytes(entries.Select(e => new
    {
        Type = e.Entry.Type switch
        {
            TarEntryType.File => "0",
            TarEntryType.HardLink => "1",
            TarEntryType.SymbolicLink => "2",
            TarEntryType.CharacterDevice => "3",
            TarEntryType.BlockDevice => "4",
            TarEntryType.Directory => "5",
            _ => "6",
        },
        Name = Text(e.Entry.Type != TarEntryType.Directory ? e.Entry.Path : e.Entry.Path.Length == 0 ? "./" : e.Entry.Path + "/"),
        Link = Text(e.Entry.LinkTarget),
        e.Entry.Mode,
        e.Entry.Uid,
        e.Entry.Gid,
        Seconds = e.Entry.ModifiedSeconds,
        Major = e.Entry.DeviceMajor,
        Minor = e.Entry.DeviceMinor,
        Xattrs = e.Entry.Xattrs.ToDictionary(x => Text(x.Key), x => Convert.ToBase64String(x.Value.AsSpan())),
        Content = Convert.ToBase64String(e.Content),
    }));

    private static string Text(string text) => Convert.ToBase64String(PathText.Encode(text));
}
