/** The steps of a run, one line for each as it ends, and a table of their seconds. */
export class Steps {
  readonly #taken: { readonly name: string; readonly seconds: number }[] = [];
  readonly #begin = performance.now();

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      const seconds = (performance.now() - begin) / 1000;
      this.#taken.push({ name, seconds });
      console.log(`-- ${name}: ${seconds.toFixed(1)} s`);
    }
  }

  table(): string {
    const total = { name: 'all of it', seconds: (performance.now() - this.#begin) / 1000 };
    const rows = [...this.#taken, total];
    const width = Math.max(...rows.map(({ name }) => name.length));
    return rows.map(({ name, seconds }) => `${name.padEnd(width)} ${seconds.toFixed(1).padStart(6)} s`).join('\n');
  }
}
