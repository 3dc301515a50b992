const tilePx = 8;

/** How series are filled where colours are few; `SeriesSwatch.vue` has the same in CSS. The first and the last are plain. */
const strokes: readonly ((brush: CanvasRenderingContext2D) => void)[] = [
  (brush) => brush.fillRect(0, 0, tilePx, tilePx),
  (brush) => diagonal(brush, [tilePx, 0]),
  (brush) => brush.fillRect(0, 0, tilePx, 2),
  (brush) => brush.fillRect(2, 2, 3, 3),
  (brush) => brush.fillRect(0, 0, 2, tilePx),
  (brush) => diagonal(brush, [0, tilePx]),
  () => undefined,
];

/** The fill of a series, counted from 1. */
export function patternOf(series: number, { ink, ground }: { ink: string; ground: string }): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = tilePx;
  tile.height = tilePx;
  const brush = tile.getContext('2d');
  if (!brush) return ink;
  brush.fillStyle = ground;
  brush.fillRect(0, 0, tilePx, tilePx);
  brush.fillStyle = ink;
  brush.strokeStyle = ink;
  strokes[(series - 1) % strokes.length]?.(brush);
  return brush.createPattern(tile, 'repeat') ?? ink;
}

/** A line through the tile and, so that tiles join, through its corners. */
function diagonal(brush: CanvasRenderingContext2D, [left, right]: readonly [number, number]): void {
  brush.lineWidth = 2;
  for (const shift of [-tilePx, 0, tilePx]) {
    brush.beginPath();
    brush.moveTo(shift, left);
    brush.lineTo(shift + tilePx, right);
    brush.stroke();
  }
}
