/** A record of a stream, as Lambda passes it to a function too. */
export interface StreamRecord {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly Keys: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly SizeBytes?: number;
  };
}

/** A signature with the right form. An engine may require one and its time, but does not check it. */
const signed = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-date': '20260101T000000Z',
};

/** Two calls of the DynamoDB Streams API. */
export class StreamsApi {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  /** Where each shard of a stream begins. */
  async shards(StreamArn: string): Promise<readonly string[]> {
    const { StreamDescription } = await this.#call('DescribeStream', { StreamArn });
    const { Shards } = StreamDescription as { Shards: readonly { ShardId: string }[] };
    return Promise.all(
      Shards.map(async ({ ShardId }) => {
        const place = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
        return (await this.#call('GetShardIterator', place)).ShardIterator as string;
      }),
    );
  }

  async records(
    ShardIterator: string,
    options: { readonly Limit?: number } = {},
  ): Promise<{ readonly records: readonly StreamRecord[]; readonly next?: string }> {
    const { Records, NextShardIterator } = await this.#call('GetRecords', { ShardIterator, ...options });
    const records = Records as readonly StreamRecord[];
    return NextShardIterator === undefined ? { records } : { records, next: NextShardIterator as string };
  }

  async #call(operation: string, body: object): Promise<Record<string, unknown>> {
    const answer = await fetch(this.#endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        ...signed,
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  }
}
