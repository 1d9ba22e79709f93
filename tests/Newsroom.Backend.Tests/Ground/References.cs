using System.Reflection;
using System.Reflection.Emit;

namespace Newsroom.Backend.Tests.Ground;

/// <summary>One type's use of another, in a signature, an attribute or a method's body.</summary>
internal readonly record struct Use(Type By, Type Of);

/// <summary>Reads which types an assembly's types use, down to the instructions of every method.</summary>
internal static class References
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    /// <summary>A nested, generated or lambda's type counts as the type a person wrote around it.</summary>
    public static IEnumerable<Use> Of(IEnumerable<Type> types) =>
        types.SelectMany(t => UsedBy(t).SelectMany(Parts).Select(u => new Use(Outermost(t), Outermost(u)))).Where(u => u.By != u.Of).Distinct();

    private static IEnumerable<Type> UsedBy(Type type) =>
    [
        .. type.BaseType is null ? [] : new[] { type.BaseType },
        .. type.GetInterfaces(),
        .. AttributesOf(type),
        .. type.GetFields(All).Select(f => f.FieldType),
        .. type.GetProperties(All).SelectMany(AttributesOf),
        .. type.GetMethods(All).SelectMany(m => Signature(m).Append(m.ReturnType)),
        .. type.GetConstructors(All).SelectMany(Signature),
        .. type.TypeInitializer is { } initializer ? Body(initializer) : [],
    ];

    private static IEnumerable<Type> Signature(MethodBase method) =>
        [.. method.GetParameters().SelectMany(p => AttributesOf(p).Append(p.ParameterType)), .. AttributesOf(method), .. Body(method)];

    private static IEnumerable<Type> AttributesOf(ICustomAttributeProvider provider) => (provider switch
    {
        MemberInfo member => member.GetCustomAttributesData(),
        ParameterInfo parameter => parameter.GetCustomAttributesData(),
        _ => [],
    }).SelectMany(a => a.ConstructorArguments.Select(c => c.Value).OfType<Type>().Append(a.AttributeType));

    private static IEnumerable<Type> Body(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
            return [];
        return [.. body.LocalVariables.Select(v => v.LocalType), .. Instructions(method, body.GetILAsByteArray() ?? [])];
    }

    private static IEnumerable<Type> Instructions(MethodBase method, byte[] il)
    {
        var typeArguments = method.DeclaringType is { IsGenericType: true } declaring ? declaring.GetGenericArguments() : null;
        var methodArguments = method is MethodInfo { IsGenericMethod: true } ? method.GetGenericArguments() : null;
        for (var at = 0; at < il.Length;)
        {
            var code = OpCodesByValue[il[at] == 0xFE ? unchecked((short)(0xFE00 | il[at + 1])) : il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                foreach (var used in Named(method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments)))
                    yield return used;
            }
            at += OperandSize(code.OperandType, il, at);
        }
    }

    private static IEnumerable<Type> Named(MemberInfo? member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType!, field.FieldType],
        MethodBase method => [method.DeclaringType!, .. method is MethodInfo m ? [m.ReturnType, .. m.GetGenericArguments()] : Type.EmptyTypes],
        _ => [],
    };

    private static int OperandSize(OperandType type, byte[] il, int at) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
        _ => 4,
    };

    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType)
            return Parts(type.GetElementType()!);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()) : [type];
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer && !type.IsGenericParameter ? Outermost(outer) : type;
}
