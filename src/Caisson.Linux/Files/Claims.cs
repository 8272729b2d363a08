using System.Text;
using Caisson.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace Caisson.Linux.Files;

/// <summary>
/// What processes are using of a store that they share, so that none removes what another needs. A process claims a name first and looks for
/// the thing afterwards; who removes things looks at the claims of all that live, and keeps new ones waiting until what nobody claims is out of the way.
/// </summary>
/// <remarks>
/// Thread-safe. Claims are lines of a file in the process's work area: they end with the process, however it ends. A claim of something that is not there is
/// allowed, and usual: it is about to be made. Names are paths within the store. A claim lasts until all has ended that was going on when it was made last: what begins
/// later does not prolong it, or a process that always does something would claim more and more.
/// </remarks>
public sealed class Claims : IDisposable
{
    private const string FileName = "claims";
    private const string GateName = "claims.lock";

    private readonly WorkArea _work;
    private readonly StoreAccount _account;
    private readonly string _gatePath;
    private readonly Dictionary<string, Claim> _own = new(StringComparer.Ordinal);
    private readonly SortedSet<long> _uses = []; // by number: the oldest has the least
    private readonly Lock _turn = new();
    private SafeFileHandle? _gate;
    private SafeFileHandle? _file;
    private long _fileBytes;
    private long _begun;
    private int _growing;

    /// <summary>Claims parts of a store.</summary>
    /// <param name="storePath">The store's directory.</param>
    /// <param name="work">The work area of this process in that store.</param>
    public Claims(string storePath, WorkArea work)
    {
        _work = work;
        _gatePath = Path.Combine(storePath, GateName);
        _account = new StoreAccount(storePath);
    }

    /// <summary>Claims something, which nobody removes from now on. To be done before it is looked for.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Add(string name) => Add(name, grows: false, holders: 0);

    /// <summary>Claims something that is about to be made or to grow: what is known of the store's size is no longer true, and it is not known again before the claim has ended.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void AddNew(string name) => Add(name, grows: true, holders: 0);

    /// <summary>Claims one thing until the result is disposed of, whatever else goes on.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public IDisposable Hold(string name)
    {
        Add(name, grows: false, holders: 1);
        return new Ending(() => Release(name));
    }

    /// <summary>Begins something that uses what is claimed from now on, until the result is disposed of.</summary>
    public IDisposable Begin()
    {
        lock (_turn)
        {
            long number = ++_begun;
            _uses.Add(number);
            return new Ending(() => End(number));
        }
    }

    /// <summary>Does something while nothing new can be claimed, by anyone. Keep it short: builds wait. It must not claim anything itself.</summary>
    /// <param name="work">Is given whatever living processes have claimed.</param>
    public void WhileNoneAreMade(Action<IReadOnlySet<string>> work) => AtGate(isShared: false, () => work(ReadAll(out _)));

    /// <summary>What the store holds in bytes, if that is known.</summary>
    public long? ReadAccount() => _account.Read();

    /// <summary>To be called before the store is measured.</summary>
    /// <returns>Whether <see cref="WriteAccount"/> makes sense afterwards: nothing grows here, and nobody else is at work who may be adding to the store.</returns>
    public bool BeginAccount()
    {
        bool isAlone = false;
        AtGate(isShared: false, () =>
        {
            ReadAll(out isAlone);
            isAlone = isAlone && _growing == 0 && _account.TryBegin(_work.NewPath("account"));
        });
        return isAlone;
    }

    /// <summary>Remembers what the store holds, unless someone has added something since <see cref="BeginAccount"/>.</summary>
    /// <param name="bytes">As measured.</param>
    public void WriteAccount(long bytes) => AtGate(isShared: false, () => _account.TryComplete(bytes, _work.NewPath("account")));

