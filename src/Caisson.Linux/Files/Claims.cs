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
/// allowed, and usual: it is about to be made. Names are paths within the store.
/// </remarks>
public sealed class Claims : IDisposable
{
    private const string FileName = "claims";
    private const string GateName = "claims.lock";

    private readonly WorkArea _work;
    private readonly StoreAccount _account;
    private readonly string _gatePath;
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private readonly Lock _turn = new();
    private SafeFileHandle? _gate;
    private SafeFileHandle? _file;
    private long _fileBytes;
    private int _users;
    private bool _hasChanged;

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
    public void Add(string name) => Add(name, changes: false);

    /// <summary>Claims something that is about to be made or to grow: what is known of the store's size is no longer true.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void AddNew(string name) => Add(name, changes: true);

    /// <summary>Begins something that uses what it claims until it is disposed. When the last of what goes on at once has ended, all claims end.</summary>
    public IDisposable Begin()
    {
        lock (_turn)
            _users++;
        return new Use(this);
    }

    /// <summary>Does something while nothing new can be claimed, by anyone. Keep it short: builds wait. It must not claim anything itself.</summary>
    /// <param name="work">Is given whatever living processes have claimed.</param>
    public void WhileNoneAreMade(Action<IReadOnlySet<string>> work) => WhileNoneAreMade(() => work(ReadAll(out _)));

    /// <summary>What the store holds in bytes, if that is known.</summary>
    public long? ReadAccount() => _account.Read();

    /// <summary>To be called before the store is measured.</summary>
    /// <returns>Whether <see cref="WriteAccount"/> makes sense afterwards: nobody is at work who may be adding to the store.</returns>
    public bool BeginAccount()
    {
        bool isAlone = false;
        WhileNoneAreMade(() =>
        {
            ReadAll(out isAlone);
            isAlone = isAlone && _users == 0 && _account.TryBegin(_work.NewPath("account"));
            _hasChanged = false;
        });
        return isAlone;
    }

    /// <summary>Remembers what the store holds, unless someone has added something since <see cref="BeginAccount"/>.</summary>
    /// <param name="bytes">As measured.</param>
    public void WriteAccount(long bytes) => WhileNoneAreMade(() => _account.TryComplete(bytes, _work.NewPath("account")));

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

    private void WhileNoneAreMade(Action work)
    {
        lock (_turn)
        {
            AdvisoryLock.Take(Gate);
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

    private void Add(string name, bool changes)
    {
        lock (_turn)
        {
            bool isFirstChange = changes && !_hasChanged;
            if (!_own.Add(name) && !isFirstChange)
                return;
            AdvisoryLock.Take(Gate, isShared: true);
            try
            {
                Write(name);
                if (isFirstChange)
                    _account.Forget();
                _hasChanged |= changes;
            }
            catch
            {
                _own.Remove(name);
                throw;
            }
            finally
            {
                AdvisoryLock.Release(Gate);
            }
        }
    }

    private void Write(string name)
    {
        byte[] line = Encoding.UTF8.GetBytes(name + "\n");
        _file ??= File.OpenHandle(Path.Combine(_work.DirectoryPath, FileName), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(_file, line, _fileBytes);
        _fileBytes += line.Length;
    }

    // Nobody is writing: whoever claims holds the gate.
    private HashSet<string> ReadAll(out bool isAlone)
    {
        HashSet<string> all = new(_own, StringComparer.Ordinal);
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

    private void End()
    {
        lock (_turn)
        {
            if (--_users > 0)
                return;
            _own.Clear();
            _hasChanged = false;
            if (_file is null)
                return;
            RandomAccess.SetLength(_file, 0);
            _fileBytes = 0;
        }
    }

    private sealed class Use(Claims claims) : IDisposable
    {
        private int _hasEnded;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
                claims.End();
        }
    }
}
