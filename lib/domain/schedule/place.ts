/** A deployment, by its batch and its index in the plan. */
export interface Place {
  readonly batch_id: string;
  readonly index: number;
}

export const isSamePlace = (a: Place, b: Place): boolean => a.batch_id === b.batch_id && a.index === b.index;
