/**
 * A small seeded generator, so that the sample data is the same on every machine.
 * mulberry32 (Tommy Ettinger, public domain): 32 bits of state, good enough to pick phrases with; never for secrets.
 */
export interface SeededRandom {
  /** uniform in [0, 1) */
  next(): number;
  /** integer in [low, high], both ends included */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  /** one element; throws on an empty list, which is a mistake in the phrase bank */
  pick<T>(items: readonly T[]): T;
  /** one element with probability in proportion to its weight */
  weighted<T>(items: readonly (readonly [T, number])[]): T;
  /** a standard normal draw (Box-Muller) */
  normal(): number;
}

export function seededRandom(seed: number | string): SeededRandom {
  let state = typeof seed === "number" ? seed >>> 0 : hash32(seed);

  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(next() * items.length)];
    if (item === undefined) throw new Error("Cannot pick from an empty list.");
    return item;
  };

  return {
    next,
    pick,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    weighted: (items) => {
      let rest = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [item, weight] of items) {
        rest -= weight;
        if (rest < 0) return item;
      }
      return pick(items)[0];
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** FNV-1a over the UTF-16 code units, with a final avalanche so that near-equal texts get unrelated numbers. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
