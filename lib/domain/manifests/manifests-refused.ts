/** The reason of a batch whose manifests could not be fetched, or cannot be deployed. */
export const manifestsRefused = 'ManifestsRefused';
