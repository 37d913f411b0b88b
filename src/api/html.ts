type Cell = string | number | null | undefined

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (value: Cell): string =>
  value == null ? '' : String(value).replace(/[&<>"']/g, (c) => ENTITIES[c]!)

/** Plain black on white, with the head of a table on every printed page. */
const STYLE =
  'body{font:10pt sans-serif;margin:2em}table{border-collapse:collapse;width:100%}' +
  'thead{display:table-header-group}tr{break-inside:avoid}' +
  'th,td{border:1px solid #999;padding:2px 4px;text-align:left;font-size:8pt}'

/** The head of a page to be printed; it may end after anything. */
export function* htmlPage(title: string, remarks: readonly string[]): Generator<string> {
  yield `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>`
  yield `<style>${STYLE}</style><h1>${escaped(title)}</h1>`
  for (const remark of remarks) yield `<p>${escaped(remark)}</p>`
}

/** A table, row by row, so that a long one is never held as one text. */
export function* htmlTable(
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
): Generator<string> {
  const row = (cells: readonly Cell[], tag: 'th' | 'td') =>
    `<tr>${cells.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join('')}</tr>`
  yield `<table><thead>${row(columns, 'th')}</thead><tbody>`
  for (const cells of rows) yield row(cells, 'td')
  yield '</tbody></table>'
}
