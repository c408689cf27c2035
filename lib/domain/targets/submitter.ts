/** Whose batch it was, in the rows of what it changed. */
export interface Submitter {
  /** The subject of the batch's submitter. Absent in rows of earlier versions. */
  readonly by?: string;
  /** The display name of that person or program at that time. */
  readonly by_name?: string;
}

/** From the batch. */
export const submitterOf = ({
  submitted_by: by,
  submitted_by_name: by_name,
}: {
  readonly submitted_by: string;
  readonly submitted_by_name?: string;
}): Submitter => ({
  by,
  ...(by_name === undefined ? {} : { by_name }),
});

/** From another row. */
export const sameSubmitter = ({ by, by_name }: Submitter): Submitter => ({
  ...(by === undefined ? {} : { by }),
  ...(by_name === undefined ? {} : { by_name }),
});
