/** The first good result, else the last one. None of them may throw. */
export const firstGood = <Value>(
  values: readonly Promise<Value>[],
  isGood: (value: Value) => boolean,
): Promise<Value> =>
  new Promise((resolve) => {
    let open = values.length;
    const take = (value: Value): void => {
      open -= 1;
      if (open === 0 || isGood(value)) resolve(value);
    };
    for (const value of values) void value.then(take);
  });
