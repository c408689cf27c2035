/** A request that waits in the table. */
export interface RelayRequest {
  readonly method: string;
  /** The door first, then the path there and the query: `/harness/pipeline/api/…`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RelayAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The partition of all waiting requests. */
export const asked = 'asked';

export const askedKey = (id: string) => ({ pk: { S: asked }, sk: { S: id } });

export const answerKey = (id: string) => ({ pk: { S: 'answer' }, sk: { S: id } });
