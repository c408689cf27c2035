import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../domain/ports.ts';

/** The part of a record of a DynamoDB stream that is read here. */
export interface StreamRecord {
  readonly dynamodb?: { readonly NewImage?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

/** The items that the records brought, in their order; a removal brings none. */
export const newItems = (records: readonly StreamRecord[]): readonly Item[] =>
  records.flatMap(({ dynamodb }) => {
    const image = dynamodb?.NewImage;
    return image === undefined ? [] : [unmarshall(image as Record<string, AttributeValue>) as Item];
  });
