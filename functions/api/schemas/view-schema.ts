import type * as z from 'zod';

/** Ignores whether a type is written with `readonly`, as an interface or as an intersection. */
type Plain<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Plain<Item>[]
    : { readonly [Key in keyof T]: Plain<T[Key]> };

type IsSame<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

type Same<Schema extends z.ZodType, View> =
  IsSame<Plain<z.output<Schema>>, Plain<View>> extends true ? Schema : { readonly 'is not the view': View };

/**
 * The schema of an answer, tied to the interface of the view that is sent. `viewSchema<BatchView>()(z.object({ … }))`
 * does not compile if one has a field or word that the other lacks. An optional field is `.exactOptional()`.
 */
export const viewSchema =
  <View>() =>
  <Schema extends z.ZodType>(schema: Schema & Same<Schema, View>): Schema =>
    schema;
