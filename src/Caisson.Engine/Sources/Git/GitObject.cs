using System.Buffers;
using System.Globalization;
using System.Text;
using Caisson.Engine.Steps;
using Caisson.Linux.Processes;

namespace Caisson.Engine.Sources.Git;

/// <summary>An object of a repository.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type"><c>commit</c>, <c>tag</c>, <c>tree</c> or <c>blob</c>.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record GitObject(string Id, string Type, ReadOnlyMemory<byte> Content)
{
    /// <summary>The most bytes that are read of one: commits and tags are texts of people.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Takes what <c>git cat-file --batch</c> writes of one object: a line <c>ID TYPE SIZE</c>, the bytes, and a line break.</summary>
    public sealed class Output : IProcessOutput
    {
        private const int MaxHeaderBytes = 128;
        private readonly ArrayBufferWriter<byte> _bytes = new();

        /// <inheritdoc/>
        public void Write(OutputStream stream, ReadOnlySpan<byte> bytes)
        {
            if (stream == OutputStream.StandardOutput)
                _bytes.Write(bytes[..Math.Min(bytes.Length, MaxHeaderBytes + MaxBytes - _bytes.WrittenCount)]);
        }

        /// <summary>The object.</summary>
        /// <exception cref="StepException">It is not there, or too large.</exception>
        public GitObject Read(string id)
        {
            ReadOnlyMemory<byte> all = _bytes.WrittenMemory;
            int end = all.Span.IndexOf((byte)'\n');
            string[] header = end < 0 ? [] : Encoding.ASCII.GetString(all.Span[..end]).Split(' ');
            if (header is not [var found, var type, var length] || found != id || !long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long size))
                throw new StepException(EngineCodes.GitFailed, $"the object {id} cannot be read from the repository in the store");
            return size <= MaxBytes && end + 1 + size <= all.Length
                ? new GitObject(id, type, all.Slice(end + 1, (int)size))
                : throw new StepException(EngineCodes.GitSignatureBad, $"the {type} {id} is larger than {MaxBytes >> 10} KiB", "a commit or tag of that size is none that people make");
        }
    }
}
