// For the test of the report: runs in the page, so it uses nothing of this file but itself.

/** How many pixels on the canvas of a plot have about the colour that a custom property holds. */
export const pixelsOf = ({ plot, colour }: { readonly plot: string; readonly colour: string }): number => {
  // Edges of lines are mixed with what lies behind them; bands are far paler than this.
  const tolerance = 20
  const canvas = document.querySelector<HTMLCanvasElement>(`#${CSS.escape(plot)} canvas`)
  const context = canvas?.getContext('2d')
  if (!canvas || !context) return 0
  const hex = getComputedStyle(document.documentElement).getPropertyValue(colour).trim()
  const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  let found = 0
  for (let at = 0; at < data.length; at += 4) {
    const isClose = wanted.every((part, of) => Math.abs((data[at + of] ?? 0) - part) <= tolerance)
    if (isClose && data[at + 3] === 255) found += 1
  }
  return found
}
