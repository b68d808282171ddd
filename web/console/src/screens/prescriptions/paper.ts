/** Shows a PDF in a window of its own, where the browser prints it. */
export function openPaper(paper: Blob): void {
  const address = URL.createObjectURL(paper)
  window.open(address, '_blank')
  // The window has read it long before; the page's own memory is given back.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
