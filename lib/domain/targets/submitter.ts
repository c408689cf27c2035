/** Whose batch it was, in the rows of what it changed. */
export interface Submitter {
  /** The subject of whoever submitted the batch. Absent in rows of earlier versions. */
  readonly by?: string;
  /** The name that this person or program went by then. */
  readonly by_name?: string;
}

/** As the batch says it. */
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

/** The same of another row. */
export const sameSubmitter = ({ by, by_name }: Submitter): Submitter => ({
  ...(by === undefined ? {} : { by }),
  ...(by_name === undefined ? {} : { by_name }),
});
