using System.Collections.Immutable;

namespace Caisson.StartupProfile;

/// <summary>Reads the names of one line.</summary>
internal sealed class NameReader(string text)
{
    private int _position;

    private char Next => _position < text.Length ? text[_position] : '\0';

    /// <summary>Reads a method's name.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public MethodName ReadMethod()
    {
        TypeName owner = ReadType();
        Expect(':');
        string name = ReadUntil("[(");
        ImmutableArray<TypeName> arguments = Next == '[' ? ReadArguments() : [];
        Expect('(');
        return new MethodName(owner, name, arguments, CountParameters());
    }

    private TypeName ReadType()
    {
        string definition = ReadUntil("[],:()");
        ImmutableArray<TypeName> arguments = [];
        int arrays = 0;
        while (Next == '[')
        {
            if (_position + 1 < text.Length && text[_position + 1] == ']')
            {
                _position += 2;
                arrays++;
            }
            else if (arguments.IsEmpty && arrays == 0)
            {
                arguments = ReadArguments();
            }
            else
            {
                throw new FormatException(text);
            }
        }
        return new TypeName(definition, arguments, arrays);
    }

    private ImmutableArray<TypeName> ReadArguments()
    {
        ImmutableArray<TypeName>.Builder arguments = ImmutableArray.CreateBuilder<TypeName>();
        do
        {
            _position++;
            arguments.Add(ReadType());
        }
        while (Next == ',');
        Expect(']');
        return arguments.ToImmutable();
    }

    // Only how many there are is asked: their types are shortened in such a list.
    private int CountParameters()
    {
        if (Next == ')')
            return 0;
        int count = 1;
        int depth = 0;
        for (; Next != '\0' && (Next != ')' || depth > 0); _position++)
        {
            depth += Next switch { '[' or '(' => 1, ']' or ')' => -1, _ => 0 };
            if (Next == ',' && depth == 0)
                count++;
        }
        return count;
    }

    private string ReadUntil(string ends)
    {
        int end = text.AsSpan(_position).IndexOfAny(ends);
        if (end <= 0)
            throw new FormatException(text);
        string read = text.Substring(_position, end);
        _position += end;
        return read;
    }

    private void Expect(char c)
    {
        if (Next != c)
            throw new FormatException(text);
        _position++;
    }
}
