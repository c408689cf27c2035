/** A binary heap of numbers, smallest first. */
export interface RankHeap {
  readonly size: () => number;
  /** The smallest, without removing it. */
  readonly peek: () => number | undefined;
  readonly push: (rank: number) => void;
  /** Removes the smallest; undefined if the heap is empty. */
  readonly pop: () => number | undefined;
}

export const makeRankHeap = (): RankHeap => {
  const heap: number[] = [];
  return {
    size: () => heap.length,
    peek: () => heap[0],
    push: (rank) => {
      heap.push(rank);
      siftUp(heap);
    },
    pop: () => {
      const smallest = heap[0];
      const last = heap.pop();
      if (heap.length > 0 && last !== undefined) {
        heap[0] = last;
        siftDown(heap);
      }
      return smallest;
    },
  };
};

const swap = (heap: number[], a: number, b: number): void => {
  const kept = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = kept;
};

const siftUp = (heap: number[]): void => {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= heap[at]!) return;
    swap(heap, at, parent);
    at = parent;
  }
};

const siftDown = (heap: number[]): void => {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) return;
    const child = heap[left + 1]! < heap[left]! ? left + 1 : left; // a missing child is not smaller
    if (heap[at]! <= heap[child]!) return;
    swap(heap, at, child);
    at = child;
  }
};
