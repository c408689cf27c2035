/** The pillar of what is deployed by single requests, where the configuration names none. */
const usualPillar = 'requests';

/** To which pillar single deployment requests belong: grants name it. */
export const pillarOfRequests = ({ pillar = usualPillar }: { readonly pillar?: string | undefined } = {}): string =>
  pillar;
