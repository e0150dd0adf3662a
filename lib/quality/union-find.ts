/** Disjoint sets over 0..size-1, by path halving; the root of a set is its smallest member. */
export class UnionFind {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = new Int32Array(size);
    for (let i = 0; i < size; i++) this.#parent[i] = i;
  }

  find(member: number): number {
    let at = member;
    for (;;) {
      const parent = this.#parent[at] as number;
      if (parent === at) return at;
      const grand = this.#parent[parent] as number;
      this.#parent[at] = grand;
      at = grand;
    }
  }

  join(a: number, b: number): void {
    const x = this.find(a);
    const y = this.find(b);
    if (x < y) this.#parent[y] = x;
    else this.#parent[x] = y;
  }
}
