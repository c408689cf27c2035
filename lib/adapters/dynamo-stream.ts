import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../domain/ports.ts';

/** The fields of a stream record that we read. */
export interface StreamRecord {
  readonly dynamodb?: { readonly NewImage?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

/** The items in the records, in order. A removal has none. */
export const newItems = (records: readonly StreamRecord[]): readonly Item[] =>
  records.flatMap(({ dynamodb }) => {
    const image = dynamodb?.NewImage;
    return image === undefined ? [] : [unmarshall(image as Record<string, AttributeValue>) as Item];
  });
