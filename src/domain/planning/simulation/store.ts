import type { Compiled, CompiledOperation } from '../compile.ts'
import { NEVER } from '../working-time.ts'

type Amounts = CompiledOperation['consumes']

/** Material on hand while time goes on: who comes first is served first. */
export function createStore({ problem }: Compiled) {
  const materials = problem.materials ?? []
  /** What is still to come, the last first. */
  let coming: { at: number; quantity: number }[][] = []
  const onHand = new Float64Array(materials.length)

  const arrived = (material: number, now: number): void => {
    const list = coming[material]!
    while (list.length > 0 && list.at(-1)!.at <= now) onHand[material]! += list.pop()!.quantity
  }
  return {
    begin(): void {
      for (const [i, { stock }] of materials.entries()) onHand[i] = stock
      coming = materials.map(({ receipts }) => [...(receipts ?? [])].sort((a, b) => b.at - a.at))
    },
    /** `now` or earlier: all of it is there; else when more comes, `NEVER` where none is known of. */
    availableAt(amounts: Amounts, now: number): number {
      let at = now
      for (const [material, quantity] of amounts) {
        arrived(material, now)
        if (onHand[material]! < quantity) at = Math.max(at, coming[material]!.at(-1)?.at ?? NEVER)
      }
      return at
    },
    take(amounts: Amounts): void {
      for (const [material, quantity] of amounts) onHand[material]! -= quantity
    },
    put(amounts: Amounts, at: number): void {
      for (const [material, quantity] of amounts) {
        const list = coming[material]!
        let i = list.length
        while (i > 0 && list[i - 1]!.at < at) i--
        list.splice(i, 0, { at, quantity })
      }
    },
  }
}
