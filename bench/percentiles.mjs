/** Of values in order. */
export function percentiles(sorted) {
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Of values in any order. */
export function median(values) {
  return percentiles([...values].sort((a, b) => a - b)).p50;
}
