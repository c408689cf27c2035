/** The pillar of single requests, if the configuration names none. */
const usualPillar = 'requests';

/** The pillar of single deployment requests; grants refer to it. */
export const pillarOfRequests = ({ pillar = usualPillar }: { readonly pillar?: string | undefined } = {}): string =>
  pillar;
