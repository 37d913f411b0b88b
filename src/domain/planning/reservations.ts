/** What of a person or a tool is taken, and by which operation: by time, without overlap. */
export interface Reservations {
  readonly from: number[]
  readonly to: number[]
  readonly by: number[]
}

export const noReservations = (): Reservations => ({ from: [], to: [], by: [] })

export function clear({ from, to, by }: Reservations): void {
  from.length = 0
  to.length = 0
  by.length = 0
}

/** The first reservation that ends after `at`. */
function firstAfter({ to }: Reservations, at: number): number {
  let low = 0
  let high = to.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (to[middle]! > at) high = middle
    else low = middle + 1
  }
  return low
}

/** Index of a reservation in the way of [from, to), or -1. */
export function obstacle(taken: Reservations, from: number, to: number): number {
  const i = firstAfter(taken, from)
  return i < taken.to.length && taken.from[i]! < to ? i : -1
}

export function reserve(taken: Reservations, from: number, to: number, by: number): void {
  if (from >= to) return
  const i = firstAfter(taken, from)
  taken.from.splice(i, 0, from)
  taken.to.splice(i, 0, to)
  taken.by.splice(i, 0, by)
}