    /// <summary>Ends all claims.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _file?.Dispose();
            _gate?.Dispose();
        }
    }

    private SafeFileHandle Gate => _gate ??= AdvisoryLock.OpenFile(_gatePath);

    private void AtGate(bool isShared, Action work)
    {
        lock (_turn)
        {
            AdvisoryLock.Take(Gate, isShared);
            try
            {
                work();
            }
            finally
            {
                AdvisoryLock.Release(Gate);
            }
        }
    }

    private void Add(string name, bool grows, int holders)
    {
        lock (_turn)
        {
            Claim? claim = _own.GetValueOrDefault(name);
            // While something grows here, nobody writes an account.
            bool forgets = grows && _growing == 0;
            if (claim is null || forgets)
            {
                AtGate(isShared: true, () =>
                {
                    if (claim is null)
                        Append(name);
                    if (forgets)
                        _account.Forget();
                });
            }
            if (claim is null)
                _own.Add(name, claim = new Claim());
            claim.Made = _begun;
            claim.Holders += holders;
            if (!grows)
                return;
            claim.Grown = _begun;
            if (claim.Grows)
                return;
            claim.Grows = true;
            _growing++;
        }
    }

    // Nobody is writing: whoever claims holds the gate.
    private HashSet<string> ReadAll(out bool isAlone)
    {
        HashSet<string> all = new(_own.Keys, StringComparer.Ordinal);
        isAlone = true;
        foreach (string area in WorkArea.Others(_work))
        {
            isAlone = false;
            try
            {
                all.UnionWith(File.ReadLines(Path.Combine(area, FileName)));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It has claimed nothing yet, or has just ended.
            }
        }
        return all;
    }

    private void End(long number)
    {
        lock (_turn)
        {
            bool isOldest = _uses.Min == number;
            _uses.Remove(number);
            if (isOldest)
                DropEnded();
        }
    }

    private void Release(string name)
    {
        lock (_turn)
        {
            if (--_own[name].Holders == 0)
                DropEnded();
        }
    }

    private void DropEnded()
    {
        bool isAnyGone = false;
        foreach ((string name, Claim claim) in _own)
        {
            if (claim.Grows && !GoesOn(claim.Grown))
            {
                claim.Grows = false;
                _growing--;
            }
            isAnyGone |= claim.Holders == 0 && !GoesOn(claim.Made) && _own.Remove(name);
        }
        if (isAnyGone)
            Shorten();

        bool GoesOn(long made) => _uses.Count > 0 && _uses.Min <= made;
    }

    private void Append(string name)
    {
        byte[] line = Encoding.UTF8.GetBytes(name + "\n");
        _file ??= Create(Path.Combine(_work.DirectoryPath, FileName));
        RandomAccess.Write(_file, line, _fileBytes);
        _fileBytes += line.Length;
    }

    // Others may be reading: they have either file, and the old one claims more. So it stays when there is no room for a new one.
    private void Shorten()
    {
        if (_own.Count == 0)
        {
            if (_file is not null)
                RandomAccess.SetLength(_file, 0);
            _fileBytes = 0;
            return;
        }
        byte[] lines = Encoding.UTF8.GetBytes(string.Concat(_own.Keys.Select(static name => name + "\n")));
        string path = _work.NewPath(FileName);
        SafeFileHandle? file = null;
        try
        {
            file = Create(path);
            RandomAccess.Write(file, lines, 0);
            File.Move(path, Path.Combine(_work.DirectoryPath, FileName), overwrite: true);
            (_file, file) = (file, _file);
            _fileBytes = lines.Length;
        }
        catch (IOException)
        {
            File.Delete(path);
        }
        finally
        {
            file?.Dispose();
        }
    }

    private static SafeFileHandle Create(string path) => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private sealed class Claim
    {
        // The number of what had begun last when it was made last.
        public long Made { get; set; }

        public bool Grows { get; set; }

        // The same of when it was claimed last as something that grows.
        public long Grown { get; set; }

        public int Holders { get; set; }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        private int _hasEnded;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                end();
        }
    }
}
